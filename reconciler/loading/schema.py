"""Checks trees against the JSON Schemas; a mismatch becomes a finding with one of our codes."""

import copy
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from reconciler.loading.findings import At, Finding
from reconciler.loading.schema_files import schemas
from reconciler.loading.schema_quick import Check, compiled
from reconciler.loading.yaml_source import BROKEN, TreePath


def findings_of(kind: str, tree: Any) -> tuple[Finding, ...]:
    """Everything in which a tree differs from the schema of its kind, in no particular order."""
    if is_surely_valid(kind, tree):
        return ()
    from reconciler.loading.full_schema import mismatches  # noqa: PLC0415  80 ms that a fleet without flaws saves

    return tuple(_one_per_cause(mismatches(kind, tree)))


def _one_per_cause(findings: Iterable[Finding]) -> Iterator[Finding]:
    """A value of the wrong kind is out of range too; only the first is told. Missing keys are told each."""
    told: set[TreePath] = set()
    for finding in findings:
        if finding.code == "E015" or finding.path not in told:
            yield finding
        if finding.code != "E015":
            told.add(finding.path)


def without_broken_parts(tree: Any, findings: Iterable[Finding]) -> Any:
    """A copy in which whatever has a finding is BROKEN, so that rules see only values of the right form."""
    clean = copy.deepcopy(tree)
    for finding in findings:
        if finding.code != "E015":
            clean = _broken_at(clean, finding.path, remove=finding.at is At.KEY)
    return clean


def _broken_at(tree: Any, path: TreePath, *, remove: bool) -> Any:
    if not path:
        return BROKEN
    parent = tree
    for step in path[:-1]:
        if not _holds(parent, step):
            return tree
        parent = parent[step]
    if remove and isinstance(parent, dict):
        parent.pop(path[-1], None)
    elif _holds(parent, path[-1]):
        parent[path[-1]] = BROKEN
    return tree


def _holds(parent: Any, step: str | int) -> bool:
    if isinstance(parent, list):
        return isinstance(step, int) and step < len(parent)
    return isinstance(parent, dict) and step in parent


def is_surely_valid(kind: str, tree: Any) -> bool:
    """What the quick look says; False means that jsonschema must decide."""
    return _quick(kind)(tree)


@cache
def _quick(kind: str) -> Check:
    name = f"{kind}.schema.json"
    return compiled(schemas()[name], schemas(), name)
