"""Why a change is in a plan: this pull request, something already pending on its base, or drift."""

from dataclasses import replace

from reconciler.model.change import Cause, Change, Target, plain
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import BaseReference, PolicyChange

Wish = tuple[Target, str, str]
Place = tuple[Target, str]


def with_causes(
    head: Plan, *, base: Plan, applied: Plan | None, reference: BaseReference, policy: tuple[PolicyChange, ...] = ()
) -> Plan:
    """The plan of the head with the cause of every change; all plans were made from the same live state.

    Args:
        head: What the files want, under the policy of the base.
        base: What the base wants.
        applied: What the commit of the last successful apply wants; what it wants too was changed outside since.
        reference: The commits.
        policy: What the head changes about policy.
    """
    on_base = {_wish(change) for change in base.changes}
    was_applied = {_wish(change) for change in applied.changes} if applied is not None else set()
    places = {_place(change) for change in head.changes}
    return replace(
        head,
        changes=tuple(replace(one, cause=_cause(_wish(one), on_base, was_applied)) for one in head.changes),
        withdrawn=tuple(replace(one, cause=Cause.BASE) for one in base.changes if _place(one) not in places),
        base=reference,
        policy_changes=policy,
    )


def _cause(wish: Wish, on_base: set[Wish], was_applied: set[Wish]) -> Cause:
    if wish not in on_base:
        return Cause.PULL_REQUEST
    return Cause.DRIFT if wish in was_applied else Cause.BASE


def _wish(change: Change) -> Wish:
    return change.target, change.setting, repr(plain(change.after))


def _place(change: Change) -> Place:
    return change.target, change.setting
