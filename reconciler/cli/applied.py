"""Which commit was applied last, and what is owed since: one small record on the branch that remembers."""

import json
import os
import re
from pathlib import Path

import click

from reconciler.cli.git_tree import commit_of, is_ancestor
from reconciler.cli.ledger_branch import LedgerBranch
from reconciler.cli.output import say
from reconciler.errors import InvalidDocumentError, ReconcilerError
from reconciler.loading.documents import owed_in, read_result
from reconciler.loading.json_source import object_in
from reconciler.model.exit import ExitCode
from reconciler.model.plan_origin import Owed
from reconciler.model.words import counted
from reconciler.records import dataclass
from reconciler.report.json_document import FORMAT_VERSION, owed_document, to_text
from reconciler.store.files import write_atomically
from reconciler.store.workflow_files import append_text

NAME = "applied.json"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LONGEST = 16_000_000
"""Bytes of the record; some tens of thousands of wishes fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was applied last.

    Attributes:
        owed: What was reviewed up to that commit and could not be carried out yet.
    """

    commit: str
    owed: tuple[Owed, ...] = ()


def applied_record(*, branch: str, checkout: Path) -> Record | None:
    """The commit of the last successful apply and what is owed since; None before the first.

    Raises:
        ReconcilerError: The branch cannot be read, or the record is not one.
    """
    return _record_in(LedgerBranch(branch=branch, checkout=checkout).read(NAME), branch)


def applied_commit(*, branch: str, checkout: Path) -> str | None:
    """The commit alone; raises as `applied_record`."""
    record = applied_record(branch=branch, checkout=checkout)
    return None if record is None else record.commit


def read_applied(*, branch: str, checkout: Path, owed_out: Path | None = None) -> ExitCode:
    """Print the commit, and make it the output `commit` of a step of a workflow.

    Args:
        branch: The branch that remembers.
        checkout: Its `origin` is where that is.
        owed_out: Where to write what is owed, for `plan --owed`.

    Raises:
        ReconcilerError: As `applied_record`.
    """
    record = applied_record(branch=branch, checkout=checkout)
    if record is None:
        say(f"nothing was applied yet, says {branch}")
    else:
        click.echo(record.commit)
    if owed_out is not None:
        write_atomically(owed_out, to_text(owed_document(() if record is None else record.owed)))
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        append_text(Path(output), f"commit={'' if record is None else record.commit}\n")
    return ExitCode.DONE


def record_applied(reference: str, *, branch: str, checkout: Path, result: Path | None = None) -> str:
    """Record a commit, but never one that came before the recorded one; what to say about it.

    Args:
        reference: The commit.
        branch: The branch that remembers.
        checkout: Its `origin` is where that is.
        result: What the apply left owed stands in it; without, what the record holds stays owed.

    Raises:
        InvalidDocumentError: The result is none.
        ReconcilerError: git knows no such commit, the branch cannot be written, or more is owed than a record holds.
    """
    commit = commit_of(reference, at=checkout, option="--set")
    owed = None if result is None else read_result(result).owed

    def following(there: bytes | None) -> bytes | None:
        known = _record_in(there, branch)
        if known is not None and known.commit != commit and is_ancestor(commit, known.commit, at=checkout):
            return None
        kept = () if known is None else known.owed
        record = Record(commit=commit, owed=kept if owed is None else owed)
        return None if record == known else _written(record)

    done = LedgerBranch(branch=branch, checkout=checkout).write(
        NAME, following, why=f"Remember that {commit} is applied\n"
    )
    told = f"; {counted(len(owed), 'reviewed setting')} still owed" if owed else ""
    return f"recorded: {commit} is applied{told}" if done else "the record is this commit already, or a later one"


def _written(record: Record) -> bytes:
    owed = {"owed": owed_document(record.owed)["owed"]} if record.owed else {}
    document = {"commit": record.commit, "format_version": FORMAT_VERSION, "kind": "applied", **owed}
    content = json.dumps(document, sort_keys=True).encode() + b"\n"
    if len(content) > _LONGEST:
        raise ReconcilerError(
            f"{counted(len(record.owed), 'reviewed setting')} are still owed, which is more than the record may hold",
            where=NAME,
            remedy="see what keeps them (reconciler plan), or take some of them back in the files; then apply again",
        )
    return content


def _record_in(content: bytes | None, branch: str) -> Record | None:
    if content is None:
        return None
    where = f"{NAME} on {branch}"
    try:
        told = object_in(content, Path(where)) if len(content) <= _LONGEST else {}
        commit = told.get("commit") if told.get("kind") == "applied" else None
        if isinstance(commit, str) and _COMMIT.fullmatch(commit):
            owed = {"kind": "owed", "format_version": FORMAT_VERSION, "owed": told.get("owed", [])}
            return Record(commit=commit, owed=owed_in(owed, Path(where)))
    except InvalidDocumentError:
        pass  # told below, with what to do here
    raise ReconcilerError(
        "the record of the last apply is not one",
        where=where,
        remedy=f"see who changed it; then remove {NAME} from that branch with git, and record the commit that was "
        "applied last: reconciler github applied --set COMMIT",
    )
