"""The plug may be pulled at any moment: a resume ends where an undisturbed run ends, and writes nothing twice."""

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from reconciler.loading.load import load_fleet
from reconciler.loading.select import select
from reconciler.model.plan import Plan
from reconciler.planning.classify import Verdict
from reconciler.sandbox.seed import fixture_world
from reconciler.workflows import apply, resume, site
from reconciler.workflows.resume import Earlier
from reconciler.workflows.verify import Proof
from tests.properties.machine import Machine, machines
from tests.workflows.killed import Killed, KilledMachine, Moment, kinds, twin

CHECKOUT = Path(__file__).resolve().parents[2]


def offline_paths(machine: Machine) -> set[str]:
    """Where a repeated value cannot have been visible: chargers that are offline."""
    return {
        f"/api/chargers/{charger['id']}/update"
        for charger in machine.world.data["chargers"].values()
        if not charger["online"]
    }


def killed_at(machine: KilledMachine, plan: Plan, moment: int) -> None:
    """Apply until the plug is pulled."""
    machine.moment = Moment(at=moment)
    with contextlib.suppress(Killed):  # what carries partner adapters catches whatever they raise
        machine.apply(plan)
    machine.moment = Moment()


def check_same_end(machine: KilledMachine, plan: Plan, expected: Proof) -> None:
    """Resume; outcomes and receipt are those of a run that nobody disturbed, and nothing visible was written again."""
    _, proof = machine.apply(plan)

    assert kinds(plan, proof.outcomes) == kinds(plan, expected.outcomes)
    assert proof.receipt.converged == expected.receipt.converged
    twice = [path for (_, path, _), times in Counter(machine.written).items() if times > 1]
    assert set(twice) <= offline_paths(machine), "a value that could be seen was written again"


def check_resume(machine: Machine, moments: list[float]) -> None:
    """Kill the run, kill each resume but the last, and compare with a run that nobody disturbed."""
    plan = machine.plan()
    assume(plan.changes)
    undisturbed, killed = twin(machine), twin(machine)
    _, expected = undisturbed.apply(plan)

    for where in moments:
        killed_at(killed, plan, int(where * (undisturbed.moment.count - 1)))

    check_same_end(killed, plan, expected)


@given(machines(), st.floats(0, 1))
def test_a_resume_ends_where_an_undisturbed_run_ends(machine: Machine, where: float) -> None:
    """Whatever the site and the moment: the same outcomes, the same receipt, each write once."""
    check_resume(machine, [where])


@given(machines(), st.lists(st.floats(0, 1), min_size=2, max_size=4))
def test_a_resume_can_be_resumed(machine: Machine, moments: list[float]) -> None:
    """However often the plug is pulled."""
    check_resume(machine, moments)


@given(machines(), st.floats(0, 1))
def test_a_fresh_plan_without_the_journal_goes_on_as_well(machine: Machine, where: float) -> None:
    """On another machine: nothing that a machine can do is left, and nothing visible is written again."""
    plan = machine.plan()
    assume(plan.changes)
    undisturbed, killed = twin(machine), twin(machine)
    _, expected = undisturbed.apply(plan)
    killed_at(killed, plan, int(where * (undisturbed.moment.count - 1)))
    killed.world.advance(60)
    killed.log.events.clear()

    again = killed.plan()
    _, proof = killed.apply(again)

    assert proof.receipt.second_plan_changes <= expected.receipt.second_plan_changes
    twice = [path for (_, path, _), times in Counter(killed.written).items() if times > 1]
    assert set(twice) <= offline_paths(killed)


def shipped_machine() -> Machine:
    """The shipped fleet's sites with the most different steps over the world that it is shipped with."""
    loaded = load_fleet(CHECKOUT / "fleet", today=date(2026, 6, 1))
    assert loaded.desired is not None
    names = ("Bakkegata 7", "Furulia sameie", "Havnen kontor")
    part = select(loaded.desired, selectors=names, exclude=())
    return Machine(world=fixture_world(now=1_780_300_000.0), desired=part)


@pytest.mark.parametrize("part", range(2))
def test_every_moment_of_a_run_over_the_shipped_fleet(part: int) -> None:
    """Just before and just after each request and each line of the journal."""
    machine = shipped_machine()
    plan = machine.plan()
    undisturbed = twin(machine)
    _, expected = undisturbed.apply(plan)

    for moment in range(part, undisturbed.moment.count, 2):
        killed = twin(machine)
        killed_at(killed, plan, moment)
        check_same_end(killed, plan, expected)


def _nothing_is_remembered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tests.workflows.killed.earlier_part", lambda events: Earlier())


def _nobody_waits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apply, "readable_at", lambda changes, earlier, *, now: now)


def _an_answer_is_an_outcome(patch: pytest.MonkeyPatch) -> None:
    original = resume._Story._answered

    def answered(story: resume._Story, data: Mapping[str, object]) -> None:
        original(story, data)
        story.flights.clear()

    patch.setattr(resume._Story, "_answered", answered)


def _what_was_sent_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(site, "classify", lambda change, seen: Verdict.VALID)
    _nobody_waits(patch)


MUTANTS = (_nothing_is_remembered, _nobody_waits, _an_answer_is_an_outcome, _what_was_sent_is_sent_again)


@pytest.mark.parametrize("seed", MUTANTS, ids=[one.__name__.strip("_").replace("_", " ") for one in MUTANTS])
def test_a_seeded_bug_is_noticed(seed: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that no bug can break says nothing."""
    search = settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    seed(monkeypatch)

    with pytest.raises((AssertionError, ExceptionGroup)):
        search(given(machines(), st.lists(st.floats(0, 1), min_size=1, max_size=1))(check_resume))()
