"""What jsonschema says about a file. Its own import takes longer than most runs need it: it is imported when needed."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from reconciler.loading.findings import Finding
from reconciler.loading.schema_files import schemas
from reconciler.loading.schema_quick import whole
from reconciler.loading.schema_words import finding_of


def mismatches(kind: str, tree: Any) -> Iterator[Finding]:
    """Everything in which a tree differs from the schema of its kind, some of it twice."""
    for error in _validator(kind).iter_errors(tree):
        yield from finding_of(error)


def is_valid(kind: str, tree: Any) -> bool:
    """What jsonschema says, without the quick look."""
    return bool(_validator(kind).is_valid(tree))


@cache
def registry() -> "Registry[Any]":
    """The schemas for references from one to another: they name each other by file name, as editors need it."""
    return Registry().with_resources((name, _resource(schema)) for name, schema in schemas().items())


def _resource(schema: Mapping[str, Any]) -> "Resource[Any]":
    """Without `$schema`, by which jsonschema would choose its own validator again, behind a reference."""
    contents = {key: value for key, value in schema.items() if key != "$schema"}
    return DRAFT202012.create_resource(contents)


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
