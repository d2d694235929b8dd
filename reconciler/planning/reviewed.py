"""The part of a plan that reviewers saw: what nobody saw stays as it is, and so does what would need it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.model.change import Cause, Change, Target
from reconciler.model.plan import Plan, Step
from reconciler.model.value import Unreadable
from reconciler.planning.residual import with_prerequisites
from reconciler.planning.site import MODE

REVIEWED_CAUSES = frozenset({Cause.PULL_REQUEST, Cause.FILE})
"""A reviewer answers for what a pull request brings, not for what its plan only mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What reviewers answer for.

    Attributes:
        changes: What their pull requests bring.
        withdrawn: What the base wanted and their pull requests take back; an apply may have carried it out meanwhile.
    """

    changes: tuple[Change, ...] = ()
    withdrawn: tuple[Change, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Of the only changes that may be carried out: those brought, and the way back from those withdrawn."""
        back = (_way_back(one) for one in self.withdrawn)
        return frozenset(change.id for change in (*self.changes, *back) if change is not None)

    @property
    def places(self) -> frozenset[tuple[Target, str]]:
        """Every setting that reviewers decided about."""
        return frozenset((change.target, change.setting) for change in (*self.changes, *self.withdrawn))


def reviewed_of(plans: Iterable[Plan]) -> Reviewed:
    """What these plans were reviewed for."""
    known = tuple(plans)
    return Reviewed(
        changes=tuple(one for plan in known for one in plan.changes if one.cause in REVIEWED_CAUSES),
        withdrawn=tuple(one for plan in known for one in plan.withdrawn),
    )


def overtaken(left: Plan, reviewed: Reviewed) -> tuple[Change, ...]:
    """Changes of settings that reviewers decided about, left all the same: what they saw is not what is so now."""
    return tuple(change for change in left.changes if (change.target, change.setting) in reviewed.places)


def _way_back(change: Change) -> Change | None:
    """From what was to be back to what was; None when nobody knows what was."""
    if isinstance(change.before, Unreadable):
        return None
    return replace(change, before=change.after, after=change.before)


def with_what_stops_it(part: Plan, plan: Plan, reviewed: Reviewed) -> Plan:
    """The part, with refusals and gaps of the installations where the fresh plan lacks something reviewed.

    Else nobody would hear that a guard or an unreadable value has stopped what was merged.
    """
    known = {change.id for change in plan.changes}
    missing = (one.target for one in reviewed.changes if one.id not in known)
    places = {(target.account, target.installation_id) for target in missing}
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
