"""Outcomes as they happen: counted once, journalled at once."""

from collections.abc import Iterable
from datetime import datetime
from threading import Event, Lock

from reconciler.model.change import Change
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan, Step
from reconciler.model.words import counted
from reconciler.workflows.ports import RunLog

FAILURES = frozenset({OutcomeKind.FAILED, OutcomeKind.UNCERTAIN})


class Tally:
    """Collects the outcomes of one run from many threads; the first outcome of a change stays."""

    def __init__(self, *, log: RunLog, max_failures: int | None, stop: Event) -> None:
        self._log = log
        self._max_failures = max_failures
        self._stop = stop
        self._lock = Lock()
        self._found: dict[str, Outcome] = {}
        self._sent: set[str] = set()

    def settle(self, change: Change, *, step: Step | None, kind: OutcomeKind, detail: str, at: datetime) -> None:
        """Write down what happened to one change, on disk before in memory."""
        outcome = Outcome(change_id=change.id, step_id=step.id if step else "", kind=kind, detail=detail, at=at)
        with self._lock:
            if change.id in self._found:
                return
            self._log.record("outcome", journal_data(outcome))
            self._found[change.id] = outcome

    def note_sent(self, changes: Iterable[Change]) -> None:
        """A request that carries these is about to leave; without another outcome they are uncertain."""
        with self._lock:
            self._sent.update(change.id for change in changes)

    def close_broken(self, changes: Iterable[Change], *, detail: str, at: datetime) -> None:
        """Close what is open after something broke: uncertain where a request had left, otherwise not reached."""
        for change in changes:
            kind = OutcomeKind.UNCERTAIN if change.id in self._sent else OutcomeKind.NOT_REACHED
            self.settle(change, step=None, kind=kind, detail=detail, at=at)

    def close_open(self, changes: Iterable[Change], *, kind: OutcomeKind, detail: str, at: datetime) -> None:
        """Give the same outcome to every change that has none yet."""
        for change in changes:
            self.settle(change, step=None, kind=kind, detail=detail, at=at)

    def kind_of(self, change_id: str) -> OutcomeKind | None:
        """The outcome so far."""
        found = self._found.get(change_id)
        return found.kind if found else None

    @property
    def stopped(self) -> str:
        """Why nothing more may be written; empty while writing may go on."""
        if self._stop.is_set():
            return "the run was interrupted before this"
        failures = sum(outcome.kind in FAILURES for outcome in self._found.values())
        if self._max_failures is not None and failures >= self._max_failures:
            return f"the run stopped after {counted(failures, 'failure')} (--max-failures)"
        return ""

    def outcomes(self, plan: Plan) -> tuple[Outcome, ...]:
        """One outcome per change, in the order of the plan."""
        return tuple(self._found[change.id] for change in plan.changes if change.id in self._found)


def journal_data(outcome: Outcome) -> dict[str, object]:
    """An outcome as the journal holds it."""
    return {
        "change": outcome.change_id,
        "step": outcome.step_id,
        "outcome": outcome.kind.value,
        "detail": outcome.detail,
        "settled_at": outcome.at.isoformat(),
    }
