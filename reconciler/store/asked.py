"""Since when people have been asked, by worksheets of former runs, for access that no call can read."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.store.files import read_ordinary
from reconciler.store.layout import run_ids, runs_folder
from reconciler.store.runs import PLAN

WORKSHEET = "worksheet.json"
_BLIND = "unreadable"


def asked_for(root: Path, clouds: Mapping[str, str], *, since: datetime | None = None) -> Mapping[str, datetime]:
    """The first time each was asked for, by id of the change.

    A worksheet that is not as we write it tells nothing: the next plan warns of it.

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was asked about another cloud says nothing about this one.
        since: Nothing older counts, for instance because the sandbox's world is younger.

    Raises:
        ReconcilerError: The folder of runs cannot be read.
    """
    found: dict[str, datetime] = {}
    for run in run_ids(root):
        for change, at in _of_run(runs_folder(root) / run, clouds):
            if since is None or at >= since:
                found[change] = min(found.get(change, at), at)
    return found


def _of_run(folder: Path, clouds: Mapping[str, str]) -> Iterator[tuple[str, datetime]]:
    sheet = folder / WORKSHEET
    if not sheet.is_file():
        return
    try:
        document: dict[str, Any] = json.loads(read_ordinary(sheet))
        tasks = [one for one in document["tasks"] if one["principal"] and one["before_state"] == _BLIND]
        here = _accounts(folder / PLAN, clouds) if tasks else frozenset()
        for one in tasks:
            if one["account"] in here:
                yield one["change"], datetime.fromisoformat(one.get("asked_at") or document["created_at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return


def _accounts(plan: Path, clouds: Mapping[str, str]) -> frozenset[str]:
    """Accounts of that run that still mean the same cloud."""
    accounts = json.loads(read_ordinary(plan))["accounts"]
    return frozenset(one["name"] for one in accounts if clouds.get(one["name"]) == one["cloud"])
