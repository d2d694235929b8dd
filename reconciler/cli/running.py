"""Run one apply: lock, run folder, plan, carry out, prove, write everything down."""

import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event

from reconciler.cli.options import current_globals
from reconciler.cli.output import say, screen
from reconciler.cli.planning import chosen, plan_now, policy_at
from reconciler.cli.wiring import Access, Connections, connected, progress
from reconciler.errors import CloudError, InvalidDocumentError
from reconciler.loading.documents import read_plan
from reconciler.loading.load import LoadedFleet
from reconciler.model.desired import DesiredFleet, Route
from reconciler.model.exit import Condition, left_open
from reconciler.model.outcome import Outcome, OutcomeKind, RunResult
from reconciler.model.plan import Plan
from reconciler.planning.residual import residual_plan
from reconciler.report import json_document, terminal, worksheet
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asked for."""

    loaded: LoadedFleet
    desired: DesiredFleet
    selectors: tuple[str, ...]
    exclude: tuple[str, ...]
    accepted: tuple[str, ...]
    max_failures: int | None


def finished_plan(plan: Plan) -> str:
    """The plan as text, for the question on stderr."""
    return terminal.plan_text(plan, **screen())


def run_apply(request: Request, *, saved: Path | None, confirm: Callable[[Plan], bool]) -> Applied:
    """Apply a saved or a fresh plan, with the accounts locked."""
    stored = None if saved is None else read_plan(saved)
    part = chosen(request.desired, selectors=request.selectors, exclude=request.exclude)
    if stored is not None:
        part = _sites_of(stored, part)
    root = current_globals().root
    run_id = new_run_id(datetime.now().astimezone())
    with contextlib.ExitStack() as stack:
        for account in sorted({site.account for site in part.installations}):
            stack.enter_context(account_lock(root, account, run_id))
        connections = stack.enter_context(connected(part, access=Access.READ_WRITE))
        if stored is None:
            plan = plan_now(request.loaded, part, connections, accepted=request.accepted)
        else:
            plan = _still_good(stored, saved, connections, request, part)
        if plan.refused_whole or not plan.changes or not confirm(plan):
            return Applied(plan=plan)
        log = stack.enter_context(RunFolder.create(root, run_id, now=connections.clock.now))
        return _carried_out(plan, request, part, connections, log)


def _sites_of(stored: Plan, part: DesiredFleet) -> DesiredFleet:
    """The files of the installations in a saved plan, cut down by the selectors."""
    wanted = {change.target.installation_id for change in stored.changes}
    return replace(part, installations=tuple(site for site in part.installations if site.id in wanted))


def _still_good(
    stored: Plan, saved: Path | None, connections: Connections, request: Request, part: DesiredFleet
) -> Plan:
    """The saved plan, cut down to what was selected.

    Raises:
        InvalidDocumentError: It is too old, or was made for another cloud.
    """
    now = connections.clock.now()
    if now > stored.valid_until:
        raise InvalidDocumentError(
            f"the plan expired at {stored.valid_until:%Y-%m-%dT%H:%M:%SZ}",
            where=str(saved),
            remedy="make and review a new one: reconciler plan --out FILE",
        )
    for account in stored.accounts:
        known = {one.name: one.cloud for one in request.desired.accounts}
        if known.get(account.name) is not account.cloud:
            raise InvalidDocumentError(
                f"the plan was made for account {account.name} at the cloud {account.cloud.value}",
                where=str(saved),
                remedy="use the fleet that the plan was made from",
            )
    sites = {site.id for site in part.installations}
    ids = frozenset(change.id for change in stored.changes if change.target.installation_id in sites)
    return stored if len(ids) == len(stored.changes) else residual_plan(stored, ids, now=now)


def _carried_out(plan: Plan, request: Request, part: DesiredFleet, connections: Connections, log: RunFolder) -> Applied:
    started_at = connections.clock.now()
    root = current_globals().root  # asked here, because threads have no click context
    log.write_file("plan.json", json_document.to_text(json_document.plan_document(plan)))
    run = Apply(
        plan=plan,
        desired=part,
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
        say(f"warning: no receipt: {error.what} ({error.where})")
        return None


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
    sheet = worksheet.worksheet(plan, ids)
    log.write_file("worksheet.json", json_document.to_text(worksheet.worksheet_document(sheet)))
    log.write_file("worksheet.html", worksheet.worksheet_html(sheet))
    return log.write_file("worksheet.md", worksheet.worksheet_markdown(sheet))


@contextlib.contextmanager
def _interruptible(stop: Event) -> Iterator[None]:
    """The first Ctrl-C lets the writes in flight finish, the second stops at once."""

    def first(_signal: int, _frame: object) -> None:
        stop.set()
        say("stopping: what is in flight is finished and read back; Ctrl-C again stops at once")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    former = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
