"""Whether a value is of the type that it is declared as, all the way down."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from math import copysign, isfinite
from typing import Any, Union, get_args, get_origin, get_type_hints

Check = Callable[[Any], str]
"""Says what is wrong, nothing when all is well."""

_LARGEST_WHOLE = 2**63


def misfit(value: Any, hint: Any) -> str:
    """What keeps the value from being of that type, nothing when it is."""
    return _check_of(hint)(value)


@cache
def _check_of(hint: Any) -> Check:
    if hint is Any or hint is object:
        return lambda _: ""
    if get_origin(hint) in (Union, types.UnionType):
        return _any_of(tuple(_check_of(part) for part in get_args(hint)))
    if get_origin(hint) is not None:
        return _collection(get_origin(hint), get_args(hint))
    if is_dataclass(hint):
        return _members_of(hint)
    return _SCALARS.get(hint) or _instance_of(hint)


def _any_of(checks: tuple[Check, ...]) -> Check:
    def check(value: Any) -> str:
        said = [found(value) for found in checks]
        return "" if "" in said else " or ".join(said)

    return check


def _collection(origin: Any, parts: tuple[Any, ...]) -> Check:
    if origin is tuple and parts[-1:] != (...,):
        checks = [_check_of(part) for part in parts]
        return lambda value: (
            _first(check(item) for check, item in zip(checks, value, strict=True))
            if type(value) is tuple and len(value) == len(checks)
            else f"{type(value).__name__} for a tuple of {len(checks)}"
        )
    if issubclass(origin, Mapping):
        key, item = (_check_of(part) for part in parts)
        return lambda value: (
            _first(key(name) or item(entry) for name, entry in value.items())
            if isinstance(value, Mapping)
            else f"{type(value).__name__} for a map"
        )
    inside = _check_of(parts[0])
    return lambda value: (
        _first(map(inside, value)) if isinstance(value, origin) else f"{type(value).__name__} for {origin.__name__}"
    )


def _members_of(kind: Any) -> Check:
    hints = get_type_hints(kind)
    members = [(item.name, hints[item.name]) for item in fields(kind)]

    def check(value: Any) -> str:
        if type(value) is not kind:
            return f"{type(value).__name__} for {kind.__name__}"
        said = ((name, _check_of(hint)(getattr(value, name))) for name, hint in members)
        return next((f"{kind.__name__}.{name}: {wrong}" for name, wrong in said if wrong), "")

    return check


def _instance_of(kind: type) -> Check:
    return lambda value: "" if isinstance(value, kind) else f"{type(value).__name__} for {kind.__name__}"


def _first(said: Any) -> str:
    return next((wrong for wrong in said if wrong), "")


def _text(value: Any) -> str:
    if type(value) is not str and not isinstance(value, Enum):
        return f"{type(value).__name__} for a text"
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return "a text with half a character"
    return ""


def _whole(value: Any) -> str:
    if type(value) is not int and not isinstance(value, Enum):
        return f"{type(value).__name__} for a whole number"
    return "" if abs(value) < _LARGEST_WHOLE else "a whole number beyond all bounds"


def _number(value: Any) -> str:
    if type(value) is not float:
        return f"{type(value).__name__} for a number"
    if not isfinite(value):
        return "not a number"
    return "minus zero" if value == 0 and copysign(1.0, value) < 0 else ""


def _exactly(kind: type) -> Check:
    return lambda value: "" if type(value) is kind else f"{type(value).__name__} for {kind.__name__}"


def _moment(value: Any) -> str:
    if not isinstance(value, datetime):
        return f"{type(value).__name__} for a time"
    return "" if value.tzinfo is not None else "a time without its offset"


_SCALARS: dict[Any, Check] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _exactly(bool),
    type(None): _exactly(type(None)),
    date: _exactly(date),
    datetime: _moment,
}
