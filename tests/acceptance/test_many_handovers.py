"""A list of hand-overs in four waves: `make handovers` takes 500 homes, this test as many as HANDOVERS says."""

import sys
import time
from collections import Counter
from typing import Any

import pytest
import yaml

from reconciler.sandbox.operations import accept_invitation
from reconciler.sandbox.permissions import invited_addresses
from reconciler.sandbox.store import SandboxFile
from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.street import (
    HOMES,
    WAVES,
    Fate,
    Home,
    Street,
    address,
    floor_of_plan,
    floor_of_start,
    street,
    writes_of,
)

ROUTES = r"    routes:[^\n]*\n(      [^\n]*\n)+"
BAD = {"refused", "failed", "conflict", "uncertain", "not_reached"}
REFUSALS = {Fate.SHARED: ["shared-installation"], Fate.WRONG_POSTCODE: ["wrong-postcode"]}


@pytest.fixture
def homes(shop: Shop) -> Street:
    """A fleet without a file, a directory of people, and four lists."""
    made = street(HOMES)
    with SandboxFile(shop.folder / ".reconciler" / "sandbox.json", first=made.world).hold():
        pass
    for path in (shop.folder / "fleet" / "installations").rglob("*.yaml"):
        path.unlink()
    (shop.folder / "fleet" / "exceptions.yaml").unlink()
    shop.edit(
        "fleet.yaml", ROUTES, "    routes: {authentication: partner, permissions: partner, standAlone: partner}\n"
    )
    shop.edit("fleet.yaml", "maxChangedInstallations: 25", f"maxChangedInstallations: {HOMES}")
    budgets = {"invitationsPerDay": HOMES, "maxAccessRemoved": HOMES, "maxRaisedA": 16 * HOMES}
    lines = "".join(f"  {name}: {budget}\n" for name, budget in budgets.items())
    shop.edit("fleet.yaml", "  minAcceptedOwners: 1", f"{lines}  minAcceptedOwners: 1")
    made.write_people(shop.folder / "people.csv")
    shop.monkeypatch.setenv("FLEET_PEOPLE", str(shop.folder / "people.csv"))
    for wave in range(1, WAVES + 1):
        made.write_list(shop.folder / f"wave-{wave}.csv", wave)
    return made


class Waves:
    """Works through the lists; begun again, it does what is left."""

    def __init__(self, shop: Shop, homes: Street) -> None:
        self.shop = shop
        self.homes = homes
        self.reads: Counter[str] = Counter()
        self.requests: list[Any] = []
        self.refused: dict[str, list[str]] = {}

    def work(self, *, until: int = WAVES) -> None:
        """Start, apply, let people accept, take our access away, file away; wave after wave."""
        for wave in range(1, until + 1):
            self.start(wave)
            self.plan(wave)
            self.apply(wave)
            self.people_accept(wave)
            self.apply(wave)
            self.status(wave)
            self.finish()

    def start(self, wave: int) -> Ended:
        """Write the files of a wave; asked is about whatever is not over."""
        over = self.filed()
        asked = [home for home in self.homes.wave(wave) if home.id not in over]
        floor = floor_of_start(self.shop.world(), asked) if asked else 0
        arguments = ("start", "--csv", f"wave-{wave}.csv", "--wave", f"w{wave}", "--yes")
        ended = self._counted("start", floor, "handover", *arguments)
        for row in ended.document["rows"]:
            if row["action"] == "refused":
                self.refused[row["serial"]] = [one["code"] for one in row["remarks"] if one["weight"] == "refusal"]
        return ended

    def plan(self, wave: int) -> None:
        """At the floor, by its own word as well."""
        if not (there := self._begun(wave)):
            return
        floor = floor_of_plan(self.shop.world(), there)
        ended = self._counted("plan", floor, "plan", f"wave=w{wave}")
        requests = ended.document["summary"]["requests"]
        assert requests["read"] == requests["read_floor"] == floor

    def apply(self, wave: int) -> None:
        """Whatever waits stays open; nothing is refused and nothing fails."""
        if not self._begun(wave):
            return
        ended = self.shop.apply(f"wave=w{wave}", "--yes")
        bad = {outcome: count for outcome, count in ended.document["counts"].items() if outcome in BAD and count}
        assert (ended.code in {0, 4}, bad) == (True, {}), ended.out

    def status(self, wave: int) -> None:
        """The table of one wave; what our access is gone from costs its two lists only."""
        if there := self._begun(wave):
            self._counted("status", floor_of_plan(self.shop.world(), there), "handover", "status", f"wave=w{wave}")

    def finish(self) -> None:
        """File away what is handed over; whatever is under way is looked at once."""
        there = [home for wave in range(1, WAVES + 1) for home in self._begun(wave)]
        floor = floor_of_plan(self.shop.world(), there) if there else 0
        self._counted("finish", floor, "handover", "finish", "--yes")

    def people_accept(self, wave: int) -> None:
        """Whoever ever will, accepts today."""
        with self.shop.open_world() as world:
            invited = invited_addresses(world)
            for home in self.homes.wave(wave):
                if home.fate is not Fate.NEVER_ACCEPTS and address(home) in invited:
                    accept_invitation(world, f"person:{home.person}", installation=None)

    def table(self) -> dict[str, str]:
        """Name and stage of each hand-over under way."""
        document = self.shop.run("handover", "status", report=True).document
        return {one["name"]: one["stage"] for one in document["handovers"]}

    def filed(self) -> set[str]:
        """Ids of what is handed over."""
        return {read["id"] for read in self._files("released")}

    def writes(self) -> list[dict[str, Any]]:
        """Whatever was sent to change something."""
        self.taken()
        return [one for one in self.requests if one["method"] != "GET" and "oauth" not in one["path"]]

    def taken(self) -> list[Any]:
        """The requests since this was asked last; the sandbox itself keeps only so many."""
        with self.shop.open_world() as world:
            entries, world.data["log"] = world.data["log"], []
        self.requests += entries
        return entries

    def _counted(self, what: str, floor: int, *arguments: str) -> Ended:
        self.taken()
        ended = self.shop.run(*arguments, report=True)
        seen = sum(entry["method"] == "GET" for entry in self.taken())
        self.reads[what] += seen
        assert seen == floor, f"{what}: {seen} reads, floor {floor}\n{ended.err}"
        return ended

    def _begun(self, wave: int) -> list[Home]:
        ids = {read["id"] for read in self._files("installations")}
        return [home for home in self.homes.wave(wave) if home.id in ids]

    def _files(self, folder: str) -> list[dict[str, Any]]:
        return [yaml.safe_load(path.read_text()) for path in (self.shop.folder / "fleet" / folder).rglob("*.yaml")]


def test_a_list_in_four_waves_ends_as_it_must(shop: Shop, homes: Street) -> None:
    """Interrupted after the second wave and begun from the front: nothing is sent twice, and the table is right."""
    begun = time.monotonic()
    first = Waves(shop, homes)
    first.work(until=2)
    halfway = len(first.writes())
    again = Waves(shop, homes)
    again.work(until=2)
    repeated = again.writes()
    again.work()

    table = again.table()
    sent = halfway + len(again.writes())
    filed = again.filed()
    figures = f"{len(homes.homes)} homes in {WAVES} waves: {len(filed)} handed over, {dict(Counter(table.values()))}"
    figures += f", {len(again.refused)} refused; {sent} writes, reads at the floor {dict(again.reads)}"
    figures += f", {len(first.requests) + len(again.requests)} requests in all, {time.monotonic() - begun:.0f} s"
    with shop.capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")
    assert again.refused == {home.serial: REFUSALS[home.fate] for home in homes.homes if not home.goes}
    assert filed == {home.id for home in homes.homes if home.released}
    assert table == {
        home.name: "pending" if home.stuck else "waiting" for home in homes.homes if home.goes and not home.released
    }
    assert repeated == []
    assert sent == sum(map(writes_of, homes.homes))
    assert "@" not in shop.run("handover", "status").out


def test_chargers_that_come_back_go_the_rest_of_the_way(shop: Shop, homes: Street) -> None:
    """The same commands once more, the same list: only whoever never accepts is still waited for."""
    again = Waves(shop, homes)
    again.work()
    for home in homes.homes:
        if home.stuck:
            assert shop.run("sandbox", "set", home.serial, "online=true").code == 0
    assert shop.run("sandbox", "advance", "1m").code == 0

    again.work()

    assert set(again.table().values()) == {"waiting"}
    assert again.filed() == {home.id for home in homes.homes if home.released or home.stuck}
