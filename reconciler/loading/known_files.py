"""What is known of installation files from an earlier look, so that a selection need not read all of them again.

Only files without any problem are remembered, each with what no other file may have too. A file that was touched since,
in whatever way the file system tells, is read again; so is everything when the day, fleet.yaml, a profile, a schema or
this program is another one.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from reconciler import __version__
from reconciler.loading.files import FleetFile, FleetFolder
from reconciler.loading.schema_files import schemas
from reconciler.loading.selector import Selector, selector_of, words_of
from reconciler.loading.shared import Shared
from reconciler.model.desired import DesiredInstallation, DesiredPermissions
from reconciler.model.digest import digest_of

Stamp = list[int]
"""Size, times of the last write and the last change of anything (ns), number of the file on its disk."""

_MODULES = os.path.dirname(os.path.abspath(__file__))


class KnownFile(NamedTuple):
    """What one file says that matters beyond it. A tuple, because ten thousand of them are made before anything else.

    Attributes:
        stamp: Of the file when it was read.
        words: Id, name and file name as selectors are compared with them; the id comes first.
        labels: Pairs of key and value.
        people: `person:<id>` of everybody whom it names, the id alone.
    """

    stamp: Stamp
    words: tuple[str, ...]
    account: str
    labels: Sequence[Sequence[str]]
    serials: list[str]
    people: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What must be read whatever is known of it: the selection, and whatever takes something out of it."""

    selectors: Selector
    exclude: tuple[Selector, ...]
    accounts: frozenset[str]

    def needs(self, one: KnownFile, file: str, witnessed: set[Selector]) -> bool:
        """Whether a file is selected, or is the first that an exclusion means: one that means nothing is a mistake.

        Args:
            one: What is known of it.
            file: From the fleet's own folder on.
            witnessed: Exclusions that meant something before; they are added here.
        """
        if self.accounts and one.account not in self.accounts:
            return False
        if _means(self.selectors, one, file):
            return True
        if not self.exclude:
            return False
        found = next((other for other in self.exclude if other not in witnessed and _means(other, one, file)), None)
        witnessed.update(() if found is None else (found,))
        return found is not None


def wanted_of(selectors: Sequence[str], exclude: Sequence[str], *, accounts: Sequence[str], fleet_path: str) -> Wanted:
    """The selection in the user's words."""
    return Wanted(
        selectors=selector_of(selectors, fleet_path),
        exclude=tuple(selector_of((text,), fleet_path) for text in exclude),
        accounts=frozenset(accounts),
    )


def _means(selector: Selector, one: KnownFile, file: str) -> bool:
    return selector.means(one.words, file, serials=one.serials, labels=one.labels)


def text_of(key: str, files: Mapping[str, KnownFile]) -> str:
    """The index as it is kept: its own digest, a line end, and JSON."""
    body = json.dumps([key, files], separators=(",", ":"))
    return f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}"


def files_of(index: bytes, key: str) -> dict[str, list[Any]]:
    """What is known by the real path of each file; nothing when the index is damaged or of something else."""
    digest, _, body = index.partition(b"\n")
    if digest != hashlib.sha256(body).hexdigest().encode():
        return {}
    about, files = json.loads(body)
    return files if about == key else {}


def key_of(folder: FleetFolder, shared: Shared, *, today: date) -> str:
    """Digest of everything besides an installation's own file that decides what is said about it."""
    sources = [hashlib.sha256(source.data).hexdigest() for source in shared.sources]
    layers = [folder.root, sources, list(shared.profiles.layers)]
    about = [__version__, list(_program()), schemas(), today.isoformat(), layers]
    return digest_of(about)


def _program() -> Iterator[list[str | int]]:
    """The modules that judge files, as this machine has them: in a checkout they change without a new version."""
    with os.scandir(_MODULES) as entries:
        for entry in sorted((one for one in entries if one.name.endswith(".py")), key=lambda one: one.name):
            status = entry.stat()
            yield [entry.name, status.st_size, status.st_mtime_ns]


def stamp_of(path: str) -> Stamp | None:
    """Of an ordinary file; of a link nothing, because what it leads to may change without it."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    is_ordinary = stat.S_ISREG(status.st_mode)
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino] if is_ordinary else None


def known_file(stamp: Stamp, site: DesiredInstallation) -> KnownFile:
    """What to remember of a file that was read."""
    return KnownFile(
        stamp=stamp,
        words=words_of(site.id, site.name, site.file),
        account=site.account,
        labels=site.labels,
        serials=[charger.serial for charger in site.chargers],
        people=sorted(set(_people(site))),
    )


def _people(site: DesiredInstallation) -> Iterator[str]:
    for permissions in (site.permissions, *(one for _, one in site.charger_permissions)):
        if permissions is not None:
            yield from _persons(permissions)


def _persons(permissions: DesiredPermissions) -> Iterator[str]:
    for principal in (*(one.principal for one in permissions.entries), *(one.principal for one in permissions.absent)):
        kind, _, identity = principal.partition(":")
        if kind == "person":
            yield identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the file system alone tells, by the real path of each file.

    Attributes:
        stamps: Before anything is read; None when it can be no ordinary file.
        left_out: What need not be read: it is as it was, and nobody asks for it.
    """

    stamps: Mapping[str, Stamp | None]
    left_out: Mapping[str, KnownFile]


def look_at(files: Sequence[FleetFile], known: Mapping[str, list[Any]], wanted: Wanted) -> Look:
    """Which files must be read.

    Args:
        files: All of the fleet.
        known: What the index says, by real path.
        wanted: The selection.
    """
    stamps = {file.path: stamp_of(file.path) for file in files}
    left_out: dict[str, KnownFile] = {}
    witnessed: set[Selector] = set()
    for file in files:
        row = known.get(file.path)
        if row is None or row[0] != stamps[file.path]:
            continue
        one = KnownFile._make(row)
        if not wanted.needs(one, file.name, witnessed):
            left_out[file.path] = one
    return Look(stamps=stamps, left_out=left_out)
