"""The target that reads our own documents back."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.document_parts import change_of, plan_of
from reconciler.loading.documents import kind_of, read_plan, read_result, read_worksheet_steps
from reconciler.loading.drift_parts import read_drift
from reconciler.loading.snapshot import read_snapshot
from reconciler.loading.snapshot_rows import CONTENT
from reconciler.model.digest import digest_of
from reconciler.model.finding import DriftReport
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan
from reconciler.model.snapshot import Snapshot
from reconciler.report.json_document import plan_document, result_document, to_text
from reconciler.report.json_drift import drift_document
from reconciler.report.json_snapshot import snapshot_document
from tests.fuzz import corpus, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error


def targets(folder: Path) -> tuple[Target, ...]:
    """Plans, results, snapshots, drift reports, worksheets; `folder` takes the files."""
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
    """Often with the ids and the digest of its content, as somebody would write it who wants it to be believed.

    A snapshot often with one installation on a line, as we write it.
    """
    signed = _signed(tree) if random.random() < 0.6 else tree
    if isinstance(signed, dict) and signed.get("kind") == "snapshot" and random.random() < 0.6:
        with suppress(Exception):
            return to_text(signed, rows="installations").encode()
    return trees.as_json(random, signed)


def _signed(tree: Any) -> Any:
    if isinstance(tree, dict) and tree.get("kind") == "snapshot":
        with suppress(Exception):
            return {**tree, "digest": digest_of({name: tree[name] for name in CONTENT if name in tree})}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """One kind of document: the type of what it holds, how it is read and written."""

    holds: type
    read: Callable[[Path], Any]
    write: Callable[[Any], Mapping[str, Any]]


_PAPERS: Mapping[str, _Paper] = {
    "plan": _Paper(holds=Plan, read=read_plan, write=plan_document),
    "result": _Paper(holds=RunResult, read=read_result, write=result_document),
    "snapshot": _Paper(holds=Snapshot, read=read_snapshot, write=snapshot_document),
    "drift": _Paper(holds=DriftReport, read=read_drift, write=drift_document),
}


def _check(case: Case, path: Path) -> None:
    path.write_bytes(case[0].data)
    kind = case[0].name
    paper = _PAPERS.get(kind)
    try:
        kind_of(path)
        found: Any = read_worksheet_steps(path) if paper is None else paper.read(path)
    except InvalidDocumentError as error:
        check_error(error)
        return
    if paper is None:
        check(not misfit(found, list[dict[str, Any]]), "a worksheet that holds no steps")
        to_text({"tasks": found})
    else:
        _reads_back(kind, found, path)


def reads_back(plan: Plan, path: Path) -> None:
    """Law 7: what was read is written as a text that reads back to the same plan and the same text."""
    _reads_back("plan", plan, path)


def _reads_back(kind: str, found: Any, path: Path) -> None:
    paper = _PAPERS[kind]
    wrong = misfit(found, paper.holds)
    check(not wrong, wrong)
    text = to_text(paper.write(found))
    path.write_text(text, "utf-8")
    again = paper.read(path)
    check(to_text(paper.write(again)) == text, f"a {kind} that was read back is another text")
    check(_without_digest(again) == _without_digest(found), f"a {kind} that was read back is another {kind}")


def _without_digest(found: Any) -> Any:
    """That of a snapshot is over its text, and a foreign hand may write the same in another way."""
    return replace(found, digest="") if isinstance(found, Snapshot) else found
