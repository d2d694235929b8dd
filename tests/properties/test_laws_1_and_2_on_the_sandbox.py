"""Laws 1 and 2 with real applies: after one the next plan is empty, and a second one writes nothing.

Law 1 exactly: what is pending, waiting, refused, unreadable or in conflict aside, the next plan is empty. Pending,
waiting, refused and unreadable parts are no changes of a plan; conflicts come only from another writer, so they have a
law of their own.
"""

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.model.desired import Route
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from tests.properties.machine import Machine, machines
from tests.properties.unlike import can_conflict, write_as_another

FINE = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})
UNDISTURBED = FINE | {OutcomeKind.PENDING, OutcomeKind.WAITING, OutcomeKind.NOT_REACHED}


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
    again = machine.plan()

    assert len(outcomes) == len(plan.changes)
    assert {one.kind for one in outcomes} <= UNDISTURBED
    assert for_machines(again) == []
    assert proof.receipt.second_plan_changes == 0
    assert proof.receipt.converged == (not proof.receipt.open_reasons)
    assert proof.receipt.converged or _open_sites(plan, again)


def _open_sites(plan: Plan, again: Plan) -> set[str]:
    """Installations of the first plan where the second one met a refusal, or something unreadable."""
    unread = {one.target.installation_id for one in again.unreadable}
    refused = {one.installation_id for one in again.refusals}
    return {one.target.installation_id for one in plan.changes} & (unread | refused)


def check_law_1_in_conflict(machine: Machine, pick: int) -> None:
    """Somebody else writes one place after the plan: it stays as they left it, all other sites come in order."""
    plan = machine.plan()
    open_to_others = [one for one in plan.changes if can_conflict(one)]
    assume(open_to_others)
    theirs = open_to_others[pick % len(open_to_others)]
    write_as_another(machine.world, theirs)

    outcomes, proof = machine.apply(plan)
    again = machine.plan()

    kinds = {one.change_id: one.kind for one in outcomes}
    site = theirs.target.installation_id
    left = [again.change(one) for one in for_machines(again)]
    settled = {(one.target, one.setting) for one in plan.changes if kinds[one.id] in FINE}
    assert kinds[theirs.id] not in FINE
    assert not [one for one in left if one.target.installation_id != site]
    assert not [one for one in left if (one.target, one.setting) in settled]
    if (theirs.target, theirs.setting) in {(one.target, one.setting) for one in left}:
        assert not proof.receipt.converged


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


@given(machines(), st.integers(0, 11))
def test_law_1_another_writer_keeps_what_they_wrote(machine: Machine, pick: int) -> None:
    """One place is in conflict; it is told, left alone, and holds up nothing elsewhere."""
    check_law_1_in_conflict(machine, pick)


@given(machines())
def test_law_2_applying_twice_writes_once(machine: Machine) -> None:
    """Nothing is repeated, not even what an offline charger has not taken over yet."""
    check_law_2(machine)
