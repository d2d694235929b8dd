"""The end of an apply: the second plan as proof, and the documents that tell how the run went."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.cli.credentials import SecretStore
from reconciler.cli.output import say
from reconciler.cli.resuming import earlier_of
from reconciler.cli.wiring import Connections
from reconciler.cli.worksheets import asked_before, forms_of
from reconciler.errors import CloudError, ReconcilerError
from reconciler.model.desired import Route
from reconciler.model.digest import digest_of
from reconciler.model.outcome import Outcome, OutcomeKind, Receipt, RunResult
from reconciler.model.plan import Plan
from reconciler.model.settings import Kind
from reconciler.model.ticks import Progress
from reconciler.model.words import open_reasons
from reconciler.report import json_document
from reconciler.report.worksheet import worksheet
from reconciler.store.runs import NOT_REVIEWED, ROLLBACK, RunFolder
from reconciler.workflows.apply import waves_of
from reconciler.workflows.context import Apply
from reconciler.workflows.verify import Proof, of_the_whole, prove, reached_part

RESIDUAL = "residual.json"


def warn_about_secrets(plan: Plan) -> None:
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


def proof_of(
    run: Apply, outcomes: Sequence[Outcome], connections: Connections, *, started_at: datetime
) -> Proof | None:
    """The second plan; without it there is no receipt, and the exit code says so.

    An interrupted run proves only what it reached: whoever wants it to end does not wait for the rest of the fleet.
    """
    if not run.plan.changes:
        return _proof_of_nothing(run.plan, started_at)
    if run.plan.refused_whole:
        return None
    interrupted = run.stop.is_set()
    part = reached_part(run.plan, outcomes) if interrupted else run.plan
    ids = {change.id for change in part.changes}
    try:
        proof = prove(
            part,
            [outcome for outcome in outcomes if outcome.change_id in ids],
            desired=run.desired,
            observers=connections.observers,
            policy=run.make_policy(connections.clock.now()),
            origins=run.origins,
            started_at=started_at,
            writes=run.earlier.writes + connections.writes,
        )
    except CloudError as error:
        say(f"warning: no receipt: {error.what} ({error.where}); `reconciler plan` shows what is so")
        return None
    return of_the_whole(proof, run.plan, outcomes) if interrupted else proof


def _proof_of_nothing(plan: Plan, started_at: datetime) -> Proof:
    """A plan without changes proves itself."""
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


def result_of(
    run: Apply, outcomes: Sequence[Outcome], proof: Proof | None, *, log: RunFolder, writes: int
) -> RunResult:
    """The result with the paths of what belongs to it; writes the residual plan and the worksheet.

    A residual plan from before an interruption gets another name, so that nobody takes it for that of this result.
    """
    log.set_aside(RESIDUAL)
    residual = None
    if proof is not None and proof.residual is not None:
        text = json_document.to_text(json_document.plan_document(_left_by(proof.residual, log.run_id)))
        residual = log.write_file(RESIDUAL, text)
    final = tuple(outcomes if proof is None else proof.outcomes)
    return RunResult(
        run_id=log.run_id,
        plan_digest=run.plan.digest,
        accounts=tuple(account.name for account in run.plan.accounts),
        outcomes=final,
        receipt=None if proof is None else proof.receipt,
        residual_plan=residual,
        worksheet=_worksheet(run.plan, final, log),
        waves=waves_of(run, earlier_of(log)),
        not_reviewed=log.shown(NOT_REVIEWED) if log.has(NOT_REVIEWED) else None,
        rollback=log.shown(ROLLBACK) if writes and log.has(ROLLBACK) else None,
    )


def _left_by(residual: Plan, run_id: str) -> Plan:
    """Marked as the rest of a way back, when it is one, so that nobody takes it for the whole."""
    back = residual.rollback
    return residual if back is None else replace(residual, rollback=replace(back, left_by=run_id))


def _worksheet(plan: Plan, outcomes: Sequence[Outcome], log: RunFolder) -> str | None:
    """Write what a person must do in the Portal; None when there is nothing."""
    waiting = {outcome.change_id for outcome in outcomes if outcome.kind is OutcomeKind.WAITING}
    left = [change for change in plan.changes if change.id in waiting and change.route is Route.PORTAL]
    ids = frozenset(change.id for change in left)
    if not ids:
        return None
    so = {OutcomeKind.DONE, OutcomeKind.ALREADY}
    done = frozenset(outcome.change_id for outcome in outcomes if outcome.kind in so)
    asked = dict.fromkeys(ids, plan.created_at) | asked_before(left, log.path.parent)
    sheet = worksheet(plan, ids, done=done, progress=Progress(change_ids=(), ticks={}, asked_at=asked))
    written = {name: log.write_file(name, text) for name, text in forms_of(sheet).items()}
    return written["worksheet.md"]
