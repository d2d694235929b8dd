"""Exit codes: which conditions hold, and which one decides."""

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


class ExitCode(IntEnum):
    """What the process tells its caller."""

    DONE = 0
    ERROR = 1
    DIFFERENT = 2
    INVALID_FILES = 3
    PARTIAL = 4
    REFUSED = 5
    LOGIN = 6
    LOCKED = 7
    USAGE = 64
    INTERRUPTED = 130


WEIGHT = (64, 6, 3, 7, 130, 1, 5, 4, 2, 0)
"""When several hold, the first of these wins."""


class Condition(StrEnum):
    """One thing that holds after a run; documents list them."""

    DIFFERENCES = "differences"
    UNREADABLE = "unreadable"
    UNVERIFIABLE = "unverifiable"
    PENDING = "pending"
    WAITING = "waiting"
    REFUSED = "refused"
    CONFLICT = "conflict"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    NOT_REACHED = "not-reached"
    NOT_CONVERGED = "not-converged"
    NOT_RESTORED = "not-restored"
    FLEET_REFUSED = "fleet-refused"
    INVALID_FILES = "invalid-files"
    INTERRUPTED = "interrupted"


_CODES = {
    Condition.DIFFERENCES: ExitCode.DIFFERENT,
    Condition.FLEET_REFUSED: ExitCode.REFUSED,
    Condition.INVALID_FILES: ExitCode.INVALID_FILES,
    Condition.INTERRUPTED: ExitCode.INTERRUPTED,
}


def code_of(conditions: tuple[Condition, ...]) -> ExitCode:
    """The code that decides; conditions without a code of their own mean a partial result."""
    codes = {_CODES.get(condition, ExitCode.PARTIAL) for condition in conditions} or {ExitCode.DONE}
    return ExitCode(min(codes, key=WEIGHT.index))


def conditions_of_plan(plan: "Plan") -> tuple[Condition, ...]:
    """What holds for a plan, in the order of `Condition`."""
    counts = plan.coverage
    holds = {
        Condition.DIFFERENCES: bool(plan.changes),
        Condition.UNREADABLE: bool(plan.unreadable or counts.installations.unreadable or counts.chargers.unreadable),
        Condition.UNVERIFIABLE: bool(plan.unverifiable),
        Condition.PENDING: bool(plan.pending),
        Condition.WAITING: bool(plan.waiting),
        Condition.REFUSED: bool(plan.refusals),
        Condition.NOT_RESTORED: plan.rollback is not None and bool(plan.rollback.lost),
        Condition.FLEET_REFUSED: plan.refused_whole,
    }
    return tuple(condition for condition in Condition if holds.get(condition))


def left_open(plan: "Plan") -> tuple[Condition, ...]:
    """What a plan could not do in the first place and an apply of it therefore leaves open.

    Only what it lists counts: a part of a plan keeps the coverage of the whole.
    """
    gone = {Condition.DIFFERENCES} | (set() if plan.unreadable else {Condition.UNREADABLE})
    return tuple(condition for condition in conditions_of_plan(plan) if condition not in gone)
