"""Which installations wait with their mode for idle chargers, and where that is over; a guard counts for how long."""

from collections.abc import Iterable, Mapping

from reconciler.model.plan import Plan
from reconciler.model.under_way import SwitchWait

MODE = "authentication.mode"

Place = tuple[str, str]
"""Account and installation id."""


def waiting(plan: Plan) -> Mapping[Place, str]:
    """The wanted mode of every installation that a plan leaves waiting."""
    return {
        (item.target.account, item.target.installation_id): str(item.after)
        for item in plan.pending
        if item.setting == MODE and item.target.charger is not None
    }


def over(plan: Plan, known: Iterable[SwitchWait], sites: Iterable[Place]) -> tuple[Place, ...]:
    """Where a wait of earlier runs has come to an end without a switch of ours, because the mode is in order now.

    Only a plan of the whole fleet can tell: what it neither holds, refuses, leaves pending nor could not read is so.

    Args:
        plan: Just made.
        known: What earlier runs found waiting.
        sites: Installations of the files.
    """
    if plan.selection is not None or plan.rollback is not None:
        return ()
    still_open = {(refusal.account, refusal.installation_id) for refusal in plan.refusals}
    targets = [change.target for change in plan.changes]
    targets += [item.target for item in plan.pending]
    targets += [item.target for item in plan.unreadable]
    still_open |= {(target.account, target.installation_id) for target in targets}
    declared = frozenset(sites)
    places = {(wait.account, wait.installation_id) for wait in known}
    return tuple(sorted(place for place in places if place in declared and place not in still_open))
