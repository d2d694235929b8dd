"""What a run writes down for those that come after it."""

import json
from typing import Any

from tests.acceptance.conftest import Shop

VERKSTEDGATA = "fleet/installations/work/verkstedgata-4.yaml"
KAIA = "fleet/installations/public/kaia-p-hus.yaml"


def events(shop: Shop, *names: str) -> list[tuple[str, dict[str, Any]]]:
    """Events of those kinds over all runs, oldest first."""
    paths = (shop.folder / ".reconciler" / "runs").glob("*/journal.jsonl")
    lines = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    found = sorted((line["at"], line["seq"], line["event"], line["data"]) for line in lines if line["event"] in names)
    return [(event, data) for _, _, event, data in found]


class TestInvitations:
    def test_no_more_leave_on_one_day_than_the_file_allows(self, shop: Shop) -> None:
        """The rest is not reached, and goes on when the day is over."""
        shop.edit("fleet.yaml", "^guards:", "guards:\n  invitationsPerDay: 1")

        first = shop.apply("Bakkegata 7", "Furulia sameie", "--yes")
        soon = shop.apply("Bakkegata 7", "Furulia sameie", "--yes")
        shop.run("sandbox", "advance", "90000")
        later = shop.apply("Bakkegata 7", "Furulia sameie", "--yes")

        held = [one["detail"] for one in first.document["outcomes"] if "invitations of this day" in one["detail"]]
        assert [one["outcome"] for one in first.document["outcomes"] if one["detail"] in held] == ["not_reached"]
        assert any("invitations of this day" in one["detail"] for one in soon.document["outcomes"])
        assert not [one for one in later.document["outcomes"] if "invitations of this day" in one["detail"]]
        assert [event for event, _ in events(shop, "invited")] == ["invited", "invited"]

    def test_who_was_invited_is_not_written_down(self, shop: Shop) -> None:
        """Only that an invitation left, where, and for which change."""
        shop.apply("Bakkegata 7", "--yes")

        ((_, data),) = events(shop, "invited")
        assert data.keys() == {"account", "cloud", "installation", "change"}


class TestSwitches:
    def test_a_mode_that_waits_is_noted_by_each_run_until_it_is_switched(self, shop: Shop) -> None:
        """A guard counts from the first of them."""
        path = shop.folder / "fleet" / "installations" / "public" / "kaia-p-hus.yaml"
        shop.edit("installations/public/kaia-p-hus.yaml", "mode: ocppCloud", "mode: native")
        shop.edit("installations/public/kaia-p-hus.yaml", "^(  ocppCloud:.*\n(    .*\n)*)", "")
        path.write_text(path.read_text() + "\nswitch: {when: idle}\n")
        serial = next(line for line in path.read_text().splitlines() if "ZPR" in line).strip().split(":")[0]
        shop.run("sandbox", "set", serial, "operatingMode=charging")

        for _ in range(2):
            shop.apply(KAIA, "--yes")
        shop.run("sandbox", "set", serial, "operatingMode=disconnected")
        shop.apply(KAIA, "--yes")

        found = events(shop, "switch-waits", "switched")
        assert [event for event, _ in found] == ["switch-waits", "switch-waits", "switched"]
        assert {data.get("mode") for event, data in found if event == "switch-waits"} == {"native"}
