"""Reading values in the words of a fleet file, from text or from JSON types."""

import math
from collections.abc import Mapping

from reconciler.sandbox.errors import CallerError, nearest
from reconciler.sandbox.terms import Operating, Role

MODES = {"native": 0, "webhooks": 1, "ocppCloud": 2, "ocppNative": 3}
URL_VERSIONS = {"legacy": 0, "ocpp16Compliant": 1}
OPERATING_MODES = {mode.name.lower(): int(mode) for mode in Operating}
ROLES = {"user": int(Role.USER), "owner": int(Role.OWNER), "service": int(Role.SERVICE)}
_SWITCHES = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}
_NOTHING = {"", "null", "none", "absent", "[]"}


def switch(value: object) -> bool:
    """True or false, also as on/off."""
    found = _SWITCHES.get(str(value).casefold())
    if found is None:
        raise CallerError(f"{value!r} is neither true nor false", remedy="write true or false, or on or off")
    return found


def amperes(value: object) -> float:
    """A number of amperes, with or without its unit."""
    try:
        number = float(str(value).removesuffix("A").strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise CallerError(f"{value!r} is not a number of amperes", remedy="write a number, for instance 16 or 12.5")
    return number


def whole(value: object) -> int:
    """A whole number, also when it is written as 3.0."""
    try:
        return int(str(value).removesuffix(".0"))
    except ValueError:
        raise CallerError(f"{value!r} is not a whole number", remedy="write a whole number, for instance 3") from None


def choice(value: object, numbers: Mapping[str, int]) -> int:
    """The cloud's number for a word; the number itself is taken as well."""
    word = str(value)
    for known, number in numbers.items():
        if word.casefold() == known.casefold() or word == str(number):
            return number
    known = ", ".join(numbers)
    raise CallerError(f"{value!r} is none of {known}", remedy=nearest(word, numbers, else_say=f"write one of {known}"))


def optional_text(value: object) -> str | None:
    """A text; nothing clears it."""
    return None if is_nothing(value) else str(value)


def is_nothing(value: object) -> bool:
    """Whether a value says that there is none."""
    return value is None or value in ([], ()) or str(value).casefold() in _NOTHING


def roles(value: object) -> int:
    """Role bits from words: a list, or text with commas; nothing is 0."""
    if is_nothing(value):
        return 0
    words = value if isinstance(value, list | tuple) else str(value).strip("[]").split(",")
    bits = 0
    for word in words:
        bits |= choice(str(word).strip().strip("'\""), ROLES)
    return bits
