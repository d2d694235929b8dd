"""What `doctor` finds before a run does."""

from enum import StrEnum

from reconciler.records import dataclass


class Health(StrEnum):
    """How bad a finding of `doctor` is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"
    LOGIN = "login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """One thing that was looked at; `remedy` is empty when nothing has to be done."""

    health: Health
    subject: str
    what: str
    remedy: str = ""
