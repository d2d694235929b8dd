"""The `show` command: render a saved document."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import emit, format_options_of, parsed_reports
from reconciler.cli.renders import (
    DRIFT_FORMATS,
    adoption_renders,
    drift_renders,
    plan_renders,
    result_renders,
    snapshot_renders,
    validation_renders,
    worksheet_renders,
)
from reconciler.cli.worksheets import stored_sheet
from reconciler.errors import InvalidDocumentError
from reconciler.loading.documents import kind_of, read_plan, read_result
from reconciler.loading.drift_parts import read_drift
from reconciler.loading.finding_documents import read_adoption, read_validation
from reconciler.loading.snapshot import read_snapshot
from reconciler.model.exit import ExitCode, left_open
from reconciler.model.finding import Severity
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan
from reconciler.store.layout import is_run_id, runs_folder


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@format_options_of(*DRIFT_FORMATS)
@global_options
def command(file: Path, format_: str, reports: tuple[str, ...]) -> int:
    """Render FILE, a saved JSON document, in any format that fits. Offline; changes nothing.

    Plans, results, worksheets, drift reports, snapshots and what `validate` and `adopt` wrote as text, markdown and
    json; worksheets and drift reports as html, drift reports as csv too; plans, drift reports and validations as github
    annotations.
    """
    parsed_reports(reports, formats=DRIFT_FORMATS)
    match kind_of(file):
        case "plan":
            renders = plan_renders(read_plan(file))
        case "result":
            result = read_result(file)
            plan = _plan_of(result, file)
            renders = result_renders(result, plan=plan, also=left_open(plan))
        case "drift":
            renders = drift_renders(read_drift(file), least=Severity.S4)
        case "snapshot":
            renders = snapshot_renders(read_snapshot(file), now=datetime.now(UTC))
        case "worksheet":
            renders = worksheet_renders(stored_sheet(file))
        case "validation":
            problems, files = read_validation(file)
            renders = validation_renders(problems, files=files)
        case "adoption":
            told, document = read_adoption(file)
            renders = adoption_renders(told, document=document)
        case other:
            raise InvalidDocumentError(
                f"a document of kind {json.dumps(other)} cannot be shown",
                where=str(file),
                remedy="give a plan, drift report, snapshot, validation or adoption in JSON, or a run's result.json or "
                "worksheet.json",
            )
    emit(renders, format_=format_, reports=reports)
    return ExitCode.DONE


def _plan_of(result: RunResult, file: Path) -> Plan:
    """The plan that a result is about: from beside it, as in the folder of its run, or from that folder.

    Raises:
        InvalidDocumentError: It is in neither place.
    """
    run = runs_folder(current_globals().root) / result.run_id if is_run_id(result.run_id) else file.parent
    for place in (file.parent / "plan.json", run / "plan.json"):
        if place.is_file() and kind_of(place) == "plan":
            plan = read_plan(place)
            if plan.digest == result.plan_digest:
                return plan
    raise InvalidDocumentError(
        f"the plan that it tells the outcomes of is neither beside it nor in the folder of its run ({result.run_id})",
        where=str(file),
        remedy="put the plan.json of that run beside it; the names and values stand there",
    )
