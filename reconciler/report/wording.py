"""How values, settings, routes, reasons and outcomes are said; every report takes its words from here.

The texts are not escaped yet: a report does that for its own format.
"""

from datetime import datetime
from typing import assert_never

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Gate, Refusal
from reconciler.model.settings import Kind, Scope, Setting, settings_of
from reconciler.model.value import SECRET_SET, Absent, Observation, Reason, Unreadable

REASONS = {
    Reason.NOT_VISIBLE: "not visible to our account",
    Reason.NO_ROLE: "no role",
    Reason.FORBIDDEN: "forbidden",
    Reason.NOT_FOUND: "not found",
    Reason.EMPTY_ANSWER: "empty answer",
    Reason.MISSING_MEMBER: "missing in the answer",
    Reason.BAD_ANSWER: "answer not understood",
    Reason.NOT_ANSWERED: "no answer",
    Reason.NO_DOCUMENTED_CALL: "no documented call",
    Reason.NO_PEOPLE_DIRECTORY: "no directory of people",
    Reason.NOT_READ: "not read",
}

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

OUTCOME_MEANINGS = {
    OutcomeKind.DONE: "written and read back",
    OutcomeKind.ALREADY: "was as desired before we wrote",
    OutcomeKind.PENDING: "sent; a device must still act",
    OutcomeKind.WAITING: "a person must still act",
    OutcomeKind.CONFLICT: "somebody else changed it since the plan; not written",
    OutcomeKind.REFUSED: "a guard said no; not written",
    OutcomeKind.FAILED: "it did not work; the line says why",
    OutcomeKind.UNCERTAIN: "sent, but not known whether it took effect",
    OutcomeKind.NOT_REACHED: "something before it did not happen; not written",
}

_ROLE_WORDS = {"user": "User", "owner": "Owner", "service": "Service"}


def amperes(value: float) -> str:
    """`16 A`, `15.5 A`."""
    return f"{value:g} A"


def roles(value: tuple[str, ...]) -> str:
    """`User + Owner`; no role at all is no access."""
    return " + ".join(_ROLE_WORDS.get(role, role) for role in value) or "no access"


def value(row: Setting | None, observation: Observation | None) -> str:
    """One value in our words, with its unit; Portal words for choices."""
    match observation:
        case None:
            return ""
        case Absent() if row is not None and row.kind is Kind.ROLES:
            return roles(())
        case Absent() | Unreadable():
            return unknown(observation)
        case str():
            return _text(row, observation)
        case _:
            return _known(observation)


def unknown(observation: Absent | Unreadable) -> str:
    """Why there is no value."""
    match observation:
        case Absent():
            return "not set"
        case Unreadable(reason=reason):
            return f"not readable ({REASONS[reason]})"
        case _:
            assert_never(observation)


def _known(observation: bool | float | tuple[str, ...]) -> str:  # noqa: FBT001  a switch is a value here
    match observation:
        case bool():
            return "on" if observation else "off"
        case float():
            return amperes(observation)
        case tuple():
            return roles(observation)
        case _:
            assert_never(observation)


def _text(row: Setting | None, text: str) -> str:
    if row is None:
        return text
    match row.kind:
        case Kind.SECRET:
            return "set" if text == SECRET_SET else f"from {text}"
        case Kind.CHOICE:
            return dict(row.portal_values).get(text, text)
        case _:
            return text or "empty"


def yaml_value(observation: Observation) -> str:
    """A value as it stands in a fleet file."""
    match observation:
        case bool():
            return "true" if observation else "false"
        case float():
            return f"{observation:g}"
        case tuple():
            return f"[{', '.join(observation)}]"
        case str():
            return observation
        case _:
            return value(None, observation)


def row_of(target: Target, name: str) -> Setting | None:
    """The row of the settings table that fits best; None for a name that the table does not have."""
    scopes = (target.scope, *Scope)
    return next((row for scope in scopes for row in settings_of(scope) if row.name == name), None)


def setting(target: Target, name: str) -> str:
    """The label of a setting, with the charger or person it is about in front."""
    row = row_of(target, name)
    label = row.label if row is not None else name
    if row is not None and row.kind is Kind.ROLES and target.principal is None:
        return "Permissions"
    match target:
        case Target(charger=str(serial)):
            return f"{serial} {label}"
        case Target(principal=str(principal)):
            return f"Access of {principal}"
        case _:
            return label


def before(change: Change) -> str:
    """What the plan saw."""
    return value(change.row, change.before)


def after(change: Change) -> str:
    """What is wanted."""
    return value(change.row, change.after)


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


def gate(value: Gate) -> str:
    """What must be seen before a step may run; empty when nothing."""
    match value:
        case Gate.NOTHING:
            return ""
        case Gate.OWNER_ACCEPTED:
            return "only once an owner is seen to have accepted"
        case _:
            assert_never(value)


def refused(refusal: Refusal) -> str:
    """What is refused, with the charger in front when the message does not name it."""
    charger = refusal.charger
    return refusal.message if charger is None or charger in refusal.message else f"{charger}: {refusal.message}"


def how_to_lift(refusal: Refusal) -> str:
    """How to lift a guard, or that nothing does; empty when the remedy says it."""
    if not refusal.liftable:
        return "nothing lifts this guard"
    if "--accept" in refusal.remedy:
        return ""
    return f"or lift this one: --accept {refusal.guard}:{refusal.installation_id or 'fleet'}"


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


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


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
