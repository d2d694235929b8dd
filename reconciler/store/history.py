"""What earlier runs left behind that later plans must know, from all journals in one pass."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

from reconciler.errors import ReconcilerError
from reconciler.model.under_way import Invited, Queued, SwitchWait
from reconciler.records import dataclass
from reconciler.store.files import unreadable
from reconciler.store.journal import Record, Told, told_of, without
from reconciler.store.layout import JOURNAL, run_ids, runs_folder, second_of

QUEUED = "queued"
"""A write to an offline charger: `account`, `cloud`, `installation`, `charger`, `setting`, `value`."""

INVITED = "invited"
"""An invitation is about to leave: `account`, `cloud`, `installation`, `change`."""

SWITCH_WAITS = "switch-waits"
"""A run found that a mode must wait for idle chargers: `account`, `cloud`, `installation`, `mode`."""

SWITCHED = "switched"
"""A mode was switched, or need not be any more: `account`, `cloud`, `installation`."""

_TOLD = (QUEUED, INVITED, SWITCH_WAITS, SWITCHED)
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What earlier runs did and found, oldest first."""

    queued: tuple[Queued, ...] = ()
    invited: tuple[Invited, ...] = ()
    switch_waits: tuple[SwitchWait, ...] = ()


def history(root: Path, clouds: Mapping[str, str], *, since: datetime | None = None) -> History:
    """What the runs beside a fleet tell; journals that have not grown since are not read again.

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was sent to another cloud says nothing about this one.
        since: Nothing older counts, for instance because the sandbox's world is younger.

    Raises:
        ReconcilerError: A journal is garbled, lacks what it should tell, or cannot be read.
    """
    found = []
    for run in run_ids(root):
        path = runs_folder(root) / run / JOURNAL
        for record in _records(path):
            data = record.data
            if since is not None and record.at < since:
                continue
            if clouds.get(_text(path, data, "account")) == _text(path, data, "cloud"):
                found.append((path, record))
    found.sort(key=lambda pair: pair[1].at)
    return History(
        queued=tuple(_queued(path, record) for path, record in found if record.event == QUEUED),
        invited=tuple(
            Invited(
                account=_text(path, record.data, "account"),
                at=record.at,
                installation_id=str(record.data.get("installation") or ""),
            )
            for path, record in found
            if record.event == INVITED
        ),
        switch_waits=_rows_of_waits(found),
    )


def taken_back_by(root: Path, run_id: str) -> str | None:
    """The newest run that wrote something to take another one back; None when nobody did.

    Raises:
        ReconcilerError: A journal is garbled or cannot be read.
    """
    for later in reversed(run_ids(root)):
        if second_of(later) < second_of(run_id):
            break
        events = told_of(runs_folder(root) / later / JOURNAL, ("asked", "before-write"), so_far=Told()).records
        wrote = any(record.event == "before-write" for record in events)
        if wrote and any(record.data.get("takes_back") == run_id for record in events):
            return later
    return None


def _records(path: Path) -> tuple[Record, ...]:
    try:
        state = path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise unreadable(path, error) from error
    return _followed(path, state.st_ino).records(state.st_size, state.st_mtime_ns)


class _Followed:
    """A journal that may be growing: every site of an apply asks again, and only what is new is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._state = (-1, -1)
        self._told = Told()

    def records(self, size: int, mtime_ns: int) -> tuple[Record, ...]:
        """What it tells so far; one that became shorter is read from its beginning."""
        with self._lock:
            if (size, mtime_ns) != self._state:
                so_far = self._told if size > self._state[0] else Told()
                self._told = told_of(self._path, _TOLD, so_far=so_far)
                self._state = (size, mtime_ns)
            return self._told.records


@lru_cache(maxsize=_REMEMBERED)
def _followed(path: Path, _inode: int) -> _Followed:
    return _Followed(path)


def _queued(path: Path, record: Record) -> Queued:
    data = record.data
    return Queued(
        account=_text(path, data, "account"),
        installation_id=_text(path, data, "installation"),
        charger=_text(path, data, "charger"),
        setting=_text(path, data, "setting"),
        value=_value(path, data),
        at=record.at,
    )


def _rows_of_waits(found: Iterable[tuple[Path, Record]]) -> tuple[SwitchWait, ...]:
    """One per installation that still waits: since the first run of a row that found it so, for the same mode."""
    rows: dict[tuple[str, str], SwitchWait] = {}
    for path, record in found:
        if record.event not in (SWITCH_WAITS, SWITCHED):
            continue
        place = (_text(path, record.data, "account"), _text(path, record.data, "installation"))
        if record.event == SWITCHED:
            rows.pop(place, None)
            continue
        mode = _text(path, record.data, "mode")
        if place not in rows or rows[place].mode != mode:
            rows[place] = SwitchWait(account=place[0], installation_id=place[1], mode=mode, since=record.at)
    return tuple(sorted(rows.values(), key=lambda row: (row.since, row.account, row.installation_id)))


def _text(path: Path, data: Mapping[str, object], key: str) -> str:
    match data.get(key):
        case str(text):
            return text
        case _:
            raise _garbled(path, key)


def _value(path: Path, data: Mapping[str, object]) -> bool | str | float:
    match data.get("value"):
        case bool() | str() as value:
            return value
        case int() | float() as number:
            return float(number)
        case _:
            raise _garbled(path, "value")


def _garbled(path: Path, key: str) -> ReconcilerError:
    return ReconcilerError(
        f"an event of the journal is garbled: it has no {key}",
        where=str(path),
        remedy=without(path.parent),
    )
