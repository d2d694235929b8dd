"""The parts of a result document, read back into model values; the data already fits the schema."""

from reconciler.loading.document_parts import Part, owed_of
from reconciler.model.moments import read_moment
from reconciler.model.outcome import Outcome, OutcomeKind, Receipt, RunResult, Wave


def result_of(document: Part) -> RunResult:
    """The outcome of a run that a document holds."""
    return RunResult(
        run_id=document["run_id"],
        plan_digest=document["plan_digest"],
        accounts=tuple(document["accounts"]),
        outcomes=tuple(_outcome_of(part) for part in document["outcomes"]),
        receipt=_receipt_of(document["receipt"]),
        residual_plan=document["residual_plan"],
        worksheet=document["worksheet"],
        rollback=document.get("rollback"),
        not_reviewed=document.get("not_reviewed"),
        waves=tuple(_wave_of(part) for part in document.get("waves", ())),
        owed=tuple(owed_of(part) for part in document.get("owed", ())),
    )


def _outcome_of(part: Part) -> Outcome:
    return Outcome(
        change_id=part["change"],
        step_id=part["step"] or "",
        kind=OutcomeKind(part["outcome"]),
        detail=part["detail"],
        at=read_moment(part["at"]),
    )


def _receipt_of(part: Part | None) -> Receipt | None:
    if part is None:
        return None
    return Receipt(
        converged=part["converged"],
        desired_digest=part["desired_digest"],
        observed_digest=part["observed_digest"],
        second_plan_changes=part["second_plan_changes"],
        requests_read=part["requests"]["read"],
        requests_write=part["requests"]["write"],
        started_at=read_moment(part["started_at"]),
        finished_at=read_moment(part["finished_at"]),
        open_reasons=tuple(part["open_reasons"]),
    )


def _wave_of(part: Part) -> Wave:
    return Wave(
        number=part["number"],
        installations=part["installations"],
        healthy=part["healthy"],
        reasons=tuple(part["reasons"]),
    )
