"""Outcomes as they happen: counted once, journalled at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Event, Lock

from reconciler.model.change import Change
from reconciler.model.outcome import ACCESS_WENT, INTERRUPTED, LEFT, UNACCEPTED, Outcome, OutcomeKind
from reconciler.model.plan import Plan, Step
from reconciler.model.words import counted
from reconciler.workflows.ports import RunLog

FAILURES = frozenset({OutcomeKind.FAILED, OutcomeKind.UNCERTAIN})


class Tally:
    """Collects the outcomes of one run from many threads; the first outcome of a change stays.

    Only `reopen_where_left` says otherwise.
    """

    def __init__(
        self, *, log: RunLog, max_failures: int | None, stop: Event, sent_before: frozenset[str] = frozenset()
    ) -> None:
        """`sent_before` is what an interrupted run may have sent already."""
        self._log = log
        self._max_failures = max_failures
        self._stop = stop
        self._lock = Lock()
        self._found: dict[str, Outcome] = {}
        self._sent_before = sent_before
        self._sent: set[str] = set()
        self._refusal = ""
        self._failures = 0

    def settle(self, change: Change, *, step: Step | None, kind: OutcomeKind, detail: str, at: datetime) -> None:
        """Write down what happened to one change, on disk before in memory."""
        outcome = Outcome(change_id=change.id, step_id=step.id if step else "", kind=kind, detail=detail, at=at)
        with self._lock:
            if change.id in self._found:
                return
            self._log.record("outcome", journal_data(outcome))
            self._found[change.id] = outcome
            self._failures += kind in FAILURES

    def reopen_where_left(self, changes: Sequence[Change], unaccepted: Iterable[str], *, at: datetime) -> None:
        """Where our own access went with one of the changes, invitations that nobody had accepted wait for good."""
        with self._lock:
            details = {found.detail for change in changes if (found := self._found.get(change.id)) is not None}
            if details.isdisjoint({LEFT, ACCESS_WENT}):
                return
            for found in [self._found[change_id] for change_id in unaccepted if change_id in self._found]:
                outcome = replace(found, kind=OutcomeKind.WAITING, detail=UNACCEPTED, at=at)
                self._log.record("outcome", journal_data(outcome))
                self._found[outcome.change_id] = outcome

    def note_sent(self, changes: Iterable[Change]) -> None:
        """A request that carries these is about to leave; without another outcome they are uncertain."""
        with self._lock:
            self._sent.update(change.id for change in changes)

    def close_broken(self, changes: Iterable[Change], *, detail: str, at: datetime) -> None:
        """Close what is open after something broke: uncertain where a request had left, otherwise not reached."""
        self.close_open(changes, kind=OutcomeKind.NOT_REACHED, detail=detail, at=at)

    def close_open(self, changes: Iterable[Change], *, kind: OutcomeKind, detail: str, at: datetime) -> None:
        """Give the same outcome to every change that has none yet; uncertain where a request had left."""
        for change in changes:
            if change.id in self._sent:
                self.settle(change, step=None, kind=OutcomeKind.UNCERTAIN, detail=detail, at=at)
            elif change.id in self._sent_before:
                told = f"sent before the interruption and not read back: {detail}"
                self.settle(change, step=None, kind=OutcomeKind.UNCERTAIN, detail=told, at=at)
            else:
                self.settle(change, step=None, kind=kind, detail=detail, at=at)

    def sent_any(self, changes: Iterable[Change]) -> bool:
        """Whether this run, since it started or was resumed, has sent one of them."""
        return any(change.id in self._sent for change in changes)

    def refuse(self, message: str) -> None:
        """From now on nothing may be written, because a guard of the whole run says no."""
        self._refusal = message

    def kind_of(self, change_id: str) -> OutcomeKind | None:
        """The kind of outcome so far."""
        found = self._found.get(change_id)
        return found.kind if found else None

    @property
    def held(self) -> tuple[OutcomeKind, str] | None:
        """How every change ends that was not sent yet; None while writing may go on."""
        if self._refusal:
            return OutcomeKind.REFUSED, self._refusal
        return (OutcomeKind.NOT_REACHED, reason) if (reason := self.stopped) else None

    @property
    def stopped(self) -> str:
        """Why nothing more may be written; empty while writing may go on."""
        if self._stop.is_set():
            return INTERRUPTED
        if self._max_failures is not None and self._failures >= self._max_failures:
            return f"the run stopped after {counted(self._failures, 'failure')} (--max-failures)"
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
