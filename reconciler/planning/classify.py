"""What a value that was just read means for a change that a plan holds."""

from enum import StrEnum

from reconciler.model.change import Change
from reconciler.model.value import Observation, Unreadable
from reconciler.planning.normalise import means_the_same


class Verdict(StrEnum):
    """Whether a change may still be written."""

    VALID = "valid"
    ALREADY = "already"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


def classify(change: Change, now: Observation) -> Verdict:
    """Compare with what the plan saw and with what it wants, with the same tolerance as planning.

    A wish that nothing could read when it was planned stays valid while nothing can read it.
    """
    if isinstance(now, Unreadable):
        return Verdict.VALID if change.before == now else Verdict.UNREADABLE
    if means_the_same(change.row, now, change.after):
        return Verdict.ALREADY
    if isinstance(change.before, Unreadable) or means_the_same(change.row, now, change.before):
        return Verdict.VALID
    return Verdict.CONFLICT
