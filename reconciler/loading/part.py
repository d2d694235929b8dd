"""Loads a selection: of the other files only what matters to it, as an index of former looks has it."""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from pathlib import Path

from reconciler.loading.fleet_file import accounts_of
from reconciler.loading.installations import ReadInstallation, read_one
from reconciler.loading.known_files import (
    NOTHING,
    LeftOut,
    Wanted,
    key_of,
    left_out_of,
    record_of,
    records_of,
    stamp_of,
    text_of,
)
from reconciler.loading.load import LoadedFleet, Opened, finished, load_fleet, open_fleet
from reconciler.loading.rules_permissions import mistyped_groups
from reconciler.model.desired import Account
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPart:
    """What was loaded for a selection.

    Attributes:
        fleet: Its `desired` has what the selection chooses and perhaps more, and its problems are those of the whole.
        left_out: What was not read.
        index: For the next time; None when it is as it was, or nothing may be remembered.
    """

    fleet: LoadedFleet
    left_out: LeftOut = NOTHING
    index: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every file was read."""
        return not self.left_out.records


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The index of former looks.

    Attributes:
        index: Its bytes; empty when there is none.
        settled_ns: Files that were changed after this moment may change again without another time; they are not
            remembered.
    """

    index: bytes
    settled_ns: int


def load_part(
    path: Path, *, today: date, wanted: Wanted, remembered: Remembered, commit: str | None = None
) -> LoadedPart:
    """Load what a selection needs, with the same problems as `load_fleet`.

    As soon as anything is wrong, every file is read, so that everything that is wrong can be told.
    """
    opened = open_fleet(path, today=today)
    if isinstance(opened, LoadedFleet):
        return LoadedPart(fleet=opened)
    key = key_of(opened.folder, opened.shared, today=today)
    known = records_of(remembered.index, key)
    left_out = left_out_of(opened.files, known, wanted)
    read = _read(opened, left_out)
    loaded = finished(opened, path, today=today, commit=commit, others=left_out)
    news = {name: record for name, (record, _) in read.items() if known.get(name) != record}
    is_as_known = not news and len(read) + len(left_out.records) == len(opened.files)
    is_told = loaded.desired is not None and not _may_be_about_others(loaded)
    if not is_told or not (is_as_known or _fits(opened, left_out)):
        return LoadedPart(fleet=load_fleet(path, today=today, commit=commit) if left_out.records else loaded)
    settled = {name: record for name, (record, changed_ns) in read.items() if changed_ns < remembered.settled_ns}
    index = text_of(key, {**left_out.records, **settled}) if not settled.keys().isdisjoint(news) else None
    return LoadedPart(fleet=loaded, left_out=left_out, index=index)


def _read(opened: Opened, left_out: LeftOut) -> dict[str, tuple[str, int]]:
    """Read what is not left out; by name the record of each file without a problem, and when it was changed (ns)."""
    read: dict[str, tuple[str, int]] = {}
    accounts = accounts_of(opened.shared.fleet) if opened.shared.is_sound else ()
    for file in opened.files:
        if file.name in left_out.records:
            continue
        stamp = stamp_of(file)
        one = read_one(file, folder=opened.folder, shared=opened.shared)
        opened.gathered.note(file, one)
        found = one.read
        if stamp and isinstance(found, ReadInstallation) and found.desired and not _says_more(found, accounts):
            read[file.name] = (record_of(stamp, found.desired), stamp.changed_ns)
    return read


def _says_more(found: ReadInstallation, accounts: Sequence[Account]) -> bool:
    """Whether something is to be told of a file, alone or because of what no other file says: it is always read."""
    sites = () if found.desired is None else (found.desired,)
    return bool(found.problems) or any(mistyped_groups(accounts, sites))


def _may_be_about_others(loaded: LoadedFleet) -> bool:
    """Whether a problem may be none with all files at hand: one of them may name the group that these do not."""
    desired = loaded.desired
    return desired is not None and any(mistyped_groups(desired.accounts, desired.installations))


def _fits(opened: Opened, left_out: LeftOut) -> bool:
    """Whether no file that was read has an id or a serial of one that was not."""
    others = left_out.serials()
    serials = opened.gathered.file_of_serial.keys()
    return others.keys().isdisjoint(opened.gathered.places) and serials.isdisjoint(chain(*others.values()))
