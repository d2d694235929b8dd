"""The target that reads our own documents back."""

from pathlib import Path
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.documents import kind_of, read_plan, read_result, read_worksheet_steps
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan
from reconciler.report.json_document import plan_document, result_document, to_text
from tests.fuzz import corpus
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error


def targets(folder: Path) -> tuple[Target, ...]:
    """Plans, results, worksheets; `folder` takes the files."""
    small = [seed for seed in corpus.documents() if len(seed.data) < 8000]
    large = [seed for seed in corpus.documents() if len(seed.data) >= 8000]
    path = folder / "document.json"
    return (
        Target(name="documents", share=60, seeds=tuple(small), check=lambda case: _check(case, path)),
        Target(name="large documents", share=4, seeds=tuple(large), check=lambda case: _check(case, path)),
    )


def _check(case: Case, path: Path) -> None:
    path.write_bytes(case[0].data)
    reads: Any = {"plan": read_plan, "result": read_result, "worksheet": read_worksheet_steps}[case[0].name]
    try:
        kind_of(path)
        found = reads(path)
    except InvalidDocumentError as error:
        check_error(error)
        return
    match found:
        case Plan():
            reads_back(found, path)
        case RunResult():
            _result_reads_back(found, path)
        case _:
            check(not misfit(found, list[dict[str, Any]]), "a worksheet that holds no steps")
            to_text({"tasks": found})


def reads_back(plan: Plan, path: Path) -> None:
    """Law 7: what was read is written as a text that reads back to the same plan and the same text."""
    wrong = misfit(plan, Plan)
    check(not wrong, wrong)
    text = to_text(plan_document(plan))
    path.write_text(text, "utf-8")
    again = read_plan(path)
    check(to_text(plan_document(again)) == text, "a plan that was read back is another text")
    check(again == plan, "a plan that was read back is another plan")


def _result_reads_back(result: RunResult, path: Path) -> None:
    wrong = misfit(result, RunResult)
    check(not wrong, wrong)
    text = to_text(result_document(result))
    path.write_text(text, "utf-8")
    again = read_result(path)
    check(to_text(result_document(again)) == text, "a result that was read back is another text")
    check(again == result, "a result that was read back is another result")
