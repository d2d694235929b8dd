"""The part of a plan that reviewers saw: what nobody saw stays as it is, and so does what would need it."""

from collections.abc import Iterable

from reconciler.model.change import Cause
from reconciler.model.plan import Plan, Step
from reconciler.planning.residual import with_prerequisites
from reconciler.planning.site import MODE

REVIEWED_CAUSES = frozenset({Cause.PULL_REQUEST, Cause.FILE})
"""A reviewer answers for what a pull request brings, not for what its plan only mentions."""


def ids_reviewed(plans: Iterable[Plan]) -> frozenset[str]:
    """Ids of the changes that these plans were reviewed for."""
    return frozenset(change.id for plan in plans for change in plan.changes if change.cause in REVIEWED_CAUSES)


def reviewed_part(plan: Plan, reviewed: frozenset[str]) -> frozenset[str]:
    """Ids of the changes of this plan that may be carried out.

    A change stays out when something that must come before it was not reviewed, and a switch of the mode goes only with
    everything that its request carries.
    """
    kept = frozenset(change.id for change in plan.changes) & reviewed
    modes = {change.id for change in plan.changes if change.setting == MODE}
    while True:
        whole = kept - _torn(plan.steps, kept, modes)
        fit = frozenset(one for one in whole if with_prerequisites(plan, frozenset({one})) <= whole)
        if fit == kept:
            return kept
        kept = fit


def _torn(steps: Iterable[Step], kept: frozenset[str], modes: set[str]) -> frozenset[str]:
    """Changes of requests that switch a mode and of which a part was not reviewed."""
    return frozenset(
        one
        for step in steps
        if not modes.isdisjoint(step.change_ids) and not kept.issuperset(step.change_ids)
        for one in step.change_ids
    )
