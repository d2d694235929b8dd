"""Writes out files of a commit into a temporary folder, links as links: whoever reads them refuses those that leave."""

import os
from enum import Enum
from pathlib import Path


class EntryKind(Enum):
    """What git stores under a name."""

    FILE = "file"
    LINK = "link"


def write_entry(path: Path, data: bytes, *, kind: EntryKind) -> None:
    """Write one file, or a link to what the data name; folders above it are made. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case EntryKind.FILE:
            path.write_bytes(data)
        case EntryKind.LINK:
            path.symlink_to(os.fsdecode(data))
