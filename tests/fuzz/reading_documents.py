"""Targets that read our own documents back."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.document_parts import change_of, plan_of
from reconciler.loading.documents import kind_of, read_owed, read_plan, read_result, read_worksheet_steps
from reconciler.loading.drift_parts import _aged_of as aged_of
from reconciler.loading.drift_parts import read_drift
from reconciler.loading.finding_documents import read_adoption, read_validation
from reconciler.loading.snapshot import read_snapshot
from reconciler.loading.snapshot_rows import CONTENT
from reconciler.loading.worksheets import read_progress
from reconciler.model.adoption import ToldAdoption
from reconciler.model.digest import digest_of
from reconciler.model.finding import DriftReport
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import Owed
from reconciler.model.problem import Problem
from reconciler.model.snapshot import Snapshot
from reconciler.model.ticks import Progress
from reconciler.report.json_document import (
    owed_document,
    plan_document,
    result_document,
    to_text,
    validation_document,
)
from reconciler.report.json_drift import drift_document
from reconciler.report.json_snapshot import snapshot_document
from tests.fuzz import corpus, corpus_documents, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error


def targets(folder: Path) -> tuple[Target, ...]:
    """Small and large documents of every kind; `folder` takes the files."""
    found = (*corpus.documents(), *corpus_documents.further_documents())
    small = [seed for seed in found if len(seed.data) < 8000]
    large = [seed for seed in found if len(seed.data) >= 8000]
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
    told = signed(tree) if random.random() < 0.6 else tree
    if isinstance(told, dict) and told.get("kind") == "snapshot" and random.random() < 0.6:
        with suppress(Exception):
            return to_text(told, rows="installations").encode()
    return trees.as_json(random, told)


def signed(tree: Any) -> Any:
    """With the ids, fingerprints and digest of its content, as far as they can be made."""
    match tree:
        case {"kind": "snapshot"}:
            with suppress(Exception):
                return {**tree, "digest": digest_of({name: tree[name] for name in CONTENT if name in tree})}
        case {"kind": "drift", "findings": list(findings)}:
            return {**tree, "findings": [_with_fingerprint(one) for one in findings]}
        case {"changes": list()}:
            return _with_ids(tree)
    return tree


def _with_fingerprint(part: Any) -> Any:
    with suppress(Exception):
        return {**part, "fingerprint": aged_of(part).finding.fingerprint}
    return part


def _with_ids(tree: Any) -> Any:
    ids: dict[Any, str] = {}
    for part in tree["changes"]:
        with suppress(Exception):
            ids[part["id"]] = change_of(part).id
    named = {**tree, "changes": _renamed(tree["changes"], ids), "steps": _renamed(tree.get("steps"), ids)}
    with suppress(Exception):
        named["digest"] = plan_of(named).digest
    return named


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
    """One kind of document: the type of what it holds, how it is read and written.

    Attributes:
        write: None when nobody writes it again from what was read.
    """

    holds: Any
    read: Callable[[Path], Any]
    write: Callable[[Any], Mapping[str, Any]] | None


def _read_validation(path: Path) -> tuple[tuple[Problem, ...], int]:
    problems, files = read_validation(path)
    return tuple(sorted(problems, key=lambda one: one.sort_key)), files


def _read_worksheet(path: Path) -> tuple[list[dict[str, Any]], Progress]:
    """Both readers, which must agree on what is asked for."""
    steps, progress = read_worksheet_steps(path), read_progress(path)
    check(progress.change_ids == tuple(one["change"] for one in steps), "another order than that of the tasks")
    check(progress.asked_at.keys() == set(progress.change_ids), "something is asked for at no time")
    check(progress.ticks.keys() <= set(progress.change_ids), "something was done that nobody asked for")
    to_text({"tasks": steps})
    return steps, progress


_PAPERS: Mapping[str, _Paper] = {
    "plan": _Paper(holds=Plan, read=read_plan, write=plan_document),
    "result": _Paper(holds=RunResult, read=read_result, write=result_document),
    "snapshot": _Paper(holds=Snapshot, read=read_snapshot, write=snapshot_document),
    "drift": _Paper(holds=DriftReport, read=read_drift, write=drift_document),
    "owed": _Paper(holds=tuple[Owed, ...], read=read_owed, write=owed_document),
    "validation": _Paper(
        holds=tuple[tuple[Problem, ...], int],
        read=_read_validation,
        write=lambda found: validation_document(found[0], found[1]),
    ),
    "adoption": _Paper(holds=tuple[ToldAdoption, dict[str, Any]], read=read_adoption, write=None),
    "worksheet": _Paper(holds=tuple[list[dict[str, Any]], Progress], read=_read_worksheet, write=None),
}


def _check(case: Case, path: Path) -> None:
    path.write_bytes(case[0].data)
    kind = case[0].name
    try:
        told = kind_of(path)
        found: Any = _PAPERS[kind].read(path)
    except InvalidDocumentError as error:
        check_error(error)
        return
    check(told == kind, f"a {kind} that says it is {told}")
    _check_believed(found, json.loads(case[0].data))
    _reads_back(kind, found, path)


def _check_believed(found: Any, told: dict[str, Any]) -> None:
    """What is believed has the ids, fingerprints, counts and digest of its content."""
    match found:
        case Plan():
            check([one["id"] for one in told["changes"]] == [one.id for one in found.changes], "ids of other changes")
            check(told["digest"] == found.digest, "the digest of another plan")
        case Snapshot():
            content = {name: told[name] for name in CONTENT if name in told}
            check(told["digest"] == found.digest == digest_of(content), "the digest of another snapshot")
        case DriftReport():
            fingerprints = [one.finding.fingerprint for one in found.findings]
            check([one["fingerprint"] for one in told["findings"]] == fingerprints, "fingerprints of other findings")
        case RunResult():
            counts = Counter(one.kind.value for one in found.outcomes)
            check({name: one for name, one in told["counts"].items() if one} == counts, "counts of other outcomes")


def reads_back(plan: Plan, path: Path) -> None:
    """Law 7: what was read is written as a text that reads back to the same plan and the same text."""
    _reads_back("plan", plan, path)


def _reads_back(kind: str, found: Any, path: Path) -> None:
    paper = _PAPERS[kind]
    wrong = misfit(found, paper.holds)
    check(not wrong, wrong)
    if paper.write is None:
        return
    text = to_text(paper.write(found))
    path.write_text(text, "utf-8")
    again = paper.read(path)
    check(to_text(paper.write(again)) == text, f"a {kind} that was read back is another text")
    check(_without_digest(again) == _without_digest(found), f"a {kind} that was read back is another {kind}")


def _without_digest(found: Any) -> Any:
    """That of a snapshot is over its text, and a foreign hand may write the same in another way."""
    return replace(found, digest="") if isinstance(found, Snapshot) else found
