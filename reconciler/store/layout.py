"""Where things lie below `.reconciler/`, the folder beside `fleet/`."""

import os
import re
from pathlib import Path

from reconciler.store.files import make_private_folder, unreadable, write_atomically

FOLDER = ".reconciler"
JOURNAL = "journal.jsonl"

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
    """The id of the newest run, None when there was none."""
    return max(run_ids(root), default=None)
