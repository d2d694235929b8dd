"""Settings that somebody keeps changing back: written and verified again and again, and still not as wanted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from reconciler.model.change import Change, Target, plain
from reconciler.model.finding import VerifiedWrite

FIGHTS = 2
"""Verified writes of one value after which a further difference is no accident. After one it is ordinary drift."""

WITHIN = timedelta(days=30)
"""Older writes do not count."""

Quarantine = frozenset[tuple[Target, str, str]]
"""Target, setting and value that do not stay."""


def quarantine_of(verified: Sequence[VerifiedWrite], *, now: datetime) -> Quarantine:
    """What was written at least twice within a month and was seen to be there each time."""
    counts: dict[tuple[Target, str, str], int] = {}
    for one in verified:
        if now - WITHIN <= one.at <= now:
            key = (one.target, one.setting, repr(one.value))
            counts[key] = counts.get(key, 0) + 1
    return frozenset(key for key, count in counts.items() if count >= FIGHTS)


def is_quarantined(change: Change, quarantine: Quarantine) -> bool:
    """Whether this very value does not stay."""
    return (change.target, change.setting, repr(plain(change.after))) in quarantine
