"""The ledger of drift runs: JSON lines, each with the hash of the one before, only ever appended to.

A line that was changed, taken out or put in breaks the chain. Lines older than `KEPT_FOR` are taken out at the front;
the first line then says so, carries what was open, and goes on from the hash of the last line that is gone.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.model.digest import digest_of
from reconciler.model.ledger import Ledger, LedgerLine, Pruned, RunNoted, standings_of
from reconciler.records import dataclass
from reconciler.store.files import read_ordinary, sync_folder, unreadable, unwritable, write_atomically
from reconciler.store.ledger_lines import data_of, line_of

KEPT_FOR = timedelta(days=400)
"""A year and a month, so that last year's same month can be compared."""

_START = "sha256:" + "0" * 64
"""What the first line of all goes on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """One line with its place in the chain."""

    line: LedgerLine
    prev: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    """A ledger file; `size` counts the bytes up to the end of the last finished run."""

    links: tuple[_Link, ...]
    size: int

    @property
    def ledger(self) -> Ledger:
        lines = tuple(link.line for link in self.links)
        return Ledger(lines=lines, head=self.links[-1].hash if self.links else None)


def read_ledger(path: Path) -> Ledger:
    """All lines up to the last finished run; an empty ledger where there is no file yet.

    Lines after that were left by a run that was killed while it wrote; they are dropped.

    Raises:
        ReconcilerError: The chain is broken or a line is garbled (the error names the line), or it cannot be read.
    """
    return _read(path).ledger


def goes_on_from(path: Path, former: Path, *, now: datetime) -> bool:
    """Whether the one ledger is the other with lines added at the end, and nothing taken out but what was too old.

    Whoever writes a first line of his own that says so could otherwise replace the whole history: the line must be the
    one that `append_run` would have written.

    `now` is by the clock of whoever asks: what a file says about its own time proves nothing.

    Raises:
        ReconcilerError: As `read_ledger`.
    """
    links, before = _read(path).links, _read(former).links
    if links[: len(before)] == before:
        return True
    cut = _body(before)
    kept = {link.hash: place for place, link in enumerate(cut)}
    first = next((kept[link.hash] for link in _body(links) if link.hash in kept), len(cut))
    gone = cut[:first]
    if not gone or any(link.line.at >= now - KEPT_FOR for link in gone):
        return False
    expected = _without(before, gone)
    return links[: len(expected)] == expected


def append_run(path: Path, lines: Sequence[LedgerLine], *, now: datetime) -> str:
    """Write the lines of one run, the last of which ends it, and take out what is too old; returns the new head.

    Raises:
        ReconcilerError: As `read_ledger`, the file cannot be written, or a later run is in it already.
    """
    with _held(path) as descriptor:
        chain = _read(path)
        last = chain.ledger.last_run_at
        if last is not None and lines and (lines[-1].at < last or _is_in(lines[-1], chain.ledger)):
            raise older_than_ledger(path, lines[-1].at, last)
        new = _linked(lines, prev=chain.links[-1].hash if chain.links else _START)
        pruned = _pruned(chain.links, before=now - KEPT_FOR)
        if pruned is not None:
            write_atomically(path, "".join(map(_text_of, (*pruned, *new))))
        else:
            _append(path, descriptor, size=chain.size, text="".join(map(_text_of, new)))
        return new[-1].hash


def _is_in(line: LedgerLine, ledger: Ledger) -> bool:
    """Whether the run that ends with this line is the latest one of the ledger."""
    return isinstance(line, RunNoted) and ledger.has(line.at, line.desired_digest or "")


def older_than_ledger(path: Path, at: datetime, last: datetime) -> ReconcilerError:
    """The error for a run over something that was read before the last run."""
    return ReconcilerError(
        f"this was read at {at:%Y-%m-%d %H:%M} UTC, and the ledger has a later run of {last:%Y-%m-%d %H:%M} UTC",
        where=str(path),
        remedy="take a new snapshot, or leave --ledger out to look at an old one",
    )


def _read(path: Path) -> _Chain:
    try:
        content = read_ordinary(path)
    except FileNotFoundError:
        return _Chain(links=(), size=0)
    except OSError as error:
        raise unreadable(path, error) from error
    *lines, _ = content.split(b"\n")
    links: list[_Link] = []
    size = finished = finished_size = 0
    for number, text in enumerate(lines, start=1):
        link = _link(text)
        if link is None and number == len(lines):
            break  # torn by a crash in the middle of a write
        if link is None:
            raise _broken(path, number, "is garbled or was changed")
        if link.prev != _expected(links, link):
            raise _broken(path, number, "does not go on from the one before: lines were changed, taken out or put in")
        links.append(link)
        size += len(text) + 1
        if isinstance(link.line, RunNoted | Pruned):
            finished, finished_size = number, size
    return _Chain(links=tuple(links[:finished]), size=finished_size)


def _expected(links: Sequence[_Link], link: _Link) -> str:
    if not links:
        return link.prev if isinstance(link.line, Pruned) else _START
    last = links[-1]
    return last.prev if isinstance(last.line, Pruned) else last.hash


def _link(text: bytes) -> _Link | None:
    """One line; None when it is garbled, or its hash is not that of its content."""
    try:
        data: dict[str, Any] = json.loads(text)
        told, prev = data.pop("hash"), data["prev"]
        if told != digest_of(data) or not isinstance(prev, str):
            return None
        return _Link(line=line_of(data), prev=prev, hash=told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _linked(lines: Sequence[LedgerLine], *, prev: str) -> tuple[_Link, ...]:
    links = []
    for line in lines:
        link = _linked_one(line, prev)
        links.append(link)
        prev = link.hash
    return tuple(links)


def _linked_one(line: LedgerLine, prev: str) -> _Link:
    return _Link(line=line, prev=prev, hash=digest_of({**data_of(line), "prev": prev}))


def _text_of(link: _Link) -> str:
    data = {**data_of(link.line), "prev": link.prev, "hash": link.hash}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n"


def _pruned(links: tuple[_Link, ...], *, before: datetime) -> tuple[_Link, ...] | None:
    """What stays when everything older is taken out; None when nothing is older."""
    gone = tuple(link for link in _body(links) if link.line.at < before)
    return _without(links, gone) if gone else None


def _body(links: tuple[_Link, ...]) -> tuple[_Link, ...]:
    """All but a first line that tells what was taken out before."""
    return links[1:] if links and isinstance(links[0].line, Pruned) else links


def _without(links: tuple[_Link, ...], gone: tuple[_Link, ...]) -> tuple[_Link, ...]:
    """What stays when those are taken out at the front, after a line that carries what was open."""
    kept = _body(links)[len(gone) :]
    dropped = [link.line for link in links[: len(links) - len(kept)]]
    still_open = sorted(
        (one for one in standings_of(dropped).values() if one.is_open), key=lambda one: one.last.fingerprint
    )
    head = Pruned(at=gone[-1].line.at, standings=tuple(still_open))
    return (_linked_one(head, gone[-1].hash), *kept)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[int]:
    """The file, made when missing, while nobody else writes to it."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o644)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _append(path: Path, descriptor: int, *, size: int, text: str) -> None:
    try:
        os.ftruncate(descriptor, size)
        rest = memoryview(text.encode("ascii"))
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
        sync_folder(path.absolute().parent)
    except OSError as error:
        raise unwritable(path, error) from error


def _broken(path: Path, number: int, what: str) -> ReconcilerError:
    return ReconcilerError(
        f"line {number} of the ledger {what}, so no age in it can be trusted",
        where=f"{path}:{number}",
        remedy="get the file back as it was (it has a branch of its own in the shipped workflow), or name a new file "
        "with --ledger; ages then start again",
    )
