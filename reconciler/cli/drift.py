"""The `drift` command."""

from pathlib import Path

import click

from reconciler.cli.drifting import Ways, run_drift
from reconciler.cli.options import global_options
from reconciler.cli.output import emit, format_options_of, parsed_reports, writable
from reconciler.cli.renders import DRIFT_FORMATS, drift_renders
from reconciler.cli.selecting import Asked, selection_options
from reconciler.cli.workflow_step import tell_workflow, tell_wrong_files
from reconciler.errors import InvalidFilesError
from reconciler.model.exit import ExitCode, code_of
from reconciler.model.exit_of_drift import conditions_of_drift
from reconciler.model.finding import Severity


@click.command("drift")
@selection_options
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Remember findings there, so that the report tells their age and what changed; made when missing.",
)
@click.option(
    "--snapshot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Compare with a snapshot: no network, no credentials, no people file.",
)
@click.option("--all", "everything", is_flag=True, help="Show leftovers (S4) too; documents always have them.")
@format_options_of(*DRIFT_FORMATS)
@global_options
def command(
    selectors: tuple[str, ...],
    exclude: tuple[str, ...],
    ledger: Path | None,
    snapshot: Path | None,
    everything: bool,  # noqa: FBT001  click hands flags over as booleans
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Say where reality has left the files, since when, how bad it is and what to do. Never writes to the cloud.

    SELECTORs choose installations: file, folder, id or name (with * and ?), serial, label=value. Exits with 0 when
    everything was compared and nothing is open, 2 when something differs, 4 when something is unreadable, pending or
    waiting. Live things without a file are listed and do not decide that.
    """
    from reconciler.report.drift_markdown import drift_markdown
    from reconciler.report.github_drift import drift_outputs

    parsed_reports(reports, formats=DRIFT_FORMATS)
    if ledger is not None:
        writable(ledger, option="--ledger")
    try:
        report = run_drift(Asked(selectors=selectors, exclude=exclude), Ways(snapshot=snapshot, ledger=ledger))
    except InvalidFilesError as error:
        tell_wrong_files(format_, error)
        raise
    least = Severity.S4 if everything else Severity.S3
    emit(drift_renders(report, least=least), format_=format_, reports=reports)
    code = ExitCode(code_of(conditions_of_drift(report)))
    tell_workflow(format_, summary=lambda: drift_markdown(report, least=least), outputs=drift_outputs(report, code))
    return code
