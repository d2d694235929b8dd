"""The rest of a plan: what was not done, as a plan of its own."""

from dataclasses import replace
from datetime import datetime

from reconciler.model.desired import Route
from reconciler.model.plan import Plan, Step
from reconciler.planning.make import VALID_FOR


def residual_plan(plan: Plan, change_ids: frozenset[str], *, now: datetime) -> Plan:
    """Only those changes, in the same order.

    What is left out must be done, or not be needed: a step that waited for a step that is gone waits for whatever that
    one waited for. Use `with_prerequisites` first when picking a part of a plan that has not run.
    """
    steps = tuple(
        replace(step, change_ids=tuple(one for one in step.change_ids if one in change_ids)) for step in plan.steps
    )
    gone = {step.id: step for step in steps if not step.change_ids}
    kept = tuple(replace(step, after=_after(step, gone)) for step in steps if step.change_ids)
    return replace(
        plan,
        created_at=now,
        valid_until=now + VALID_FOR,
        changes=tuple(change for change in plan.changes if change.id in change_ids),
        steps=kept,
        requests=replace(plan.requests, write=sum(step.route is not Route.PORTAL for step in kept)),
    )


def with_prerequisites(plan: Plan, change_ids: frozenset[str]) -> frozenset[str]:
    """Those changes and all that must come before them, so that a part of a plan is as safe as the whole."""
    wanted = set(change_ids)
    needed: set[str] = set()
    for step in reversed(plan.steps):
        if step.id in needed or not wanted.isdisjoint(step.change_ids):
            wanted.update(step.change_ids if step.id in needed else ())
            needed.update(step.after)
    return frozenset(wanted)


def _after(step: Step, gone: dict[str, Step]) -> tuple[str, ...]:
    """Steps still to wait for, looking through those that are gone."""
    found: set[str] = set()
    todo, seen = list(step.after), set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in gone:
            todo.extend(gone[one].after)
        else:
            found.add(one)
    return tuple(sorted(found))
