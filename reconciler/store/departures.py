"""Where runs of ours took a user group's access away: after our own, the cloud tells nothing any more."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.store.files import read_ordinary
from reconciler.store.journal import Told, told_of
from reconciler.store.layout import JOURNAL, run_ids, runs_folder
from reconciler.store.runs import PLAN

_SENT = "before-write"
_OUTCOME = "outcome"
_NOT_DONE = frozenset({"failed", "refused", "conflict", "not_reached"})


def departures(
    root: Path, clouds: Mapping[str, str], *, since: datetime | None = None
) -> frozenset[tuple[str, str, str]]:
    """Account, installation id and principal of every group whose removal was sent and not refused.

    Whether the answer came does not matter: whoever cannot see the installation any more has lost the access.

    Args:
        root: The folder that holds the fleet.
        clouds: Account name and cloud; what was sent to another cloud says nothing about this one.
        since: Nothing older counts, for instance because the sandbox's world is younger.

    Raises:
        ReconcilerError: A journal is garbled or cannot be read.
    """
    found: set[tuple[str, str, str]] = set()
    for run in run_ids(root):
        folder = runs_folder(root) / run
        sent: set[str] = set()
        for record in told_of(folder / JOURNAL, (_SENT, _OUTCOME), so_far=Told()).records:
            if since is not None and record.at < since:
                continue
            if record.event == _SENT:
                sent |= _texts(record.data.get("changes"))
            elif record.data.get("outcome") in _NOT_DONE:
                sent.discard(str(record.data.get("change")))
        if sent:
            found |= set(_of_plan(folder / PLAN, sent, clouds))
    return frozenset(found)


def _texts(data: object) -> set[str]:
    return {str(one) for one in data} if isinstance(data, list) else set()


def _of_plan(path: Path, sent: set[str], clouds: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """A plan that is not as we write it tells nothing: the hand-over then stays open until somebody attests it."""
    try:
        plan: dict[str, Any] = json.loads(read_ordinary(path))
        here = {one["name"] for one in plan["accounts"] if clouds.get(one["name"]) == one["cloud"]}
        for part in plan["changes"]:
            principal = str(part["principal"] or "")
            if part["id"] in sent and part["account"] in here and part["after"] is None and _is_group(principal):
                yield part["account"], part["installation"], principal
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return


def _is_group(principal: str) -> bool:
    return principal.startswith("userGroup:")
