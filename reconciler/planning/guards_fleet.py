"""Guards of a whole run: absolute limits from fleet.yaml, so that one slip in a profile cannot reach everybody."""

from collections.abc import Sequence

from reconciler.model.change import Change
from reconciler.model.desired import GuardLimits
from reconciler.model.value import Absent
from reconciler.model.words import amperes, counted
from reconciler.planning.guard import Objection


def changed_installations(changes: Sequence[Change], limits: GuardLimits) -> Objection | None:
    """No more installations change in one run than the budget allows."""
    sites = len({change.target.installation_id for change in changes})
    limit = limits.max_changed_installations
    if sites <= limit:
        return None
    return _over(counted(sites, "installation"), str(limit), did="would change", key="maxChangedInstallations")


def chargers_to_zero(changes: Sequence[Change], limits: GuardLimits) -> Objection | None:
    """No more chargers are switched off in one run than the budget allows."""
    off = sum(
        change.setting == "maxCurrent" and change.target.charger is not None and change.after == 0 for change in changes
    )
    limit = limits.max_chargers_to_zero
    if off <= limit:
        return None
    return _over(counted(off, "charger"), str(limit), did="would be set to 0 A", key="maxChargersToZero")


def amperes_raised(changes: Sequence[Change], limits: GuardLimits) -> Objection | None:
    """All raises of one run, of chargers and of installations, stay below a sum of amperes."""
    raised = round(sum(change.raised_a for change in changes), 1)
    if raised <= limits.max_raised_a:
        return None
    raises = counted(sum(change.raised_a > 0 for change in changes), "limit")
    did = f"would be added to {raises} of chargers and installations"
    return _over(amperes(raised), amperes(limits.max_raised_a), did=did, key="maxRaisedA")


def access_removed(changes: Sequence[Change], limits: GuardLimits) -> Objection | None:
    """No more people and groups lose an installation in one run than the budget allows; each place counts."""
    gone = sum(change.target.principal is not None and isinstance(change.after, Absent) for change in changes)
    limit = limits.max_access_removed
    if gone <= limit:
        return None
    noun = counted(gone, "removal")
    return _over(noun, str(limit), did="would take all access from people or groups", key="maxAccessRemoved")


def _over(measured: str, limit: str, *, did: str, key: str) -> Objection:
    return Objection(
        measured=measured,
        limit=limit,
        message=f"{measured} {did}, the budget is {limit}",
        remedy=f"select fewer, or raise guards.{key} in fleet.yaml",
    )
