"""What to do about a finding: who takes the next step, and the words for it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.model.change import Change, Target
from reconciler.model.desired import Deviation, Route
from reconciler.model.finding import Executor, Finding, FindingKind, NextStep, Severity
from reconciler.model.plan import Refusal
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


def worst_by_site(findings: Iterable[Finding]) -> Mapping[tuple[str, str], Mapping[str, Severity]]:
    """By account and id of the site, then by column; findings come worst first. Suppressed ones do not count."""
    worst: dict[tuple[str, str], dict[str, Severity]] = {}
    for one in findings:
        if one.kind is not FindingKind.SUPPRESSED:
            target = one.target
            worst.setdefault((target.account, target.installation_id), {}).setdefault(one.group, one.severity)
    return worst


def restore(change: Change) -> NextStep:
    """Bring the value of the file back."""
    where = change.target.installation_id
    match change.route:
        case Route.PORTAL:
            way = f"set it in the Portal; `reconciler apply {where}` writes the worksheet"
        case _:
            way = f"`reconciler apply {where}` restores it"
    return NextStep(executor=Executor.of_route(change.route), text=way)


def or_adopt(step: NextStep, change: Change) -> NextStep:
    """The same, or take over the live value."""
    what = change.target.charger or change.target.installation_id
    return replace(step, text=f"{step.text}, or `reconciler adopt {what}` takes the live value over")


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
    """Take a live thing into the files, as far as our account can read it."""
    what = target.charger or target.installation_id
    return person(f"`reconciler adopt {what}` writes to a file what can be read of it, or leave it alone")


def not_adoptable() -> NextStep:
    """A live thing of which our account reads no value."""
    return person(
        "our account reads none of its values, so there is nothing to adopt: give it Owner or Service there first, or "
        "leave it alone"
    )


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
