"""The small fleet in a folder, in which some files are exchanged for a moment."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from reconciler.model.desired import DesiredInstallation
from reconciler.planning.make import Policy
from tests.fuzz import corpus, values
from tests.fuzz.cases import Case
from tests.fuzz.corpus import Seed

TODAY = date(2026, 5, 4)
POLICY = Policy(now=datetime(2026, 5, 4, 12, tzinfo=UTC), tool_version="1.0.0")
ASKED = tuple(word for word in values.WORDS if values.SECRET not in word)
"""What somebody types may be shown again; secrets are never asked for."""
_WRITTEN_NS = count(1_700_000_000_000_000_000, 1_000_000)


class FleetOnDisk:
    """Every file gets another time when it is written, so that nobody has to wait for the clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        for seed in corpus.files_that_say_everything():
            self.write(seed)

    def write(self, seed: Seed) -> None:
        """One file, in place of whatever is there."""
        path = self.folder / seed.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_bytes(seed.data)
        self.touch(seed.name)

    def touch(self, name: str) -> None:
        """The same bytes with another time."""
        written_ns = next(_WRITTEN_NS)
        os.utime(self.folder / name, ns=(written_ns, written_ns))

    @contextmanager
    def having(self, case: Case) -> Iterator[dict[str, bytes]]:
        """The fleet with the files of the case; tells what every file holds, by the name that problems show."""
        usual = {seed.name: seed for seed in corpus.files_that_say_everything()}
        for seed in case:
            self.write(seed)
        try:
            yield {f"{self.folder}/{seed.name}": seed.data for seed in (*usual.values(), *case)}
        finally:
            for seed in case:
                if seed.name not in usual:
                    (self.folder / seed.name).unlink(missing_ok=True)
            for name in {seed.name for seed in case} | {name for name in usual if not self._is_there(name)}:
                if name in usual:
                    self.write(usual[name])

    def _is_there(self, name: str) -> bool:
        path = self.folder / name
        return path.exists() and not path.is_symlink()


def words_for(site: DesiredInstallation, folder: Path) -> list[str]:
    """What somebody may type who means that installation, or nearly."""
    inside = site.file.partition("/")[2]
    words = [site.id, site.name, site.file, inside, "installations", "installations/a/", "*e*", "[hn]*"]
    words += [f"{folder}/{inside}", str(folder / "installations"), str(folder), str(folder.parent)]
    words += [charger.serial for charger in site.chargers]
    words += [label for key, value in site.labels for label in (f"{key}={value}", f"{key}=*")]
    return words


def misspelt(random: Random, word: str) -> str:
    """The word without one of its signs."""
    index = random.randrange(len(word))
    return word[:index] + word[index + 1 :]


def people_of(sites: Sequence[DesiredInstallation]) -> Iterator[str]:
    """The ids of everybody whom the files of these sites name."""
    for site in sites:
        for permissions in (site.permissions, *(one for _, one in site.charger_permissions)):
            named: Sequence[Any] = (*permissions.entries, *permissions.absent) if permissions is not None else ()
            for one in named:
                if one.principal.startswith("person:"):
                    yield one.principal.removeprefix("person:")
