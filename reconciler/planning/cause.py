"""Whose doing a change or a refusal is: this pull request's, something already on its base, or drift."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.model.change import Cause, Change, Target, plain
from reconciler.model.plan import GuardScope, Plan, Refusal
from reconciler.model.plan_origin import BaseReference, PolicyChange
from reconciler.model.words import before, setting
from reconciler.records import dataclass

Wish = tuple[Target, str, str]
Place = tuple[Target, str]
Site = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """What guards refuse in one plan: in which words, and what they hold back at each site."""

    said: frozenset[tuple[object, ...]]
    held: Mapping[Site, tuple[str, ...]]

    def has(self, refusal: Refusal) -> bool:
        """Whether that is refused here in the same words, with everything that it holds back."""
        return _said(refusal) in self.said and {*refusal.held_back} <= {*self.held.get(_site(refusal), ())}


def with_causes(
    head: Plan, *, base: Plan, applied: Plan | None, reference: BaseReference, policy: tuple[PolicyChange, ...] = ()
) -> Plan:
    """The plan of the head with the cause of every change and refusal; all plans were made from the same live state.

    Args:
        head: What the files want, under the policy of the base.
        base: What the base wants.
        applied: What the commit of the last successful apply wants; what it wants too was changed outside since.
        reference: The commits.
        policy: What the head changes about policy.
    """
    on_base = {_wish(change) for change in base.changes}
    was_applied = {_wish(change) for change in applied.changes} if applied is not None else set()
    changes = tuple(replace(one, cause=_cause(_wish(one), on_base, was_applied)) for one in head.changes)
    return replace(
        head,
        changes=changes,
        refusals=_told_apart(replace(head, changes=changes), base, applied),
        withdrawn=_withdrawn(head, base),
        base=reference,
        policy_changes=policy,
    )


def _cause(wish: Wish, on_base: set[Wish], was_applied: set[Wish]) -> Cause:
    if wish not in on_base:
        return Cause.PULL_REQUEST
    return Cause.DRIFT if wish in was_applied else Cause.BASE


def _told_apart(head: Plan, base: Plan, applied: Plan | None) -> tuple[Refusal, ...]:
    """A site guard is the pull request's when the base is not refused the same, or less of it.

    A fleet guard counts the whole run: it is the pull request's when its number moves, unless nothing else is.
    """
    on_base, was_applied = _refused(base), None if applied is None else _refused(applied)
    brings = any(one.cause is Cause.PULL_REQUEST for one in head.changes)
    fewer = set() if brings else {one.guard for one in base.refusals if one.scope is GuardScope.FLEET}
    found = []
    for one in head.refusals:
        if not on_base.has(one):
            again = one.scope is GuardScope.FLEET and one.guard in fewer
            cause = Cause.BASE if again else Cause.PULL_REQUEST
        else:
            cause = Cause.DRIFT if was_applied is not None and was_applied.has(one) else Cause.BASE
        found.append(replace(one, cause=cause))
    return tuple(found)


def _refused(plan: Plan) -> _Refused:
    held: dict[Site, tuple[str, ...]] = {}
    for one in plan.refusals:
        held[_site(one)] = (*held.get(_site(one), ()), *one.held_back)
    return _Refused(said=frozenset(map(_said, plan.refusals)), held=held)


def _said(refusal: Refusal) -> tuple[object, ...]:
    """Everything but where it stands in the files, and what it holds back: that goes with the first of its site."""
    return (refusal.guard, *_site(refusal), refusal.charger, refusal.measured, refusal.limit)


def _site(refusal: Refusal) -> Site:
    return refusal.account, refusal.installation_id


def _withdrawn(head: Plan, base: Plan) -> tuple[Change, ...]:
    """What only the base wants; what is refused or comes later here is wanted too."""
    wanted = _places(head.changes)
    wanted |= {(one.target, one.setting) for one in head.pending} | {(one.target, one.setting) for one in head.waiting}
    held = _refused(head).held
    return tuple(
        replace(one, cause=Cause.BASE) for one in base.changes if _place(one) not in wanted and not _is_held(one, held)
    )


def _is_held(change: Change, held: Mapping[Site, tuple[str, ...]]) -> bool:
    """Whether a refusal holds back something for the same place, to whatever value."""
    start = f"{setting(change.target, change.setting)} {before(change)} → "
    site = (change.target.account, change.target.installation_id)
    return any(phrase.startswith(start) for phrase in held.get(site, ()))


def _wish(change: Change) -> Wish:
    return change.target, change.setting, repr(plain(change.after))


def _place(change: Change) -> Place:
    return change.target, change.setting


def _places(changes: Iterable[Change]) -> set[Place]:
    return {_place(change) for change in changes}
