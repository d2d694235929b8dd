"""The world on disk: kept between commands, held by one process at a time."""

import json
import os
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.sandbox import moments
from reconciler.sandbox.errors import SandboxError, WorldHeld
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World
from tests.sandbox.cloud import Cloud


@pytest.fixture
def file(tmp_path: Path) -> SandboxFile:
    return SandboxFile(tmp_path / ".reconciler" / "sandbox.json")


class TestKeeping:
    def test_the_first_use_seeds_the_fixture_at_wall_time(self, file: SandboxFile) -> None:
        """A fresh clone just works."""
        with file.hold() as world:
            count, now = len(world.data["installations"]), world.now()

        assert count == 11
        assert abs(now - time.time()) < 60

    def test_what_happened_is_there_next_time(self, file: SandboxFile) -> None:
        """Also time that was slept through."""
        with file.hold() as world:
            Cloud(world).update_charger("ZAP012345", {"maxChargeCurrent": 10})
            world.advance(7200)
            then = world.now()
        with file.hold() as world:
            now, shown = world.now(), Cloud(world).state("ZAP012345")[510]

        assert now == then
        assert shown == "10.000"

    def test_it_is_saved_when_the_command_fails(self, file: SandboxFile) -> None:
        """The cloud does not forget because a client crashed."""
        seen: list[World] = []

        with pytest.raises(RuntimeError):
            self._crash(file, seen)
        assert file.load().now() == seen[0].now()

    def _crash(self, file: SandboxFile, seen: list[World]) -> None:
        with file.hold() as world:
            seen.append(world)
            world.advance(7200)
            raise RuntimeError

    def test_each_write_is_saved_at_once(self, file: SandboxFile) -> None:
        """A killed run leaves the world as it was at that moment."""
        with file.hold() as world:
            Cloud(world).update_charger("ZAP012345", {"maxChargeCurrent": 10})
            on_disk = json.loads(file.path.read_text())

        charger = next(c for c in on_disk["chargers"].values() if c["serial"] == "ZAP012345")
        assert charger["settling"][0]["values"] == {"510": "10.000"}

    def test_a_large_world_is_not_saved_after_every_write(self, tmp_path: Path) -> None:
        """Saving takes at most about a tenth of the time; the end is always saved."""
        file = SandboxFile(tmp_path / "sandbox.json", first=lambda: generated_world(400, 1000).world)
        with file.hold() as world:
            cloud = Cloud(world)
            serials = [c["serial"] for c in world.data["chargers"].values()][:2]
            for serial in serials:
                cloud.update_charger(serial, {"maxChargeCurrent": 7})
            interim = file.path.read_text().count('"510":"7.000"')

        assert interim == 1
        assert file.path.read_text().count('"510":"7.000"') == 2

    def test_a_file_that_is_no_world_is_an_error_with_a_way_out(self, file: SandboxFile) -> None:
        """The text names the file."""
        file.path.parent.mkdir()
        file.path.write_text("[]")

        with pytest.raises(SandboxError, match=r"sandbox\.json cannot be read"), file.hold():
            pass

    def test_only_its_owner_can_read_it(self, file: SandboxFile) -> None:
        """It holds addresses."""
        with file.hold():
            pass

        assert file.path.stat().st_mode & 0o077 == 0

    def test_text_and_back_is_the_same_world(self) -> None:
        """Everything in it is JSON."""
        text = fixture_world().to_json()

        assert World.from_json(text).to_json() == text

    def test_another_format_is_refused(self) -> None:
        """A later version may change the file."""
        with pytest.raises(ValueError, match="format 1"):
            World.from_json('{"format": 2}')


class TestHolding:
    def test_nobody_else_gets_it_meanwhile(self, file: SandboxFile) -> None:
        """The error tells which process has it and since when."""
        other = SandboxFile(file.path, patience_s=0)

        with file.hold(), pytest.raises(WorldHeld) as refused, other.hold():
            pass

        assert refused.value.pid == os.getpid()
        assert refused.value.since.endswith("Z")
        assert refused.value.url is None

    def test_afterwards_it_is_free(self, file: SandboxFile) -> None:
        """And nothing says otherwise."""
        with file.hold():
            pass
        with SandboxFile(file.path).hold() as world:
            assert world.data["installations"]

        assert sorted(p.name for p in file.path.parent.iterdir() if p.suffix == ".json") == ["sandbox.json"]

    def test_another_process_is_kept_out_and_its_end_frees_the_world(self, file: SandboxFile) -> None:
        """Even when it was killed."""
        script = textwrap.dedent(
            f"""
            import pathlib, sys
            from reconciler.sandbox.store import SandboxFile
            with SandboxFile(pathlib.Path({str(file.path)!r})).hold():
                print("held", flush=True)
                sys.stdin.read()
            """
        )
        with subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(WorldHeld) as refused, SandboxFile(file.path, patience_s=0).hold():
                pass
            process.kill()
        with file.hold() as world:
            assert world.data["installations"]

        assert refused.value.pid == process.pid

    def test_an_operation_needs_no_server(self, file: SandboxFile) -> None:
        """It takes the world for a moment."""
        file.operate("set", {"target": "ZAP012345", "setting": "maxCurrent", "value": 10})

        with file.hold() as world:
            assert Cloud(world).state("ZAP012345")[510] == "10.000"

    def test_an_operation_says_who_has_the_world(self, file: SandboxFile) -> None:
        """A command that runs serves nothing."""
        with file.hold(), pytest.raises(WorldHeld):
            SandboxFile(file.path, patience_s=0).operate("status", {})


class TestWaiting:
    def test_a_command_that_has_just_begun_is_waited_for(self, file: SandboxFile) -> None:
        """It is over in a moment, and then it is our turn."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            with file.hold():
                second = pool.submit(SandboxFile(file.path).operate, "advance", {"seconds": 1})
                time.sleep(0.2)
                waited = not second.done()

            assert waited
            assert second.result(5)["now"] > 0

    def test_patience_ends(self, file: SandboxFile) -> None:
        """Somebody who works for longer than that is named."""
        started = time.monotonic()

        with file.hold(), pytest.raises(WorldHeld) as refused, SandboxFile(file.path, patience_s=0.2).hold():
            pass

        assert refused.value.pid == os.getpid()
        assert 0.2 <= time.monotonic() - started < 2

    @pytest.mark.parametrize(
        ("age_s", "url"), [(60, None), (0, "http://127.0.0.1:8000")], ids=["long at it", "serving"]
    )
    def test_who_will_not_end_soon_is_not_waited_for(self, file: SandboxFile, age_s: int, url: str | None) -> None:
        """A served world, or an apply that asks somebody a question."""
        started = time.monotonic()

        with file.hold():
            since = moments.with_offset(time.time() - age_s)
            note = {"pid": os.getpid(), "since": since, "url": url}
            file.path.with_suffix(".holder.json").write_text(json.dumps(note))
            with pytest.raises(WorldHeld) as refused, SandboxFile(file.path, patience_s=30).hold():
                pass

        assert (refused.value.since, refused.value.url) == (since, url)
        assert time.monotonic() - started < 2

    @pytest.mark.parametrize("note", [None, "", "[]", '{"pid": 4194305, "since": "2026-01-01T00:00:00Z", "url": null}'])
    def test_without_a_note_of_a_living_holder_no_process_is_named(self, file: SandboxFile, note: str | None) -> None:
        """It has just taken the lock; the note, if any, is of one that was killed."""
        with file.hold():
            path = file.path.with_suffix(".holder.json")
            path.unlink() if note is None else path.write_text(note)
            with pytest.raises(WorldHeld, match="another command has the sandbox") as refused:
                SandboxFile(file.path, patience_s=0.05).operate("status", {})

        assert refused.value.pid == 0


class TestReplacing:
    @pytest.mark.parametrize("missing", ["now", "installations", "log"])
    def test_a_world_that_lacks_a_part_is_broken(self, file: SandboxFile, missing: str) -> None:
        """Found at once, not in the middle of a run; a reset repairs it."""
        with file.hold():
            pass
        broken = json.loads(file.path.read_text())
        del broken[missing]
        file.path.write_text(json.dumps(broken))

        with pytest.raises(SandboxError, match=f"{missing} missing"):
            file.load()
        file.operate("reset", {})
        assert file.load().data["installations"]
