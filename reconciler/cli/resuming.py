"""An interrupted run at `apply --resume`: its plan, what it did, and with which options it goes on."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.cli.options import current_globals
from reconciler.cli.saved_plan import Request
from reconciler.errors import InvalidDocumentError, ReconcilerError, UsageProblemError
from reconciler.loading.documents import read_plan, read_result
from reconciler.model.exit import Condition
from reconciler.model.outcome import OutcomeKind, RunResult
from reconciler.model.plan import Plan
from reconciler.records import dataclass
from reconciler.store.history import taken_back_by
from reconciler.store.journal import read_journal
from reconciler.store.layout import JOURNAL, PLAN
from reconciler.store.runs import RESULT, RunFolder, is_begun, run_named, run_path
from reconciler.workflows.resume import Earlier, earlier_part

_SETTLED = frozenset({OutcomeKind.DONE.value, OutcomeKind.ALREADY.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """A run that can go on.

    Attributes:
        plan: What it was to carry out, also when that is older than a day.
        path: The folder of the run.
    """

    run_id: str
    plan: Plan
    path: Path


def interrupted_run(text: str) -> Interrupted:
    """The run that somebody names.

    Raises:
        UsageProblemError: There is none, or it touches more than the account that was chosen.
        ReconcilerError: It ended before it wrote its plan down, so it wrote nothing anywhere.
    """
    root = current_globals().root
    run_id = run_named(root, text)
    path = run_path(root, run_id)
    if not is_begun(root, run_id):
        raise ReconcilerError(
            "this run ended before it wrote anything to the cloud, so there is nothing to go on with",
            where=f"run {run_id}",
            remedy="plan again: reconciler plan",
        )
    if (later := taken_back_by(root, run_id)) is not None:
        raise ReconcilerError(
            f"run {later} took this run back, so going on would do half of it again",
            where=f"run {run_id}",
            remedy="plan again: reconciler plan",
        )
    plan = read_plan(path / PLAN)
    _check_account(plan, run_id)
    return Interrupted(run_id=run_id, plan=plan, path=path)


def settled_result(found: Interrupted) -> RunResult | None:
    """The result of a run that ended with everything done and proven; None when a resume may still find something.

    Nobody resumes such a run, so it can be asked before the accounts are held.

    Raises:
        InvalidDocumentError: Its result.json cannot be used.
        ReconcilerError: Its journal is garbled.
    """
    records = read_journal(found.path / JOURNAL).records
    if not records or records[-1].event != "finished" or not (found.path / RESULT).is_file():
        return None
    counts = records[-1].data.get("counts")
    if not isinstance(counts, Mapping) or any(count for kind, count in counts.items() if kind not in _SETTLED):
        return None
    if records[-1].data.get("converged") is not True:
        return None
    result = read_result(found.path / RESULT)
    return result if _fits(result, found, counts) else None


def _fits(result: RunResult, found: Interrupted, counts: Mapping[str, object]) -> bool:
    """Whether the run ended with this result, as its journal tells; an edited one or that of another run does not."""
    told = {kind.value: result.count(kind) for kind in OutcomeKind if result.count(kind)}
    same = (result.run_id, result.plan_digest) == (found.run_id, found.plan.digest)
    proven = result.receipt is not None and result.receipt.converged
    return same and proven and told == {kind: count for kind, count in counts.items() if count}


def _check_account(plan: Plan, run_id: str) -> None:
    others = {account.name for account in plan.accounts if not current_globals().chooses(account.name)}
    if others:
        raise UsageProblemError(
            f"the run touches {', '.join(sorted(others))} as well, and a run is resumed as a whole",
            where=f"run {run_id}",
            remedy="leave --account out",
        )


def earlier_of(log: RunFolder) -> Earlier:
    """What the run did so far. Ask only while the accounts are held, so that nobody adds to it."""
    return earlier_part((record.event, record.data) for record in log.records())


def overtaken_in(folder: Path) -> tuple[Condition, ...]:
    """What holds because the run left something that was reviewed in another way; going on with it changes nothing.

    Raises:
        ReconcilerError: Its journal is garbled.
    """
    return (Condition.CONFLICT,) if _asked(folder).get("overtaken") else ()


def was_reviewed(folder: Path) -> bool:
    """Whether the run carries out only what was reviewed; raises as `overtaken_in`."""
    return _asked(folder).get("reviewed") is True


def _asked(folder: Path) -> Mapping[str, object]:
    return next((record.data for record in read_journal(folder / JOURNAL).records if record.event == "asked"), {})


def check_same_plan(plan: Plan, log: RunFolder) -> None:
    """The plan in the folder is the one that the run began with.

    Raises:
        InvalidDocumentError: It is another one.
    """
    asked = next((record.data for record in log.records() if record.event == "asked"), {})
    if asked.get("plan_digest") != plan.digest:
        raise InvalidDocumentError(
            "its plan.json is not the plan that the run began with",
            where=f"run {log.run_id}",
            remedy="plan again: reconciler plan",
        )


def continued(request: Request, earlier: Earlier) -> Request:
    """The options of the run; those given again on the command line win, and accepted guards are joined."""
    return replace(
        request,
        accepted=tuple(sorted({*earlier.accepted, *request.accepted})),
        max_failures=earlier.max_failures if request.max_failures is None else request.max_failures,
        waves=request.waves or earlier.waves,
    )
