"""Run one apply: lock, run folder, plan, carry out, prove, write everything down."""

import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

from reconciler.cli.credentials import SecretStore
from reconciler.cli.options import current_globals
from reconciler.cli.output import say, screen
from reconciler.cli.planning import accounts_of, chosen, plan_now, policy_at
from reconciler.cli.saved_plan import Request, accounts_in, selected_part, still_good
from reconciler.cli.wiring import Access, Connections, connected, progress
from reconciler.errors import CloudError, ReconcilerError
from reconciler.loading.documents import read_plan
from reconciler.model.desired import Route
from reconciler.model.digest import digest_of
from reconciler.model.exit import Condition, left_open
from reconciler.model.outcome import Outcome, OutcomeKind, Receipt, RunResult
from reconciler.model.plan import Plan
from reconciler.model.settings import Kind
from reconciler.model.words import open_reasons
from reconciler.report import json_document, terminal, worksheet
from reconciler.report.plan_words import Purpose
from reconciler.store.lock import account_lock
from reconciler.store.runs import RunFolder, new_run_id
from reconciler.workflows.apply import apply_plan
from reconciler.workflows.context import Apply, Limits
from reconciler.workflows.verify import Proof, prove


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How it went.

    Attributes:
        result: None when nothing was to be done, a guard refused, or the person said no.
        also: What holds beside the outcomes: left open by the plan, interrupted.
    """

    plan: Plan
    result: RunResult | None = None
    also: tuple[Condition, ...] = ()


def finished_plan(plan: Plan) -> str:
    """The plan as text, for the question on stderr."""
    return terminal.plan_text(plan, purpose=Purpose.CONFIRM, **screen())


def run_apply(request: Request, *, saved: Path | None, confirm: Callable[[Plan], bool]) -> Applied:
    """Apply a saved or a fresh plan, with the accounts locked.

    Raises:
        InvalidDocumentError: The saved plan is too old, or was made for another cloud.
        UsageProblemError: Nothing of the saved plan is selected.
    """
    part = chosen(request.desired, selectors=request.selectors, exclude=request.exclude)
    stored = None if saved is None else selected_part(read_plan(saved), request, part)
    accounts = accounts_of(part) if stored is None else accounts_in(stored, request.desired, where=str(saved))
    root = current_globals().root
    run_id = new_run_id(datetime.now().astimezone())
    with contextlib.ExitStack() as stack:
        for account in accounts:
            stack.enter_context(account_lock(root, account.name, run_id))
        connections = stack.enter_context(connected(accounts, access=Access.READ_WRITE))
        if stored is None:
            plan = plan_now(request.loaded, part, connections, accepted=request.accepted)
        else:
            policy = policy_at(connections.clock.now(), connections, accepted=request.accepted, root=root)
            plan = still_good(stored, request.desired.limits, policy=policy, where=str(saved))
        if plan.changes and not plan.refused_whole:
            _warn_about_secrets(plan)
            if not confirm(plan):
                return Applied(plan=plan, also=left_open(plan))
        log = stack.enter_context(RunFolder.create(root, run_id, now=connections.clock.now))
        return _carried_out(plan, request, connections, log)


def _warn_about_secrets(plan: Plan) -> None:
    """Say before anything is written which secrets are missing; what needs them will not be sent."""
    needed = {
        str(change.after)
        for change in plan.changes
        if change.row.kind is Kind.SECRET and change.route is not Route.PORTAL and isinstance(change.after, str)
    }
    for reference in sorted(needed):
        try:
            SecretStore()(reference)
        except ReconcilerError as error:
            say(f"warning: {error.what}; what needs it will not be sent ({error.remedy})")


def _carried_out(plan: Plan, request: Request, connections: Connections, log: RunFolder) -> Applied:
    started_at = connections.clock.now()
    root = current_globals().root  # asked here, because threads have no click context
    log.write_file("plan.json", json_document.to_text(json_document.plan_document(plan)))
    run = Apply(
        plan=plan,
        desired=request.desired,
        origins=request.loaded.origins,
        reach=connections.reach,
        make_policy=lambda now: policy_at(now, connections, accepted=request.accepted, root=root),
        log=log,
        limits=Limits(max_failures=request.max_failures),
        progress=progress(),
        stop=Event(),
    )
    with _interruptible(run.stop):
        outcomes = apply_plan(run)
        proof = _proof(run, outcomes, request, connections, started_at)
    result = _result(run, outcomes if proof is None else proof.outcomes, proof, log)
    also = (*left_open(plan), *((Condition.INTERRUPTED,) if run.stop.is_set() else ()))
    log.write_file("result.json", json_document.to_text(json_document.result_document(result, also=also)))
    log.record("finished", {"counts": {kind.value: result.count(kind) for kind in OutcomeKind}})
    return Applied(plan=plan, result=result, also=also)


def _proof(
    run: Apply, outcomes: Sequence[Outcome], request: Request, connections: Connections, started_at: datetime
) -> Proof | None:
    """The second plan; without it there is no receipt, and the exit code says so."""
    if not run.plan.changes or run.plan.refused_whole:
        return _nothing_to_prove(run.plan, started_at)
    try:
        return prove(
            run.plan,
            outcomes,
            desired=run.desired,
            observers=connections.observers,
            policy=run.make_policy(connections.clock.now()),
            origins=request.loaded.origins,
            started_at=started_at,
            writes=connections.writes,
        )
    except CloudError as error:
        say(f"warning: no receipt: {error.what} ({error.where}); `reconciler plan` shows what is so")
        return None


def _nothing_to_prove(plan: Plan, started_at: datetime) -> Proof | None:
    """A plan without changes proves itself; one that was refused proves nothing."""
    if plan.changes:
        return None
    reasons = open_reasons(plan)
    receipt = Receipt(
        converged=not reasons,
        desired_digest=plan.desired.digest,
        observed_digest=digest_of([]),
        second_plan_changes=0,
        requests_read=plan.requests.read,
        requests_write=0,
        started_at=started_at,
        finished_at=started_at,
        open_reasons=reasons,
    )
    return Proof(outcomes=(), receipt=receipt, residual=None)


def _result(run: Apply, outcomes: Sequence[Outcome], proof: Proof | None, log: RunFolder) -> RunResult:
    residual = None
    if proof is not None and proof.residual is not None:
        text = json_document.to_text(json_document.plan_document(proof.residual))
        residual = log.write_file("residual.json", text)
    return RunResult(
        run_id=log.run_id,
        plan_digest=run.plan.digest,
        accounts=tuple(account.name for account in run.plan.accounts),
        outcomes=tuple(outcomes),
        receipt=None if proof is None else proof.receipt,
        residual_plan=residual,
        worksheet=_worksheet(run.plan, outcomes, log),
    )


def _worksheet(plan: Plan, outcomes: Sequence[Outcome], log: RunFolder) -> str | None:
    """Write what a person must do in the Portal; None when there is nothing."""
    waiting = {outcome.change_id for outcome in outcomes if outcome.kind is OutcomeKind.WAITING}
    ids = frozenset(change.id for change in plan.changes if change.id in waiting and change.route is Route.PORTAL)
    if not ids:
        return None
    so = {OutcomeKind.DONE, OutcomeKind.ALREADY}
    done = frozenset(outcome.change_id for outcome in outcomes if outcome.kind in so)
    sheet = worksheet.worksheet(plan, ids, done=done)
    log.write_file("worksheet.json", json_document.to_text(worksheet.worksheet_document(sheet)))
    log.write_file("worksheet.html", worksheet.worksheet_html(sheet))
    return log.write_file("worksheet.md", worksheet.worksheet_markdown(sheet))


@contextlib.contextmanager
def _interruptible(stop: Event) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) lets the writes in flight finish, the second stops at once."""

    def first(_signal: int, _frame: object) -> None:
        stop.set()
        say("stopping: what is in flight is finished and read back; Ctrl-C again stops at once")
        for number in signals:
            signal.signal(number, signal.default_int_handler)

    signals = (signal.SIGINT, signal.SIGTERM)
    former = [signal.signal(number, first) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, former, strict=True):
            signal.signal(number, handler)
