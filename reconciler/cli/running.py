"""Run one apply: lock, run folder, plan, carry out, prove, write everything down."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from threading import Event

from reconciler.cli.departing import keep_second_look
from reconciler.cli.interrupting import interruptible
from reconciler.cli.locking import held
from reconciler.cli.options import current_globals
from reconciler.cli.output import say, screen
from reconciler.cli.planning import plan_now, policy_at
from reconciler.cli.proving import proof_of, result_of, warn_about_secrets
from reconciler.cli.resuming import (
    check_same_plan,
    continued,
    earlier_of,
    interrupted_run,
    overtaken_in,
    settled_result,
    was_reviewed,
)
from reconciler.cli.reviewing import Left, split, tell_left
from reconciler.cli.saved_plan import (
    Request,
    accounts_in,
    check_way_back,
    selected_part,
    still_good,
    whole_plan,
    with_fleet_guards,
    with_its_wishes,
)
from reconciler.cli.selecting import accounts_of, chosen
from reconciler.cli.unsteady import unsteady_at
from reconciler.cli.wiring import Access, Connections, connected, progress
from reconciler.model.desired import Account
from reconciler.model.exit import Condition, left_open
from reconciler.model.outcome import OutcomeKind, RunResult
from reconciler.model.plan import Plan
from reconciler.planning.owed import owed_after
from reconciler.planning.policy import Policy
from reconciler.planning.rollback import rollback_plan
from reconciler.records import dataclass
from reconciler.report import json_document, terminal
from reconciler.report.plan_words import Purpose
from reconciler.store.history import history
from reconciler.store.layout import PLAN
from reconciler.store.runs import NOT_REVIEWED, RESULT, ROLLBACK, RunFolder, new_run_id
from reconciler.workflows.apply import apply_plan
from reconciler.workflows.context import Apply, Limits
from reconciler.workflows.invitations import invitations
from reconciler.workflows.resume import Earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How it went.

    Attributes:
        result: None when nothing was to be done, a guard refused, or the person said no.
        left: What nobody reviewed.
        also: What holds beside the outcomes: left open by the plan, interrupted.
    """

    plan: Plan
    result: RunResult | None = None
    left: Left | None = None
    also: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One run, ready to go.

    Attributes:
        left: What nobody reviewed.
        also: What holds however the run goes.
        reviewed: Whether it carries out only what was reviewed, so that what it cannot do stays owed.
    """

    plan: Plan
    request: Request
    connections: Connections
    log: RunFolder
    earlier: Earlier = field(default_factory=Earlier)
    left: Left | None = None
    also: tuple[Condition, ...] = ()
    reviewed: bool = False


def finished_plan(plan: Plan) -> str:
    """The plan as text, for the question on stderr."""
    return terminal.plan_text(plan, purpose=Purpose.CONFIRM, **screen())


def run_apply(request: Request, *, saved: Path | None, confirm: Callable[[Plan], bool]) -> Applied:
    """Apply a saved or a fresh plan, with the accounts locked.

    Raises:
        InvalidDocumentError: The saved plan is too old, or was made for another cloud.
        UsageProblemError: Nothing of the saved plan is selected, or it was compared with a base.
    """
    part = chosen(request.desired, selectors=request.selectors, exclude=request.exclude)
    stored = None if saved is None else selected_part(whole_plan(saved), request, part)
    accounts = accounts_of(part) if stored is None else accounts_in(stored, request.desired, where=str(saved))
    root = current_globals().root
    if stored is not None:
        check_way_back(stored, request.desired, root=root, where=str(saved))
        request = with_its_wishes(stored, request)
    run_id = new_run_id(datetime.now().astimezone())
    with _open_for_writing(accounts, run_id) as connections:
        if stored is None:
            plan = plan_now(request.loaded, part, connections, accepted=request.accepted)
        else:
            policy = policy_at(connections.clock.now(), connections, accepted=request.accepted, root=root)
            plan = still_good(stored, request.desired.limits, policy=policy, where=str(saved))
        plan, left = split(plan, request.reviewed, desired=request.desired, part_of=part)
        also = () if left is None else left.conditions
        if left is not None:
            now = policy_at(connections.clock.now(), connections, accepted=request.accepted, root=root)
            plan = with_fleet_guards(plan, request.desired.limits, policy=now)
        if plan.changes and not plan.refused_whole:
            warn_about_secrets(plan)
            if not confirm(plan):
                return Applied(plan=plan, also=(*left_open(plan), *also))
        with RunFolder.create(root, run_id, now=connections.clock.now) as log:
            told = request.reviewed is not None
            return _carried_out(
                _Task(plan=plan, request=request, connections=connections, log=log, left=left, also=also, reviewed=told)
            )


def run_resume(request: Request, run: str) -> Applied:
    """Go on with an interrupted run, in its own folder and with its own options.

    Raises:
        UsageProblemError: There is no such run.
        InvalidDocumentError: Its plan was made for another cloud.
        ReconcilerError: It never came as far as a plan, or its journal is garbled.
    """
    found = interrupted_run(run)
    if (settled := settled_result(found)) is not None:
        where = (found.path / RESULT).relative_to(current_globals().root)
        say(f"run {found.run_id} has nothing left to do: all of it is done and proven. This is its result, {where}")
        return Applied(plan=found.plan, result=settled, also=(*left_open(found.plan), *overtaken_in(found.path)))
    accounts = accounts_in(found.plan, request.desired, where=str(found.path))
    root = current_globals().root
    with (
        _open_for_writing(accounts, found.run_id) as connections,
        RunFolder.resume(root, found.run_id, now=connections.clock.now) as log,
    ):
        earlier = earlier_of(log)
        check_same_plan(found.plan, log)
        check_way_back(found.plan, request.desired, root=root, where=str(found.path))
        again = continued(with_its_wishes(found.plan, request), earlier)
        policy = policy_at(connections.clock.now(), connections, accepted=again.accepted, root=root)
        plan = with_fleet_guards(found.plan, again.desired.limits, policy=policy)
        warn_about_secrets(plan)
        also, told = overtaken_in(log.path), was_reviewed(log.path)
        return _carried_out(
            _Task(plan=plan, request=again, connections=connections, log=log, earlier=earlier, also=also, reviewed=told)
        )


@contextlib.contextmanager
def _open_for_writing(accounts: Sequence[Account], run_id: str) -> Iterator[Connections]:
    with (
        held(accounts, root=current_globals().root, run_id=run_id),
        connected(accounts, access=Access.READ_WRITE) as connections,
    ):
        yield connections


def _carried_out(task: _Task) -> Applied:
    connections, log, earlier = task.connections, task.log, task.earlier
    _write_plans(task)
    run = _apply_of(task)
    with interruptible(run.stop, log.run_id):
        started_at = connections.clock.now()
        outcomes = apply_plan(run)
        proof = proof_of(run, outcomes, connections, started_at=earlier.started_at or started_at)
        if proof is not None and proof.second is not None:
            keep_second_look(task.request.desired, task.plan, proof.second, connections)
        result = result_of(run, outcomes, proof, log=log, writes=earlier.writes + connections.writes)
        if task.reviewed:
            result = replace(result, owed=owed_after(task.plan, result.outcomes))
        also = (*left_open(task.plan), *task.also, *((Condition.INTERRUPTED,) if run.stop.is_set() else ()))
        log.keep(RESULT)
        log.write_file(RESULT, json_document.to_text(json_document.result_document(result, also=also)))
        log.record("finished", _ended(result))
    return Applied(plan=task.plan, result=result, left=task.left, also=also)


def _ended(result: RunResult) -> dict[str, object]:
    """What the last event tells of a run; a resume has nothing to do where all is done and proven."""
    proven = result.receipt is not None and result.receipt.converged
    return {"counts": {kind.value: result.count(kind) for kind in OutcomeKind}, "converged": proven}


def _write_plans(task: _Task) -> None:
    """What is to be done; never written again once it is there."""
    plan, request, log = task.plan, task.request, task.log
    if not log.has(PLAN):
        # Before the plan, so that a run with a plan always knows with which options it goes on.
        options = {"accepted": list(request.accepted), "waves": request.waves, "max_failures": request.max_failures}
        takes_back = None if plan.rollback is None else plan.rollback.run_id
        overtaken = [] if task.left is None else [change.id for change in task.left.overtaken]
        told = {"plan_digest": plan.digest, "takes_back": takes_back, "overtaken": overtaken, "reviewed": task.reviewed}
        log.record("asked", {**options, **told})
        log.write_file(PLAN, json_document.to_text(json_document.plan_document(plan)))
    if task.left is not None:
        text = json_document.to_text(json_document.plan_document(task.left.plan))
        tell_left(task.left, log.write_file(NOT_REVIEWED, text))
    if plan.changes and not plan.refused_whole and not log.has(ROLLBACK):
        back = rollback_plan(plan, request.desired, run_id=log.run_id, now=task.connections.clock.now())
        log.write_file(ROLLBACK, json_document.to_text(json_document.plan_document(back)))


def _apply_of(task: _Task) -> Apply:
    request, connections = task.request, task.connections
    root = current_globals().root  # asked here, because threads have no click context
    invited = history(root, connections.clouds, since=connections.born_at).invited
    per_day = request.desired.limits.invitations_per_day
    # Once and before the first write: what this very run writes is no fight yet, and its second plan sees it.
    unsteady = unsteady_at(connections.clock.now(), connections, root=root)

    def policy(now: datetime) -> Policy:
        return replace(policy_at(now, connections, accepted=request.accepted, root=root), unsteady=unsteady)

    return Apply(
        plan=task.plan,
        desired=request.desired,
        origins=request.loaded.origins,
        reach=connections.reach,
        make_policy=policy,
        log=task.log,
        limits=Limits(max_failures=request.max_failures, waves=request.waves),
        progress=progress(),
        stop=Event(),
        earlier=task.earlier,
        tell=say,
        invitations=invitations(per_day, invited, connections.clock.now()),
    )
