"""A small cut of the fault matrix: all kinds, scenarios and seeded bugs. `make faults` runs the whole of it."""

import pytest

from tests.faults.baseline import baseline
from tests.faults.kinds import KINDS, Kind, Where
from tests.faults.matrix import due
from tests.faults.mutants import MUTANTS, Mutant, hunt
from tests.faults.run import Finding, Moment, one_run
from tests.faults.scenarios import SCENARIOS

SCENARIOS_PER_KIND = 2
STRIDE = 3
SHIFT = 7
"""So that kinds and scenarios meet in turn, whatever their numbers have in common."""


def cut(kind: Kind) -> list[Moment]:
    """Some moments of a kind, spread over scenarios and calls; always the same."""
    found: list[Moment] = []
    number = KINDS.index(kind)
    for turn in range(len(SCENARIOS)):
        scenario = SCENARIOS[(number * STRIDE + number // SHIFT + turn) % len(SCENARIOS)].name
        position = _possible(kind, scenario, start=number * 7 + turn * 5)
        if position is not None:
            found.append(Moment(scenario=scenario, kind=kind.name, position=position, seed=turn % 3))
        if len(found) == SCENARIOS_PER_KIND:
            break
    return found


def _possible(kind: Kind, scenario: str, *, start: int) -> int | None:
    base = baseline(scenario, 0)
    count = due(kind, base)
    chosen = ((start + step) % count for step in range(count))
    if kind.where is not Where.CALLS:
        return next(chosen)
    return next((one for one in chosen if not kind.impossible(base.calls[one])), None)


def told(finding: Finding) -> list[str]:
    return [f"{one.law}: {one.what} ({finding.moment.command})" for one in finding.broken]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_law_holds(kind: Kind) -> None:
    """Whatever breaks, and wherever: safe, as planned, once, honest, and ready to go on."""
    findings = [one_run(moment) for moment in cut(kind)]

    assert [line for finding in findings for line in told(finding)] == []
    assert len(findings) == SCENARIOS_PER_KIND
    assert any(finding.counted for finding in findings)


def test_every_scenario_is_in_the_cut() -> None:
    """Some at a time, in turn."""
    assert {moment.scenario for kind in KINDS for moment in cut(kind)} == {scenario.name for scenario in SCENARIOS}


def test_a_moment_always_runs_the_same() -> None:
    """Also where three homes are under way side by side."""
    moment = Moment(scenario="side-by-side", kind="lost-after", position=30, seed=2)
    first, second = one_run(moment), one_run(moment)

    assert first == second
    assert first.counted


def test_an_answer_that_stays_the_same_does_not_count() -> None:
    """One installation cannot be listed in another order; the run is judged all the same."""
    finding = one_run(Moment(scenario="swap", kind="reordered-list", position=1, seed=0))

    assert (finding.struck, finding.counted) == (False, False)
    assert finding.without_effect
    assert finding.checked
    assert not finding.broken


def test_permissions_in_another_order_count() -> None:
    """They come in the shape of the partner contract."""
    calls = baseline("handover", 0).calls
    position = next(number for number, one in enumerate(calls) if one.path.endswith("/permissions"))

    assert one_run(Moment(scenario="handover", kind="reordered-list", position=position, seed=0)).counted


def test_a_writer_who_finds_nothing_left_to_change_does_not_count() -> None:
    """At the last request everything is as the files want it."""
    last = len(baseline("swap", 0).calls) - 1
    finding = one_run(Moment(scenario="swap", kind="writer-after", position=last, seed=0))

    assert (finding.struck, finding.counted) == (False, False)
    assert finding.without_effect


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_seeded_bug_is_noticed(mutant: Mutant) -> None:
    """A matrix that no bug can break says nothing; it must break the law that is there for it."""
    assert hunt(mutant, seeds=(0,)).noticed
