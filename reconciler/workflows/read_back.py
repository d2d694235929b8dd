"""Prove writes by reading: on a schedule, all steps of a level together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind, WriteAnswer, WriteStatus
from reconciler.model.plan import Step
from reconciler.model.value import Observation
from reconciler.planning.classify import Verdict, classify
from reconciler.records import dataclass
from reconciler.workflows.context import Reach
from reconciler.workflows.resume import went
from reconciler.workflows.standing import lost_access, values_in_words
from reconciler.workflows.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A step whose request left the house; `ours` when it may have taken our own access away."""

    step: Step
    changes: tuple[Change, ...]
    answer: WriteAnswer
    sent_at: datetime
    offline: bool
    ours: bool = False

    @property
    def schedule(self) -> tuple[datetime, ...]:
        """When to look, longest delay of the settings involved."""
        delays = max((change.row.settles_after_s for change in self.changes), key=len)
        return tuple(self.sent_at + timedelta(seconds=delay) for delay in delays)


def read_back(sent: Sequence[Sent], *, reach: Reach, tally: Tally) -> None:
    """Read until each step is visible or its schedule ends; every change of every step gets its outcome."""
    left = [one for one in _since_latest(sent) if not _waits_for_device(one, reach, tally)]
    for attempt in range(max((len(one.schedule) for one in left), default=0)):
        due = [one for one in left if attempt < len(one.schedule)]
        if not due:
            return
        _sleep_until(max(one.schedule[attempt] for one in due), reach)
        for one in due:
            last = attempt == len(one.schedule) - 1
            if _look(one, reach, tally, attempt_is_last=last):
                left.remove(one)


def _since_latest(sent: Sequence[Sent]) -> list[Sent]:
    """Steps of one target count from the latest of them: the cloud may keep a state for so long after any write."""
    latest: dict[str, datetime] = {}
    for one in sent:
        latest[one.step.target_id] = max(one.sent_at, latest.get(one.step.target_id, one.sent_at))
    return [replace(one, sent_at=latest[one.step.target_id]) for one in sent]


def _waits_for_device(one: Sent, reach: Reach, tally: Tally) -> bool:
    """An offline charger takes the value when it comes back; nothing more can be seen before."""
    if not one.offline or one.answer.status is not WriteStatus.ACCEPTED:
        return False
    detail = "sent; the charger is offline and takes it over when it comes back"
    for change in one.changes:
        tally.settle(change, step=one.step, kind=OutcomeKind.PENDING, detail=detail, at=reach.clock.now())
    return True


def _sleep_until(moment: datetime, reach: Reach) -> None:
    wait = (moment - reach.clock.now()).total_seconds()
    if wait > 0:
        reach.clock.sleep(wait)


def _look(one: Sent, reach: Reach, tally: Tally, *, attempt_is_last: bool) -> bool:
    seen = reach.executor.read(one.step, one.changes)
    verdicts = {change.id: classify(change, seen[change.id]) for change in one.changes}
    complete = all(verdict is Verdict.ALREADY for verdict in verdicts.values())
    if not complete and not attempt_is_last:
        return False
    for change in one.changes:
        kind, detail = _outcome(one, change, verdicts[change.id], seen)
        tally.settle(change, step=one.step, kind=kind, detail=detail, at=reach.clock.now())
    return True


def _outcome(one: Sent, change: Change, verdict: Verdict, seen: Mapping[str, Observation]) -> tuple[OutcomeKind, str]:
    match verdict:
        case Verdict.ALREADY:
            doubt = (
                ""
                if one.answer.status is WriteStatus.ACCEPTED
                else f" although the answer was unclear ({one.answer.detail})"
            )
            return OutcomeKind.DONE, f"read back{doubt}"
        case Verdict.VALID if one.answer.status is WriteStatus.ACCEPTED:
            return OutcomeKind.UNCERTAIN, "the cloud accepted it, but it still reads the former value"
        case Verdict.VALID:
            return OutcomeKind.UNCERTAIN, f"{one.answer.detail}; it still reads the former value and was not repeated"
        case Verdict.CONFLICT:
            return OutcomeKind.CONFLICT, values_in_words(change, seen[change.id])
        case Verdict.UNREADABLE if one.ours and lost_access(seen[change.id]):
            return went(answered=one.answer.status is WriteStatus.ACCEPTED)
        case Verdict.UNREADABLE:
            return OutcomeKind.UNCERTAIN, "sent, but it could not be read back"
