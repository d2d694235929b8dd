"""Which conditions hold after an apply."""

from reconciler.model.exit import Condition
from reconciler.model.outcome import OutcomeKind, RunResult

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
