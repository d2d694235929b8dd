"""Does an answer fit the official API description? A small checker for its dialect.

The document writes camelCase and the service PascalCase, so names are compared
without casing. Flags may be sums. Times may lack an offset, as on the real service.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
Schema = Mapping[str, Any]


class Document:
    """The OpenAPI document."""

    def __init__(self, data: Schema) -> None:
        self._data = data
        self.paths: Mapping[str, Schema] = data["paths"]

    def model(self, name: str) -> Schema:
        schema: Schema = self._data["components"]["schemas"][name]
        return schema

    def answer_schema(self, path: str, method: str) -> Schema | None:
        """The schema of a 200, or none when it declares no content."""
        content = self.paths[path][method]["responses"]["200"].get("content", {})
        return content["application/json"]["schema"] if content else None

    def problems(self, value: object, schema: Schema, *, where: str = "$") -> Iterator[str]:
        """Everything in which a value does not fit."""
        schema = self._resolved(schema)
        if value is None:
            if not schema.get("nullable") and "type" in schema:
                yield f"{where}: null is not allowed"
            return
        if "enum" in schema and not _in_enumeration(value, schema):
            yield f"{where}: {value!r} is not in the enumeration"
            return
        match schema.get("type"):
            case "object":
                yield from self._object(value, schema, where)
            case "array":
                yield from self._array(value, schema, where)
            case None:
                return
            case kind:
                yield from _simple(value, str(kind), schema.get("format"), where)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.model(schema["$ref"].rpartition("/")[2])
        return schema

    def _object(self, value: object, schema: Schema, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no object"
            return
        known = {name.casefold(): sub for name, sub in schema.get("properties", {}).items()}
        others = schema.get("additionalProperties", True)
        for name, member in value.items():
            inside = f"{where}.{name}"
            if name.casefold() in known:
                yield from self.problems(member, known[name.casefold()], where=inside)
            elif others is False:
                yield f"{inside}: unknown member"
            elif isinstance(others, dict):
                yield from self.problems(member, others, where=inside)

    def _array(self, value: object, schema: Schema, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for number, item in enumerate(value):
            yield from self.problems(item, schema["items"], where=f"{where}[{number}]")


def _in_enumeration(value: object, schema: Schema) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    if not schema.get("x-enumFlags"):
        return value in schema["enum"]
    every = 0
    for number in schema["enum"]:
        every |= number
    return value & ~every == 0


def _simple(value: object, kind: str, form: str | None, where: str) -> Iterator[str]:
    kinds = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
    right = isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if not right:
        yield f"{where}: {value!r} is no {kind}"
    elif form == "uuid" and not UUID.fullmatch(str(value)):
        yield f"{where}: {value!r} is no UUID"
    elif form == "date-time" and not MOMENT.fullmatch(str(value)):
        yield f"{where}: {value!r} is no time"
