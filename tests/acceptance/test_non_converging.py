"""What somebody keeps changing back is not written again and again."""

import shutil

import pytest

from tests.acceptance.conftest import Shop
from tests.acceptance.test_guards import PARTIAL, kinds, refusals, writes

KAIA = "fleet/installations/public/kaia-p-hus.yaml"
SERIAL = "ZPR082101"


class TestWhatDoesNotStay:
    """An energy manager sets a charger at Kaia back to 10 A after each of our applies."""

    @pytest.fixture
    def contested(self, shop: Shop) -> Shop:
        assert shop.run("apply", KAIA, "--yes").code == 0
        for _ in range(2):
            shop.run("sandbox", "set", SERIAL, "maxCurrent=10")
            assert shop.run("apply", KAIA, "--yes").code == 0
        shop.run("sandbox", "set", SERIAL, "maxCurrent=10")
        return shop

    def test_it_is_not_written_a_third_time(self, contested: Shop) -> None:
        """Plan and apply refuse and say how often; drift still calls it by its name."""
        before = writes(contested)

        planned = contested.plan(KAIA)
        applied = contested.apply(KAIA, "--yes")

        (refusal,) = planned.document["refusals"]
        assert (refusal["code"], refusal["guard"], refusal["charger"]) == ("P332", "non-converging", SERIAL)
        assert refusal["measured"].startswith("written and seen 2 times since ")
        assert (planned.code, applied.code) == (PARTIAL, PARTIAL)
        assert writes(contested) == before
        assert "non-converging" in contested.run("drift", KAIA).out

    def test_a_saved_plan_does_not_write_it_either(self, shop: Shop) -> None:
        """Made when nothing was known against it, and carried out after two others did the same in vain."""
        assert shop.run("apply", KAIA, "--yes").code == 0
        shop.run("sandbox", "set", SERIAL, "maxCurrent=10")
        shop.run("plan", KAIA, "--out", "plan.json")
        for _ in range(2):
            assert shop.run("apply", KAIA, "--yes").code == 0
            shop.run("sandbox", "set", SERIAL, "maxCurrent=10")
        before = writes(shop)

        ended = shop.apply("plan.json", "--yes")

        assert ended.code == PARTIAL
        assert kinds(ended) == {"refused"}
        assert writes(shop) == before

    def test_a_plan_from_a_snapshot_is_the_same(self, contested: Shop) -> None:
        """As far as the runs are still beside the fleet."""
        contested.run("snapshot", "--out", "snapshot.json")

        offline = contested.plan(KAIA, "--snapshot", "snapshot.json")

        assert offline.document["digest"] == contested.plan(KAIA).document["digest"]
        assert refusals(offline) == {"non-converging"}

    def test_accepted_it_is_written_once_more(self, contested: Shop) -> None:
        """And proven: what the run itself writes is not held against it."""
        ended = contested.apply(KAIA, "--yes", "--accept", "non-converging:Kaia P-hus")

        assert ended.code == 0
        assert kinds(ended) == {"done"}

    def test_without_the_history_nobody_can_know(self, contested: Shop) -> None:
        """A fresh checkout, as in a workflow, writes it again."""
        for run in (contested.folder / ".reconciler" / "runs").iterdir():
            shutil.rmtree(run)

        assert refusals(contested.plan(KAIA)) == set()
