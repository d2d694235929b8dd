"""What a killed process left behind, and from that alone: between what it was struck."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from reconciler.store.journal import Record, read_journal
from tests.kills.facts import Place, Seen, wanted, written
from tests.kills.proxy import Exchange


class Class(StrEnum):
    """Where a kill struck."""

    PLANNING = "before the plan was on disk"
    NOT_SENT = "with the plan on disk, before the first write"
    BEFORE_ANSWER = "between journal entry and answer"
    BEFORE_ENTRY = "between answer and journal entry"
    ON_THE_WAY = "between writes or while reading back"
    PROVING = "after the last outcome, before the result"
    RESULT = "after the result was written"
    NOT_KILLED = "not at all: it failed or hung before that"
    UNREADABLE = "somewhere, and what it left cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The folder of one run as it is now; `plan` and `result` are None when they are not there."""

    run_id: str
    path: Path
    plan: dict[str, Any] | None
    result: dict[str, Any] | None
    records: tuple[Record, ...]

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """The changes of the plan by id."""
        return {change["id"]: change for change in self.plan["changes"]} if self.plan else {}

    @property
    def open_entries(self) -> tuple[Record, ...]:
        """Each `before-write` whose step has no `after-write` behind it."""
        found: dict[str, Record] = {}
        for record in self.records:
            step = str(record.data.get("step"))
            if record.event == "before-write":
                found[step] = record
            elif record.event == "after-write":
                found.pop(step, None)
        return tuple(found.values())

    def events(self, name: str) -> list[Record]:
        """All events of that name."""
        return [record for record in self.records if record.event == name]

    def wishes(self, serials: dict[str, str]) -> dict[str, tuple[Place, Seen]]:
        """Change id, where it wants what."""
        return {id_: wanted(change, serials) for id_, change in self.changes.items()}

    def places(self, entry: Record, serials: dict[str, str]) -> frozenset[Place]:
        """What the step of a journal entry writes."""
        wishes = self.wishes(serials)
        ids = entry.data["changes"]
        assert isinstance(ids, list)
        return frozenset(wishes[id_][0] for id_ in ids)


def left_in(root: Path, run_id: str | None = None) -> Left | None:
    """The newest run of a folder, or one of them; None when no run was begun.

    Raises:
        ReconcilerError: Its journal is garbled.
    """
    runs = root / ".reconciler" / "runs"
    names = sorted(path.name for path in runs.iterdir()) if runs.is_dir() else []
    name = run_id or (names[-1] if names else None)
    if name is None:
        return None
    path = runs / name
    journal = path / "journal.jsonl"
    return Left(
        run_id=name,
        path=path,
        plan=_document(path / "plan.json"),
        result=_document(path / "result.json"),
        records=read_journal(journal).records if journal.is_file() else (),
    )


def _document(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def classified(
    left: Left | None, writes: Sequence[Exchange], *, struck: Exchange | None, serials: dict[str, str]
) -> Class:
    """Where the kill struck. `writes` are those of the killed process.

    With several writes on their way the one that was aimed at counts, otherwise one whose answer was delivered.
    """
    if left is None or left.plan is None:
        return Class.PLANNING
    found = []
    for sent in unanswered_in(left, writes, serials):
        kind = Class.BEFORE_ENTRY if sent is not None and sent.delivered else Class.BEFORE_ANSWER
        if sent is not None and sent is struck:
            return kind
        found.append(kind)
    if found:
        return Class.BEFORE_ENTRY if Class.BEFORE_ENTRY in found else Class.BEFORE_ANSWER
    return _without_open(left)


def unanswered_in(left: Left | None, writes: Sequence[Exchange], serials: dict[str, str]) -> list[Exchange | None]:
    """For each journal entry without its second half, the write that left; None when none came as far as the proxy."""
    if left is None or left.plan is None:
        return []
    return [_sent(left.places(entry, serials), writes) for entry in left.open_entries]


def _sent(places: frozenset[Place], writes: Sequence[Exchange]) -> Exchange | None:
    """The last write to exactly these places."""
    fitting = [one for one in writes if frozenset(written(one)) == places]
    return fitting[-1] if fitting else None


def _without_open(left: Left) -> Class:
    if left.result is not None:
        return Class.RESULT
    if not left.events("before-write"):
        return Class.NOT_SENT
    told = {str(record.data["change"]) for record in left.events("outcome")}
    return Class.PROVING if told >= left.changes.keys() else Class.ON_THE_WAY
