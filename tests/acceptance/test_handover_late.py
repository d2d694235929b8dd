"""Our access never goes by a plan of yesterday where something else is open today: nobody could put it right."""

import json

import pytest

from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.test_handover import NEW, SERIAL, stages, status
from tests.acceptance.test_handover_end import ready
from tests.acceptance.test_handover_evidence import by_partner, ready_to_leave
from tests.acceptance.test_handover_portal import HOME, LEAVE, by_hand, stage

LATE = {
    "mode": ("Bakkegata 7", "authentication.mode=ocppNative", "authentication.ocppNative.url=wss://x.example/o"),
    "charger": (SERIAL, "standAlone=on", "maxCurrent=0"),
    "current": (SERIAL, "maxCurrent=10"),
}
"""What somebody sets after the plan was saved."""

late = pytest.mark.parametrize("what", LATE)


def outcomes(ended: Ended) -> list[str]:
    """What became of the removal, which is all that the saved plan holds."""
    return [one["outcome"] for one in ended.document["outcomes"]]


def is_there(shop: Shop) -> bool:
    """Whether our group still has the home."""
    sites = {one["name"]: one for one in shop.world().data["installations"].values()}
    return "BSJG" in {one.get("key") for one in sites["Bakkegata 7"]["permissions"]}


class TestASavedPlan:
    @late
    def test_it_takes_no_access_while_a_setting_is_open(self, shop: Shop, what: str) -> None:
        """Every setting has a call; the plan holds the removal alone."""
        by_partner(shop)
        ready_to_leave(shop)
        saved = shop.plan(NEW, "--out", "plan.json")
        shop.run("sandbox", "set", *LATE[what])

        ended = shop.apply("plan.json", "--yes")

        assert [one["principal"] for one in saved.document["changes"]] == ["userGroup:BSJG"]
        assert (ended.code, outcomes(ended), is_there(shop)) == (4, ["not_reached"], True)
        assert "plan again" in ended.document["outcomes"][0]["detail"]
        assert stages(status(shop, NEW)) == {"Bakkegata 7": "settings"}

    @late
    def test_its_worksheet_does_not_ask_for_it_either(self, shop: Shop, what: str) -> None:
        """By hand; whoever takes the group out all the same has lost it, by what was seen last."""
        portal = by_hand(shop)
        ready(portal)
        portal.plan(HOME, "--out", "plan.json")
        portal.run("sandbox", "set", *LATE[what])

        ended = portal.apply("plan.json", "--yes")
        (seen,) = json.loads((portal.folder / ".reconciler/sightings.json").read_text())["sightings"]
        portal.run(*LEAVE)

        assert (ended.code, outcomes(ended), ended.document["worksheet"]) == (4, ["not_reached"], None)
        assert seen["open"]
        assert stage(portal) == "lost"


class TestARunThatGoesOn:
    def test_it_takes_no_access_while_a_setting_is_open(self, shop: Shop) -> None:
        """Nobody knew whether the removal took effect; meanwhile the charger was set to 0 A."""
        by_partner(shop)
        ready_to_leave(shop)
        shop.run("sandbox", "fault", "lost-answer-before", "--method", "DELETE", "--times", "1")
        first = shop.apply(NEW, "--yes")
        shop.run("sandbox", "set", *LATE["charger"])

        (run,) = [one.name for one in sorted((shop.folder / ".reconciler/runs").iterdir())][-1:]
        ended = shop.run("apply", "--resume", run, "--yes", report=True)

        assert outcomes(first) == ["uncertain"]
        assert (ended.code, is_there(shop)) == (4, True)
