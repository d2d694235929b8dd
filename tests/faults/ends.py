"""What must hold once a process has ended: one outcome each, as in its journal, and nothing that is not so."""

from collections.abc import Collection
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.loading.documents import read_plan, read_result
from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.store.journal import Record, read_journal
from reconciler.store.layout import PLAN
from reconciler.store.runs import RESULT, ROLLBACK
from tests.faults.judge import SAID_TO_BE_SO, Judge, Law
from tests.faults.life import End, Life, is_ours
from tests.faults.truth import Place, place_of

TAKEN_BACK = frozenset({OutcomeKind.WAITING, OutcomeKind.UNCERTAIN})
"""What the second look may make of something that was said to be so."""


def judge_end(life: Life, end: End) -> None:
    """Look at the end of a process that was not killed."""
    judge = life.watch.judge
    judge.check(Law.OUR_ERRORS, None if is_ours(end.error) else f"{type(end.error).__name__}: {end.error}")
    if end.plan is None or not end.told:
        return
    records = read_journal(life.folder / "journal.jsonl").records
    internal = [dict(one.data) for one in records if one.event == "internal-error"]
    judge.check(Law.OUR_ERRORS, f"internal error: {internal[0]}" if internal else None)
    wanted = sorted(change.id for change in end.plan.changes)
    judge.check(Law.ONE_OUTCOME, _not_one_each(wanted, end.told, "the run"))
    journal = _latest(records)
    told = sorted((one.change_id, one.kind.value) for one in end.told)
    judge.check(Law.ONE_OUTCOME, None if journal == told else f"the journal says {journal}, the run {told}")
    if end.result is not None:
        judge.check(Law.ONE_OUTCOME, _not_one_each(wanted, end.result.outcomes, "the result"))
        _judge_result(judge, end, dict(journal))


def _judge_result(judge: Judge, end: End, journal: dict[str, str]) -> None:
    assert end.result is not None
    assert end.plan is not None
    for outcome in end.result.outcomes:
        said = OutcomeKind(journal.get(outcome.change_id, OutcomeKind.NOT_REACHED.value))
        less = said in SAID_TO_BE_SO and outcome.kind in TAKEN_BACK
        more = outcome.kind is not said and not less
        judge.check(Law.HONEST, f"the result says {outcome.kind}, the journal {said}" if more else None)
        change = end.plan.change(outcome.change_id)
        if outcome.kind in SAID_TO_BE_SO and place_of(change) not in judge.others:
            judge.check(Law.HONEST, judge.not_so(change))


def judge_files(life: Life, end: End) -> None:
    """Each file of the run is whole, and its result is what the run said."""
    if not life.may_be_read_again or end.result is None:
        return
    judge = life.watch.judge
    for name in (PLAN, ROLLBACK):
        judge.check(Law.HONEST, None if _is_whole(life.folder / name) else f"{name} cannot be read")
    said = {one.change_id: one.kind for one in end.result.outcomes}
    kept = {one.change_id: one.kind for one in read_result(life.folder / RESULT).outcomes}
    judge.check(Law.HONEST, None if said == kept else f"{RESULT} says {kept}, the run {said}")


def _is_whole(plan: Path) -> bool:
    try:
        read_plan(plan)
    except ReconcilerError:
        return False
    return True


def _latest(records: Collection[Record]) -> list[tuple[str, str]]:
    """The outcomes of the latest process of a run, in any order; a change that has two appears twice."""
    found: list[tuple[str, str]] = []
    for one in records:
        if one.event in ("started", "resumed"):
            found = []
        elif one.event == "outcome":
            found.append((str(one.data["change"]), str(one.data["outcome"])))
    return sorted(found)


def _not_one_each(wanted: list[str], found: Collection[Outcome], where: str) -> str | None:
    ids = sorted(one.change_id for one in found)
    return None if ids == wanted else f"{where} has {len(ids)} outcomes for {len(wanted)} changes"


def still_open(fresh: Plan | None, about: Collection[Place]) -> str | None:
    """What a plan made in peace still wants of a machine there, although a receipt said converged."""
    left = [] if fresh is None else [one for one in for_machines(fresh) if place_of(one) in about]
    return f"converged, and yet {place_of(left[0])} is to be changed" if left else None


def for_machines(plan: Plan) -> list[Change]:
    """Changes that need no person: neither in the Portal nor behind something there."""
    behind = {step.id for step in plan.steps if step.route is Route.PORTAL}
    for step in plan.steps:
        if not behind.isdisjoint(step.after):
            behind.add(step.id)
    free = {one for step in plan.steps if step.id not in behind for one in step.change_ids}
    return [change for change in plan.changes if change.id in free]
