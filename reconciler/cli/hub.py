"""GitHub through `gh`: typed answers for the workflows; whatever else is in an answer is not kept."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reconciler.cli.gh import Gh
from reconciler.errors import ReconcilerError
from reconciler.model.moments import read_moment
from reconciler.records import dataclass
from reconciler.workflows.github_ports import Comment, Issue, IssueState, IssueText, Pull, WorkflowRun

_REPOSITORY = "repos/{owner}/{repo}"
"""gh fills in the repository of GH_REPO, or of the folder that it runs in."""

LARGEST_ARTEFACT = 256 * 1024 * 1024
"""Bytes, packed; a snapshot of ten thousand installations has a tenth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubHub:
    """Everything that the workflows ask of GitHub."""

    gh: Gh = field(default_factory=Gh)

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments of an issue or pull request, oldest first."""
        found = self.gh.read(f"{_REPOSITORY}/issues/{number}/comments", per_page="100")
        return [Comment(id=_number(one, "id"), author=_author(one), body=_text(one, "body")) for one in found]

    def add_comment(self, number: int, body: str) -> None:
        """Write a new comment."""
        self.gh.send("POST", f"{_REPOSITORY}/issues/{number}/comments", {"body": body})

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self.gh.send("PATCH", f"{_REPOSITORY}/issues/comments/{comment}", {"body": body})

    def issues(self, label: str) -> Sequence[Issue]:
        """Open and closed issues with that label."""
        found = self.gh.read(f"{_REPOSITORY}/issues", state="all", labels=label, per_page="100")
        return [_issue(one) for one in found if "pull_request" not in one]

    def open_issue(self, text: IssueText) -> int:
        """Write a new issue; its number."""
        body = {"title": text.title, "body": text.body, "labels": [text.label]}
        return _number(self.gh.send("POST", f"{_REPOSITORY}/issues", body), "number")

    def edit_issue(self, number: int, text: IssueText, *, state: IssueState) -> None:
        """Replace title and body, and open or close it."""
        body = {"title": text.title, "body": text.body, "state": state.value}
        self.gh.send("PATCH", f"{_REPOSITORY}/issues/{number}", body)

    def merged(self, commit: str) -> Sequence[Pull]:
        """Merged pull requests that brought a commit."""
        found = self.gh.read(f"{_REPOSITORY}/commits/{commit}/pulls", per_page="100")
        return [_pull(one) for one in found if one.get("merged_at")]

    def runs(self, workflow: str, *, head: str | None = None, branch: str | None = None) -> Sequence[WorkflowRun]:
        """The latest hundred runs of a workflow file."""
        narrowed = ({"head_sha": head} if head else {}) | ({"branch": branch} if branch else {})
        # One page: the runs before those keep nothing any more.
        path = f"{_REPOSITORY}/actions/workflows/{workflow}/runs"
        found = self.gh.read_one(path, per_page="100", **narrowed)
        return [_run(one) for one in _list(found, "workflow_runs")]

    def tip(self, branch: str) -> str:
        """The commit at the end of a branch; a tag of the same name is another thing."""
        found = self.gh.read_one(f"{_REPOSITORY}/git/ref/heads/{quote(branch, safe='/')}")
        return _text(_part(found, "object"), "sha")

    def leads_to(self, first: str, last: str) -> bool:
        """Whether one commit is the other, or came before it."""
        if first == last:
            return True
        found = self.gh.read_one(f"{_REPOSITORY}/compare/{first}...{last}", per_page="1")
        return _text(found, "status") in {"ahead", "identical"}

    def fetch(self, run: int, *, artefact: str, folder: Path, until: datetime | None = None) -> bool:
        """Let gh unpack what a run kept into a folder of its own; False when it is not there (any more).

        With `until` all of that name must have been kept by then: a later attempt of a run may keep it once more.
        """
        path = f"{_REPOSITORY}/actions/runs/{run}/artifacts"
        answer = self.gh.read_one(path, name=artefact)
        kept = [
            one for one in _list(answer, "artifacts") if one.get("name") == artefact and one.get("expired") is False
        ]
        if not kept or (until is not None and any(_moment(one, "created_at") > until for one in kept)):
            return False
        if _number(kept[0], "size_in_bytes") > LARGEST_ARTEFACT:
            raise ReconcilerError(
                f"the artefact {artefact} is larger than {LARGEST_ARTEFACT // 1024 // 1024} MiB",
                where=f"run {run}",
                remedy="it is none of ours; look at what made it",
            )
        self.gh.run("run", "download", str(run), "--name", artefact, "--dir", str(folder))
        return True


def _issue(data: Any) -> Issue:
    return Issue(
        number=_number(data, "number"),
        author=_author(data),
        body=_text(data, "body"),
        state=IssueState.OPEN if data.get("state") == "open" else IssueState.CLOSED,
    )


def _pull(data: Any) -> Pull:
    return Pull(
        number=_number(data, "number"),
        base=_text(_part(data, "base"), "ref"),
        head=_text(_part(data, "head"), "sha"),
        head_branch=_text(_part(data, "head"), "ref"),
        head_repository=_repository(_part(data, "head"), "repo"),
        merged_as=_text(data, "merge_commit_sha"),
        merged_at=_moment(data, "merged_at"),
    )


def _run(data: Any) -> WorkflowRun:
    return WorkflowRun(
        id=_number(data, "id"),
        event=_text(data, "event"),
        branch=_text(data, "head_branch"),
        head=_text(data, "head_sha"),
        repository=_repository(data, "head_repository"),
        created_at=_moment(data, "created_at"),
    )


def _author(data: Any) -> str:
    """Who wrote it; empty for an account that is gone."""
    return "" if _part(data, "user", optional=True) is None else _text(data["user"], "login")


def _repository(data: Any, key: str) -> str:
    """Its full name; empty for one that is gone."""
    found = _part(data, key, optional=True)
    return "" if found is None else _text(found, "full_name")


def _part(data: Any, key: str, *, optional: bool = False) -> Any:
    found = data.get(key) if isinstance(data, dict) else None
    if isinstance(found, dict) or (optional and found is None):
        return found
    raise _unknown(key)


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    raise _unknown(key)


def _number(data: Any, key: str) -> int:
    found = data.get(key) if isinstance(data, dict) else None
    if type(found) is int:
        return found
    raise _unknown(key)


def _text(data: Any, key: str) -> str:
    """A text; empty for null, as an issue without a body has it."""
    found = data.get(key) if isinstance(data, dict) else 0
    if isinstance(found, str) or found is None:
        return found or ""
    raise _unknown(key)


def _moment(data: Any, key: str) -> datetime:
    try:
        return read_moment(_text(data, key))
    except ValueError as error:
        raise _unknown(key) from error


def _unknown(key: str) -> ReconcilerError:
    return ReconcilerError(
        f"the answer of GitHub does not have `{key}` as we know it",
        where="gh api",
        remedy="see whether `gh` is really the GitHub CLI; else this program is too old for GitHub",
    )
