"""Loads a selection: of the other files only what matters to it, as an index of former looks has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from reconciler.loading.installations import ReadInstallation
from reconciler.loading.known_files import KnownFile, Look, Wanted, files_of, key_of, known_file, look_at, text_of
from reconciler.loading.load import LoadedFleet, Opened, finished, load_fleet, open_fleet, read_one

CHANGED_AT = 2
"""Where a stamp has the time of the last change (ns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPart:
    """What was loaded for a selection.

    Attributes:
        fleet: Its `desired` has what the selection chooses and perhaps more, and its problems are those of the whole.
        is_whole: Whether nothing was left out.
        people: The ids of everybody whom files that were left out name.
        index: For the next time; None when it is as it was, or nothing may be remembered.
    """

    fleet: LoadedFleet
    is_whole: bool
    people: frozenset[str] = frozenset()
    index: str | None = None


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
        return LoadedPart(fleet=opened, is_whole=True)
    key = key_of(opened.folder, opened.shared, today=today)
    known = files_of(remembered.index, key)
    look = look_at(opened.files, known, wanted)
    read = _read(opened, look)
    others = {one.words[0]: one.serials for one in look.left_out.values()}
    loaded = finished(opened, path, today=today, commit=commit, others=others)
    if loaded.desired is None or _clashes(opened, look):
        whole = load_fleet(path, today=today, commit=commit) if others else loaded
        return LoadedPart(fleet=whole, is_whole=True)
    return LoadedPart(
        fleet=loaded,
        is_whole=not others,
        people=frozenset(person for one in look.left_out.values() for person in one.people),
        index=_index(key, known, look, {path: one for path, one in read.items() if _is_settled(one, remembered)}),
    )


def _read(opened: Opened, look: Look) -> dict[str, KnownFile]:
    """Read what cannot be left out; what is to be remembered of it, by real path."""
    read: dict[str, KnownFile] = {}
    for file in opened.files:
        if file.path in look.left_out:
            continue
        one = read_one(file, folder=opened.folder, shared=opened.shared)
        opened.gathered.note(file, one)
        found, stamp = one.read, look.stamps[file.path]
        if isinstance(found, ReadInstallation) and found.desired and not found.problems and stamp is not None:
            read[file.path] = known_file(stamp, found.desired)
    return read


def _clashes(opened: Opened, look: Look) -> bool:
    """Whether two files have one id or one serial; those that were read have been held against each other already."""
    gathered, others = opened.gathered, look.left_out.values()
    if len(gathered.serials) != len(gathered.places) + len(others):
        return True
    serials = set(gathered.file_of_serial)
    expected = len(serials) + sum(len(one.serials) for one in others)
    serials.update(*(one.serials for one in others))
    return len(serials) != expected


def _is_settled(one: KnownFile, remembered: Remembered) -> bool:
    return one.stamp[CHANGED_AT] < remembered.settled_ns


def _index(key: str, known: Mapping[str, list[Any]], look: Look, read: Mapping[str, KnownFile]) -> str | None:
    is_news = any(path not in known or known[path][0] != one.stamp for path, one in read.items())
    return text_of(key, {**look.left_out, **read}) if is_news else None
