"""Which commit was applied last: one small record on the branch that remembers."""

import json
import os
import re
from pathlib import Path

import click

from reconciler.cli.git_tree import commit_of, is_ancestor
from reconciler.cli.ledger_branch import LedgerBranch
from reconciler.cli.output import say
from reconciler.errors import ReconcilerError
from reconciler.model.exit import ExitCode
from reconciler.store.workflow_files import append_text

NAME = "applied.json"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LONGEST = 4096


def applied_commit(*, branch: str, checkout: Path) -> str | None:
    """The commit of the last successful apply; None before the first.

    Raises:
        ReconcilerError: The branch cannot be read, or the record is not one.
    """
    return _commit_in(LedgerBranch(branch=branch, checkout=checkout).read(NAME), branch)


def read_applied(*, branch: str, checkout: Path) -> ExitCode:
    """Print the commit, and make it the output `commit` of a step of a workflow.

    Raises:
        ReconcilerError: As `applied_commit`.
    """
    commit = applied_commit(branch=branch, checkout=checkout)
    if commit is None:
        say(f"nothing was applied yet, says {branch}")
    else:
        click.echo(commit)
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        append_text(Path(output), f"commit={commit or ''}\n")
    return ExitCode.DONE


def record_applied(reference: str, *, branch: str, checkout: Path) -> str:
    """Record a commit, but never one that came before the recorded one; what to say about it.

    Raises:
        ReconcilerError: git knows no such commit, or the branch cannot be written.
    """
    commit = commit_of(reference, at=checkout, option="--set")

    def following(there: bytes | None) -> bytes | None:
        known = _commit_in(there, branch)
        if known is not None and is_ancestor(commit, known, at=checkout):
            return None
        return (
            json.dumps({"commit": commit, "format_version": "1.0", "kind": "applied"}, sort_keys=True).encode() + b"\n"
        )

    done = LedgerBranch(branch=branch, checkout=checkout).write(
        NAME, following, why=f"Remember that {commit} is applied\n"
    )
    return f"recorded: {commit} is applied" if done else "the record is this commit already, or a later one"


def _commit_in(content: bytes | None, branch: str) -> str | None:
    if content is None:
        return None
    try:
        told = json.loads(content[:_LONGEST])
        commit = told["commit"] if told["kind"] == "applied" else None
    except (ValueError, KeyError, TypeError, RecursionError):
        commit = None
    if isinstance(commit, str) and _COMMIT.fullmatch(commit):
        return commit
    raise ReconcilerError(
        "the record of the last apply is not one",
        where=f"{NAME} on {branch}",
        remedy="record it again: reconciler github applied --set COMMIT",
    )
