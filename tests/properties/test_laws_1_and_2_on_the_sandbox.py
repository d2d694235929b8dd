"""Laws 1 and 2 with real applies: after one the next plan is empty, and a second one writes nothing."""

from hypothesis import assume, given

from reconciler.model.desired import Route
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from tests.properties.machine import Machine, machines


def for_machines(plan: Plan) -> list[str]:
    """Changes that need no person: neither in the Portal nor behind something there."""
    portal = {step.id for step in plan.steps if step.route is Route.PORTAL}
    behind = set(portal)
    for step in plan.steps:
        if behind & set(step.after):
            behind.add(step.id)
    free = {change_id for step in plan.steps if step.id not in behind for change_id in step.change_ids}
    return [change.id for change in plan.changes if change.id in free]


def check_law_1(machine: Machine) -> None:
    """Apply once; the next plan holds nothing that a machine can do, and the receipt says so."""
    plan = machine.plan()
    assume(plan.changes)

    outcomes, proof = machine.apply(plan)

    assert len(outcomes) == len(plan.changes)
    assert for_machines(machine.plan()) == []
    assert proof.receipt.converged


def check_law_2(machine: Machine) -> None:
    """Apply the same plan twice, then a fresh one: only the first writes."""
    plan = machine.plan()
    assume(plan.changes)
    machine.apply(plan)
    written = machine.effects

    again, _ = machine.apply(plan)
    if (fresh := machine.plan()).changes:
        machine.apply(fresh)

    unfinished = {OutcomeKind.WAITING, OutcomeKind.PENDING, OutcomeKind.NOT_REACHED}
    assert {outcome.kind for outcome in again} <= {OutcomeKind.ALREADY} | unfinished
    assert machine.effects == written


@given(machines())
def test_law_1_after_apply_the_next_plan_is_empty(machine: Machine) -> None:
    """What is pending or waiting aside."""
    check_law_1(machine)


@given(machines())
def test_law_2_applying_twice_writes_once(machine: Machine) -> None:
    """Nothing is repeated, not even what an offline charger has not taken over yet."""
    check_law_2(machine)
