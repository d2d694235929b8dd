"""The journal of a run: one JSON line per event, on disk before anything else happens."""

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path, PurePath
from threading import Lock

from reconciler.errors import ReconcilerError
from reconciler.model.moments import read_moment
from reconciler.records import dataclass
from reconciler.store.files import read_ordinary, sync_folder, unreadable, unwritable
from reconciler.store.moments import to_text, utc_now

# How `_line` writes; what looks like this without being it is found out when it is parsed.
_SEQUENCE = re.compile(rb'\{"seq":(\d+),')
_WHOLE = re.compile(rb'(?:\{"seq":\d+,"at":"[^"\n]+","event":"[^"\n]+","data":\{[^\n]*\}\}\n)*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event of a run; `sequence` counts from 1 without gaps."""

    sequence: int
    at: datetime
    event: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What a journal file holds.

    Attributes:
        size: Bytes of the whole lines.
        torn: Bytes after them, left by a crash in the middle of a write. Nothing was done on their strength.
    """

    records: tuple[Record, ...]
    size: int
    torn: int


class JournalWriter:
    """Appends events; when `append` returns, the event is on disk. Several threads may share it.

    After a failed write it refuses everything, because what is on disk is then unknown.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open or create the file and cut off what a crash left half written.

        Raises:
            ReconcilerError: The file cannot be opened, or lines other than the last are garbled.
        """
        self._path = path
        self._now = now
        self._lock = Lock()
        self._broken = False
        self._descriptor = _open(path)
        try:
            journal = read_journal(path)
            if journal.torn:
                os.ftruncate(self._descriptor, journal.size)
                os.fsync(self._descriptor)
        except BaseException:
            os.close(self._descriptor)
            raise
        self._size = journal.size
        self._sequence = len(journal.records)

    def append(self, event: str, data: Mapping[str, object]) -> None:
        """Write one event with its time and number.

        Raises:
            ReconcilerError: The disk said no, now or earlier; do not go on writing to the cloud.
        """
        with self._lock:
            line = _line(self._sequence + 1, at=self._now(), event=event, data=data)
            self._write(line)
            self._sequence += 1
            self._size += len(line)

    def close(self) -> None:
        """Give the file back; closing twice is fine."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1
            self._broken = True

    def _write(self, line: bytes) -> None:
        if self._broken:
            raise unwritable(self._path, OSError(0, "the journal was closed, or an earlier write to it failed"))
        self._broken = True  # until the line is known to be on disk, whatever comes in between
        try:
            _write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            _cut_back(self._descriptor, self._size)
            raise unwritable(self._path, error) from error
        self._broken = False


def read_journal(path: Path) -> Journal:
    """Read a journal back; an unfinished last line is left out and counted in `torn`.

    Raises:
        ReconcilerError: The file cannot be read, or a line before the last is garbled or missing.
    """
    try:
        content = read_ordinary(path)
    except OSError as error:
        raise unreadable(path, error) from error
    return _journal(path, content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Some events of a journal, as far as it was read.

    Attributes:
        size: Bytes of the whole lines so far.
        sequence: Number of the last of them.
    """

    records: tuple[Record, ...] = ()
    size: int = 0
    sequence: int = 0


def told_of(path: Path, events: Iterable[str], *, so_far: Told) -> Told:
    """The records of some events only, in order; the others are not even parsed. None of a run without a journal.

    Args:
        path: A journal.
        events: Their names.
        so_far: What was read before, `Told()` the first time; only what was appended since is read.

    Raises:
        ReconcilerError: The journal is garbled or cannot be read.
    """
    content = _appended(path, so_far)
    if not content:
        return so_far
    wanted = frozenset(events)
    marks = [mark for name in wanted if (mark := f'"event":"{name}"'.encode()) in content]
    lines = [line for line in content.split(b"\n") if any(mark in line for mark in marks)] if marks else []
    found = tuple(record for line in lines if (record := _parsed(path, line)).event in wanted)
    return Told(
        records=so_far.records + found,
        size=so_far.size + len(content),
        sequence=so_far.sequence + content.count(b"\n"),
    )


def _appended(path: Path, so_far: Told) -> bytes:
    """New whole lines, all in the shape and number that a writer gives them; parsed only where they are not.

    None of a run that died before its first event.
    """
    try:
        content = read_ordinary(path, start=so_far.size)
        if _WHOLE.fullmatch(content) and so_far.sequence + content.count(b"\n") == _last_sequence(content, so_far):
            return content
        content = read_ordinary(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unreadable(path, error) from error
    return content[so_far.size : _journal(path, content).size]


def _last_sequence(content: bytes, so_far: Told) -> int:
    found = _SEQUENCE.match(content, content.rfind(b"\n", 0, -1) + 1)
    return int(found[1]) if found else so_far.sequence


def _parsed(path: Path, line: bytes) -> Record:
    record = _record(line)
    if record is None:
        read_journal(path)  # which says the number of the line
        raise _unusable(path, "a line of the journal is garbled")
    return record


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o600)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    return descriptor


def _write_all(descriptor: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _cut_back(descriptor: int, size: int) -> None:
    with contextlib.suppress(OSError):  # the disk is failing already; a torn last line is read correctly
        os.ftruncate(descriptor, size)


def _line(sequence: int, *, at: datetime, event: str, data: Mapping[str, object]) -> bytes:
    record = {"seq": sequence, "at": to_text(at), "event": event, "data": data}
    text = json.dumps(record, separators=(",", ":"), allow_nan=False, default=_plain)
    return text.encode("ascii") + b"\n"


def _plain(value: object) -> object:
    match value:
        case datetime():
            return to_text(value)
        case date():
            return value.isoformat()
        case PurePath():
            return str(value)
        case Mapping():
            return dict(value)
        case frozenset() | set():
            return sorted(value)
        case _:
            raise TypeError(f"a journal cannot hold a {type(value).__name__}")


def _journal(path: Path, content: bytes) -> Journal:
    *lines, tail = content.split(b"\n")
    records: list[Record] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        record = _record(line)
        if record is None and number == len(lines) and not tail:
            break
        if record is None or record.sequence != number:
            raise _unusable(path, f"line {number} of the journal is garbled or missing", line=number)
        records.append(record)
        size += len(line) + 1
    return Journal(records=tuple(records), size=size, torn=len(content) - size)


def _record(line: bytes) -> Record | None:
    """The record of one line; None when it is not one."""
    try:
        match json.loads(line):
            case {"seq": int(sequence), "at": str(at), "event": str(event), "data": dict(data)}:
                return Record(sequence=sequence, at=read_moment(at), event=event, data=data)
            case _:
                return None
    except (ValueError, RecursionError):
        return None


def _unusable(path: Path, what: str, *, line: int = 0) -> ReconcilerError:
    return ReconcilerError(
        f"{what}, so nothing can be concluded from this run",
        where=f"{path}:{line}" if line else str(path),
        remedy=without(path.parent),
    )


def without(run: Path) -> str:
    """What to do when the journal in a run's folder cannot be used: what else would be forgotten in silence."""
    return (
        f"move {run} out of the runs folder and make a new plan: it reads what is really there. Three things stand in "
        "this journal only: the values that the run queued for offline chargers, so plan once more when those are "
        "online again; how many invitations it sent, so wait 24 hours before more people are invited; and how long a "
        "mode has waited for idle chargers, which is counted anew"
    )
