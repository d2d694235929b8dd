"""The `show` command: render a saved document."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.options import global_options
from reconciler.cli.output import emit, format_options_of, parsed_reports
from reconciler.cli.renders import (
    DRIFT_FORMATS,
    drift_renders,
    plan_renders,
    result_renders,
    snapshot_renders,
    worksheet_renders,
)
from reconciler.cli.worksheets import stored_sheet
from reconciler.errors import InvalidDocumentError
from reconciler.loading.documents import kind_of, read_plan, read_result
from reconciler.loading.drift_parts import read_drift
from reconciler.loading.snapshot import read_snapshot
from reconciler.model.exit import ExitCode, left_open
from reconciler.model.finding import Severity


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@format_options_of(*DRIFT_FORMATS)
@global_options
def command(file: Path, format_: str, reports: tuple[str, ...]) -> int:
    """Render FILE, a saved plan, result, worksheet, drift report or snapshot, in any format.

    Offline; changes nothing.
    """
    parsed_reports(reports, formats=DRIFT_FORMATS)
    match kind_of(file):
        case "plan":
            renders = plan_renders(read_plan(file))
        case "result":
            plan = read_plan(file.parent / "plan.json")
            renders = result_renders(read_result(file), plan=plan, also=left_open(plan))
        case "drift":
            renders = drift_renders(read_drift(file), least=Severity.S4)
        case "snapshot":
            renders = snapshot_renders(read_snapshot(file), now=datetime.now(UTC))
        case "worksheet":
            renders = worksheet_renders(stored_sheet(file))
        case other:
            raise InvalidDocumentError(
                f"a document of kind {json.dumps(other)} cannot be shown",
                where=str(file),
                remedy="give a plan, a drift report or a snapshot in JSON, or a run's result.json or worksheet.json",
            )
    emit(renders, format_=format_, reports=reports)
    return ExitCode.DONE
