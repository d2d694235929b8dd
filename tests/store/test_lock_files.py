"""What can be wrong with the files of a lock, and what each message says to do about it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import LockedError, ReconcilerError
from reconciler.store.lock import account_lock

Spoil = Callable[[Path], object]


def locks_of(root: Path) -> Path:
    """The folder of the locks, after an apply that has ended."""
    with account_lock(root, "main", "first"):
        pass
    return root / ".reconciler" / "locks"


def refusal(root: Path) -> ReconcilerError:
    """The error of the next apply."""
    with pytest.raises(ReconcilerError) as caught, account_lock(root, "main", "second", patience_s=0):
        pass
    return caught.value


class TestFolder:
    def test_a_link_in_place_of_the_folder_is_not_followed(self, tmp_path: Path) -> None:
        """A checked-in link must not put files elsewhere, nor let two fleets hold each other up."""
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (tmp_path / "root" / ".reconciler").mkdir(parents=True)
        folder = tmp_path / "root" / ".reconciler" / "locks"
        folder.symlink_to(elsewhere)

        error = refusal(tmp_path / "root")

        assert error.where == str(folder)
        assert "is a symbolic link" in error.what
        assert f"rm {folder}" in error.remedy
        assert list(elsewhere.iterdir()) == []

    def test_a_file_in_place_of_the_folder_is_to_be_moved_away(self, tmp_path: Path) -> None:
        """Neither the disk nor the rights are at fault."""
        (tmp_path / ".reconciler").mkdir()
        folder = tmp_path / ".reconciler" / "locks"
        folder.write_text("")

        error = refusal(tmp_path)

        assert error.where == str(folder)
        assert "not a folder" in error.what
        assert f"move {folder} away" in error.remedy


class TestLock:
    @pytest.mark.parametrize(
        ("spoil", "what", "remedy"),
        [
            (lambda path: path.mkdir(), "a folder", "move {path} away"),
            (lambda path: path.symlink_to(path.with_name("other")), "a symbolic link", "rm {path}"),
            (lambda path: path.symlink_to("/nowhere/at/all"), "a symbolic link", "rm {path}"),
            (os.mkfifo, "not an ordinary file", "move {path} away"),
        ],
        ids=["folder", "link", "dangling link", "pipe"],
    )
    @pytest.mark.parametrize("name", ["account-main.lock", "account-main.json"])
    def test_something_else_in_its_place_is_named(
        self, tmp_path: Path, name: str, spoil: Spoil, what: str, remedy: str
    ) -> None:
        """For the lock and for the note about its holder alike; nothing is opened and nothing waited for."""
        path = locks_of(tmp_path) / name
        path.unlink(missing_ok=True)
        spoil(path)

        error = refusal(tmp_path)

        assert error.where == str(path)
        assert what in error.what
        assert remedy.format(path=path) in error.remedy
        assert "made anew" in error.remedy

    def test_a_lock_that_is_somebody_elses_is_theirs_until_they_are_done(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Taking it away from a colleague whose apply runs would let two of them run."""
        path = locks_of(tmp_path) / "account-main.lock"
        self.deny(monkeypatch, path)
        monkeypatch.setattr(os, "getuid", lambda: 54321)

        error = refusal(tmp_path)

        assert error.where == str(path)
        assert f"belongs to {path.owner()}" in error.what
        assert "no apply of theirs is running" in error.remedy
        assert f"rm {path}" in error.remedy

    def test_a_lock_of_our_own_without_rights_gets_them_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody has to become root for that."""
        path = locks_of(tmp_path) / "account-main.lock"
        path.chmod(0o400)
        self.deny(monkeypatch, path)

        error = refusal(tmp_path)

        assert f"chmod 600 {path}" in error.remedy
        assert "sudo" not in error.remedy

    @staticmethod
    def deny(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
        """What the system says to somebody who has no right to open it; root never hears that."""
        really_open = os.open

        def denied(name: str | Path, *arguments: int, **options: int) -> int:
            if str(name) == str(path):
                raise PermissionError(13, "Permission denied")
            return really_open(name, *arguments, **options)

        monkeypatch.setattr(os, "open", denied)

    def test_a_disk_without_locks_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Some network disks have none, and without them two applies could run at once."""
        locks_of(tmp_path)

        def none(*_arguments: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr("fcntl.flock", none)

        assert "a disk that has locks" in refusal(tmp_path).remedy


class TestNote:
    @pytest.mark.parametrize("text", ["", "{", '{"pid": 1}', "[]"])
    def test_who_holds_it_is_asked_of_the_system_when_the_note_is_garbled(self, tmp_path: Path, text: str) -> None:
        """It has not just started, and the message does not say so."""
        with account_lock(tmp_path, "main", "first"):
            note = tmp_path / ".reconciler" / "locks" / "account-main.json"
            note.write_text(text)

            error = refusal(tmp_path)

        assert isinstance(error, LockedError)
        assert f"whose note {note} is garbled" in error.what
        assert "just started" not in error.what
        assert f"fuser {note.with_suffix('.lock')}" in error.remedy

    def test_a_garbled_note_is_written_anew(self, tmp_path: Path) -> None:
        """The next apply that gets the lock repairs it without a word."""
        note = locks_of(tmp_path) / "account-main.json"
        note.write_text("{")

        with account_lock(tmp_path, "main", "second"):
            assert '"run": "second"' in note.read_text()

    def test_a_note_that_nobody_can_read_is_replaced(self, tmp_path: Path) -> None:
        """Its rights go with it, so that others hear who holds the account."""
        note = locks_of(tmp_path) / "account-main.json"
        note.write_text("{}")
        note.chmod(0)

        with account_lock(tmp_path, "main", "second"):
            assert note.stat().st_mode & 0o400
