"""Strict JSON: one object, no key twice, only numbers and characters that can be written again."""

import json
import math
import re
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.findings import echo
from reconciler.loading.ordinary import ordinary_bytes

MAX_BYTES = 256 * 1024 * 1024
"""About a million changes; nothing of ours comes near it."""
MOST_DIGITS = 18
"""Of a whole number; nothing that we count comes near it."""
_MAKERS = {
    "plan": " with `reconciler plan --out FILE`",
    "snapshot": " with `reconciler snapshot --out FILE`",
    "drift": " with `reconciler drift --report json=FILE`",
    "validation": " with `reconciler validate --report json=FILE`",
    "adoption": " with `reconciler adopt --report json=FILE`",
    "owed": " with `reconciler github reviewed --out FOLDER`",
}

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_MAY_ESCAPE_ONE = re.compile(rb"\\u[dD][89a-fA-F]")


def make_again(kind: str) -> str:
    """The remedy for a document of that kind which cannot be used; of any other kind, or none, as far as we can say."""
    return f"make it again{_MAKERS.get(kind, '')}; documents are not edited by hand"


def read_object(path: Path, *, kind: str = "") -> dict[str, Any]:
    """The one object that a file holds; `kind` is what it should be, for the remedy.

    Raises:
        InvalidDocumentError: Not an ordinary file, too large, or not JSON that we accept.
    """
    try:
        data = ordinary_bytes(path, most=MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise unusable(path, f"larger than {MAX_BYTES // 1024 // 1024} MiB", kind=kind)
    except OSError as error:
        raise InvalidDocumentError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="check the path"
        ) from error
    return object_in(data, path, kind=kind)


def object_in(data: bytes, path: Path, *, kind: str = "") -> dict[str, Any]:
    """The one object that these bytes hold; `path` says where they stood. Raises InvalidDocumentError as above."""
    try:
        found = _parsed(data)
    except (ValueError, RecursionError) as error:
        raise unusable(path, f"not JSON that we accept: {_reason(error)}", kind=kind) from error
    if not isinstance(found, dict):
        raise unusable(path, "not one JSON object", kind=kind)
    return found


def unusable(path: Path, what: str, *, kind: str) -> InvalidDocumentError:
    """The error about a file that is no document of ours."""
    return InvalidDocumentError(what, where=str(path), remedy=make_again(kind))


def _parsed(data: bytes) -> object:
    found = json.loads(
        data.decode("utf-8"),
        object_pairs_hook=_without_duplicates,
        parse_constant=_no_constant,
        parse_float=_finite,
        parse_int=_countable,
    )
    # Half a surrogate pair is legal JSON, but no file and no terminal takes it.
    if _MAY_ESCAPE_ONE.search(data) and _HALF_CHARACTER.search(json.dumps(found, ensure_ascii=False)):
        raise ValueError("half a character")
    return found


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg} in line {error.lineno}"
        case UnicodeDecodeError():
            return "not UTF-8"
        case RecursionError():
            return "nested too deep"
        case _:
            return str(error)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # set.add
        raise ValueError(f"the key `{echo(twice)}` stands twice in one object")
    return data


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is not a number")
    return number + 0.0  # minus zero is zero


def _countable(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number of more than {MOST_DIGITS} digits")
    return int(text)
