"""A small cut of `make kills`: real processes, killed on both sides of an answer and at other times."""

from collections.abc import Container

import pytest

from tests.kills.__main__ import played
from tests.kills.left import Class
from tests.kills.moments import ANY_TIME, BEFORE_ANSWER, SCALES, Blow, drawn
from tests.kills.told import Told

SEED = 1
QUICK = max(SCALES)
OF_EACH = 2


def cut(blows: Container[Blow]) -> list[int]:
    """The first moments of one of these blows in which world time runs fast."""
    moments = (drawn(SEED, number) for number in range(200))
    return [one.number for one in moments if one.scale == QUICK and one.aim.blow in blows][:OF_EACH]


@pytest.fixture(scope="module")
def found() -> list[Told]:
    """What became of the cut.

    On either side of the answer only blows that hold or freeze the process: what they hit is the same on
    every machine, however slow it is.
    """
    numbers = [*cut(BEFORE_ANSWER), *cut([Blow.FROZEN]), *cut(ANY_TIME)]
    found, lost = played(SEED, numbers, jobs=2)
    assert lost == []
    assert len(found) == 3 * OF_EACH
    return found


class TestKills:
    def test_pulling_the_plug_loses_nothing_and_claims_nothing(self, found: list[Told]) -> None:
        """Whenever an apply is killed, going on converges, no outcome claims too much and nothing is written twice."""
        wrong = [sentence for one in found for sentence in one.findings]

        assert wrong == []

    def test_both_sides_of_the_answer_are_struck(self, found: list[Told]) -> None:
        """A kill that is aimed at one side of the answer hits that side, every time."""
        before = [one.hit for one in found if one.moment.aim.blow in BEFORE_ANSWER]
        after = [one.hit for one in found if one.moment.aim.blow is Blow.FROZEN]

        assert before == [Class.BEFORE_ANSWER] * OF_EACH
        assert after == [Class.BEFORE_ENTRY] * OF_EACH
