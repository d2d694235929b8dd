"""What a setting can be: a value, absent, or unreadable for a reason."""

from collections.abc import Mapping
from enum import Enum, StrEnum

from reconciler.records import dataclass


class Absent(Enum):
    """Marks a thing that was read and is not there, which is not the same as unreadable."""

    ABSENT = "absent"
    __hash__ = object.__hash__  # there is one of them; that of an enum looks at its name, which takes a call


ABSENT = Absent.ABSENT


class Reason(StrEnum):
    """Why a value could not be read. None of these means that the thing is gone."""

    NOT_VISIBLE = "not-visible"
    NO_ROLE = "no-role"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    EMPTY_ANSWER = "empty-answer"
    MISSING_MEMBER = "missing-member"
    BAD_ANSWER = "bad-answer"
    NOT_ANSWERED = "not-answered"
    NO_DOCUMENTED_CALL = "no-documented-call"
    NO_PEOPLE_DIRECTORY = "no-people-directory"
    NOT_READ = "not-read"


_REASONS: Mapping[object, Reason] = {reason.value: reason for reason in Reason}


def reason_of(word: object) -> Reason:
    """The reason that a document writes so.

    Raises:
        ValueError: None that we write; the word is not repeated, because it may be anything.
        TypeError: The word is no word.
    """
    reason = _REASONS.get(word)
    if reason is None:
        raise ValueError("a reason is none that we write")
    return reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A value that is unknown; never treated as absent, false or in order.

    Equality ignores the detail, so that a changed wording never reads as a changed value.
    """

    reason: Reason
    detail: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unreadable) and self.reason is other.reason

    def __hash__(self) -> int:
        return hash(self.reason)


Value = bool | float | str | tuple[str, ...]
"""Booleans, amperes (rounded to 0.1), texts and choices, roles in the order user, owner, service.

A secret is a text: desired `env:NAME` or `file:NAME`, observed `SECRET_SET`.
"""

Observation = Value | Absent | Unreadable

SECRET_SET = "set"  # noqa: S105  what we say about a secret that is there; never the secret


class BeforeState(StrEnum):
    """How much a plan knew about a value before the change."""

    KNOWN = "known"
    ABSENT = "absent"
    UNREADABLE = "unreadable"


def state_of(observation: Observation) -> BeforeState:
    """Tell the three kinds of observation apart."""
    match observation:
        case Absent():
            return BeforeState.ABSENT
        case Unreadable():
            return BeforeState.UNREADABLE
        case _:
            return BeforeState.KNOWN


def same(first: Observation, second: Observation) -> bool:
    """Whether two observations are equal, keeping True apart from 1 and 16 equal to 16.0."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return first == second
