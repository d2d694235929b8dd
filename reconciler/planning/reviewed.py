"""The part of a plan that reviewers saw: what nobody saw stays as it is, and so does what would need it."""

from collections.abc import Iterable
from dataclasses import replace

from reconciler.model.change import Cause, Change, Target
from reconciler.model.plan import Plan, Step
from reconciler.model.plan_origin import Owed, Why
from reconciler.model.value import Unreadable
from reconciler.planning.owed import Wishes, place_of, still_owed
from reconciler.planning.residual import with_prerequisites
from reconciler.planning.site import MODE
from reconciler.records import dataclass

Places = frozenset[tuple[str, str]]

REVIEWED_CAUSES = frozenset({Cause.PULL_REQUEST, Cause.FILE})
"""A reviewer answers for what a pull request brings, not for what its plan only mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What reviewers answer for.

    Attributes:
        changes: What their pull requests bring.
        withdrawn: What the base wanted and their pull requests take back; an apply may have carried it out meanwhile.
        owed: What their pull requests decide, or earlier ones did, and nothing could carry out at that time.
    """

    changes: tuple[Change, ...] = ()
    withdrawn: tuple[Change, ...] = ()
    owed: tuple[Owed, ...] = ()

    def ids(self, plan: Plan) -> frozenset[str]:
        """Of the only changes of a fresh plan that may be carried out.

        Those brought, the way back from those withdrawn, and whatever leads to what is owed: nobody could see from
        where when it was decided.
        """
        known = {change.id for change in self._brought}
        wishes = {one.wish for one in self.owed}
        return frozenset(one.id for one in plan.changes if one.id in known or _as_owed(one).wish in wishes)

    @property
    def places(self) -> frozenset[tuple[Target, str]]:
        """Every setting that reviewers decided about."""
        seen = ((change.target, change.setting) for change in (*self.changes, *self.withdrawn))
        return frozenset((*seen, *(one.place for one in self.owed)))

    @property
    def decided(self) -> tuple[Owed, ...]:
        """Every wish that reviewers answer for, as if it were owed."""
        return (*map(_as_owed, self._brought), *self.owed)

    def wanted_by(self, wishes: Wishes) -> "Reviewed":
        """Without what is owed and no file wants any more."""
        return replace(self, owed=tuple(one for one in self.owed if wishes.wants(one)))

    @property
    def _brought(self) -> tuple[Change, ...]:
        back = (_way_back(one) for one in self.withdrawn)
        return (*self.changes, *(one for one in back if one is not None))


def reviewed_of(plans: Iterable[Plan], owed: Iterable[Owed] = ()) -> Reviewed:
    """What these plans were reviewed for, and what is owed from earlier ones."""
    known = tuple(plans)
    return Reviewed(
        changes=tuple(one for plan in known for one in plan.changes if one.cause in REVIEWED_CAUSES),
        withdrawn=tuple(one for plan in known for one in plan.withdrawn),
        owed=(*owed, *(one for plan in known for one in plan.owed)),
    )


def overtaken(left: Plan, reviewed: Reviewed) -> tuple[Change, ...]:
    """Changes of settings that reviewers decided about, left all the same: what they saw is not what is so now."""
    return tuple(change for change in left.changes if (change.target, change.setting) in reviewed.places)


def _way_back(change: Change) -> Change | None:
    """From what was to be back to what was; None when nobody knows what was."""
    if isinstance(change.before, Unreadable):
        return None
    return replace(change, before=change.after, after=change.before)


def _as_owed(change: Change) -> Owed:
    name, after = change.installation_name, change.after
    return Owed(target=change.target, installation_name=name, setting=change.setting, after=after, why=Why.PENDING)


def with_what_stops_it(part: Plan, plan: Plan, reviewed: Reviewed, *, wishes: Wishes, looked_at: Places) -> Plan:
    """The part, with refusals and gaps of the installations where the fresh plan lacks something reviewed.

    What was reviewed and still waits is owed, and told with what it waits for. Else nobody would hear that a guard, an
    unreadable value, a device or a person has stopped what was merged.

    Args:
        part: What of the fresh plan was reviewed.
        plan: The fresh plan.
        reviewed: What reviewers answer for.
        wishes: Of all files.
        looked_at: Accounts and ids of the installations that the fresh plan is about.
    """
    owed = still_owed(plan, reviewed.decided, wishes, looked_at=looked_at)
    held = {one.place for one in owed}
    part = replace(
        part,
        owed=owed,
        pending=tuple(one for one in plan.pending if one in part.pending or place_of(one) in held),
        waiting=tuple(one for one in plan.waiting if one in part.waiting or place_of(one) in held),
    )
    known = {change.id for change in plan.changes}
    wanted = {_as_owed(change).wish for change in plan.changes}
    missing = [one.target for one in reviewed.changes if one.id not in known]
    missing += [one.target for one in reviewed.owed if one.wish not in wanted]
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
