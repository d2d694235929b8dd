"""What we want of the place where the files, their reviews and the reports live; `cli/hub.py` asks GitHub for it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from reconciler.records import dataclass

BOT = "github-actions[bot]"
"""Who writes when a workflow does; a comment of anybody else is never touched."""

LONGEST_BODY = 65_536
"""Characters of one comment or issue; GitHub refuses more."""


class IssueState(StrEnum):
    """Whether an issue still asks for attention."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as it stands there; everything in it was written by others."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue as it stands there."""

    number: int
    author: str
    body: str
    state: IssueState


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueText:
    """What an issue shall say."""

    title: str
    body: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A merged pull request.

    Attributes:
        head: The commit that reviewers saw last.
        head_branch, head_repository: Where that came from; the repository is empty when it is gone.
        merged_as: The commit that it became on the base branch.
    """

    number: int
    base: str
    head: str
    head_branch: str
    head_repository: str
    merged_as: str
    merged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow.

    Attributes:
        branch: A branch or a tag of that name.
        head: The commit; of a pull request that of its branch.
        repository: The one that the commit came from; empty when it is gone.
    """

    id: int
    event: str
    branch: str
    head: str
    repository: str
    created_at: datetime


class Comments(Protocol):
    """The comments of issues and pull requests."""

    def comments(self, number: int) -> Sequence[Comment]:
        """All of them, oldest first."""

    def add_comment(self, number: int, body: str) -> None:
        """Write a new one."""

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of one."""


class Issues(Comments, Protocol):
    """Issues and their comments."""

    def issues(self, label: str) -> Sequence[Issue]:
        """Open and closed ones with that label, no pull requests."""

    def open_issue(self, text: IssueText) -> int:
        """Write a new one; its number."""

    def edit_issue(self, number: int, text: IssueText, *, state: IssueState) -> None:
        """Replace what one says, and open or close it."""


class Runs(Protocol):
    """Runs of workflows and what they kept."""

    def runs(self, workflow: str, *, head: str | None = None, branch: str | None = None) -> Sequence[WorkflowRun]:
        """The latest hundred runs of one workflow file, newest first; of a commit or a branch when given."""

    def fetch(self, run: int, *, artefact: str, folder: Path, until: datetime | None = None) -> bool:
        """Put what a run kept under that name into a new folder.

        False when it kept nothing, or no longer, or kept some of it after `until`.
        """

    def tip(self, branch: str) -> str:
        """The commit at the end of a branch."""

    def leads_to(self, first: str, last: str) -> bool:
        """Whether one commit is the other, or came before it."""


class Merges(Runs, Protocol):
    """Merged pull requests and the runs that belong to them."""

    def merged(self, commit: str) -> Sequence[Pull]:
        """Merged pull requests that brought a commit."""
