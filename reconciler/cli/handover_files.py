"""Shows what the `handover` commands found, asks, and writes their files."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from reconciler.cli.options import current_globals
from reconciler.cli.output import Format, Render, emit, is_terminal, say, screen, show_beside
from reconciler.errors import UsageProblemError
from reconciler.model.exit import code_of
from reconciler.model.handover import Batch, FileDraft, HandoverStatus, Tense
from reconciler.records import dataclass
from reconciler.report import handover as batch_report
from reconciler.report import handover_status as status_report
from reconciler.report.json_document import to_text
from reconciler.store.asked import runs_asking
from reconciler.store.attestations import take_attestation_away
from reconciler.store.departures import put_behind
from reconciler.store.fleet_files import move_fleet_file, write_fleet_file
from reconciler.store.sightings import forget_sightings


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a batch is shown and written."""

    dry_run: bool
    yes: bool
    format_: str
    reports: Sequence[str]


def write_batch(batch: Batch, how: Writing) -> int:
    """Show it, ask where somebody must be asked, write it, and say the exit code."""
    if not how.dry_run and batch.drafts and not _confirmed(batch, yes=how.yes):
        say("nothing was written")
        return code_of(())
    written = () if how.dry_run else tuple(_write(draft) for draft in batch.drafts)
    void = _turned(batch) if written else ()
    renders = _batch_renders(batch, Tense.WOULD if how.dry_run else Tense.DONE)
    emit(renders, format_=how.format_, reports=how.reports)
    for path in written:
        say(f"written: {path}")
    for path in void:
        say(f"removed: {path}, which spoke for another hand-over than the next")
    return code_of(batch.conditions)


def _turned(batch: Batch) -> tuple[Path, ...]:
    """Let nothing of a hand-over that is over speak for the next one; the attestations that are gone."""
    here = current_globals()
    put_behind(here.root, batch.turning, asked=runs_asking(here.root) if batch.turning else {})
    forget_sightings(here.root, batch.turning)
    gone = (take_attestation_away(here.fleet, one) for one in sorted(batch.turning))
    return tuple(path for path in gone if path is not None)


def _write(draft: FileDraft) -> Path:
    """One file, whole or not at all; whatever comes after a failure is left to the next run."""
    fleet = current_globals().fleet
    if draft.instead_of is None:
        return write_fleet_file(fleet, draft.path, before=draft.before, after=draft.after)
    path, text = draft.instead_of
    return move_fleet_file(fleet, path, to=draft.path, before=text, after=draft.after)


def _confirmed(batch: Batch, *, yes: bool) -> bool:
    """Show what would be written, and ask.

    Raises:
        UsageProblemError: There is nobody to ask.
    """
    if yes:
        return True
    show_beside(batch_report.batch_text(batch, **screen(), tense=Tense.WOULD))
    if not is_terminal(sys.stdin):
        raise UsageProblemError(
            "there is no terminal to ask, so nothing was written",
            where="handover",
            remedy="look at it with --dry-run, then give --yes",
        )
    return click.confirm(f"Write {len(batch.drafts)} file(s)?", default=False, err=True)


def _batch_renders(batch: Batch, tense: Tense) -> Mapping[Format, Render]:
    return {
        Format.TEXT: lambda: batch_report.batch_text(batch, **screen(), tense=tense),
        Format.MARKDOWN: lambda: batch_report.batch_markdown(batch, tense),
        Format.JSON: lambda: to_text(batch_report.batch_document(batch, tense)),
    }


def emit_status(found: HandoverStatus, *, format_: str, reports: Sequence[str]) -> None:
    """Print it and write its report files."""
    renders: Mapping[Format, Render] = {
        Format.TEXT: lambda: status_report.status_text(found, **screen()),
        Format.MARKDOWN: lambda: status_report.status_markdown(found),
        Format.JSON: lambda: to_text(status_report.status_document(found)),
    }
    emit(renders, format_=format_, reports=reports)
