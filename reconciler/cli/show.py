"""The `show` command: render a saved document."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.options import global_options
from reconciler.cli.output import emit, format_options, parsed_reports
from reconciler.cli.renders import plan_renders, result_renders, snapshot_renders
from reconciler.errors import InvalidDocumentError
from reconciler.loading.documents import kind_of, read_plan, read_result
from reconciler.loading.snapshot import read_snapshot
from reconciler.model.exit import ExitCode, left_open


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@format_options
@global_options
def command(file: Path, format_: str, reports: tuple[str, ...]) -> int:
    """Render FILE, a saved plan, result or snapshot, in any format. Offline; changes nothing."""
    parsed_reports(reports)
    match kind_of(file):
        case "plan":
            renders = plan_renders(read_plan(file))
        case "result":
            plan = read_plan(file.parent / "plan.json")
            renders = result_renders(read_result(file), plan=plan, also=left_open(plan))
        case "snapshot":
            renders = snapshot_renders(read_snapshot(file), now=datetime.now(UTC))
        case other:
            raise InvalidDocumentError(
                f"a document of kind {json.dumps(other)} cannot be shown",
                where=str(file),
                remedy="give a plan (`plan --out FILE`), a snapshot (`snapshot --out FILE`) or a run's result.json",
            )
    emit(renders, format_=format_, reports=reports)
    return ExitCode.DONE
