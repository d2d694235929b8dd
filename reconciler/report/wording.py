"""How values, settings, routes, reasons and outcomes are said; every report takes its words from here.

The texts are not escaped yet: a report does that for its own format.
"""

from datetime import datetime, timedelta
from typing import assert_never

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Gate, Refusal, Step
from reconciler.model.value import Absent
from reconciler.model.waiting import DUE, reminders_due
from reconciler.model.words import (
    REASONS,
    after,
    amperes,
    before,
    counted,
    days_left,
    roles,
    row_of,
    setting,
    unknown,
    value,
)

ROUTES = {Route.API: "API", Route.PARTNER: "partner", Route.PORTAL: "Portal"}
BY_ROUTE = {Route.API: "by API", Route.PARTNER: "by partner call", Route.PORTAL: "in the Portal"}

OUTCOMES = {
    OutcomeKind.DONE: "done",
    OutcomeKind.ALREADY: "already so",
    OutcomeKind.PENDING: "pending",
    OutcomeKind.WAITING: "waiting",
    OutcomeKind.CONFLICT: "conflict",
    OutcomeKind.REFUSED: "refused",
    OutcomeKind.FAILED: "failed",
    OutcomeKind.UNCERTAIN: "uncertain",
    OutcomeKind.NOT_REACHED: "not reached",
}

__all__ = [
    "REASONS",
    "after",
    "amperes",
    "before",
    "counted",
    "days_left",
    "roles",
    "row_of",
    "setting",
    "unknown",
    "value",
]

OUTCOME_MEANINGS = {
    OutcomeKind.DONE: "written and read back",
    OutcomeKind.ALREADY: "was as desired before we wrote",
    OutcomeKind.PENDING: "a device must still act",
    OutcomeKind.WAITING: "a person must still act",
    OutcomeKind.CONFLICT: "somebody else changed it since the plan; not written",
    OutcomeKind.REFUSED: "a guard said no; not written",
    OutcomeKind.FAILED: "it did not work; the line says why",
    OutcomeKind.UNCERTAIN: "sent, but not known whether it took effect",
    OutcomeKind.NOT_REACHED: "something before it did not happen; not written",
}


def yaml_value(observation: object) -> str:
    """A value as it stands in a fleet file, also one that is no setting."""
    match observation:
        case bool():
            return "true" if observation else "false"
        case float():
            return f"{observation:g}"
        case tuple() | list():
            return f"[{', '.join(yaml_value(one) for one in observation)}]"
        case dict():
            return f"{{{', '.join(f'{key}: {yaml_value(one)}' for key, one in observation.items())}}}"
        case _:
            return str(observation)


def marker(change: Change) -> str:
    """`+` gives access, `-` takes it away, `↑` and `↓` move amperes, `~` changes anything else."""
    match change:
        case Change(after=Absent()):
            return "-"
        case Change(before=Absent()) if change.target.principal is not None:
            return "+"
        case _ if change.raised_a:
            return "↑"
        case _ if change.lowered_a:
            return "↓"
        case _:
            return "~"


def gate(step: Step) -> str:
    """What must be seen before a step may run; empty when nothing. Every owner whom the file names counts."""
    match step.gate:
        case Gate.NOTHING:
            return ""
        case Gate.OWNER_ACCEPTED:
            verb = "are" if len(step.owners) > 1 else "is"
            return f"only once {listed([*step.owners]) or 'an owner'} {verb} seen to have accepted"
        case _:
            assert_never(step.gate)


def refused(refusal: Refusal) -> str:
    """What is refused, with the charger in front when the message does not name it."""
    charger = refusal.charger
    return refusal.message if charger is None or charger in refusal.message else f"{charger}: {refusal.message}"


def in_the_file(refusal: Refusal) -> str:
    """The way to lift a guard beside `--accept`; empty when the file cannot."""
    return "" if refusal.accept is None or refusal.installation_id is None else "`acknowledge:` it in the file"


_HELD_SHOWN = 8


def held_back(refusal: Refusal) -> tuple[str, ...]:
    """What a refusal keeps out of the plan, a phrase each; a long list is cut and counted."""
    shown, more = refusal.held_back[:_HELD_SHOWN], len(refusal.held_back) - _HELD_SHOWN
    return (*shown, f"and {more} more") if more > 0 else shown


def age(since: datetime | None, now: datetime) -> str:
    """`for 9 days`; empty when it is not known since when."""
    if since is None:
        return ""
    hours = max(0, int((now - since).total_seconds() // 3600))
    if hours < 1:
        return "for less than an hour"
    if hours < 48:
        return f"for {counted(hours, 'hour')}"
    return f"for {counted(hours // 24, 'day')}"


def waited(since: datetime | None, now: datetime) -> str:
    """`for 9 days: remind`; empty when it is not known since when."""
    return ": ".join(part for part in (age(since, now), DUE[reminders_due(since, now)]) if part)


def how_old(age: timedelta) -> str:
    """`just now`, `5 hours old`, `3 days old`."""
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "just now"
    return f"{counted(hours, 'hour') if hours < 48 else counted(hours // 24, 'day')} old"


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def steps(numbers: list[str]) -> str:
    """`step 2`, `steps 1, 2 and 4`."""
    return f"step{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


def duration(seconds: float) -> str:
    """`about 2 s`, `about 3 min`, in whole units."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def time(at: datetime) -> str:
    """`2026-01-15 06:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
