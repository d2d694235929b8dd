"""Where things lie below `.reconciler/`, the folder beside `fleet/`."""

import os
import pwd
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.store.files import make_private_folder, unreadable, write_atomically

FOLDER = ".reconciler"
JOURNAL = "journal.jsonl"
PLAN = "plan.json"

_SECOND = len("20261121T063000Z")
_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4,16}")


def state_folder(root: Path) -> Path:
    """`.reconciler/` beside the fleet, made when missing; git is told to leave its content alone."""
    folder = root / FOLDER
    make_private_folder(folder)
    ignore = folder / ".gitignore"
    if not os.path.lexists(ignore):
        write_atomically(ignore, "*\n")
    return folder


def runs_folder(root: Path) -> Path:
    """`.reconciler/runs/`; it may not exist yet."""
    return root / FOLDER / "runs"


def is_run_id(text: str) -> bool:
    """Whether a text has the shape of a run id, for instance 20261121T063000Z-3f2a."""
    return _RUN_ID.fullmatch(text) is not None


def second_of(run_id: str) -> str:
    """The time in a run's id, which sorts; of one second, ids do not tell which run came first."""
    return run_id[:_SECOND]


def run_ids(root: Path) -> tuple[str, ...]:
    """All runs, oldest first; anything else in the folder is left out.

    Raises:
        ReconcilerError: The folder cannot be read.
    """
    folder = runs_folder(root)
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted(entry.name for entry in entries if is_run_id(entry.name) and entry.is_dir()))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise unreadable(folder, error) from error


def latest(root: Path) -> str | None:
    """The id of the newest run, None when there was none; of one second it is the one that was worked on last."""
    folder = runs_folder(root)
    return max(run_ids(root), key=lambda run: (second_of(run), (folder / run).stat().st_mtime_ns), default=None)


def machine_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where locks lie that count for this user on the whole machine, whatever checkout is used.

    `$XDG_STATE_HOME/reconciler/locks`, else below the home folder, else below the folder for temporary files. Links are
    not followed, and nobody else may write there.

    Raises:
        ReconcilerError: None of them can be made.
    """
    for base in _bases(environment):
        folder = base / "locks"
        if _is_private(folder):
            return folder
    raise ReconcilerError(
        "there is no folder for locks that only you can write to",
        where="XDG_STATE_HOME",
        remedy="set XDG_STATE_HOME to a folder of your own that exists",
    )


def _bases(environment: Mapping[str, str]) -> Iterator[Path]:
    state = Path(environment.get("XDG_STATE_HOME", ""))
    if state.is_absolute():
        yield state / "reconciler"
    home = Path(environment.get("HOME", "")) if environment.get("HOME") else _home_on_record()
    if home.is_absolute():
        yield home / ".local" / "state" / "reconciler"
    yield Path(tempfile.gettempdir()) / f"reconciler-{os.getuid()}"


def _home_on_record() -> Path:
    """What the system knows about this user; a service may run without HOME."""
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path()


def _is_private(folder: Path) -> bool:
    """Make the folder and the one above; false when that cannot be, or when others could put something there."""
    try:
        folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in (folder.parent, folder):
            part.mkdir(mode=0o700, exist_ok=True)
            found = part.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
            if not ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return False
    except OSError:
        return False
    return os.access(folder, os.W_OK)
