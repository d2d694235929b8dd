"""Sentences about a whole plan: what it is, how much was compared, what it adds up to, what to do next."""

from collections.abc import Callable
from enum import StrEnum

from reconciler.model.desired import Route
from reconciler.model.plan import Counts, Plan
from reconciler.model.waiting import due_words
from reconciler.report import wording
from reconciler.report.blocked_words import blocked_note, without_blocked
from reconciler.report.blocks import unverifiable_notes
from reconciler.report.origin_words import own_part, own_refusals
from reconciler.report.owed_words import decides_words
from reconciler.report.rollback_words import how_to

_MARKERS = (("+", "gives access"), ("-", "takes access away"), ("~", "changes"), ("↑", "raises"), ("↓", "lowers"))


class Purpose(StrEnum):
    """Why a plan is shown: to be reviewed, or right before the question whether to carry it out."""

    REVIEW = "review"
    CONFIRM = "confirm"


def what_and_where(plan: Plan) -> str:
    """`fleet at 1f0c9ab2d4, account main (sandbox), 2026-01-15 06:00 UTC`."""
    commit = f" at {plan.desired.commit[:10]}" if plan.desired.commit else ""
    return f"{plan.desired.path}{commit}, {accounts_words(plan)}, {wording.time(plan.created_at)}"


def accounts_words(plan: Plan) -> str:
    """`account main (sandbox)`."""
    accounts = [f"{account.name} ({account.cloud.value})" for account in plan.accounts]
    if not accounts:
        return "no account"
    return f"{'account' if len(accounts) == 1 else 'accounts'} {wording.listed(accounts)}"


def coverage_words(plan: Plan) -> str:
    """`Compared 9 of 10 installations, 62 of 64 chargers.` and what is live without a file."""
    sites, chargers = plan.coverage.installations, plan.coverage.chargers
    compared = f"Compared {_of(sites, 'installation')}, {_of(chargers, 'charger')}."
    alone = [
        wording.counted(counts.unmanaged, noun)
        for counts, noun in ((sites, "installation"), (chargers, "charger"))
        if counts.unmanaged
    ]
    return f"{compared} Without a file, left alone: {wording.listed(alone)}." if alone else compared


def _of(counts: Counts, noun: str) -> str:
    return f"{counts.compared} of {wording.counted(counts.desired, noun)}"


def summary_lines(plan: Plan) -> list[tuple[str, str]]:
    """Label and sentence: changes by route, held back, requests."""
    own = own_part(plan)
    lines = [("Changes", changes_words(own))]
    if held := held_back(own):
        lines.append(("", f"{wording.counted(held, 'change')} of these held back, see above"))
    if others := len(plan.changes) - len(own.changes):
        lines.append(("", f"{wording.counted(others, 'other')} that this pull request does not bring"))
    lines.append(("Requests", requests_words(own_part(without_blocked(plan)))))
    return lines


def held_back(plan: Plan) -> int:
    """Changes that no step carries out, or all of them when the run is refused."""
    if plan.refused_whole:
        return len(plan.changes)
    return len(plan.changes) - sum(len(step.change_ids) for step in plan.steps)


def changes_words(plan: Plan) -> str:
    """`7 changes at 4 installations: 5 by API, 2 by partner call, 3 in the Portal`."""
    if not plan.changes:
        return "none"
    sites = len({change.target.installation_id for change in plan.changes})
    numbers = {route: sum(change.route is route for change in plan.changes) for route in Route}
    routes = [f"{number} {wording.BY_ROUTE[route]}" for route, number in numbers.items() if number]
    total = wording.counted(len(plan.changes), "change")
    return f"{total} at {wording.counted(sites, 'installation')}: {', '.join(routes)}"


def requests_words(plan: Plan) -> str:
    """Requests used for reading against the fewest possible, writes needed and their time at the configured rate."""
    used, floor, writes = plan.requests.read, plan.requests.read_floor, plan.requests.write
    read = f"{used} read ({'the fewest possible' if used <= floor else f'{floor} would do'})"
    if plan.rollback is not None:
        read = "each site is read before it is written to"
    if not writes:
        return f"{read}, none to write"
    rates = {account.name: account.rate for account in plan.accounts}
    steps = [step for step in plan.steps if step.route is not Route.PORTAL]
    seconds = max((sum(step.account == name for step in steps) / rate for name, rate in rates.items()), default=0.0)
    speed = wording.listed([f"{rate:g} per second" for rate in sorted(set(rates.values()))])
    return f"{read}, {writes} to write: {wording.duration(seconds)} at {speed}, and time to read back"


def open_words(plan: Plan) -> str:
    """`2 refused, 1 pending`: what this plan does not settle; empty when nothing."""
    counts = (
        (len(plan.refusals), "refused"),
        (len(plan.pending), "pending"),
        (len(plan.waiting), _waiting_words(plan)),
        (len(plan.unreadable), "not readable"),
        (sum(map(len, unverifiable_notes(plan).values())), "not verifiable"),
    )
    return ", ".join(f"{number} {word}" for number, word in counts if number)


def _waiting_words(plan: Plan) -> str:
    reminders = due_words((item.since for item in plan.waiting), plan.created_at)
    return f"waiting ({reminders})" if reminders else "waiting"


def next_words(plan: Plan) -> str:
    """What to do now; for a pull request what its merge leads to."""
    if plan.base is not None:
        return _of_the_merge(plan)
    if plan.refused_whole:
        return "nothing can be applied: lift the refusal at the top, or make the plan smaller"
    ready = len(plan.changes) - held_back(plan)
    if not ready:
        return (
            "nothing to apply now; plan again when what is open has moved on" if open_words(plan) else "nothing to do"
        )
    if plan.rollback is not None:
        return how_to(plan.rollback)
    by_hand = _ready(plan, lambda route: route is Route.PORTAL)
    same = " with the same selection" if plan.selection is not None else ""
    if by_hand == ready:
        return f"`reconciler apply`{same} writes the worksheet for the Portal; no request is sent"
    sheet = f", and writes a worksheet for {by_hand} in the Portal" if by_hand else ""
    changes = wording.counted(ready - by_hand, "change")
    return f"`reconciler apply`{same} shows this again, asks, and carries out {changes}{sheet}"


def _of_the_merge(plan: Plan) -> str:
    own, lacking = own_part(without_blocked(plan)), blocked_note(plan)
    told = _after_the_merge(own)
    if told.startswith("nothing: ") and lacking:
        return lacking
    return f"{told}; {lacking}" if lacking else told


def _after_the_merge(own: Plan) -> str:
    if own.refused_whole:
        return "nothing can be applied: lift the refusal at the top, or make the plan smaller"
    refused = ["what is refused because of this pull request needs one of the ways out first"]
    later = [words for words in (decides_words(own.owed),) if words]
    rest = [*later, *(refused if own_refusals(own) else [])]
    ready = len(own.changes) - held_back(own)
    if not ready:
        return "; ".join(rest) or "nothing: merging changes nothing at the chargers"
    by_hand = _ready(own, lambda route: route is Route.PORTAL)
    parts = [f"carries out {wording.counted(ready - by_hand, 'change')}"] if ready > by_hand else []
    parts += [f"writes a worksheet for {by_hand} in the Portal"] if by_hand else []
    return "; ".join([f"after the merge, `reconciler apply --reviewed plan.json` {' and '.join(parts)}", *rest])


def _ready(plan: Plan, fits: Callable[[Route], bool]) -> int:
    return sum(len(step.change_ids) for step in plan.steps if fits(step.route))


def legend(plan: Plan) -> str:
    """The markers that this plan uses, and what they mean."""
    used = {wording.marker(change) for change in plan.changes}
    return "   ".join(f"{sign} {meaning}" for sign, meaning in _MARKERS if sign in used)
