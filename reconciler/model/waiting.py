"""For how long somebody has been waited for, and what is due by then.

Waiting for a person is neither drift nor success. These ages are said here and nowhere else.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

REMIND_AFTER = (timedelta(days=7), timedelta(days=21), timedelta(days=60))
"""Two reminders, then it goes to somebody else (domain.md 3.1)."""

DUE = ("", "remind", "remind again", "escalate")
"""What to do, by the number of reminders that are due."""


def reminders_due(since: datetime | None, now: datetime) -> int:
    """How many of the ages are over: 1 and 2 remind, 3 escalates; 0 also when nobody knows since when."""
    return 0 if since is None else sum(now - since >= limit for limit in REMIND_AFTER)


def age_days(since: datetime | None, now: datetime) -> int | None:
    """Whole days; None when nobody knows since when."""
    return None if since is None else max(0, (now - since).days)


def due(reminders: int) -> str:
    """`remind (7 days)`, `remind again (21 days)`, `escalate (60 days)`; empty when nothing is due."""
    return f"{DUE[reminders]} ({REMIND_AFTER[reminders - 1].days} days)" if reminders else ""


def due_words(sinces: Iterable[datetime | None], now: datetime) -> str:
    """Of many: `2 to remind, 1 to escalate`; empty when nothing is due."""
    found = [reminders_due(since, now) for since in sinces]
    last = len(REMIND_AFTER)
    counts = ((sum(0 < one < last for one in found), "to remind"), (found.count(last), "to escalate"))
    return ", ".join(f"{number} {word}" for number, word in counts if number)
