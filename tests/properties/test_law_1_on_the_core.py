"""Law 1 on the core: after all steps of a plan, the next plan holds only what waits for devices and people.

The same law with a real apply on the sandbox stands beside it.
"""

from hypothesis import given

from reconciler.model.plan import Gate
from tests.properties.strategies import PURE, Case, cases, plan_of
from tests.properties.worlds import accept, apply_step


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

    done = {change.id for change in plan.changes}
    assert not [change for change in again.changes if change.id in done]
    touched = {step.installation_id for step in plan.steps}
    waited = {item.target.installation_id for item in (*plan.waiting, *plan.pending)}
    assert not [one for one in again.changes if one.target.installation_id in touched - waited]


@PURE
@given(cases())
def test_after_all_steps_nothing_is_left_to_do(case: Case) -> None:
    """What a machine can do is done after one plan."""
    check(case)
