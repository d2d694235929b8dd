"""The part of a plan that reviewers saw: what nobody saw stays as it is, and so does what would need it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.model.change import Cause, Target
from reconciler.model.plan import Plan, Step
from reconciler.planning.residual import with_prerequisites
from reconciler.planning.site import MODE

REVIEWED_CAUSES = frozenset({Cause.PULL_REQUEST, Cause.FILE})
"""A reviewer answers for what a pull request brings, not for what its plan only mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What reviewers answer for: ids of changes, each with what it changes."""

    changes: tuple[tuple[str, Target], ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Those of the only changes that may be carried out."""
        return frozenset(change_id for change_id, _ in self.changes)


def reviewed_of(plans: Iterable[Plan]) -> Reviewed:
    """The changes that these plans were reviewed for."""
    changes = [change for plan in plans for change in plan.changes if change.cause in REVIEWED_CAUSES]
    return Reviewed(changes=tuple((change.id, change.target) for change in changes))


def with_what_stops_it(part: Plan, plan: Plan, reviewed: Reviewed) -> Plan:
    """The part, with refusals and gaps of the installations where the fresh plan lacks something reviewed.

    Else nobody would hear that a guard or an unreadable value has stopped what was merged.
    """
    known = {change.id for change in plan.changes}
    places = {(target.account, target.installation_id) for one, target in reviewed.changes if one not in known}
    refusals = tuple(
        one for one in plan.refusals if one in part.refusals or (one.account, one.installation_id) in places
    )
    unreadable = tuple(
        one
        for one in plan.unreadable
        if one in part.unreadable or (one.target.account, one.target.installation_id) in places
    )
    return replace(part, refusals=refusals, unreadable=unreadable)


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
