"""The JSON Schemas of our own documents, and a quick first look with them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from reconciler.loading.schema_files import schema_folder
from reconciler.loading.schema_quick import Check, compiled

SHARED = "plan.schema.json"
"""Defines what other documents refer to."""


@cache
def document_schemas(kind: str) -> dict[str, Any]:
    """The schema of a kind and the one that it refers to, by file name."""
    folder = schema_folder()
    return {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in {f"{kind}.schema.json", SHARED}}


def is_surely_valid_document(document: Mapping[str, Any], *, kind: str) -> bool:
    """What the quick look says; False means that jsonschema must decide."""
    return _quick(kind)(document)


@cache
def _quick(kind: str) -> Check:
    name, schemas = f"{kind}.schema.json", document_schemas(kind)
    return compiled(schemas[name], schemas, name)
