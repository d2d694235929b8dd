"""Says in our words, and with our codes, what a JSON Schema found. Values that may be secrets are never repeated."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import ValidationError

from reconciler.loading.findings import At, Finding, echo
from reconciler.loading.guard_words import guard_words
from reconciler.loading.nearest import nearest
from reconciler.loading.yaml_source import BROKEN, MOST_FLAWS, TreePath
from reconciler.model.mail import has_address

_CODES = {"additionalProperties": "E003", "type": "E014", "required": "E015", "enum": "E016", "const": "E016"}
_SILENT = {"E218", "E223"}
"""Codes about secrets: nothing of the value may be repeated."""

_KINDS = {
    "object": "a map",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
_SWITCH_WORDS = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


def finding_of(error: ValidationError) -> Iterator[Finding]:
    """The findings of one mismatch; none when it already has a problem of its own."""
    path: TreePath = tuple(error.absolute_path)
    if _is_told_already(error):
        return
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, path)
        case "required":
            yield _missing_key(error, path)
        case _ if "propertyNames" in error.absolute_schema_path:
            yield _bad_name(error, path)
        case _:
            what, remedy = _WORDING.get(str(error.validator), _anything)(error)
            yield Finding(code=_code(error), path=path, what=what, remedy=remedy)


def _is_told_already(error: ValidationError) -> bool:
    value: Any = error.instance
    if value is BROKEN:
        return True
    if isinstance(value, str) and has_address(value) and error.validator == "pattern":
        return True  # E230 says it
    if error.validator == "uniqueItems":
        return BROKEN in value
    if error.validator == "oneOf" and not isinstance(value, dict):
        return True  # its kind is wrong, which has its own problem
    return error.validator in {"oneOf", "type"} and isinstance(value, dict) and BROKEN in value.values()


def _code(error: ValidationError) -> str:
    keyword = str(error.validator)
    own = error.schema.get("x-code", {}) if isinstance(error.schema, dict) else {}
    return str(own.get(keyword) or _CODES.get(keyword, "E017"))


def _unknown_keys(error: ValidationError, path: TreePath) -> Iterator[Finding]:
    parts = _keywords(error).get("properties", {})
    known = [key for key, part in parts.items() if "not" not in part]
    if set(_keywords(error).get("x-code", {}).values()) & _SILENT:
        yield Finding(code="E223", path=path, what=f"only {', '.join(known)} may stand here (not shown).")
        return
    unknown = [key for key in _value(error) if key not in parts]
    for number, key in enumerate(unknown):
        right = nearest(key, known) if number < MOST_FLAWS else None  # guessing takes its time
        remedy = f"Did you mean `{right}`?" if right else f"Known here: {', '.join(known)}."
        yield Finding(code="E003", path=(*path, key), what=f"unknown key `{echo(key)}`.", remedy=remedy, at=At.KEY)


def _missing_key(error: ValidationError, path: TreePath) -> Finding:
    required: list[str] = _limit(error)
    key = next(key for key in required if error.message.startswith(repr(key)))
    return Finding(code="E015", path=path, what=f"`{key}` is missing.", remedy=f"Add `{key}`.", at=At.KEY)


def _bad_name(error: ValidationError, path: TreePath) -> Finding:
    name = str(error.instance)
    capitals = name.upper()
    fits = error.validator == "pattern" and re.search(str(_limit(error)), capitals)
    remedy = f"Did you mean `{capitals}`?" if fits else ""
    return Finding(
        code=_code(error), path=(*path, name), what="this name has the wrong form.", remedy=remedy, at=At.KEY
    )


def _keywords(error: ValidationError) -> dict[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _wrong_type(error: ValidationError) -> tuple[str, str]:
    expected = _limit(error)
    kinds = [expected] if isinstance(expected, str) else list(expected)
    wanted = " or ".join(_KINDS[kind] for kind in kinds)
    if _code(error) in _SILENT:
        return "a plain value where a reference must stand (not shown).", ""
    what = f"expected {wanted}, found {_kind_of(error.instance)}."
    word = error.instance if isinstance(error.instance, str) else ""
    if "boolean" in kinds and word.casefold() in _SWITCH_WORDS:
        return what, f"Write {_SWITCH_WORDS[word.casefold()]}."
    number = re.fullmatch(r"\s*([0-9]{1,4}(?:\.[0-9]+)?)\s*(?:A|amp\w*)?\s*", word, re.IGNORECASE | re.ASCII)
    return what, f"Write {number[1]}." if number and "number" in kinds else ""


def _value(error: ValidationError) -> Any:
    return error.instance


def _limit(error: ValidationError) -> Any:
    return error.validator_value


def _kind_of(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a map"


def _not_a_word(error: ValidationError) -> tuple[str, str]:
    known = [str(word) for word in _limit(error)]
    word = error.instance if isinstance(error.instance, str) else ""
    if _code(error) == "E246":
        return guard_words(word, echo(word))
    what = f"`{echo(word)}` is not one of {', '.join(known)}." if word else f"expected one of {', '.join(known)}."
    right = nearest(word, known)
    return what, f"Did you mean `{right}`?" if right else ""


def _not_the_constant(error: ValidationError) -> tuple[str, str]:
    wanted = str(_limit(error)).lower()
    return f"expected {wanted}.", f"Write {wanted}."


def _wrong_form(error: ValidationError) -> tuple[str, str]:
    if _code(error) in _SILENT:
        return "this name is not allowed.", ""
    examples = _keywords(error).get("examples", [])
    example = f" Expected something like `{examples[0]}`." if examples else ""
    return f"this has the wrong form.{example}", ""


def _out_of_range(error: ValidationError) -> tuple[str, str]:
    value = f"{error.instance:g}"
    code = _code(error)
    if code == "E101":
        return f"{value} A is below 6 A.", ""
    if code == "E102":
        return f"{value} A is above 32 A.", ""
    limit = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}[str(error.validator)]
    return f"{value}, expected {limit} {_limit(error)}.", ""


def _neither(error: ValidationError) -> tuple[str, str]:
    if isinstance(error.instance, int | float):
        return _out_of_range(error)
    names = " or ".join(f"`{branch['required'][0]}`" for branch in _limit(error))
    return f"expected exactly one of {names}.", f"Write exactly one of {names}."


def _not_here(error: ValidationError) -> tuple[str, str]:
    return f"`{error.absolute_path[-1]}` may not stand here.", ""


def _anything(error: ValidationError) -> tuple[str, str]:
    told = {
        "minLength": "an empty text.",
        "maxLength": f"longer than {_limit(error)} characters.",
        "minItems": "an empty list.",
        "maxItems": f"more than {_limit(error)} items.",
        "uniqueItems": "the same item stands twice.",
        "minProperties": "an empty map.",
        "maxProperties": f"more than {_limit(error)} keys.",
    }
    return told.get(str(error.validator), "this has the wrong form."), ""


_WORDING: dict[str, Callable[[ValidationError], tuple[str, str]]] = {
    "type": _wrong_type,
    "enum": _not_a_word,
    "const": _not_the_constant,
    "pattern": _wrong_form,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "exclusiveMinimum": _out_of_range,
    "anyOf": _neither,
    "oneOf": _neither,
    "not": _not_here,
}
