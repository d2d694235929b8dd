"""The table says what became of the moments, and says when there are too few."""

from tests.kills.judge import Findings
from tests.kills.left import Class
from tests.kills.moments import drawn
from tests.kills.table import Series, as_text, shortage
from tests.kills.told import GoneOn, Told

FINE = Findings()
WRONG = Findings(not_converged=["it hung"], overstated=["a", "b"], doubled=["c"], unplanned=["d", "e", "f"])


def told(hit: Class, *, went_on: GoneOn | None, findings: Findings = FINE, redraws: int = 0) -> Told:
    """One moment."""
    return Told(
        moment=drawn(1, 0),
        hit=hit,
        operation="update-charger",
        findings=findings,
        took_s=2.0,
        went_on=went_on,
        redraws=redraws,
    )


def series(*found: Told, least: int = 1, lost: int = 0) -> Series:
    """Some moments."""
    return Series(found=found, lost=lost, command="python -m tests.kills", least=least, took_s=9.0)


def cells(text: str, name: str) -> list[str]:
    """The row of that name."""
    row = next(line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][1:]


class TestTable:
    def test_each_moment_is_counted_where_it_struck_and_as_somebody_went_on(self) -> None:
        """The columns of how people went on add up to the moments."""
        text = as_text(
            series(
                told(Class.BEFORE_ANSWER, went_on=GoneOn.RESUMED),
                told(Class.BEFORE_ANSWER, went_on=GoneOn.TWICE, redraws=3),
                told(Class.BEFORE_ENTRY, went_on=GoneOn.ELSEWHERE),
            )
        )

        assert cells(text, Class.BEFORE_ANSWER) == ["2", "1", "1", "0", "0", "2", "0", "0", "0", "3"]
        assert cells(text, Class.BEFORE_ENTRY) == ["1", "0", "0", "0", "1", "1", "0", "0", "0", "0"]
        assert cells(text, "update-charger") == ["2", "1"]

    def test_what_is_wrong_has_a_number_in_its_column(self) -> None:
        """Not converged, two claims too many, one double write, three that nobody planned."""
        text = as_text(series(told(Class.NOT_KILLED, went_on=None, findings=WRONG), lost=4))

        assert cells(text, "**all**") == ["1", "0", "0", "0", "0", "0", "2", "1", "3", "0"]
        assert "4 moments never came or broke off" in text

    def test_too_few_on_one_side_of_the_answer_is_said(self) -> None:
        """The other side cannot make up for it."""
        found = [told(Class.BEFORE_ANSWER, went_on=GoneOn.RESUMED)] * 2

        assert shortage(series(*found, told(Class.BEFORE_ENTRY, went_on=GoneOn.RESUMED))) == []
        assert len(shortage(series(*found))) == 1
