"""Since when people have been asked, by worksheets of former runs, for access that no call can read."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.model.moments import read_moment
from reconciler.records import dataclass
from reconciler.store.departures import runs_behind
from reconciler.store.files import read_ordinary
from reconciler.store.layout import PLAN, run_ids, runs_folder
from reconciler.store.shapes import text_of

WORKSHEET = "worksheet.json"
_BLIND = "unreadable"


def asked_for(root: Path, clouds: Mapping[str, str], *, since: datetime | None = None) -> Mapping[str, datetime]:
    """The first time each was asked for in this hand-over, by id of the change.

    A worksheet that is not as we write it tells nothing: the next plan warns of it.

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was asked about another cloud says nothing about this one.
        since: Nothing older counts, for instance because the sandbox's world is younger.

    Raises:
        ReconcilerError: The folder of runs, or what is known of hand-overs that are over, cannot be read.
    """
    found: dict[str, datetime] = {}
    behind = runs_behind(root)
    for run in run_ids(root):
        for one in _of_run(runs_folder(root) / run, clouds):
            counts = since is None or one.at >= since
            if counts and run not in behind.get(one.installation_id, ()):
                found[one.change] = min(found.get(one.change, one.at), one.at)
    return found


def runs_asking(root: Path) -> Mapping[str, frozenset[str]]:
    """The runs whose worksheets ask about each installation, by its id; of any cloud."""
    found: dict[str, frozenset[str]] = {}
    for run in run_ids(root):
        for one in _of_run(runs_folder(root) / run, None):
            found[one.installation_id] = found.get(one.installation_id, frozenset()) | {run}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    change: str
    installation_id: str
    at: datetime


def _of_run(folder: Path, clouds: Mapping[str, str] | None) -> Iterator[_Task]:
    sheet = folder / WORKSHEET
    if not sheet.is_file():
        return
    try:
        document: dict[str, Any] = json.loads(read_ordinary(sheet))
        tasks = [one for one in document["tasks"] if one["principal"] and one["before_state"] == _BLIND]
        here = _accounts(folder / PLAN, clouds) if tasks else frozenset()
        for one in tasks:
            if one["account"] in here:
                at = read_moment(one.get("asked_at") or document["created_at"])
                yield _Task(change=text_of(one["change"]), installation_id=text_of(one["installation"]), at=at)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return


def _accounts(plan: Path, clouds: Mapping[str, str] | None) -> frozenset[str]:
    """Accounts of that run that still mean the same cloud; all of them without clouds."""
    accounts = json.loads(read_ordinary(plan))["accounts"]
    return frozenset(one["name"] for one in accounts if clouds is None or clouds.get(one["name"]) == one["cloud"])
