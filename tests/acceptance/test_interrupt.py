"""Ctrl-C during a real apply over HTTP: the first ends it in good order, the second at once; both can be resumed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World
from tests.acceptance.conftest import CHECKOUT, Shop

SITES = ("fleet/installations/coops/solbakken.yaml", "fleet/installations/public/kaia-p-hus.yaml")
LONGEST_S = 60.0


@dataclass
class Apply:
    """A `reconciler apply` in a process of its own."""

    process: subprocess.Popen[str]
    folder: Path

    def journal(self) -> list[dict[str, Any]]:
        """What it has written down so far; a line in the making is left out."""
        paths = sorted((self.folder / ".reconciler" / "runs").glob("*/journal.jsonl"))
        text = paths[-1].read_text() if paths else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The data of its events of one kind."""
        return [line["data"] for line in self.journal() if line["event"] == name]

    def wait_for(self, name: str) -> None:
        """Until it has written down such an event."""
        give_up_at = time.monotonic() + LONGEST_S
        while not self.events(name):
            assert self.process.poll() is None, self.process.stderr
            assert time.monotonic() < give_up_at
            time.sleep(0.005)

    def signal(self, number: int) -> None:
        """Like Ctrl-C, or like a runner that stops a job."""
        self.process.send_signal(number)

    def ends(self) -> tuple[int, str]:
        """Its exit code and what it said on stderr."""
        _, said = self.process.communicate(timeout=LONGEST_S)
        return self.process.returncode, said

    def result(self) -> dict[str, Any] | None:
        """The result that it left, None when it left none."""
        paths = sorted((self.folder / ".reconciler" / "runs").glob("*/result.json"))
        return json.loads(paths[-1].read_text()) if paths else None


@contextmanager
def served_world(shop: Shop) -> Iterator[tuple[World, str]]:
    """The world over HTTP, twenty times as fast as reality: slow enough to be interrupted."""
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json")
    with file.locked(url=None):
        world = file.load()
        with running(world, time_scale=20.0) as url:
            yield world, url


@contextmanager
def an_apply(shop: Shop, url: str, *arguments: str) -> Iterator[Apply]:
    """Start it; whatever the test does, it is gone afterwards."""
    command = [sys.executable, "-m", "reconciler", "apply", *arguments]
    env = {**os.environ, "RECONCILER_SANDBOX_URL": url, "PYTHONPATH": str(CHECKOUT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=shop.folder, env=env, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Apply(process=process, folder=shop.folder)
        finally:
            process.kill()


def effects(world: World) -> Counter[tuple[str, str]]:
    """How often each request changed the world."""
    return Counter((entry["method"], entry["path"]) for entry in world.log if entry["effect"])


class TestOnce:
    """In two waves, so that something is left however fast the first writes are."""

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_what_is_in_flight_is_finished_and_read_back(self, shop: Shop, number: int) -> None:
        """Each write that left has its outcome, the rest was not reached, and the result is on disk."""
        with served_world(shop) as (_, url), an_apply(shop, url, *SITES, "--yes", "--waves", "1,rest") as apply:
            apply.wait_for("before-write")
            apply.signal(number)
            code, said = apply.ends()

        sent = {change for event in apply.events("before-write") for change in event["changes"]}
        result = apply.result()
        assert result is not None
        kinds = {one["change"]: one["outcome"] for one in result["outcomes"]}
        assert code == 130
        assert "stopping" in said
        assert result["exit"]["code"] == 130
        assert {kinds[change] for change in sent} <= {"done", "pending"}
        assert "not_reached" in kinds.values()
        assert not result["receipt"]["converged"]

    def test_it_can_be_resumed(self, shop: Shop) -> None:
        """The rest is done, and what was done is not done again."""
        with served_world(shop) as (world, url):
            with an_apply(shop, url, *SITES, "--yes", "--waves", "1,rest") as apply:
                apply.wait_for("before-write")
                apply.signal(signal.SIGINT)
                apply.ends()
            first = effects(world)
            with an_apply(shop, url, "--resume", "last") as resumed:
                code, _ = resumed.ends()
            result = resumed.result()

            assert result is not None
            assert result["receipt"]["converged"]
            assert code == 4
            assert "not_reached" not in {one["outcome"] for one in result["outcomes"]}
            assert set(effects(world).values()) == {1}
            assert first.keys() < effects(world).keys()


def places(plan: Path) -> dict[str, tuple[str, ...]]:
    """Where the changes of a plan are, by id; another plan of the same place may expect another value there."""
    changes = json.loads(plan.read_text())["changes"]
    return {one["id"]: (one["name"], str(one["charger"]), str(one["principal"]), one["setting"]) for one in changes}


def interrupted(shop: Shop, url: str, *arguments: str) -> dict[str, Any]:
    """The result of an apply that was told to stop during the first of two installations."""
    runs = shop.folder / ".reconciler" / "runs"
    known = {*runs.glob("*")}
    with an_apply(shop, url, *arguments, "--waves", "1,rest") as apply:
        while not any(
            '"before-write"' in path.read_text() for path in runs.glob("*/*.jsonl") if path.parent not in known
        ):
            assert apply.process.poll() is None
            time.sleep(0.005)
        apply.signal(signal.SIGINT)
        apply.ends()
    (new,) = {*runs.glob("*")} - known
    result: dict[str, Any] = json.loads((new / "result.json").read_text())
    return result


def check_what_is_left(shop: Shop, result: dict[str, Any]) -> None:
    """All that was not reached stands in the residual plan, and the way on that is named first is the resume."""
    folder = shop.folder / ".reconciler" / "runs" / result["run_id"]
    where = places(folder / "plan.json")
    missed = {where[one["change"]] for one in result["outcomes"] if one["outcome"] == "not_reached"}
    assert {place[0] for place in missed} == {"Solbakken borettslag", "Kaia P-hus"}
    assert missed <= {*places(shop.folder / result["residual_plan"]).values()}
    for format_ in ("text", "markdown"):
        shown = " ".join(shop.run("show", str(folder / "result.json"), "--format", format_).out.split())
        resume = shown.index(f"reconciler apply --resume {result['run_id']}")
        assert resume < shown.index(result["residual_plan"])


class TestWhatIsLeft:
    def test_the_residual_plan_holds_what_was_not_reached(self, shop: Shop) -> None:
        """Whoever follows it ends where the run would have ended: only a person and what waits for that are left."""
        with served_world(shop) as (_, url):
            result = interrupted(shop, url, *SITES, "--yes")
            check_what_is_left(shop, result)
            with an_apply(shop, url, result["residual_plan"]) as rest:
                rest.ends()
            planned = shop.plan(*SITES, env={"RECONCILER_SANDBOX_URL": url})

        left = [(one["charger"], one["setting"]) for one in planned.document["changes"]]
        assert left == [("ZPR081030", "standAlone"), ("ZPR081031", "maxCurrent")]

    def test_that_of_a_way_back_as_well(self, shop: Shop) -> None:
        """No plan of the files would ever want the rest of it."""
        there = shop.apply(*SITES, "--yes").document
        with served_world(shop) as (_, url):
            result = interrupted(shop, url, there["rollback"])

        check_what_is_left(shop, result)


class TestWhileAResumeWaits:
    def test_the_wait_is_told_and_ends_at_once(self, shop: Shop) -> None:
        """Nothing is sent, the exit code says interrupted, and the run can be resumed still."""
        with served_world(shop) as (world, url):
            with an_apply(shop, url, *SITES, "--yes", "--waves", "1,rest") as apply:
                apply.wait_for("before-write")
                apply.signal(signal.SIGKILL)
                apply.ends()
            before, sent = effects(world), len(apply.events("before-write"))
            with an_apply(shop, url, "--resume", "last") as resumed:
                while resumed.process.stderr and "waiting" not in resumed.process.stderr.readline():
                    assert resumed.process.poll() is None
                resumed.signal(signal.SIGINT)
                code, said = resumed.ends()
                writes = resumed.events("before-write")
            stopped = resumed.result()

            assert (code, len(writes)) == (130, sent)
            assert "Traceback" not in said
            assert stopped is not None
            assert set(stopped["counts"]) >= {"uncertain", "not_reached"}
            assert stopped["counts"]["done"] == 0
            check_what_is_left(shop, stopped)

            with an_apply(shop, url, "--resume", "last") as again:
                again.ends()
            result = again.result()
            assert result is not None
            assert result["receipt"]["converged"]
            assert set(effects(world).values()) == {1}
            assert before.keys() <= effects(world).keys()


class TestTwice:
    def test_the_second_stops_at_once_and_names_the_way_on(self, shop: Shop) -> None:
        """No waiting for anything: the journal has what is needed."""
        with served_world(shop) as (world, url):
            with an_apply(shop, url, *SITES, "--yes") as apply:
                apply.wait_for("after-write")
                apply.signal(signal.SIGINT)
                while apply.process.stderr and "stopping" not in apply.process.stderr.readline():
                    pass
                apply.signal(signal.SIGINT)
                told_at = time.monotonic()
                code, said = apply.ends()
                took_s = time.monotonic() - told_at
            run = sorted((shop.folder / ".reconciler" / "runs").iterdir())[-1].name

            assert code == 130
            assert f"--resume {run}" in said
            assert took_s < 1.0
            assert apply.result() is None
            assert not apply.events("finished")

            with an_apply(shop, url, "--resume", run) as resumed:
                resumed.ends()
            result = resumed.result()
            assert result is not None
            assert result["receipt"]["converged"]
            assert set(effects(world).values()) == {1}

    def test_the_next_apply_tells_of_it(self, shop: Shop) -> None:
        """Whoever comes later hears which run was left in the middle, and how to go on with it."""
        with served_world(shop) as (_, url):
            with an_apply(shop, url, *SITES, "--yes") as apply:
                apply.wait_for("before-write")
                apply.signal(signal.SIGKILL)
                apply.ends()
            run = sorted((shop.folder / ".reconciler" / "runs").iterdir())[-1].name
            with an_apply(shop, url, *SITES, "--yes") as later:
                code, said = later.ends()

        assert code == 4
        assert said.count(f"reconciler apply --resume {run}") == 1
