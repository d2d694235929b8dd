"""A plan or result in every format, rendered only when asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.cli.output import Format, Render, screen

if TYPE_CHECKING:  # every command shows something, and none of them everything
    from reconciler.model.adoption import ToldAdoption
    from reconciler.model.exit import Condition
    from reconciler.model.finding import DriftReport, Severity
    from reconciler.model.outcome import RunResult
    from reconciler.model.plan import Plan
    from reconciler.model.problem import Problem
    from reconciler.model.snapshot import Snapshot
    from reconciler.report.worksheet import Worksheet


def plan_renders(plan: "Plan") -> Mapping[Format, Render]:
    """How a plan is shown; what shows it is imported then, because most plans are shown in one way."""
    return {
        Format.TEXT: lambda: _plan_text(plan),
        Format.MARKDOWN: lambda: _plan_markdown(plan),
        Format.JSON: lambda: _plan_json(plan),
        Format.GITHUB: lambda: _plan_annotations(plan),
    }


def _plan_text(plan: "Plan") -> str:
    from reconciler.report.terminal import plan_text

    return plan_text(plan, **screen())


def _plan_markdown(plan: "Plan") -> str:
    from reconciler.report.markdown import plan_markdown

    return plan_markdown(plan)


def _plan_json(plan: "Plan") -> str:
    from reconciler.report.json_document import plan_document, to_text

    return to_text(plan_document(plan))


def _plan_annotations(plan: "Plan") -> str:
    from reconciler.report.github import plan_annotations

    return plan_annotations(plan)


def snapshot_renders(snapshot: "Snapshot", *, now: datetime) -> Mapping[Format, Render]:
    """How a snapshot is shown."""
    from reconciler.report import json_snapshot, snapshot_text

    return {
        Format.TEXT: lambda: snapshot_text.snapshot_text(snapshot, now=now),
        Format.MARKDOWN: lambda: snapshot_text.snapshot_markdown(snapshot, now=now),
        Format.JSON: lambda: json_snapshot.snapshot_json(snapshot),
    }


DRIFT_FORMATS = (Format.TEXT, Format.MARKDOWN, Format.JSON, Format.CSV, Format.HTML, Format.GITHUB)
"""How a drift report can be written."""


def drift_renders(report: "DriftReport", *, least: "Severity") -> Mapping[Format, Render]:
    """How a drift report is shown; texts leave out what is milder than `least`."""
    from reconciler.report import (
        drift_csv,
        drift_markdown,
        drift_text,
        github_drift,
        html_page,
        json_document,
        json_drift,
    )

    return {
        Format.TEXT: lambda: drift_text.drift_text(report, least=least, **screen()),
        Format.MARKDOWN: lambda: drift_markdown.drift_markdown(report, least=least),
        Format.JSON: lambda: json_document.to_text(json_drift.drift_document(report)),
        Format.CSV: lambda: drift_csv.drift_csv(report),
        Format.HTML: lambda: html_page.drift_html(report),
        Format.GITHUB: lambda: github_drift.drift_annotations(report, least=least),
    }


def validation_renders(problems: "Sequence[Problem]", *, files: int) -> Mapping[Format, Render]:
    """How it is shown what is wrong in the files; imported when asked for, as for a plan."""
    return {
        Format.TEXT: lambda: _validation_text(problems, files=files),
        Format.MARKDOWN: lambda: _validation_markdown(problems, files=files),
        Format.JSON: lambda: _validation_json(problems, files=files),
        Format.GITHUB: lambda: _validation_annotations(problems),
    }


def _validation_text(problems: "Sequence[Problem]", *, files: int) -> str:
    from reconciler.report.terminal_files import validation_text

    return validation_text(problems, files=files, **screen())


def _validation_markdown(problems: "Sequence[Problem]", *, files: int) -> str:
    from reconciler.report.markdown import validation_markdown

    return validation_markdown(problems, files=files)


def _validation_json(problems: "Sequence[Problem]", *, files: int) -> str:
    from reconciler.report.json_document import to_text, validation_document

    return to_text(validation_document(problems, files))


def _validation_annotations(problems: "Sequence[Problem]") -> str:
    from reconciler.report.github import validation_annotations

    return validation_annotations(problems)


def adoption_renders(told: "ToldAdoption", *, document: Mapping[str, Any]) -> Mapping[Format, Render]:
    """How a saved adoption is shown; of the document itself nothing is left out."""
    from reconciler.report import adoption, json_document

    return {
        Format.TEXT: lambda: adoption.adoption_text(told, **screen()),
        Format.MARKDOWN: lambda: adoption.adoption_markdown(told),
        Format.JSON: lambda: json_document.to_text(dict(document)),
    }


def worksheet_renders(sheet: "Worksheet") -> Mapping[Format, Render]:
    """How a worksheet is shown; in a terminal as Markdown, which reads well there."""
    from reconciler.report import json_document, worksheet_forms, worksheet_page

    return {
        Format.TEXT: lambda: worksheet_forms.worksheet_markdown(sheet),
        Format.MARKDOWN: lambda: worksheet_forms.worksheet_markdown(sheet),
        Format.JSON: lambda: json_document.to_text(worksheet_forms.worksheet_document(sheet)),
        Format.HTML: lambda: worksheet_page.worksheet_html(sheet),
    }


def result_renders(result: "RunResult", *, plan: "Plan", also: "tuple[Condition, ...]" = ()) -> Mapping[Format, Render]:
    """How the result of an apply is shown; `also` holds what the plan could not do in the first place."""
    from reconciler.report import json_document, markdown, terminal_run

    return {
        Format.TEXT: lambda: terminal_run.result_text(result, plan, **screen()),
        Format.MARKDOWN: lambda: markdown.result_markdown(result, plan),
        Format.JSON: lambda: json_document.to_text(json_document.result_document(result, also=also)),
    }
