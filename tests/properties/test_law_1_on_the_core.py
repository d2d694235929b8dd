"""Law 1 on the core: after all steps of a plan, the next plan holds only what waits for devices and people.

The same law with a real apply on the sandbox stands beside it.
"""

from hypothesis import given

from reconciler.model.change import Target
from reconciler.model.plan import Gate, Plan
from tests.properties.strategies import PURE, Case, cases, plan_of
from tests.properties.worlds import MODE, accept, apply_step

Place = tuple[str, str, str, str]


def check(case: Case) -> None:
    """Carry everything out, let everybody accept, and plan again."""
    plan = plan_of(case)
    world = case.world
    for step in plan.steps:
        if step.gate is Gate.OWNER_ACCEPTED:
            world = accept(world, step.installation_id)
        world = apply_step(world, step, plan.changes)
    for site in world.observed.installations:
        world = accept(world, site.id)

    again = plan_of(case, world)

    aside = _aside(plan)
    touched = {step.installation_id for step in plan.steps}
    left = [one for one in again.changes if _place(one.target, one.setting) not in aside]
    assert not [one for one in left if one.target.installation_id in touched]
    assert not _refused(again) - _refused(plan)


def _aside(plan: Plan) -> set[Place]:
    """What waits for devices and people. What must come after it is listed there as well, place by place."""
    return {_place(one.target, one.setting) for one in (*plan.waiting, *plan.pending)}


def _place(target: Target, setting: str) -> Place:
    """Where a setting is; a mode that waits names the busy charger, and it is the mode of the installation."""
    charger = "" if setting == MODE else target.charger or ""
    return target.installation_id, charger, target.principal or "", setting


def _refused(plan: Plan) -> set[tuple[str, str, str]]:
    return {(one.guard, one.installation_id or "", one.charger or "") for one in plan.refusals}


@PURE
@given(cases())
def test_after_all_steps_nothing_is_left_to_do(case: Case) -> None:
    """What a machine can do is done after one plan."""
    check(case)
