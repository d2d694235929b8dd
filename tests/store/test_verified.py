"""What earlier runs wrote and saw: counted from journals, never from plans alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.store.layout import PLAN
from reconciler.store.runs import RunFolder
from reconciler.store.verified import verified_writes

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
PLANNED = {
    "accounts": [{"name": "main", "cloud": "sandbox", "rate": 5}],
    "changes": [
        {
            "id": "0123456789abcdef",
            "account": "main",
            "installation": "91c2b6f4",
            "charger": "ZPR080001",
            "principal": None,
            "setting": "maxCurrent",
            "after": 16,
        }
    ],
}


def run(root: Path, outcome: str = "done", *, at: datetime = NOW, plan: str | None = None) -> None:
    """A run with one outcome."""
    name = f"{at:%Y%m%dT%H%M%SZ}-abcd"
    with RunFolder.create(root, name, now=lambda: at) as log:
        log.write_file(PLAN, json.dumps(PLANNED) if plan is None else plan)
        log.record("outcome", {"change": "0123456789abcdef", "step": "s", "outcome": outcome, "detail": ""})


def test_a_verified_write_is_told_with_its_value_and_time(tmp_path: Path) -> None:
    """Enough to see it again."""
    run(tmp_path)

    (found,) = verified_writes(tmp_path, {"main": "sandbox"}, now=NOW, within=MONTH)

    assert (found.target.charger, found.setting, found.value, found.at) == ("ZPR080001", "maxCurrent", 16, NOW)


@pytest.mark.parametrize("outcome", ["uncertain", "failed", "already", "pending"])
def test_what_was_not_written_and_seen_does_not_count(tmp_path: Path, outcome: str) -> None:
    """Only what is proven."""
    run(tmp_path, outcome)

    assert verified_writes(tmp_path, {"main": "sandbox"}, now=NOW, within=MONTH) == ()


def test_another_cloud_another_world_and_long_ago_do_not_count(tmp_path: Path) -> None:
    """What happened there says nothing about here."""
    run(tmp_path, at=NOW - timedelta(days=31))
    run(tmp_path, at=NOW - timedelta(days=1))

    assert len(verified_writes(tmp_path, {"main": "sandbox"}, now=NOW, within=MONTH)) == 1
    assert verified_writes(tmp_path, {"main": "zaptec"}, now=NOW, within=MONTH) == ()
    assert verified_writes(tmp_path, {"main": "sandbox"}, now=NOW, within=MONTH, since=NOW) == ()


@pytest.mark.parametrize("plan", ["", "[]", "{}", '{"accounts": 1, "changes": []}', '{"accounts": [], "changes": [7]}'])
def test_a_plan_that_is_not_one_tells_nothing(tmp_path: Path, plan: str) -> None:
    """The report does without it."""
    run(tmp_path, plan=plan)

    assert verified_writes(tmp_path, {"main": "sandbox"}, now=NOW, within=MONTH) == ()
