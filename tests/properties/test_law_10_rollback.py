"""Law 10: a plan and then its rollback bring back every setting whose former value is legal; the rest is named."""

from dataclasses import replace

from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler.cli.clouds import WorldClock
from reconciler.live.account import Access
from reconciler.model.change import Change, Target
from reconciler.model.observed import Breadth, ObservedInstallation
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.model.value import ABSENT, Observation
from reconciler.planning.normalise import means_the_same
from reconciler.planning.reads import needs_of
from reconciler.planning.rollback import as_wished, rollback_plan
from reconciler.sandbox.portal import set_value
from reconciler.workflows.touched import seen_value
from tests.builders import NOW
from tests.properties.machine import Machine, machines
from tests.properties.strategies import PURE, Case, cases, currents, exchanges, handovers, plan_of, switches
from tests.properties.test_law_4_safe import Walk, check, walks
from tests.properties.worlds import MODE, World, accept, apply_step, installation

RUN = "20260504T120000Z-0010"
FINE = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})
HELD = frozenset({OutcomeKind.PENDING, OutcomeKind.WAITING, OutcomeKind.REFUSED})
FORMERLY = (0.0, 3.0, 5.9, 6.0, 12.5, 32.0, 40.0)
"""Limits that a charger may have had before, legal or not."""

Place = tuple[Target, str]


def back_from(plan: Plan, case: Case) -> Plan:
    return rollback_plan(plan, case.desired, run_id=RUN, now=NOW)


def lost_places(back: Plan) -> set[Place]:
    assert back.rollback is not None
    return {(one.target, one.setting) for one in back.rollback.lost}


def reads_as_before(change: Change, site: ObservedInstallation) -> bool:
    """Whether the place of a change shows what it showed when it was planned; what another mode left means nothing."""
    seen: Observation = seen_value(change, site)
    if change.row.only_in_mode not in (None, site.get(MODE)):
        seen = ABSENT
    return seen == change.before or means_the_same(change.row, seen, change.before)


def carried_out(world: World, plan: Plan, *, steps: int) -> World:
    """The first steps of a plan took effect, and everybody accepts at once."""
    for step in plan.steps[:steps]:
        world = apply_step(world, step, plan.changes)
        world = accept(world, step.installation_id)
    return world


def way_back(case: Case, plan: Plan, *, steps: int) -> Case:
    """What an apply of the rollback starts from, when the run came that far."""
    desired = as_wished(back_from(plan, case), case.desired)
    return replace(case, desired=desired, world=carried_out(case.world, plan, steps=steps))


@PURE
@given(cases() | switches() | handovers())
def test_a_fresh_plan_makes_the_very_changes_of_the_rollback(case: Case) -> None:
    """So that only what was shown is done, and all of it."""
    plan = plan_of(case)
    assume(plan.changes)
    back = back_from(plan, case)

    fresh = plan_of(way_back(case, plan, steps=len(plan.steps)))

    shown = {(one.target, one.setting): one.id for one in back.changes}
    made = {(one.target, one.setting): one.id for one in fresh.changes if (one.target, one.setting) in shown}
    held = {one.installation_id for one in fresh.refusals}
    held |= {one.target.installation_id for one in (*fresh.pending, *fresh.waiting, *fresh.unverifiable)}
    assert made.items() <= shown.items()
    assert [one for one in back.changes if one.id not in made.values() and one.target.installation_id not in held] == []


@PURE
@given(cases() | currents() | switches() | handovers(), st.integers(0, 24) | st.just(99))
def test_on_the_core_everything_not_named_as_lost_comes_back(case: Case, steps: int) -> None:
    """However far the run had come, where no guard objects and nobody has to act."""
    plan = plan_of(case)
    assume(plan.changes)
    back = back_from(plan, case)
    start = way_back(case, plan, steps=steps)
    fresh = plan_of(start)
    open_sites = {one.installation_id for one in fresh.refusals}
    open_sites |= {one.target.installation_id for one in (*fresh.pending, *fresh.waiting, *fresh.unverifiable)}

    world = carried_out(start.world, fresh, steps=len(fresh.steps))

    lost = lost_places(back)
    compared = [one for one in plan.changes if one.target.installation_id not in open_sites]
    event(f"compared: {bool(compared)}")
    for change in compared:
        if (change.target, change.setting) not in lost:
            assert reads_as_before(change, installation(world, change.target.installation_id)), change


@PURE
@given(cases() | currents() | switches() | exchanges() | handovers(), walks, st.integers(0, 24))
def test_every_stopping_point_of_the_way_back_is_safe(case: Case, walk: Walk, steps: int) -> None:
    """However far the run had come, and wherever the way back stops."""
    plan = plan_of(case)
    assume(plan.changes)

    check(way_back(case, plan, steps=steps), walk)


def former_limits(machine: Machine, picks: list[int]) -> None:
    """Chargers had any limit at all before the run."""
    serials = [charger.serial for site in machine.desired.installations for charger in site.chargers]
    for serial, pick in zip(serials, picks, strict=False):
        if pick < len(FORMERLY):
            set_value(machine.world, serial, setting="maxCurrent", value=FORMERLY[pick])


def seen_now(machine: Machine) -> dict[str, ObservedInstallation]:
    """All sites as the account sees them once every cache is over."""
    clock: WorldClock = machine.clock()
    clock.sleep(60.0)
    live = machine.open(Access.READ_ONLY)
    try:
        found = live.observer.observe(needs_of(machine.desired), breadth=Breadth.ACCOUNT)
    finally:
        live.close()
    return {site.id: site for site in found.installations}


@given(machines(), st.lists(st.integers(0, 2 * len(FORMERLY)), max_size=8))
def test_on_the_sandbox_a_run_and_its_rollback_leave_what_was_there(machine: Machine, picks: list[int]) -> None:
    """Each change of the run reads as before, is named as lost, or has an outcome that says why not."""
    former_limits(machine, picks)
    plan = machine.plan()
    assume(plan.changes and not plan.refused_whole)
    back = rollback_plan(plan, machine.desired, run_id=RUN, now=machine.clock().now())
    machine.apply(plan)
    machine.clock().sleep(60.0)
    reverse = replace(machine, desired=as_wished(back, machine.desired))

    outcomes, _ = reverse.apply(back)

    sites, lost = seen_now(machine), lost_places(back)
    kinds = {(back.change(one.change_id).target, back.change(one.change_id).setting): one.kind for one in outcomes}
    assert set(kinds.values()) <= FINE | HELD | {OutcomeKind.NOT_REACHED}
    held = {place[0].installation_id for place, kind in kinds.items() if kind in HELD}
    back_again = 0
    for change in plan.changes:
        place, site = (change.target, change.setting), sites.get(change.target.installation_id)
        if place in lost or site is None or (place not in kinds and change.target.installation_id in held):
            continue
        kind = kinds.get(place, OutcomeKind.DONE)
        assert kind is not OutcomeKind.NOT_REACHED or change.target.installation_id in held, change
        if kind in FINE:
            back_again += 1
            assert reads_as_before(change, site), change
    event(f"came back: {min(back_again, 3)}")
