"""Brings two values of one setting into the form in which they compare."""

from collections.abc import Iterable

from reconciler.model.settings import ROLE_BITS, SETTINGS, Kind, Setting
from reconciler.model.value import ABSENT, SECRET_SET, Absent, Observation, Unreadable

_ROLE_ORDER = {role: place for place, (role, _) in enumerate(ROLE_BITS)}
_WORDS = {row: {word.casefold(): word for word, _ in row.choices} for row in SETTINGS if row.choices}


def tidy(row: Setting, value: Observation) -> Observation:
    """The value as plans show it: amperes to 0.1, choices and roles in our spelling and order, empty text as ABSENT."""
    match value:
        case Absent() | Unreadable() | bool():
            return value
        case int() | float():
            return round(float(value), 1)
        case str():
            return _tidy_text(row, value)
        case tuple():
            return ordered_roles(value)


def comparable(row: Setting, value: Observation) -> Observation:
    """Equal for two values that mean the same, different for all others.

    Secrets compare only as set or not set. Scheme and host of a URL compare without regard to case.
    """
    known = tidy(row, value)
    if not isinstance(known, str):
        return known
    if row.kind is Kind.SECRET:
        return SECRET_SET
    return _url_key(known) if row.kind is Kind.TEXT else known


def means_the_same(row: Setting, first: Observation, second: Observation) -> bool:
    """Whether two known or absent values of a setting are equal after normalising."""
    one, two = comparable(row, first), comparable(row, second)
    return type(one) is type(two) and one == two


def ordered_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Roles once each, in the order user, owner, service; roles that we do not know come last."""
    return tuple(sorted(set(roles), key=lambda role: (_ROLE_ORDER.get(role, len(_ROLE_ORDER)), role)))


def _tidy_text(row: Setting, value: str) -> Observation:
    if row.kind is Kind.CHOICE:
        return _WORDS[row].get(value.casefold(), value)
    return value if value.strip() else ABSENT


def _url_key(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"
