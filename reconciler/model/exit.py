"""Exit codes: which conditions hold, and which one decides."""

from enum import IntEnum, StrEnum

from reconciler.model.finding import DriftReport, FindingKind
from reconciler.model.outcome import OutcomeKind, RunResult
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


def conditions_of_plan(plan: Plan) -> tuple[Condition, ...]:
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


_OF_KIND = {
    FindingKind.PENDING: Condition.PENDING,
    FindingKind.WAITING: Condition.WAITING,
    FindingKind.UNREADABLE: Condition.UNREADABLE,
}
_NEVER_OPEN = frozenset({FindingKind.SUPPRESSED, FindingKind.UNMANAGED})
"""What an exception tolerates, and what no file is about; both are listed."""


def conditions_of_drift(report: DriftReport) -> tuple[Condition, ...]:
    """What holds after a drift run; live things without a file decide nothing, as in a plan."""
    counts = report.coverage
    open_kinds = {aged.finding.kind for aged in report.findings} - _NEVER_OPEN
    found = {_OF_KIND.get(kind, Condition.DIFFERENCES) for kind in open_kinds}
    if counts.installations.unreadable or counts.chargers.unreadable:
        found.add(Condition.UNREADABLE)
    return tuple(condition for condition in Condition if condition in found)


def left_open(plan: Plan) -> tuple[Condition, ...]:
    """What a plan could not do in the first place and an apply of it therefore leaves open.

    Only what it lists counts: a part of a plan keeps the coverage of the whole.
    """
    gone = {Condition.DIFFERENCES} | (set() if plan.unreadable else {Condition.UNREADABLE})
    return tuple(condition for condition in conditions_of_plan(plan) if condition not in gone)


_OF_OUTCOME = {
    OutcomeKind.PENDING: Condition.PENDING,
    OutcomeKind.WAITING: Condition.WAITING,
    OutcomeKind.REFUSED: Condition.REFUSED,
    OutcomeKind.CONFLICT: Condition.CONFLICT,
    OutcomeKind.FAILED: Condition.FAILED,
    OutcomeKind.UNCERTAIN: Condition.UNCERTAIN,
    OutcomeKind.NOT_REACHED: Condition.NOT_REACHED,
}


def conditions_of_result(result: RunResult) -> tuple[Condition, ...]:
    """What holds after an apply, counted from its outcomes and receipt."""
    found = {_OF_OUTCOME[outcome.kind] for outcome in result.outcomes if outcome.kind in _OF_OUTCOME}
    if result.receipt is None or not result.receipt.converged:
        found.add(Condition.NOT_CONVERGED)
    return tuple(condition for condition in Condition if condition in found)
