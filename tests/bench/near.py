"""Fleets in memory, because a disk is slow in its own way: it is no part of what the budgets promise."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench.prepared import Prepared

MEMORY = Path("/dev/shm")  # noqa: S108  the file system that Linux keeps in memory
"""Where there is none, or no room in it, fleets are measured where they lie, on the disk."""
SPARE = 2
"""How many times a fleet must fit into what is free."""


@contextmanager
def in_memory(fleet: Prepared) -> Iterator[Prepared]:
    """The same fleet without its world, in memory as long as it is needed."""
    if not _has_room_for(fleet):
        yield fleet
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-", dir=MEMORY) as folder:
        near = replace(fleet, folder=Path(folder))
        shutil.copytree(fleet.fleet, near.fleet)
        shutil.copy(fleet.snapshot, near.snapshot)
        yield near


def lies_in_memory(fleet: Prepared) -> bool:
    """Whether it is such a copy."""
    return fleet.folder.is_relative_to(MEMORY)


def _has_room_for(fleet: Prepared) -> bool:
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    taken = fleet.snapshot.stat().st_size
    for folder, _, names in os.walk(fleet.fleet):
        taken += sum(os.lstat(os.path.join(folder, name)).st_blocks for name in names) * 512
    return SPARE * taken < shutil.disk_usage(MEMORY).free
