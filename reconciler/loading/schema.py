"""Checks trees against the JSON Schemas; a mismatch becomes a finding with one of our codes."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from reconciler.loading.findings import At, Finding
from reconciler.loading.schema_quick import Check, compiled, whole
from reconciler.loading.schema_words import finding_of
from reconciler.loading.yaml_source import BROKEN, TreePath

KINDS = ("fleet", "profile", "installation", "exceptions", "attestation", "generation")

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE / "schemas", _PACKAGE.parent / "schemas")
"""Inside the package in a wheel, beside it in a checkout."""


def findings_of(kind: str, tree: Any) -> tuple[Finding, ...]:
    """Everything in which a tree differs from the schema of its kind, in no particular order."""
    if is_surely_valid(kind, tree):
        return ()
    found = (finding for error in _validator(kind).iter_errors(tree) for finding in finding_of(error))
    return tuple(_one_per_cause(found))


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


@cache
def schemas() -> dict[str, Any]:
    """The schemas of all files, by file name."""
    names = [f"{kind}.schema.json" for kind in KINDS]
    folder = next(folder for folder in _FOLDERS if (folder / names[0]).is_file())
    return {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in names}


@cache
def registry() -> "Registry[Any]":
    """The schemas for references from one to another: they name each other by file name, as editors need it."""
    return Registry().with_resources((name, _resource(schema)) for name, schema in schemas().items())


def _resource(schema: Mapping[str, Any]) -> "Resource[Any]":
    """Without `$schema`, by which jsonschema would choose its own validator again, behind a reference."""
    contents = {key: value for key, value in schema.items() if key != "$schema"}
    return DRAFT202012.create_resource(contents)


def is_valid(kind: str, tree: Any) -> bool:
    """What jsonschema says, without the quick look."""
    return bool(_validator(kind).is_valid(tree))


def is_surely_valid(kind: str, tree: Any) -> bool:
    """What the quick look says; False means that jsonschema must decide."""
    return _quick(kind)(tree)


@cache
def _quick(kind: str) -> Check:
    name = f"{kind}.schema.json"
    return compiled(schemas()[name], schemas(), name)


@cache
def _validator(kind: str) -> Any:
    return _Validator({"$ref": f"{kind}.schema.json"}, registry=registry())


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not whole(pattern).search(instance):
        yield ValidationError("the pattern does not match")


def _no_text_twice(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[ValidationError]:  # noqa: FBT001  their order
    """Of other items their kind is wrong already; comparing each with each would take hours for a hostile file."""
    texts = [item for item in instance if isinstance(item, str)] if wanted and isinstance(instance, list) else []
    if len(set(texts)) < len(texts):
        yield ValidationError("the same item stands twice")


OUR_KEYWORDS: Mapping[str, Any] = {"pattern": _pattern, "uniqueItems": _no_text_twice}
"""Patterns end where an editor's do."""

_Validator = validators.extend(Draft202012Validator, OUR_KEYWORDS)  # type: ignore[no-untyped-call]  # theirs
