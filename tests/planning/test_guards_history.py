"""What does not stay is not written again and again."""

from datetime import timedelta

import pytest

from reconciler.model.change import Target
from reconciler.model.plan import Plan
from reconciler.model.verified_write import VerifiedWrite
from tests.builders import MAIN, NOW, SITE, charger, live, plan_for, policy, wants, wants_charger

A, B = "ZPR080001", "ZPR080002"


def written(days: int, value: object = 16, *, serial: str = A, setting: str = "maxCurrent") -> VerifiedWrite:
    """An apply so many days ago wrote a value to a charger and saw it there."""
    target = Target(account=MAIN, installation_id=SITE, charger=serial)
    return VerifiedWrite(target=target, setting=setting, value=value, at=NOW - timedelta(days=days))


class TestNonConverging:
    """16 A are wanted and 10 A live, at a charger that somebody else may be setting too."""

    @staticmethod
    def _plan(*writes: VerifiedWrite, acknowledged: bool = False, accepted: str = "") -> Plan:
        site = wants(wants_charger(A, maxCurrent=16.0), acknowledged=["non-converging"] if acknowledged else [])
        seen = live(charger(A, maxCurrent=10.0), charger(B, maxCurrent=10.0), circuits={"c1": 63.0})
        return plan_for(site, seen, by=policy(verified=writes, accepted=[accepted] if accepted else []))

    def test_it_is_not_written_a_third_time(self) -> None:
        """With how often and since when, the charger, and the way out."""
        plan = self._plan(written(2), written(9))

        (refusal,) = plan.refusals
        assert (refusal.code, refusal.guard, refusal.charger) == ("P332", "non-converging", A)
        assert refusal.measured == "written and seen 2 times since 2026-04-25, changed back each time"
        assert "does not stay at 16 A" in refusal.message
        assert "find out who writes it" in refusal.remedy
        assert refusal.liftable
        assert not plan.changes

    @pytest.mark.parametrize(
        "writes",
        [
            (),
            (written(2),),
            (written(2), written(31)),
            (written(2), written(9, 10)),
            (written(2), written(4, 10), written(9)),
            (written(2, serial=B), written(9, serial=B)),
            (written(2, True, setting="standAlone"), written(9, True, setting="standAlone")),
        ],
        ids=["never", "once", "long ago", "another value", "taken back by us", "another charger", "another setting"],
    )
    def test_less_than_that_is_written(self, writes: tuple[VerifiedWrite, ...]) -> None:
        """After one verified write a difference is what somebody did; what we changed ourselves is nobody's."""
        plan = self._plan(*writes)

        assert not plan.refusals
        assert [change.after for change in plan.changes] == [16.0]

    def test_an_acknowledgement_lets_it_be_written(self) -> None:
        """Somebody knows who wrote it, and that this is over."""
        plan = self._plan(written(2), written(9), acknowledged=True)

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_one_run_may_accept_it(self) -> None:
        """The plan keeps that somebody did."""
        plan = self._plan(written(2), written(9), accepted=f"non-converging:{SITE}")

        assert not plan.refusals
        assert len(plan.changes) == 1
