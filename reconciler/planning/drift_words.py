"""What to do about a finding: who takes the next step, and the words for it."""

from reconciler.model.change import Change, Target
from reconciler.model.desired import Deviation, Route
from reconciler.model.finding import Executor, FindingKind, NextStep
from reconciler.model.plan import Refusal
from reconciler.model.settings import Kind, settings_of
from reconciler.model.value import Absent, Unreadable
from reconciler.planning.severity import Rule

GROUPS = ("Current", "Stand-alone", "Authentication", "Integration", "Access", "Inventory")
"""Columns of the heat map, in order."""

_GROUP_OF = {
    "maxCurrent": "Current",
    "standAlone": "Stand-alone",
    "authentication.mode": "Authentication",
    "authentication.authorizationRequired": "Authentication",
    "permissions": "Access",
}


def group_of(setting: str) -> str:
    """The column of a setting; the rest of authentication is about integration, all else about what there is."""
    if setting in _GROUP_OF:
        return _GROUP_OF[setting]
    return "Integration" if setting.startswith("authentication.") else "Inventory"


def can_be_adopted(change: Change) -> bool:
    """Whether `adopt` could write the live value: it is known, no secret, and no person's access."""
    kinds = {row.name: row.kind for row in settings_of(change.target.scope)}
    known = not isinstance(change.before, Absent | Unreadable)
    return known and change.target.principal is None and kinds.get(change.setting) is not Kind.SECRET


def restore(change: Change) -> NextStep:
    """Bring the value of the file back, or take over the live one."""
    where = change.target.installation_id
    match change.route:
        case Route.PORTAL:
            way = f"set it in the Portal; `reconciler apply {where}` writes the worksheet"
        case _:
            way = f"`reconciler apply {where}` restores it"
    what = change.target.charger or where
    adopt = f", or `reconciler adopt {what}` takes the live value over" if can_be_adopted(change) else ""
    return NextStep(executor=Executor.of_route(change.route), text=f"{way}{adopt}")


def lift(refusal: Refusal | None) -> NextStep:
    """What must happen before a guard lets it through."""
    if refusal is None:
        return person("make a plan: it says what stands in the way")
    return person(f"refused by {refusal.guard} ({refusal.code}): {refusal.remedy}")


def find_the_writer() -> NextStep:
    """Nothing that we write stays."""
    return person(
        "find out who else writes it; then stop that, declare it `unmanaged:`, or add an exception with an end"
    )


def tolerated(exception: Deviation) -> NextStep:
    """Nothing, for a while."""
    text = f"tolerated until {exception.until.isoformat()} ({exception.owner}: {exception.reason})"
    return NextStep(executor=Executor.NOBODY, text=text)


def adopt(target: Target) -> NextStep:
    """Take a live thing into the files."""
    what = target.charger or target.installation_id
    return person(f"`reconciler adopt {what}` writes what is live to a file, or leave it alone")


def person(text: str) -> NextStep:
    """Something that somebody must do."""
    return NextStep(executor=Executor.PERSON, text=text)


def device(text: str) -> NextStep:
    """Something that happens when a device can."""
    return NextStep(executor=Executor.DEVICE, text=text)


def of_rule(rule: Rule) -> NextStep:
    """The remedy of a rule as one step."""
    return person(rule.remedy[0].lower() + rule.remedy[1:].rstrip("."))


def next_step(kind: FindingKind, change: Change, *, reason: str = "", refusal: Refusal | None = None) -> NextStep:
    """What to do about a change that a plan holds, or that something holds back."""
    match kind:
        case FindingKind.PENDING:
            return device(reason)
        case FindingKind.WAITING:
            return person(reason)
        case FindingKind.BLOCKED:
            return lift(refusal)
        case FindingKind.NON_CONVERGING:
            return find_the_writer()
        case _:
            return restore(change)
