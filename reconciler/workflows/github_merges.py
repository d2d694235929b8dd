"""Which plans were reviewed: those of the pull requests merged since the last successful apply."""

from collections.abc import Sequence
from pathlib import Path

from reconciler.records import dataclass
from reconciler.workflows.github_ports import Merges, Pull, Runs, WorkflowRun

PLAN_WORKFLOW = "plan.yml"
SNAPSHOT_WORKFLOWS = ("drift.yml", "apply.yml")
SNAPSHOT_ARTEFACT = "snapshot"

_OF_A_PULL_REQUEST = "pull_request"
_OF_THE_BRANCH_ITSELF = frozenset({"push", "schedule", "workflow_dispatch"})
_MOST_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What reviewers of one merged pull request saw.

    Attributes:
        plan: The plan document; None when no plan was made of the commit that was merged.
    """

    pull: Pull
    plan: Path | None


def reviewed_plans(hub: Merges, commits: Sequence[str], *, branch: str, folder: Path) -> tuple[Reviewed, ...]:
    """The plan of each pull request that became one of these commits of the branch, sorted by number.

    It is the latest one that was made of the merged head, for that pull request and before the merge; later ones nobody
    can have reviewed.

    Args:
        hub: Knows pull requests and runs.
        commits: Of the branch, since the last successful apply.
        branch: Pull requests to other branches do not count.
        folder: Gets a folder per pull request.

    Raises:
        ReconcilerError: GitHub refused.
    """
    among = frozenset(commits)
    found = {
        pull.number: pull
        for commit in commits
        for pull in hub.merged(commit)
        if pull.base == branch and pull.merged_as in among
    }
    return tuple(Reviewed(pull=pull, plan=_plan_of(hub, pull, folder)) for _, pull in sorted(found.items()))


def _plan_of(hub: Merges, pull: Pull, folder: Path) -> Path | None:
    runs = [
        run
        for run in hub.runs(PLAN_WORKFLOW, head=pull.head)
        if run.event == _OF_A_PULL_REQUEST and _made_it(run, pull) and run.created_at <= pull.merged_at
    ]
    for run in _newest_first(runs):
        target = folder / f"{pull.number}-{run.id}"
        if hub.fetch(run.id, artefact=f"plan-{pull.number}", folder=target, until=pull.merged_at):
            return target / "plan.json"
    return None


def _made_it(run: WorkflowRun, pull: Pull) -> bool:
    """Whether it ran over that commit for that branch; another pull request may have the same commit."""
    return (run.head, run.branch, run.repository) == (pull.head, pull.head_branch, pull.head_repository)


def newest_snapshot(hub: Runs, *, branch: str, folder: Path) -> Path | None:
    """The snapshot that a workflow of the branch itself kept last; None when there is none.

    Runs of pull requests do not count, whatever their branch is called, nor those of a tag with the name of the branch:
    what ran must be a commit of the branch.

    Raises:
        ReconcilerError: GitHub refused.
    """
    runs = [
        run
        for workflow in SNAPSHOT_WORKFLOWS
        for run in hub.runs(workflow, branch=branch)
        if run.event in _OF_THE_BRANCH_ITSELF and run.branch == branch
    ]
    tip = hub.tip(branch) if runs else ""
    for run in _newest_first(runs)[:_MOST_TRIES]:
        if not hub.leads_to(run.head, tip):
            continue
        target = folder / str(run.id)
        if hub.fetch(run.id, artefact=SNAPSHOT_ARTEFACT, folder=target):
            return target / "snapshot.json"
    return None


def _newest_first(runs: Sequence[WorkflowRun]) -> list[WorkflowRun]:
    return sorted(runs, key=lambda run: (run.created_at, run.id), reverse=True)
