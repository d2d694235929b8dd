"""Appends to the files by which a GitHub workflow takes summaries and outputs."""

import os
from pathlib import Path

from reconciler.store.files import unwritable

LARGEST_SUMMARY = 1024 * 1024 - 1
"""Bytes of one step; GitHub shows nothing of a larger one."""


def append_text(path: Path, text: str, *, most: int | None = None) -> bool:
    """Add the text at the end; whether it still fitted into `most` bytes. What does not fit is left out whole.

    Raises:
        ReconcilerError: The file cannot be written.
    """
    data = text.encode()
    try:
        present = path.stat().st_size if path.exists() else 0
        if most is not None and present + len(data) > most:
            return False
        with open(path, "ab") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise unwritable(path, error) from error
    return True
