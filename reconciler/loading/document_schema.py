"""What jsonschema says about our own documents. Like `full_schema` it is imported when it is needed."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from reconciler.loading.document_schema_files import SHARED, document_schemas
from reconciler.loading.full_schema import OUR_KEYWORDS


def mismatch_in(document: Mapping[str, Any], *, kind: str) -> str:
    """Where a document differs from the schema of its kind, and from what; empty when it does not."""
    try:
        error = best_match(_validator(kind).iter_errors(document))
    except RecursionError:
        return "nested too deep"
    if error is None:
        return ""
    place = error.json_path.removeprefix("$").lstrip(".") or "the document"
    return f"{place} is not as the schema says: {_short(error.validator, error.schema)}"


_Strict = validators.extend(  # type: ignore[no-untyped-call]  # theirs
    Draft202012Validator,
    OUR_KEYWORDS,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)
"""Counts and lines come without a fraction, as we write them."""


@lru_cache
def _validator(kind: str) -> Any:
    schemas = document_schemas(kind)
    registry: Registry[Any] = Registry().with_resource(SHARED, Resource.from_contents(schemas[SHARED]))
    return _Strict(schemas[f"{kind}.schema.json"], registry=registry, format_checker=FormatChecker())


def _short(validator: object, schema: object) -> str:
    # The value itself is not repeated: it may be anything.
    wanted = schema.get(validator) if isinstance(schema, Mapping) else None
    return f"{validator} {json.dumps(wanted)[:120]}"
