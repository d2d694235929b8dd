"""A small cut of `make kills`: real processes, killed on both sides of an answer and at other times."""

from tests.kills.__main__ import played
from tests.kills.left import Class
from tests.kills.moments import SCALES, drawn

SEED = 1
QUICK = max(SCALES)


def cut(size: int) -> list[int]:
    """The first moments of each kind in which world time runs fast."""
    quick = [number for number in range(90) if drawn(SEED, number).scale == QUICK]
    return [number for kind in range(3) for number in [one for one in quick if one % 3 == kind][:size]]


class TestKills:
    def test_pulling_the_plug_loses_nothing_and_claims_nothing(self) -> None:
        """Whenever an apply is killed, going on converges, no outcome claims too much and nothing is written twice."""
        found, lost = played(SEED, cut(2), jobs=2)

        assert lost == []
        assert [sentence for one in found for sentence in one.findings] == []
        hits = [one.hit for one in found]
        assert hits.count(Class.BEFORE_ANSWER) >= 2
        assert hits.count(Class.BEFORE_ENTRY) >= 2
