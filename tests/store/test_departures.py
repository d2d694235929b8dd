"""Where our own access was taken away: the last thing of a hand-over, and the only one that nobody can read back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.store.departures import departures
from reconciler.store.runs import PLAN, RunFolder

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
CLOUDS = {"main": "sandbox"}
REMOVAL = {
    "id": "0123456789abcdef",
    "account": "main",
    "installation": "91c2b6f4",
    "charger": None,
    "principal": "userGroup:BSJG",
    "setting": "permissions",
    "after": None,
}
PLANNED = {"accounts": [{"name": "main", "cloud": "sandbox", "rate": 5}], "changes": [REMOVAL]}
LEFT = frozenset({("main", "91c2b6f4", "userGroup:BSJG")})


def run(root: Path, *events: tuple[str, dict[str, object]], plan: object = PLANNED) -> None:
    """A run with these events."""
    with RunFolder.create(root, f"{NOW:%Y%m%dT%H%M%SZ}-abcd", now=lambda: NOW) as log:
        log.write_file(PLAN, plan if isinstance(plan, str) else json.dumps(plan))
        for event, data in events:
            log.record(event, data)


SENT: tuple[str, dict[str, object]] = ("before-write", {"step": "s", "changes": ["0123456789abcdef"]})


def outcome(kind: str) -> tuple[str, dict[str, object]]:
    return ("outcome", {"change": "0123456789abcdef", "outcome": kind, "detail": ""})


@pytest.mark.parametrize("kind", ["", "done", "uncertain", "already"])
def test_a_removal_that_was_sent_counts(tmp_path: Path, kind: str) -> None:
    """Also of a run that was killed before the answer came."""
    run(tmp_path, SENT, *([outcome(kind)] if kind else []))

    assert departures(tmp_path, CLOUDS) == LEFT


@pytest.mark.parametrize("kind", ["failed", "refused", "conflict", "not_reached"])
def test_a_removal_that_was_refused_does_not_count(tmp_path: Path, kind: str) -> None:
    """We are still there."""
    run(tmp_path, SENT, outcome(kind))

    assert departures(tmp_path, CLOUDS) == frozenset()


def test_a_removal_that_was_only_planned_does_not_count(tmp_path: Path) -> None:
    """A plan is no deed."""
    run(tmp_path, ("before-write", {"step": "t", "changes": ["another"]}))

    assert departures(tmp_path, CLOUDS) == frozenset()


@pytest.mark.parametrize(
    "change",
    [{"after": ["owner"]}, {"principal": "person:c-1"}, {"principal": None, "charger": "ZAP000001"}],
    ids=["a grant", "a person", "a charger"],
)
def test_other_changes_are_no_departure(tmp_path: Path, change: dict[str, object]) -> None:
    """Only a group whose access goes."""
    run(tmp_path, SENT, plan={**PLANNED, "changes": [{**REMOVAL, **change}]})

    assert departures(tmp_path, CLOUDS) == frozenset()


@pytest.mark.parametrize("plan", ["{", "[]", '{"accounts": 1}', '{"accounts": [], "changes": [7]}'])
def test_a_plan_that_is_not_ours_tells_nothing(tmp_path: Path, plan: str) -> None:
    """The hand-over then stays open until somebody attests it."""
    run(tmp_path, SENT, plan=plan)

    assert departures(tmp_path, CLOUDS) == frozenset()


def test_another_cloud_and_another_world_do_not_count(tmp_path: Path) -> None:
    """A rehearsal is no hand-over."""
    run(tmp_path, SENT)

    assert departures(tmp_path, {"main": "zaptec"}) == frozenset()
    assert departures(tmp_path, CLOUDS, since=NOW + timedelta(seconds=1)) == frozenset()
