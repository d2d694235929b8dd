"""Reads a snapshot line by line, as we write it: one installation on a line, and only one of them at hand as JSON.

A file that is laid out otherwise, or in which anything is not as we write it, is left to whoever reads it whole and
says what is wrong.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.json_source import MAX_BYTES, object_in
from reconciler.loading.ordinary import ordinary_stream
from reconciler.loading.snapshot_lines import installation_on
from reconciler.loading.snapshot_parts import installation_of
from reconciler.model.digest import canonical
from reconciler.model.observed import ObservedInstallation
from reconciler.records import dataclass

CONTENT = frozenset(
    {"taken_at", "accounts", "selection", "people", "reads", "queued", "switch_waits", "installations", "shard"}
)
"""What the digest is over; only a snapshot of a shard has that last one."""

_ROWS = "installations"
_BEGIN, _END = f'  "{_ROWS}": [\n'.encode(), b"  ],\n"
_INDENT, _MORE = b"    {", b"},\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A snapshot in two parts: everything but the installations as data, with an empty list of them, and these."""

    document: dict[str, Any]
    sites: tuple[ObservedInstallation, ...]


def read_by_rows(path: Path) -> Rows | None:
    """What the file holds if its digest fits; None when it has to be read whole."""
    try:
        with ordinary_stream(path) as stream:
            stream.seek(0, 2)
            is_usual = stream.tell() <= MAX_BYTES
            stream.seek(0)
            return _read(stream, path) if is_usual else None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError, InvalidDocumentError):
        return None


def _read(stream: IO[bytes], path: Path) -> Rows | None:
    before = _until(stream, _BEGIN)
    head = object_in(before + _BEGIN + b"]}", path)
    digest = hashlib.sha256(_opened(canonical(_content(head, but=_ROWS))) + f'"{_ROWS}":['.encode())
    sites = tuple(_sites(stream, path, digest))
    document = object_in(before + _BEGIN + _END + stream.read(), path)
    digest.update(b"]," + canonical(_content({k: v for k, v in document.items() if k not in head}))[1:])
    fits = document.get("digest") == f"sha256:{digest.hexdigest()}" and document[_ROWS] == []
    return Rows(document=document, sites=sites) if fits else None


def _until(stream: IO[bytes], wanted: bytes) -> bytes:
    """Everything before that line. Raises ValueError when there is none."""
    lines: list[bytes] = []
    for line in stream:
        if line == wanted:
            return b"".join(lines)
        lines.append(line)
    raise ValueError("no such line")


def _content(part: Mapping[str, Any], *, but: str = "") -> dict[str, Any]:
    return {name: value for name, value in part.items() if name in CONTENT and name != but}


def _opened(text: bytes) -> bytes:
    """An object to which more is added: what sorts behind it."""
    return text[:-1] + b"," if len(text) > 2 else text[:-1]


def _sites(stream: IO[bytes], path: Path, digest: Any) -> Iterator[ObservedInstallation]:
    """One after the other, until the list ends. Raises ValueError when a line is not one of ours."""
    is_last = False
    for line in stream:
        if line == _END and is_last:
            return
        if is_last or not line.startswith(_INDENT):
            break
        is_last = not line.endswith(_MORE)
        text = line[len(_INDENT) - 1 : -1 if is_last else -2]
        yield _site(text, path, digest)
        digest.update(b"" if is_last else b",")
    raise ValueError("the list does not end")


def _site(text: bytes, path: Path, digest: Any) -> ObservedInstallation:
    site = installation_on(text.decode("ascii")) if text.isascii() else None
    if site is not None:
        digest.update(text)
        return site
    row = object_in(text, path)
    digest.update(canonical(row))
    return installation_of(row)
