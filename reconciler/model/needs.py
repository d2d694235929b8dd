"""Changes that need others before them which are not decided together with them."""

from collections.abc import Iterable, Mapping, Set

from reconciler.model.change import Cause, Change
from reconciler.model.plan import Plan, Step
from reconciler.records import dataclass

_MODE = "authentication.mode"
_OF_A_PULL_REQUEST = frozenset({Cause.PULL_REQUEST, Cause.FILE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A change that cannot be carried out, and what would have to come first; in the order of the plan."""

    change: Change
    needs: tuple[Change, ...]


def blocked_in(plan: Plan, changes: Iterable[Change], *, decided: Set[str]) -> tuple[Blocked, ...]:
    """Those of the changes that need others first, or in the same request, which are not decided.

    Args:
        plan: The changes stand in it.
        changes: What may be blocked.
        decided: Ids of changes that may be carried out as far as reviewers are concerned.
    """
    steps = {step.id: step for step in plan.steps}
    of_change = {one: step for step in plan.steps for one in step.change_ids}
    in_plan = {change.id: change for change in plan.changes}
    order = {one: number for number, one in enumerate(in_plan)}  # a document may name changes that it does not hold
    modes = {one for one, change in in_plan.items() if change.setting == _MODE}
    found = []
    for change in changes:
        step = of_change.get(change.id)
        needed = set() if step is None else _needed(step, steps=steps, modes=modes) - {change.id} - decided
        needs = tuple(in_plan[one] for one in sorted(needed & order.keys(), key=order.__getitem__))
        if needs:
            found.append(Blocked(change=change, needs=needs))
    return tuple(found)


def blocked_of(plan: Plan) -> tuple[Blocked, ...]:
    """What a pull request brings and its merge cannot carry out, because nobody reviews there what it needs."""
    own = tuple(change for change in plan.changes if change.cause in _OF_A_PULL_REQUEST)
    if len(own) == len(plan.changes):
        return ()
    return blocked_in(plan, own, decided=frozenset(change.id for change in own))


def _needed(step: Step, *, steps: Mapping[str, Step], modes: Set[str]) -> set[str]:
    """What the steps before it carry out, and the step itself when it switches a mode: that goes as a whole."""
    needed = set(step.change_ids) if any(one in modes for one in step.change_ids) else set()
    seen, todo = {step.id}, list(step.after)
    while todo:
        before = steps.get(todo.pop())
        if before is not None and before.id not in seen:
            seen.add(before.id)
            needed.update(before.change_ids)
            todo.extend(before.after)
    return needed
