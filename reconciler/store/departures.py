"""Where runs of ours took a user group's access away: after our own, the cloud tells nothing any more."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.model.departure import Departure
from reconciler.model.outcome import OutcomeKind
from reconciler.records import dataclass
from reconciler.store.files import read_ordinary, unreadable, write_atomically
from reconciler.store.journal import Told, told_of
from reconciler.store.layout import FOLDER, JOURNAL, PLAN, run_ids, runs_folder, state_folder
from reconciler.store.shapes import text_of

_SENT, _OUTCOME, _WISHED = "before-write", "outcome", "unaccepted"
_OVER = "handed-over.json"
_GROUP = "userGroup:"

_Place = tuple[str, str]
_Change = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class _Run:
    """What the journal of one run says, its last word on each change, and when.

    `gone` is what it said to be done, and what it had sent when it ended in the middle of it.
    """

    sent: dict[str, datetime] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)
    wished: dict[_Place, Mapping[str, object]] = field(default_factory=dict)


def departures(root: Path, clouds: Mapping[str, str] | None, *, since: datetime | None = None) -> tuple[Departure, ...]:
    """Every group whose access runs of ours took away, with what the file wished at that moment.

    A run looks just before who has accepted, and writes it down; so a removal counts as well whose answer nobody heard
    because the run was killed, once our access is seen to be gone. One that a run could not see take effect is none.
    Neither is one that a later run found undone, nor one that was there when a hand-over of the installation began or
    was filed away (`put_behind`).

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was sent to another cloud says nothing about this one. None: any cloud.
        since: Nothing older counts, for instance because the sandbox's world is younger.

    Raises:
        ReconcilerError: A journal is garbled or cannot be read.
    """
    found: list[tuple[_Place, datetime, Departure]] = []
    written: dict[_Place, datetime] = {}
    behind = runs_behind(root)
    for run in run_ids(root):
        told = _told(runs_folder(root) / run / JOURNAL, since)
        changes = _changes_of(runs_folder(root) / run / PLAN, clouds) if told.sent else []
        for one in (change for change in changes if change["id"] in told.sent):
            place, sent_at = _place(one), told.sent[one["id"]]
            written[place] = max(sent_at, written.get(place, sent_at))
            gone = _departure(one, told, run)
            if gone is not None and run not in behind.get(gone.installation_id, ()):
                found.append((place, told.gone[one["id"]], gone))
    # Whoever wrote there afterwards saw it again. Of one second, the ids of runs do not tell which came first.
    return tuple(gone for place, at, gone in found if at >= written[place])


def put_behind(
    root: Path, installation_ids: Iterable[str], *, asked: Mapping[str, Iterable[str]] | None = None
) -> None:
    """Let no departure that is there now speak for the next hand-over of these installations, and no worksheet.

    `asked` holds the runs that asked a person about each, by installation id.

    Raises:
        ReconcilerError: A journal is garbled, or the disk said no.
    """
    wanted = frozenset(installation_ids)
    gone = [one for one in departures(root, clouds=None) if one.installation_id in wanted]
    over = {(one.installation_id, one.run) for one in gone}
    over |= {(one, run) for one in wanted for run in (asked or {}).get(one, ())}
    if not over:
        return
    behind = {key: {*runs} for key, runs in runs_behind(root).items()}
    for one, run in over:
        behind.setdefault(one, set()).add(run)
    document = {"version": 1, "over": {key: sorted(runs) for key, runs in sorted(behind.items())}}
    write_atomically(state_folder(root) / _OVER, json.dumps(document, indent=1) + "\n")


def runs_behind(root: Path) -> Mapping[str, Iterable[str]]:
    """Runs that belong to earlier hand-overs, by installation."""
    path = root / FOLDER / _OVER
    try:
        over: Mapping[str, list[str]] = json.loads(read_ordinary(path))["over"]
        return {key: tuple(runs) for key, runs in over.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReconcilerError(
            "this is not what we wrote there, so nobody knows which hand-overs are over",
            where=str(path),
            remedy="take the file away; what runs say of hand-overs before that must then be attested",
        ) from error


def _told(path: Path, since: datetime | None) -> _Run:
    run = _Run()
    for record in told_of(path, (_SENT, _OUTCOME, _WISHED), so_far=Told()).records:
        if since is not None and record.at < since:
            continue
        data = record.data
        match record.event:
            case "before-write":
                changes = data.get("changes")
                left = {str(one): record.at for one in changes} if isinstance(changes, list) else {}
                run.sent |= left
                run.gone |= left
            case "unaccepted":
                run.wished[str(data.get("account")), str(data.get("installation"))] = data
            case _:
                run.gone.pop(str(data.get("change")), None)
                if data.get("outcome") == OutcomeKind.DONE.value:
                    run.gone[str(data.get("change"))] = record.at
    return run


def _changes_of(path: Path, clouds: Mapping[str, str] | None) -> list[_Change]:
    """A plan that is not as we write it tells nothing: the hand-over then stays open until somebody attests it."""
    try:
        plan: dict[str, Any] = json.loads(read_ordinary(path))
        here = {one["name"] for one in plan["accounts"] if clouds is None or clouds.get(one["name"]) == one["cloud"]}
        found = [one for one in plan["changes"] if one["account"] in here and {"id", "installation"} <= one.keys()]
        return [one for one in found if text_of(one["id"]) and text_of(one["installation"])]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _place(change: _Change) -> _Place:
    return str(change["account"]), str(change["installation"])


def _departure(change: _Change, told: _Run, run: str) -> Departure | None:
    """What a change says of a group that is gone from its installation; None when it says nothing."""
    place = _place(change)
    principal = str(change.get("principal") or "")
    wished = told.wished.get(place)
    is_removal = change.get("after", ...) is None and change.get("charger") is None and principal.startswith(_GROUP)
    if wished is None or not is_removal or change["id"] not in told.gone:
        return None
    waiting = wished.get("people")
    return Departure(
        account=place[0],
        installation_id=place[1],
        principal=principal,
        permissions=str(wished.get("permissions")),
        unaccepted=tuple(str(one) for one in waiting) if isinstance(waiting, list) else (),
        run=run,
        at=told.gone[change["id"]],
    )
