"""The bench itself: what it calls missed, what it prints, and that a process is measured alone."""

import sys
from pathlib import Path

import pytest

from tests.bench.budgets import OFFLINE, RATE, READS, Budget
from tests.bench.processes import BrokeOffError, Pair, Spent, ended_well, in_turns, spent_by
from tests.bench.results import as_json, as_table, as_text, figure, told


def spent(wall_s: float) -> Spent:
    """A process that took so long."""
    return Spent(wall_s=wall_s, cpu_s=wall_s, peak_mib=10.0, code=0, err="")


class TestVerdicts:
    @pytest.mark.parametrize(
        ("budget", "measured", "is_met"),
        [(OFFLINE, 1.5, True), (OFFLINE, 1.51, False), (RATE, 0.95, True), (RATE, 0.94, False), (READS, 1.001, False)],
    )
    def test_each_budget_has_its_good_side(self, budget: Budget, measured: float, is_met: bool) -> None:
        """At most, at least, exactly."""
        assert figure(budget, "", measured).missed is not is_met

    def test_a_budget_of_another_size_is_shown_and_fails_nothing(self) -> None:
        """In a small fleet starting Python weighs more than the files."""
        small = figure(OFFLINE, "1000 files", 9.0, binding=False)

        assert small.verdict == "above"
        assert not small.missed

    def test_what_is_missed_is_named_at_the_end(self) -> None:
        """With the figure and the budget."""
        text = as_text([figure(OFFLINE, "10000 files", 5.0), told("more", "", 1.0)])

        assert "MISSED: load + validate + compare" in text.splitlines()[-1]
        assert "(10000 files) is 5, the budget is ≤ 1.5" in text

    def test_the_table_and_the_document_say_the_same(self) -> None:
        """One for people, one for programs."""
        figures = [figure(READS, "10 installations", 1.0, detail={"asked": 44})]
        (row,) = as_json(figures)["figures"]

        assert "| = 1" in as_table(figures)
        assert (row["budget"], row["measured"], row["verdict"], row["detail"]) == ("reads", 1.0, "met", {"asked": 44})


class TestProcesses:
    def test_its_memory_is_its_own(self) -> None:
        """Also when whoever starts it is larger, which Linux would count."""
        ballast = bytearray(60 * 1024 * 1024)

        found = ended_well(spent_by([sys.executable, "-S", "-c", "pass"], folder=Path()))

        assert len(ballast) > found.peak_mib * 1024 * 1024
        assert found.peak_mib < 40

    def test_a_command_that_fails_ends_the_bench(self) -> None:
        """Its figures would say nothing."""
        failed = spent_by([sys.executable, "-c", "raise SystemExit('no such thing')"], folder=Path())

        with pytest.raises(BrokeOffError, match="no such thing"):
            ended_well(failed)

    def test_both_sides_go_first_in_turns(self) -> None:
        """A machine that gets slower meets both."""
        order: list[str] = []

        def noted(name: str) -> Spent:
            order.append(name)
            return spent(2.0 if name == "ours" else 1.0)

        pair = in_turns(lambda: noted("ours"), lambda: noted("peer"), repeats=2)

        assert order == ["ours", "peer", "peer", "ours"]
        assert pair.ratio == 2.0

    def test_one_odd_turn_does_not_decide(self) -> None:
        """The median does."""
        ours = (spent(3.0), spent(90.0), spent(3.0))

        assert Pair(ours=ours, peer=(spent(1.0), spent(1.0), spent(1.0))).ratio == 3.0
