"""A quick first look with the same JSON Schemas: says `certainly valid`, or leaves it to jsonschema.

Validating a fleet of 100 000 files with jsonschema takes ten times as long as parsing them, and nearly all files are
valid. So each schema is compiled once into plain functions. They may doubt a valid tree, never accept an invalid one; a
keyword that they do not know makes them doubt everything.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

Check = Callable[[Any], bool]
"""True means certainly valid, False means: ask jsonschema."""

_SAYS_NOTHING = frozenset(
    {"$schema", "$id", "title", "description", "examples", "default", "x-code", "$defs", "enumDescriptions"}
)
_OBJECT = frozenset(
    {"properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"}
)
_MEANS_NOTHING_OF_NULL = (
    _SAYS_NOTHING
    | _OBJECT
    | {
        *("type", "items", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
    }
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLAIN = frozenset({str, int, float, bool, type(None)})
_NUMBERS = frozenset({int, float})
_CLASSES: Mapping[str, tuple[type, ...]] = {
    "number": (int, float),
    "integer": (int,),
    "string": (str,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def compiled(schema: Mapping[str, Any], schemas: Mapping[str, Any], file: str) -> Check:
    """The check of one schema; `schemas` by file name and `file` resolve its references."""
    return _Compiler(schemas, file).check(schema)


def whole(pattern: str) -> "re.Pattern[str]":
    """A pattern whose `$` is the very end, as in editors; Python's would allow one more line end."""
    return re.compile(pattern.replace("$", r"\Z"))


class _Compiler:
    """Compiles schemas of one file; references to other files get a compiler of their own."""

    def __init__(self, schemas: Mapping[str, Any], file: str) -> None:
        self._schemas = schemas
        self._file = file

    def check(self, schema: Mapping[str, Any]) -> Check:
        """One function for all keywords of a schema."""
        kinds = schema.get("type")
        if isinstance(kinds, list) and "null" in kinds and schema.keys() <= _MEANS_NOTHING_OF_NULL:
            return self._or_null(schema, [kind for kind in kinds if kind != "null"])
        checks = list(self._checks({key: value for key, value in schema.items() if key not in _SAYS_NOTHING}))
        if len(checks) == 1:
            return checks[0]
        return _remembered(_every(checks)) if kinds == "number" else _every(checks)

    def _checks(self, keywords: dict[str, Any]) -> list[Check]:
        if keywords.get("type") == "object":
            parts = {key: keywords.pop(key) for key in _OBJECT & keywords.keys()}
            del keywords["type"]
            return [self._object(parts), *self._checks(keywords)]
        return [self._keyword(key, limit) for key, limit in keywords.items()]

    def _or_null(self, schema: Mapping[str, Any], others: list[str]) -> Check:
        check = self.check({**schema, "type": others[0] if len(others) == 1 else others})
        return lambda value: value is None or check(value)

    def _keyword(self, key: str, limit: Any) -> Check:
        match key:
            case "$ref":
                return self._reference(limit)
            case "type":
                return _of_kinds([limit] if isinstance(limit, str) else limit)
            case "items":
                item = self.check(limit)
                return lambda value: value.__class__ is not list or all(map(item, value))
            case "anyOf" | "oneOf":
                return _choice([self.check(branch) for branch in limit], at_most_one=key == "oneOf")
            case "required":
                return lambda value: value.__class__ is dict and all(name in value for name in limit)
            case _:
                return _limit(key, limit)

    def _reference(self, reference: str) -> Check:
        file, _, pointer = reference.partition("#")
        file = file or self._file
        schema = self._schemas[file]
        for step in pointer.strip("/").split("/") if pointer else ():
            schema = schema[step]
        return _Compiler(self._schemas, file).check(schema)

    def _object(self, parts: Mapping[str, Any]) -> Check:
        known = {key: self.check(part) for key, part in parts.get("properties", {}).items()}
        extra = self._extra(parts.get("additionalProperties"))
        name = self.check(parts["propertyNames"]) if "propertyNames" in parts else None
        required = tuple(parts.get("required", ()))
        check_of = known.get

        def check(value: Any) -> bool:
            if value.__class__ is not dict:
                return False
            for key in required:
                if key not in value:
                    return False
            for key, item in value.items():
                if not check_of(key, extra)(item):
                    return False
            return name is None or all(map(name, value))

        sizes = [_properties(key, parts[key]) for key in ("minProperties", "maxProperties") if key in parts]
        return _every([check, *sizes]) if sizes else check

    def _extra(self, schema: Any) -> Check:
        if schema is False:
            return _nothing
        return _anything if schema is None else self.check(schema)


def _every(checks: list[Check]) -> Check:
    def check(value: Any) -> bool:
        for one in checks:  # noqa: SIM110  a generator takes three times as long
            if not one(value):
                return False
        return True

    return check


def _remembered(check: Check) -> Check:
    """For numbers: most files of a fleet have the same few."""
    verdict = lru_cache(maxsize=4096, typed=True)(check)
    return lambda value: value.__class__ in _NUMBERS and verdict(value)


def _anything(value: Any) -> bool:  # noqa: ARG001  a check of everything
    return True


def _nothing(value: Any) -> bool:  # noqa: ARG001  a check of everything
    return False


def _of_kinds(kinds: list[str]) -> Check:
    classes: set[type] = set()
    for kind in kinds:
        classes.update(_CLASSES.get(kind, ()))
    return lambda value: value.__class__ in classes


def _choice(checks: list[Check], *, at_most_one: bool) -> Check:
    if at_most_one:
        return lambda value: sum([check(value) for check in checks]) == 1

    def any_of(value: Any) -> bool:
        for check in checks:  # noqa: SIM110  a generator takes three times as long
            if check(value):
                return True
        return False

    return any_of


def _limit(key: str, limit: Any) -> Check:
    match key:
        case "const":
            return _one_of([limit])
        case "enum":
            return _one_of(limit)
        case "pattern":
            return _matching(limit)
        case "format":
            return _in_format(limit)
        case "minimum" | "maximum" | "exclusiveMinimum":
            return _range(key, limit)
        case _:
            return _size(key, limit)


def _properties(key: str, limit: int) -> Check:
    if key == "minProperties":
        return lambda value: len(value) >= limit
    return lambda value: len(value) <= limit


def _size(key: str, limit: int) -> Check:
    match key:
        case "minLength" | "minItems":
            return lambda value: value.__class__ in (str, list) and len(value) >= limit
        case "maxLength":
            return lambda value: value.__class__ is not str or len(value) <= limit
        case "maxItems":
            return lambda value: value.__class__ is list and len(value) <= limit
        case _:
            return _has_unique_texts if key == "uniqueItems" else _nothing


def _one_of(words: list[Any]) -> Check:
    allowed = {(word.__class__, word) for word in words if word.__class__ in _PLAIN}
    if len(allowed) < len(words):
        return _nothing
    return lambda value: value.__class__ in _PLAIN and (value.__class__, value) in allowed


def _matching(pattern: str) -> Check:
    search = whole(pattern).search
    return lambda value: value.__class__ is str and search(value) is not None


def _in_format(name: str) -> Check:
    match name:
        case "date":
            return _written(_DAY, date.fromisoformat)
        case "date-time":
            return _written(_MOMENT, datetime.fromisoformat)
        case _:
            return _nothing


def _written(form: re.Pattern[str], read: Callable[[str], object]) -> Check:
    """A text of this form that also means something: there is no 31st of February."""

    def check(value: Any) -> bool:
        if value.__class__ is not str or not form.fullmatch(value):
            return False
        try:
            read(value)
        except ValueError:
            return False
        return True

    return check


def _range(key: str, limit: float) -> Check:
    match key:
        case "minimum":
            return lambda value: value.__class__ in (int, float) and value >= limit
        case "maximum":
            return lambda value: value.__class__ in (int, float) and value <= limit
        case _:
            return lambda value: value.__class__ in (int, float) and value > limit


def _has_unique_texts(value: Any) -> bool:
    if value.__class__ is not list or any(item.__class__ is not str for item in value):
        return False
    return len(set(value)) == len(value)
