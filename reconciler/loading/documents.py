"""Reads our own JSON documents back: checked against their schema, ids and digests recomputed, never trusted."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading import document_parts as parts
from reconciler.loading.document_files import checked, read_document, told_with
from reconciler.loading.findings import echo
from reconciler.loading.json_source import read_object
from reconciler.loading.result_parts import result_of
from reconciler.model.change import Change
from reconciler.model.outcome import RunResult
from reconciler.model.plan import Plan, Step
from reconciler.model.plan_origin import Owed


def read_plan(path: Path) -> Plan:
    """The plan in a file that `plan --out` wrote.

    Raises:
        InvalidDocumentError: Not a plan, from an unknown major version, or its ids or digest do not fit its content.
    """
    document = read_document(path, kind="plan")
    with told_with(path, kind="plan"):
        plan = parts.plan_of(document)
    _check_ids(document["changes"], plan.changes, path=path)
    _check_ids(document.get("withdrawn", ()), plan.withdrawn, path=path)
    if plan.digest != document["digest"]:
        raise _forged(path, "the digest does not fit the changes: at least one was added or taken out")
    _check_steps(plan, path=path)
    return plan


def read_result(path: Path) -> RunResult:
    """The outcome of a run from its result document; same errors as `read_plan`."""
    document = read_document(path, kind="result")
    with told_with(path, kind="result"):
        result = result_of(document)
    _check_counts(document["counts"], result, path=path)
    return result


def read_owed(path: Path) -> tuple[Owed, ...]:
    """What is still owed from earlier merges, as `github reviewed` wrote it; same errors as `read_plan`."""
    return owed_in(read_object(path, kind="owed"), path)


def owed_in(document: dict[str, Any], path: Path) -> tuple[Owed, ...]:
    """The same of a document that was read already; `path` says where. Raises as `read_plan`."""
    parted = checked(path, document, kind="owed")["owed"]
    with told_with(path, kind="owed"):
        return tuple(parts.owed_of(part) for part in parted)


def read_worksheet_steps(path: Path) -> list[dict[str, Any]]:
    """What a worksheet asks for, in order: `installation, charger, principal, setting, after` and more.

    Raises:
        InvalidDocumentError: As `read_plan`.
    """
    tasks: list[dict[str, Any]] = read_document(path, kind="worksheet")["tasks"]
    return tasks


def kind_of(path: Path) -> str:
    """Which kind of document a file holds, for `show`."""
    kind = read_object(path).get("kind")
    return kind if isinstance(kind, str) else ""


def _check_ids(told: Sequence[Mapping[str, Any]], changes: Sequence[Change], *, path: Path) -> None:
    for part, change in zip(told, changes, strict=True):
        if part["id"] != change.id:
            target = echo(change.target.subject or change.target.installation_id)
            raise _forged(path, f"change {part['id']} ({target}, {change.setting}) does not have the id of its content")
    if len({change.id for change in changes}) < len(changes):
        raise _forged(path, "a change stands in it twice")


def _check_steps(plan: Plan, *, path: Path) -> None:
    changes = {change.id: change for change in plan.changes}
    known = {step.id: step.after for step in plan.steps}
    used = [item for step in plan.steps for item in step.change_ids]
    if len(known) < len(plan.steps) or len(set(used)) < len(used):
        raise _forged(path, "a step or a change stands in its steps twice")
    for step in plan.steps:
        if not all(_fits(step, changes.get(item)) for item in step.change_ids) or not set(step.after) <= set(known):
            raise _forged(path, f"step {echo(step.id)} does not fit the changes and steps that it names")
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        raise _forged(path, "its steps wait for each other in a circle") from error


def _fits(step: Step, change: Change | None) -> bool:
    if change is None:
        return False
    target = change.target
    return (step.account, step.installation_id, step.route) == (target.account, target.installation_id, change.route)


def _check_counts(counts: Mapping[str, int], result: RunResult, *, path: Path) -> None:
    told = {name: number for name, number in counts.items() if number}
    found: dict[str, int] = {}
    for outcome in result.outcomes:
        found[outcome.kind.value] = found.get(outcome.kind.value, 0) + 1
    if told != found:
        raise _forged(path, "the counts do not fit the outcomes")


def _forged(path: Path, what: str) -> InvalidDocumentError:
    return InvalidDocumentError(what, where=str(path), remedy="it was changed after it was made; make a new plan")
