"""A home charger goes to its owner: by files, plan and apply, on the sandbox."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import Ended, Shop

BAKKEGATA = "fleet/installations/homes/bakkegata-7.yaml"
SERIAL = "ZAP012347"
OWNER = "person:c-88123"
NEW = "fleet/installations/bakkegata-7.yaml"


def without_file(shop: Shop, *paths: str) -> None:
    """Installations of which our files know nothing yet."""
    for path in paths:
        (shop.folder / path).unlink()


def begin(shop: Shop, serial: str = SERIAL, owner: str = OWNER, *options: str) -> Ended:
    """Start one hand-over and keep its document."""
    return shop.run("handover", "start", serial, "--owner", owner, "--yes", *options, report=True)


def status(shop: Shop, *selectors: str) -> Ended:
    """How far the hand-overs are."""
    return shop.run("handover", "status", *selectors, report=True)


def stages(ended: Ended) -> dict[str, str]:
    """Name and stage of each hand-over under way."""
    return {one["name"]: one["stage"] for one in ended.document["handovers"]}


def remarks(ended: Ended) -> list[tuple[str, str]]:
    """Weight and code of everything that was found at the only row."""
    (row,) = ended.document["rows"]
    return [(one["weight"], one["code"]) for one in row["remarks"]]


class TestTheJourney:
    def test_a_charger_left_in_native_ocpp_goes_to_its_owner(self, shop: Shop) -> None:
        """0 A and stand-alone on at the start; at the end it is the owner's, and our access went last."""
        without_file(shop, BAKKEGATA)

        begun = begin(shop)
        planned = shop.plan(NEW)
        applied = shop.apply(NEW, "--yes")
        shop.run("sandbox", "carry-out", applied.document["worksheet"])
        rest = shop.apply(NEW, "--yes")
        waiting = status(shop, NEW)
        shop.run("sandbox", "accept-invitation", OWNER)
        accepted = status(shop, NEW)
        left = shop.apply(NEW, "--yes")
        over = status(shop, NEW)
        finished = shop.run("handover", "finish", "--yes", report=True)
        after = status(shop)

        assert (begun.code, [row["action"] for row in begun.document["rows"]]) == (0, ["new"])
        assert {one["setting"] for one in planned.document["changes"]} >= {
            "authentication.mode",
            "maxCurrent",
            "permissions",
            "standAlone",
        }
        assert rest.code == 4
        assert stages(waiting) == {"Bakkegata 7": "waiting"}
        assert waiting.code == 4
        assert stages(accepted) == {"Bakkegata 7": "leaving"}
        assert [one["outcome"] for one in left.document["outcomes"]] == ["done"]
        assert (over.code, stages(over)) == (0, {"Bakkegata 7": "done"})
        assert finished.code == 0
        assert not (shop.folder / NEW).exists()
        assert (shop.folder / "fleet" / "released" / "bakkegata-7.yaml").is_file()
        assert "Bakkegata 7" not in stages(after)
        assert shop.run("validate").code == 0
