"""The ways out when merged pull requests together are more than a budget of the whole run allows."""

from collections.abc import Callable

from reconciler.model.plan import GuardScope, Plan
from reconciler.planning.reviewed import Reviewed

_KEYS = {
    "changed-installations": "maxChangedInstallations",
    "chargers-to-zero": "maxChargersToZero",
    "amperes-raised": "maxRaisedA",
    "access-removed": "maxAccessRemoved",
}


def tell_ways_out(plan: Plan, reviewed: Reviewed | None, *, tell: Callable[[str], None]) -> None:
    """Tell what people can do about what was merged; a retry counts the same changes, so it is refused the same.

    Args:
        plan: What an apply was to carry out.
        reviewed: What reviewers answer for; None when the apply was no matter of merges.
        tell: Called when the run was refused, once for that and once per way out.
    """
    refused = [one for one in plan.refusals if one.scope is GuardScope.FLEET]
    if reviewed is None or not refused:
        return
    keys = " and ".join(f"guards.{_KEYS[one.guard]}" for one in refused if one.guard in _KEYS)
    accept = " ".join(f"--accept {one.accept}" for one in refused if one.accept)
    tell("what was merged is refused as a whole, so every retry is refused as well")
    if keys:
        tell(f"way out: merge a pull request of its own that raises {keys} in fleet.yaml; the next apply does it all")
    if accept:
        run = f"`reconciler apply --reviewed reviewed {accept}`"
        tell(f"way out: apply it by hand: `reconciler github reviewed --out reviewed`, then {run}")
