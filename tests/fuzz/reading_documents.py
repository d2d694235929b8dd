"""The target that reads our own documents back."""

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.document_parts import change_of, plan_of
from reconciler.loading.documents import kind_of, read_plan, read_result, read_worksheet_steps
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan
from reconciler.report.json_document import plan_document, result_document, to_text
from tests.fuzz import corpus, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error


def targets(folder: Path) -> tuple[Target, ...]:
    """Plans, results, worksheets; `folder` takes the files."""
    small = [seed for seed in corpus.documents() if len(seed.data) < 8000]
    large = [seed for seed in corpus.documents() if len(seed.data) >= 8000]
    path = folder / "document.json"
    return (
        Target(name="documents", share=60, seeds=tuple(small), check=lambda case: _check(case, path), writes=_written),
        Target(
            name="large documents", share=4, seeds=tuple(large), check=lambda case: _check(case, path), writes=_written
        ),
    )


def _written(random: Random, tree: Any) -> bytes:
    """Often with the ids and the digest of its content, as somebody would write it who wants it to be believed."""
    return trees.as_json(random, _signed(tree) if random.random() < 0.6 else tree)


def _signed(tree: Any) -> Any:
    if not isinstance(tree, dict) or not isinstance(tree.get("changes"), list):
        return tree
    ids: dict[Any, str] = {}
    for part in tree["changes"]:
        with suppress(Exception):
            ids[part["id"]] = change_of(part).id
    signed = {**tree, "changes": _renamed(tree["changes"], ids), "steps": _renamed(tree.get("steps"), ids)}
    with suppress(Exception):
        signed["digest"] = plan_of(signed).digest
    return signed


def _renamed(tree: Any, ids: dict[Any, str]) -> Any:
    match tree:
        case dict():
            return {key: _renamed(item, ids) for key, item in tree.items()}
        case list():
            return [_renamed(item, ids) for item in tree]
        case str():
            return ids.get(tree, tree)
        case _:
            return tree


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
