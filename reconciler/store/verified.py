"""What earlier runs wrote and read back, from their journals and plans."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.model.change import Target
from reconciler.model.verified_write import VerifiedWrite
from reconciler.store.files import read_ordinary
from reconciler.store.journal import Told, told_of
from reconciler.store.layout import JOURNAL, PLAN, run_ids, runs_folder

_OUTCOME = "outcome"
_DONE = "done"


def verified_writes(
    root: Path, clouds: Mapping[str, str], *, now: datetime, within: timedelta, since: datetime | None = None
) -> tuple[VerifiedWrite, ...]:
    """Every value that a run of the last days wrote and saw afterwards; runs whose plan is lost tell nothing.

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was written to another cloud says nothing about this one.
        now: The time of the plan.
        within: How far back to look.
        since: Nothing older counts, for instance because the sandbox's world is younger.

    Raises:
        ReconcilerError: A journal is garbled or cannot be read.
    """
    oldest = now - within if since is None else max(since, now - within)
    found = []
    for run in run_ids(root):
        folder = runs_folder(root) / run
        done = {
            str(record.data.get("change")): record.at
            for record in told_of(folder / JOURNAL, (_OUTCOME,), so_far=Told()).records
            if record.data.get("outcome") == _DONE and record.at >= oldest
        }
        if done:
            found += list(_of_plan(folder / PLAN, done, clouds))
    return tuple(sorted(found, key=lambda one: (one.at, one.target.sort_key, one.setting)))


def _of_plan(path: Path, done: Mapping[str, datetime], clouds: Mapping[str, str]) -> Iterator[VerifiedWrite]:
    """Only reports depend on it, so a plan that is not as we write it tells nothing."""
    try:
        plan: dict[str, Any] = json.loads(read_ordinary(path))
        here = {one["name"] for one in plan["accounts"] if clouds.get(one["name"]) == one["cloud"]}
        for part in plan["changes"]:
            if part["id"] in done and part["account"] in here:
                yield _write(part, done[part["id"]])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return


def _write(part: Mapping[str, Any], at: datetime) -> VerifiedWrite:
    target = Target(
        account=part["account"],
        installation_id=part["installation"],
        charger=part["charger"],
        principal=part["principal"],
    )
    value = {"state": "absent"} if part["after"] is None else part["after"]
    return VerifiedWrite(target=target, setting=part["setting"], value=value, at=at)
