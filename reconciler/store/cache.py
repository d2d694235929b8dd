"""What only saves work, below `.reconciler/cache/`: it may go at any time, and never be written."""

import contextlib
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.store.files import make_private_folder, read_ordinary, write_atomically
from reconciler.store.layout import FOLDER, state_folder


def cached(root: Path, name: str) -> bytes:
    """What was kept under this name; nothing when there is none, or it cannot be read.

    Args:
        root: The folder that holds the fleet.
        name: Of a file.
    """
    try:
        return read_ordinary(root / FOLDER / "cache" / name)
    except OSError:
        return b""


def keep(root: Path, name: str, text: str) -> None:
    """Keep a text until somebody throws it away; where nothing can be written there will be none."""
    with contextlib.suppress(ReconcilerError, OSError):
        folder = state_folder(root) / "cache"
        make_private_folder(folder)
        write_atomically(folder / name, text)
