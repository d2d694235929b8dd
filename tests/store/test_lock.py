"""One apply per account on a machine."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from reconciler.errors import LockedError, ReconcilerError
from reconciler.store.lock import account_lock

HOLD = """
import sys
from pathlib import Path
from reconciler.store.lock import account_lock
with account_lock(Path(sys.argv[1]), sys.argv[2], sys.argv[3]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_apply(root: Path, account: str, run_id: str) -> Iterator[subprocess.Popen[str]]:
    """A second process that holds the account until its input closes."""
    command = [sys.executable, "-c", HOLD, str(root), account, run_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
        assert child.stdin is not None
        child.stdin.close()


class TestTwoProcesses:
    def test_the_second_apply_hears_who_holds_the_account(self, tmp_path: Path) -> None:
        """Run, process and age are named, and what to do."""
        with another_apply(tmp_path, "main", "20261121T063000Z-3f2a") as child:
            with pytest.raises(LockedError) as caught, account_lock(tmp_path, "main", "mine", patience_s=0):
                pass

            assert caught.value.exit_code == 7
            assert f"run 20261121T063000Z-3f2a, process {child.pid} on" in caught.value.what
            assert "(less than a minute ago)" in caught.value.what
            assert f"in {tmp_path}," in caught.value.what
            assert "--resume 20261121T063000Z-3f2a" in caught.value.remedy
            assert "a fresh plan" in caught.value.remedy

    def test_the_account_is_free_when_the_other_has_ended(self, tmp_path: Path) -> None:
        """Nothing has to be cleaned up by hand."""
        with another_apply(tmp_path, "main", "theirs"):
            pass

        with account_lock(tmp_path, "main", "mine") as held:
            assert held.abandoned is None
            assert held.holder.run_id == "mine"

    def test_a_killed_apply_holds_nothing_and_is_named(self, tmp_path: Path) -> None:
        """After kill -9 the next apply goes ahead, and knows which run it can resume."""
        with another_apply(tmp_path, "main", "killed") as child:
            child.send_signal(signal.SIGKILL)
            child.wait()

            with account_lock(tmp_path, "main", "mine") as held:
                assert held.abandoned is not None
                assert held.abandoned.run_id == "killed"
                assert held.abandoned.pid == child.pid
                assert not held.abandoned.is_alive

    def test_another_account_is_not_held(self, tmp_path: Path) -> None:
        """Two accounts can be applied side by side."""
        with another_apply(tmp_path, "main", "theirs"), account_lock(tmp_path, "second", "mine") as held:
            assert held.holder.pid == os.getpid()


class TestOneProcess:
    def test_it_does_not_lock_itself_twice(self, tmp_path: Path) -> None:
        """Two applies in one program exclude each other as well."""
        with (
            account_lock(tmp_path, "main", "first"),
            pytest.raises(LockedError, match="run first"),
            account_lock(tmp_path, "main", "second", patience_s=0),
        ):
            pass

    def test_an_error_inside_gives_the_account_back(self, tmp_path: Path) -> None:
        """A run that ended with an error is not an abandoned one."""
        with pytest.raises(RuntimeError, match="oops"), account_lock(tmp_path, "main", "first"):
            raise RuntimeError("oops")

        with account_lock(tmp_path, "main", "second") as held:
            assert held.abandoned is None

    @pytest.mark.parametrize("text", ["", "{", '{"pid": 1}', "[]", '{"pid":1,"host":"h","run":"r","since":"soon"}'])
    def test_a_garbled_note_of_the_holder_blocks_nobody(self, tmp_path: Path, text: str) -> None:
        """The lock is the operating system's; the note beside it is only for people."""
        with account_lock(tmp_path, "main", "first"):
            pass
        note = tmp_path / ".reconciler" / "locks" / "account-main.json"
        note.write_text(text)

        with account_lock(tmp_path, "main", "second") as held:
            assert held.abandoned is None

    def test_a_note_with_a_time_before_all_time_is_garbled(self, tmp_path: Path) -> None:
        """The first of January of the year 1, a day further east, is a time that no clock in UTC can show."""
        with account_lock(tmp_path, "main", "first"):
            note = tmp_path / ".reconciler" / "locks" / "account-main.json"
            holder = json.loads(note.read_text()) | {"since": "0001-01-01T00:00:00+23:59"}
            note.write_text(json.dumps(holder))

            with (
                pytest.raises(LockedError, match="garbled"),
                account_lock(tmp_path, "main", "second", patience_s=0),
            ):
                pass

    def test_a_holder_without_a_note_is_still_respected(self, tmp_path: Path) -> None:
        """Between taking the lock and writing the note the account is held already."""
        with account_lock(tmp_path, "main", "first"):
            (tmp_path / ".reconciler" / "locks" / "account-main.json").unlink()

            with (
                pytest.raises(LockedError, match="another apply that has just started"),
                account_lock(tmp_path, "main", "second", patience_s=0),
            ):
                pass

    def test_an_account_name_cannot_lead_elsewhere(self, tmp_path: Path) -> None:
        """Slashes and dots in a name stay part of the name."""
        with account_lock(tmp_path / "root", "../../main", "first"):
            locks = {path.name for path in (tmp_path / "root" / ".reconciler" / "locks").iterdir()}

        assert "account-..%2F..%2Fmain.json" in locks
        assert [path.name for path in tmp_path.iterdir()] == ["root"]

    def test_the_age_is_said_in_hours_and_minutes(self, tmp_path: Path) -> None:
        """Somebody who waits wants to know for how long it has been going on."""
        with account_lock(tmp_path, "main", "first") as held:
            note = tmp_path / ".reconciler" / "locks" / "account-main.json"
            since = held.holder.since.replace(microsecond=0)
            note.write_text(note.read_text().replace(f"{since.year}-", f"{since.year - 1}-"))

            with (
                pytest.raises(LockedError, match=r"\(8\d{3} h \d+ min ago\)"),
                account_lock(tmp_path, "main", "second", patience_s=0),
            ):
                pass


class TestWaiting:
    def test_an_apply_that_has_just_begun_is_waited_for(self, tmp_path: Path) -> None:
        """In the sandbox most are over in a moment."""
        with another_apply(tmp_path, "main", "theirs") as child:
            assert child.stdin is not None
            Timer(0.2, child.stdin.close).start()

            with account_lock(tmp_path, "main", "mine") as held:
                assert held.holder.run_id == "mine"

    def test_one_that_has_gone_on_for_a_while_is_not(self, tmp_path: Path) -> None:
        """It may be waiting for a person or for devices, so a pipeline hears at once."""
        started = time.monotonic()
        with account_lock(tmp_path, "main", "first") as held:
            note = tmp_path / ".reconciler" / "locks" / "account-main.json"
            year = held.holder.since.year
            note.write_text(note.read_text().replace(f"{year}-", f"{year - 1}-"))

            with pytest.raises(LockedError), account_lock(tmp_path, "main", "second", patience_s=30):
                pass

        assert time.monotonic() - started < 2


class TestFilesOfTheLock:
    def test_a_link_in_place_of_the_lock_is_not_followed(self, tmp_path: Path) -> None:
        """A checked-in link must neither empty nor make a file elsewhere."""
        locks = tmp_path / ".reconciler" / "locks"
        locks.mkdir(parents=True)
        victim = tmp_path / "victim"
        victim.write_text("precious")
        (locks / "account-main.lock").symlink_to(victim)

        with pytest.raises(ReconcilerError, match="symbolic link"), account_lock(tmp_path, "main", "mine"):
            pass

        assert victim.read_text() == "precious"

    def test_only_the_owner_can_read_them(self, tmp_path: Path) -> None:
        """Nobody else on the machine can hold the account against us."""
        with account_lock(tmp_path, "main", "mine"):
            lock = tmp_path / ".reconciler" / "locks" / "account-main.lock"

            assert stat.S_IMODE(lock.stat().st_mode) == 0o600

    def test_a_folder_of_somebody_else_is_an_error_with_a_remedy(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A run with sudo leaves a lock of root behind."""
        with account_lock(tmp_path, "main", "mine"):
            pass
        really_open = os.open

        def denied(path: str | Path, *arguments: int, **options: int) -> int:
            if str(path).endswith(".lock"):
                raise PermissionError(13, "Permission denied")
            return really_open(path, *arguments, **options)

        monkeypatch.setattr(os, "open", denied)

        with pytest.raises(ReconcilerError, match="Permission denied") as caught, account_lock(tmp_path, "main", "b"):
            pass
        assert caught.value.where.endswith("account-main.lock")
        assert "sudo chown" in caught.value.remedy
