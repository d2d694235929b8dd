"""Settings that somebody keeps changing back: written and verified again and again, and still not as wanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from reconciler.model.change import Change, Target, plain
from reconciler.model.verified_write import VerifiedWrite
from reconciler.records import dataclass

FIGHTS = 2
"""Verified writes of one value after which a further difference is no accident. After one it is ordinary drift."""

WITHIN = timedelta(days=30)
"""Older writes do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fight:
    """How often one value was written in a row and seen to be there, and when first."""

    times: int
    since: datetime


Quarantine = Mapping[tuple[Target, str, str], Fight]
"""Target, setting and value that do not stay."""


def quarantine_of(verified: Sequence[VerifiedWrite], *, now: datetime) -> Quarantine:
    """What was written at least twice within a month and was seen to be there each time.

    Only writes of one value in a row count: where we wrote another value in between, nobody else need have changed it.
    """
    rows: dict[tuple[Target, str], list[VerifiedWrite]] = {}
    for one in sorted(verified, key=lambda write: write.at):
        if now - WITHIN <= one.at <= now:
            row = rows.setdefault((one.target, one.setting), [])
            if row and repr(row[-1].value) != repr(one.value):
                row.clear()
            row.append(one)
    return {
        (target, setting, repr(row[-1].value)): Fight(times=len(row), since=row[0].at)
        for (target, setting), row in rows.items()
        if len(row) >= FIGHTS
    }


def fight_over(change: Change, quarantine: Quarantine) -> Fight | None:
    """How often this very value did not stay; None when it may be written."""
    return quarantine.get((change.target, change.setting, repr(plain(change.after))))
