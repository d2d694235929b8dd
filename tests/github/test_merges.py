"""Which plans count as reviewed, and which snapshot as our own."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.workflows.github_merges import newest_snapshot, reviewed_plans
from reconciler.workflows.github_ports import Pull, WorkflowRun

MERGED = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = "fleet-owner/fleet"
PULL = Pull(
    number=7, base="main", head="aaa", head_branch="feature", head_repository=OURS, merged_as="mmm", merged_at=MERGED
)
RUN = WorkflowRun(
    id=1,
    event="pull_request",
    branch="feature",
    head="aaa",
    repository=OURS,
    created_at=MERGED - timedelta(hours=1),
)
NIGHT = WorkflowRun(id=1, event="schedule", branch="main", head="mmm", repository=OURS, created_at=MERGED)


@dataclass
class Hub:
    """One merged pull request and some runs; each kept what its id stands in, half an hour before the merge.

    The branch is the commits `lll` and `mmm`.
    """

    pulls: Sequence[Pull] = (PULL,)
    known: Sequence[WorkflowRun] = ()
    kept: frozenset[int] = frozenset({1, 2, 3})
    kept_at: datetime = MERGED - timedelta(minutes=30)
    asked: list[str] = field(default_factory=list)

    def merged(self, commit: str) -> Sequence[Pull]:
        return self.pulls

    def runs(self, workflow: str, *, head: str | None = None, branch: str | None = None) -> Sequence[WorkflowRun]:
        return self.known

    def fetch(self, run: int, *, artefact: str, folder: Path, until: datetime | None = None) -> bool:
        self.asked.append(f"{run}:{artefact}")
        return run in self.kept and (until is None or self.kept_at <= until)

    def tip(self, branch: str) -> str:
        assert branch == "main"
        return "mmm"

    def leads_to(self, first: str, last: str) -> bool:
        return (first, last) in {("lll", "mmm"), ("mmm", "mmm")}


def plans(hub: Hub, *commits: str) -> list[tuple[int, bool]]:
    """Number of each pull request, and whether a plan of it counts."""
    found = reviewed_plans(hub, commits or ("mmm",), branch="main", folder=Path("unused"))
    return [(one.pull.number, one.plan is not None) for one in found]


def test_the_latest_plan_before_the_merge_counts() -> None:
    """Reviewers saw the comment of the last run."""
    later = replace(RUN, id=2, created_at=RUN.created_at + timedelta(minutes=30))
    hub = Hub(known=(RUN, later))

    assert plans(hub) == [(7, True)]
    assert hub.asked == ["2:plan-7"]


def test_a_run_without_a_plan_leaves_it_to_the_one_before() -> None:
    """A run that was cancelled keeps nothing."""
    later = replace(RUN, id=9, created_at=RUN.created_at + timedelta(minutes=30))
    hub = Hub(known=(RUN, later))

    assert plans(hub) == [(7, True)]


@pytest.mark.parametrize(
    "run",
    [
        replace(RUN, created_at=MERGED + timedelta(seconds=1)),
        replace(RUN, event="push"),
        replace(RUN, event="workflow_dispatch"),
        replace(RUN, head="bbb"),
        replace(RUN, branch="other"),
        replace(RUN, repository="somebody/fleet"),
    ],
    ids=["after the merge", "of a push", "by hand", "of another commit", "of another branch", "of a fork"],
)
def test_other_runs_do_not_count(run: WorkflowRun) -> None:
    """Nobody can have reviewed what came later or from elsewhere."""
    hub = Hub(known=(run,))

    assert plans(hub) == [(7, False)]
    assert hub.asked == []


def test_a_plan_that_a_run_kept_after_the_merge_does_not_count() -> None:
    """A run may be started again; its number and its beginning stay those of the first time."""
    assert plans(Hub(known=(RUN,), kept_at=MERGED)) == [(7, True)]
    assert plans(Hub(known=(RUN,), kept_at=MERGED + timedelta(seconds=1))) == [(7, False)]


@pytest.mark.parametrize(
    "pull",
    [replace(PULL, base="somewhere"), replace(PULL, merged_as="old")],
    ids=["into another branch", "applied already"],
)
def test_other_pull_requests_do_not_count(pull: Pull) -> None:
    """A branch of a branch is not guarded as main is."""
    assert plans(Hub(pulls=(pull,), known=(RUN,))) == []


def test_a_pull_request_of_several_commits_counts_once() -> None:
    """Rebased merges bring many commits of one pull request."""
    assert plans(Hub(known=(RUN,)), "lll", "mmm") == [(7, True)]


def test_a_snapshot_comes_from_a_run_of_the_branch_itself() -> None:
    """A fork may call its branch main as well, and keep anything under that name."""
    forged = replace(NIGHT, id=3, event="pull_request", created_at=MERGED + timedelta(hours=1))
    hub = Hub(known=(forged, replace(NIGHT, id=2, branch="other"), NIGHT))

    found = newest_snapshot(hub, branch="main", folder=Path("unused"))

    assert found == Path("unused/1/snapshot.json")
    assert hub.asked == ["1:snapshot"]


def test_a_snapshot_comes_from_a_commit_of_the_branch() -> None:
    """A tag may be called main too, and be put on any commit."""
    tagged = replace(NIGHT, id=3, event="workflow_dispatch", head="xxx", created_at=MERGED + timedelta(hours=1))
    hub = Hub(known=(tagged, replace(NIGHT, id=2, head="lll")))

    assert newest_snapshot(hub, branch="main", folder=Path("unused")) == Path("unused/2/snapshot.json")
    assert hub.asked == ["2:snapshot"]


def test_without_any_there_is_none() -> None:
    """The first night is still to come."""
    assert newest_snapshot(Hub(), branch="main", folder=Path("unused")) is None
