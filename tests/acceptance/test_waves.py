"""A large apply begins small, looks around, and sends no more mails a day than people can bear."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reconciler.sandbox.portal import set_value
from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World
from tests.acceptance.conftest import Ended, Shop

BAKKEGATA = "fleet/installations/homes/bakkegata-7.yaml"
SOLBAKKEN = "fleet/installations/coops/solbakken.yaml"
FURULIA = "fleet/installations/coops/furulia.yaml"
KAIA = "fleet/installations/public/kaia-p-hus.yaml"
HAVNEN = "fleet/installations/work/havnen-kontor.yaml"
THREE = (SOLBAKKEN, KAIA, HAVNEN)
LOWERED = "ZPR081003"


def waves(ended: Ended) -> list[tuple[int, bool | None]]:
    """Size and health of each wave."""
    return [(wave["installations"], wave["healthy"]) for wave in ended.document["waves"]]


def by_name(ended: Ended, shop: Shop) -> dict[str, set[str]]:
    """Outcomes by installation."""
    run = shop.folder / ".reconciler" / "runs" / ended.document["run_id"]
    names = {one["id"]: one["name"] for one in json.loads((run / "plan.json").read_text())["changes"]}
    found: dict[str, set[str]] = {}
    for outcome in ended.document["outcomes"]:
        found.setdefault(names[outcome["change"]], set()).add(outcome["outcome"])
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def mails(shop: Shop) -> list[Any]:
    """What the sandbox sent to people."""
    return list(shop.world().data["outbox"])


@contextmanager
def losing(world: World, serial: str) -> Iterator[threading.Event]:
    """As soon as something was written to a charger, its connection is gone; the event says that it happened."""
    lost, over = threading.Event(), threading.Event()
    charger = world.charger_by_serial(serial)
    assert charger is not None
    path = f"/api/chargers/{charger['id']}/update"

    def watch() -> None:
        while not (lost.is_set() or over.wait(0.002)):
            with world.lock:
                if any(entry["path"] == path and entry["effect"] for entry in world.log):
                    set_value(world, serial, setting="online", value=False)
                    lost.set()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lost
    finally:
        over.set()
        thread.join()


@pytest.fixture
def slow(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Shop, World]]:
    """The world served thirty times as fast as reality, so that something can happen between a write and a look."""
    monkeypatch.setenv("ZAPTEC_USERNAME", "owner@sandbox.example")
    monkeypatch.setenv("ZAPTEC_PASSWORD", "sandbox")
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json")
    with file.locked(url=None):
        world = file.load()
        with running(world, time_scale=30.0) as url:
            file.announce(url)
            monkeypatch.setenv("RECONCILER_SANDBOX_URL", url)
            yield shop, world


class TestWaves:
    def test_a_charger_that_goes_offline_in_the_first_wave_stops_the_second(self, slow: tuple[Shop, World]) -> None:
        """Whatever made it so, nobody wants it at three hundred homes."""
        shop, world = slow

        with losing(world, LOWERED) as lost:
            ended = shop.apply(*THREE, "--yes", "--waves", "1,1,rest")

        assert lost.is_set(), (ended.out, ended.err)
        assert waves(ended) == [(1, False), (1, None), (1, None)]
        assert f"Wave 1 of 3 1 installation, not healthy: {LOWERED} went offline" in flat(ended.out)
        assert "Wave 2 of 3 1 installation, not started" in flat(ended.out)
        found = by_name(ended, shop)
        assert "done" in found["Solbakken borettslag"]
        assert (found["Kaia P-hus"], found["Havnen kontor"]) == ({"not_reached"}, {"not_reached"})
        assert ended.code == 4
        written = {entry["path"] for entry in shop.log() if entry["effect"]}
        assert not [path for path in written if path.startswith("/partner")]

    def test_healthy_waves_do_what_one_run_does(self, shop: Shop) -> None:
        """In the order of the plan, one part after the other."""
        ended = shop.apply("--yes", "--waves", "1,40%,rest")

        assert waves(ended) == [(1, True), (2, True), (2, True)]
        assert flat(ended.out).count("healthy") == 3
        assert {kind: number for kind, number in ended.document["counts"].items() if number} == {
            "done": 9,
            "pending": 1,
            "waiting": 7,
        }

    def test_an_uncertain_write_stops_the_next_wave_and_the_rest_is_applied_later(self, shop: Shop) -> None:
        """Not done is not lost: what was not started stands in the residual plan."""
        shop.run("sandbox", "fault", "error-before", "--method", "POST", "--path", "/api/chargers/*", "--times", "1")

        ended = shop.apply(*THREE, "--yes", "--waves", "1,rest")
        rest = shop.apply(*THREE, "--yes", "--waves", "1,rest")

        assert waves(ended) == [(1, False), (2, None)]
        assert "Solbakken borettslag: 1 change ended as uncertain" in flat(ended.out)
        assert ended.document["residual_plan"]
        assert [healthy for _, healthy in waves(rest)] == [True, True]
        assert by_name(rest, shop)["Kaia P-hus"] == {"done"}

    def test_a_run_that_is_not_split_has_no_waves(self, shop: Shop) -> None:
        """And says nothing about them."""
        ended = shop.apply(KAIA, "--yes")

        assert ended.document["waves"] == []
        assert "Wave" not in ended.out

    @pytest.mark.parametrize("sizes", ["5", "rest,5", "5,10", "zero,rest", "0,rest"])
    def test_sizes_that_nobody_can_mean_are_a_mistake(self, shop: Shop, sizes: str) -> None:
        """Before anything is asked of the cloud."""
        ended = shop.apply("--yes", "--waves", sizes)

        assert ended.code == 64
        assert "--waves 5,10%,rest" in flat(ended.err)
        assert shop.log() == []

    def test_the_journal_tells_of_each_wave(self, shop: Shop) -> None:
        """So that a resume knows which ones were looked at."""
        ended = shop.apply(KAIA, HAVNEN, "--yes", "--waves", "1,rest")

        run = shop.folder / ".reconciler" / "runs" / ended.document["run_id"]
        events = [json.loads(line) for line in (run / "journal.jsonl").read_text().splitlines()]
        told = [(one["event"], one["data"]["wave"]) for one in events if one["event"].startswith("wave-")]
        assert told == [("wave-started", 1), ("wave-ended", 1), ("wave-started", 2), ("wave-ended", 2)]


class TestInvitations:
    def test_only_as_many_leave_in_a_day_as_the_files_allow(self, shop: Shop) -> None:
        """The rest waits without a mail, says until when, and goes out the day after."""
        shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 25\n  invitationsPerDay: 1")
        before = len(mails(shop))

        first = shop.apply(BAKKEGATA, FURULIA, "--yes")
        sent = len(mails(shop)) - before
        same_day = shop.apply(BAKKEGATA, FURULIA, "--yes")
        sent_again = len(mails(shop)) - before
        shop.run("sandbox", "advance", "25h")
        next_day = shop.apply(BAKKEGATA, FURULIA, "--yes")

        held = [one["detail"] for one in first.document["outcomes"] if "invitationsPerDay" in one["detail"]]
        assert len(held) == 1
        assert "apply again" in held[0]
        assert (sent, sent_again, len(mails(shop)) - before) == (1, 1, 2)
        assert "used up (invitationsPerDay)" in flat(same_day.out)
        assert "invitationsPerDay" not in next_day.out

    def test_the_usual_limit_holds_nothing_up_here(self, shop: Shop) -> None:
        """A hundred a day."""
        before = len(mails(shop))

        ended = shop.apply(BAKKEGATA, FURULIA, "--yes")

        assert len(mails(shop)) - before == 2
        assert "invitationsPerDay" not in ended.out

    def test_whoever_owns_the_site_stays_until_the_new_owner_was_invited(self, shop: Shop) -> None:
        """A held invitation holds the removal behind it as well."""
        shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 25\n  invitationsPerDay: 1")
        shop.apply(FURULIA, "--yes")
        sent = len(mails(shop))

        ended = shop.apply(BAKKEGATA, "--yes")

        run = shop.folder / ".reconciler" / "runs" / ended.document["run_id"]
        access = {
            one["id"]: one["principal"]
            for one in json.loads((run / "plan.json").read_text())["changes"]
            if one["principal"]
        }
        kinds = {access[one["change"]]: one["outcome"] for one in ended.document["outcomes"] if one["change"] in access}
        assert kinds == {"person:c-88123": "not_reached", "userGroup:BSJG": "not_reached"}
        assert len(mails(shop)) == sent
