"""The `shards` command."""

from collections.abc import Sequence

import click

from reconciler import __version__
from reconciler.cli.fleet_files import load, load_valid
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import Format, compact, emit, format_options_of, parsed_reports, say, screen
from reconciler.cli.workflow_step import tell_workflow, tell_wrong_files
from reconciler.errors import InvalidFilesError
from reconciler.loading.beginning import without_installations
from reconciler.loading.select import select
from reconciler.model.desired import DesiredFleet
from reconciler.model.exit import ExitCode
from reconciler.model.plan import DesiredReference
from reconciler.model.shard import PackedShard, ReadingTime
from reconciler.planning.packing import MOST_SHARDS, packed
from reconciler.planning.reading_time import reading_times

FORMATS = (Format.TEXT, Format.JSON, Format.GITHUB)
JOB_MINUTES = 330
"""What the workflows give a job; GitHub ends each of its own after 360."""


@click.command("shards")
@click.option(
    "--max",
    "most",
    type=click.IntRange(1, MOST_SHARDS),
    default=MOST_SHARDS,
    show_default=True,
    metavar="N",
    help="At most so many; accounts then share a shard, evenly by how long they take to read.",
)
@format_options_of(*FORMATS)
@global_options
def command(most: int, format_: str, reports: tuple[str, ...]) -> int:
    """List the shards of the fleet for a CI system: whole accounts, with how long reading takes. Files only.

    The limit of requests is per account, so an account is never split, and one without installations has no shard. The
    format github is the matrix of a workflow, and the output `matrix` of the step beside `shards`, their number.

    A shard is chosen with `--account NAME` (several times when it has several), and `reconciler merge` joins the
    documents.
    """
    from reconciler.report.json_document import to_text
    from reconciler.report.shards import shards_document, shards_markdown, shards_matrix, shards_text

    parsed_reports(reports, formats=FORMATS)
    try:
        desired = _desired()
    except InvalidFilesError as error:
        tell_wrong_files(format_, error)
        raise
    shards = packed(reading_times(desired), most=most)
    for one in _slow(shards):
        say(
            f"warning: a snapshot of account {one.account} takes {one.snapshot_minutes:.0f} minutes at {one.rate:g} "
            f"requests/s, and a job of the workflows has {JOB_MINUTES}"
        )
    reference = DesiredReference(path=desired.path, commit=desired.commit, digest=desired.digest)
    matrix = compact(shards_matrix(shards))
    renders = {
        Format.TEXT: lambda: shards_text(shards, **screen()),
        Format.JSON: lambda: to_text(shards_document(shards, desired=reference, tool_version=__version__)),
        Format.GITHUB: lambda: matrix,
    }
    emit(renders, format_=format_, reports=reports)
    outputs = {"matrix": matrix.strip(), "shards": str(len(shards))}
    tell_workflow(format_, summary=lambda: shards_markdown(shards), outputs=outputs)
    return ExitCode.DONE


def _desired() -> DesiredFleet:
    """The files that count; a fleet that has no installation yet is no mistake here.

    Raises:
        InvalidFilesError: Something is wrong in the files.
        UsageProblemError: There is no account of that name.
    """
    globals_ = current_globals()
    try:
        _, desired = load_valid()
    except InvalidFilesError:
        empty = without_installations(load(), str(globals_.fleet))
        if empty is None:
            raise
        return empty
    return select(desired, selectors=(), exclude=(), accounts=globals_.accounts)


def _slow(shards: Sequence[PackedShard]) -> list[ReadingTime]:
    return [one for shard in shards for one in shard.accounts if one.snapshot_minutes > JOB_MINUTES]
