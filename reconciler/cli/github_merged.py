"""Fetches the plans that were reviewed in merged pull requests, and keeps only what is a plan."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciler.cli.applied import Record, applied_record
from reconciler.cli.git_tree import commit_of, commits_between, is_ancestor, same_files
from reconciler.errors import InvalidDocumentError, ReconcilerError, UsageProblemError
from reconciler.loading.documents import read_plan
from reconciler.model.words import counted
from reconciler.records import dataclass
from reconciler.report.json_document import owed_document, plan_document, to_text
from reconciler.store.files import make_private_folder, write_atomically
from reconciler.workflows.github_merges import Reviewed, reviewed_plans
from reconciler.workflows.github_ports import Merges

OWED = "owed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `github reviewed` was asked for.

    Attributes:
        target: The branch that pull requests were merged into.
        branch: The branch that remembers what was applied.
        at: The checkout of what is to be applied.
        fleet: The folder in it with the files.
    """

    out: Path
    since: str | None
    target: str
    branch: str
    at: Path
    fleet: Path = Path("fleet")


def fetch_reviewed(hub: Merges, asked: Asked) -> Iterator[str]:
    """Write one plan per pull request, and what is still owed from earlier ones; what to say about each.

    Raises:
        UsageProblemError: The folder is in use, or the commits do not follow each other.
        ReconcilerError: GitHub or git refused, or the branch has other files by now.
    """
    if asked.out.exists() and any(asked.out.iterdir()):
        raise UsageProblemError("it holds something already", where=str(asked.out), remedy="name a new folder")
    make_private_folder(asked.out.absolute())
    head = commit_of("HEAD", at=asked.at, option="--checkout")
    _check_tip(hub.tip(asked.target), head, asked)
    record = applied_record(branch=asked.branch, checkout=asked.at)
    since = _since(asked, head, record)
    commits = commits_between(since, head, at=asked.at)
    yield f"{counted(len(commits), 'commit')} since {since[:10]}"
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        for one in reviewed_plans(hub, commits, branch=asked.target, folder=Path(folder)):
            yield f"#{one.pull.number}: {_kept(one, asked)}"
    if record is not None and record.owed:
        write_atomically(asked.out / OWED, to_text(owed_document(record.owed)))
        yield f"{counted(len(record.owed), 'setting')} still owed from earlier merges"


def _check_tip(tip: str, head: str, asked: Asked) -> None:
    """A run that waited or is run again must not bring back what the branch has left.

    Commits that touch no file of the fleet start no run of their own, so they do not stop this one.
    """
    if tip == head:
        return
    if is_ancestor(head, tip, at=asked.at) and same_files(head, tip, at=asked.at / asked.fleet):
        return
    raise ReconcilerError(
        f"{asked.target} has moved on, and its files are not those that are checked out here",
        where=f"{head[:10]} and {tip[:10]}",
        remedy="nothing to do: the newer run of the workflow applies what was merged up to then; if there is none, "
        f"start it by hand on {asked.target}",
    )


def _since(asked: Asked, head: str, record: Record | None) -> str:
    """The commit after which merges count: before the first apply only the latest merge does."""
    if asked.since is not None:
        since = commit_of(asked.since, at=asked.at, option="--since")
    else:
        since = _before(head, asked.at) if record is None else commit_of(record.commit, at=asked.at, option="--since")
    if is_ancestor(head, since, at=asked.at):
        return head  # applied already, with commits after it that touch no file of the fleet
    if not is_ancestor(since, head, at=asked.at):
        raise UsageProblemError(
            "what was applied last does not lead to what is checked out: history was rewritten",
            where=f"{since[:10]} and {head[:10]}",
            remedy="see what happened to the branch; then record a commit with: reconciler github applied --set COMMIT",
        )
    return since


def _before(head: str, at: Path) -> str:
    """The commit before; the very first one has none, and nothing of it was reviewed."""
    try:
        return commit_of(f"{head}^1", at=at, option="--since")
    except UsageProblemError:
        return head


def _kept(one: Reviewed, asked: Asked) -> str:
    if one.plan is None:
        return "no plan was made of what was merged, so nothing of it counts as reviewed"
    try:
        plan = read_plan(one.plan)
    except InvalidDocumentError as error:
        return f"its plan cannot be used ({error.what}), so nothing of it counts as reviewed"
    if plan.base is None or not is_ancestor(plan.base.commit, one.pull.merged_as, at=asked.at):
        return f"its plan was compared with what {asked.target} never was, so nothing of it counts as reviewed"
    write_atomically(asked.out / f"pull-{one.pull.number}.json", to_text(plan_document(plan)))
    return f"{counted(len(plan.changes), 'change')} in the reviewed plan"
