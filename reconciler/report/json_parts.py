"""The parts of our JSON documents: one function per model value, snake_case keys, whole amperes without a fraction."""

from datetime import UTC, datetime

from reconciler.model.change import Change, Target
from reconciler.model.outcome import Outcome, Receipt, Wave
from reconciler.model.plan import (
    Counts,
    FormerValue,
    PendingItem,
    PlanWarning,
    Refusal,
    Rollback,
    Step,
    UnreadableItem,
    UnverifiableItem,
    WaitingItem,
)
from reconciler.model.problem import Problem
from reconciler.model.seen import SiteSeen
from reconciler.model.settings import Kind, Scope, settings_of
from reconciler.model.value import Absent, Observation, Unreadable, state_of
from reconciler.model.waiting import age_days, reminders_due

Json = dict[str, object]


def moment(at: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC, ending in Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def number(value: float) -> int | float:
    """Whole numbers come without a fraction, others keep one digit."""
    return int(value) if float(value).is_integer() else round(value, 1)


def rate(requests_per_second: float) -> int | float:
    """As the file says it, whole numbers without a fraction: a slow one must not become none at all."""
    return int(requests_per_second) if requests_per_second.is_integer() else requests_per_second


def value(observation: Observation | None) -> object:
    """The value itself; null when it is absent or unreadable (`before_state` tells which)."""
    match observation:
        case None | Absent() | Unreadable():
            return None
        case tuple():
            return list(observation)
        case float():
            return number(observation)
        case _:
            return observation


def _seen(before: Observation) -> Json:
    reason = before.reason.value if isinstance(before, Unreadable) else None
    return {"before": value(before), "before_state": state_of(before).value, "before_reason": reason}


def place(target: Target, name: str) -> Json:
    """What a part is about, and what people call the installation."""
    return {
        "account": target.account,
        "installation": target.installation_id,
        "name": name,
        "charger": target.charger,
        "principal": target.principal,
    }


def change_part(change: Change, *, step: str | None) -> Json:
    """One change with the id of the step that carries it out, null when none may."""
    return {
        "id": change.id,
        **place(change.target, change.installation_name),
        "setting": change.setting,
        **_seen(change.before),
        "after": value(change.after),
        "unit": change.unit,
        "route": change.route.value,
        "cause": change.cause.value,
        "file": change.file,
        "line": change.line,
        "step": step,
    }


def step_part(step: Step) -> Json:
    """One request, or one thing for a person to do."""
    return {
        "id": step.id,
        "account": step.account,
        "installation": step.installation_id,
        "target_id": step.target_id,
        "route": step.route.value,
        "operation": step.operation.value,
        "method": step.method,
        "path": step.path,
        "changes": list(step.change_ids),
        "after": list(step.after),
        "because": list(step.because),
        "gate": step.gate.value,
        **({"owners": list(step.owners)} if step.owners else {}),
    }


def refusal_part(refusal: Refusal) -> Json:
    """One guard that said no."""
    return {
        "code": refusal.code,
        "guard": refusal.guard,
        "scope": refusal.scope.value,
        "account": refusal.account,
        "installation": refusal.installation_id,
        "name": refusal.installation_name,
        "charger": refusal.charger,
        "measured": refusal.measured,
        "limit": refusal.limit,
        "message": refusal.message,
        "remedy": refusal.remedy,
        "liftable": refusal.liftable,
        "accept": refusal.accept,
        "held_back": list(refusal.held_back),
        "file": refusal.file or None,
        "line": refusal.line,
        "cause": refusal.cause.value,
    }


def pending_part(item: PendingItem) -> Json:
    """Something a device must still do."""
    return {
        **place(item.target, item.installation_name),
        "setting": item.setting,
        **_seen(item.before),
        "after": value(item.after),
        "unit": _unit(item.target, item.setting),
        "reason": item.reason,
        "since": moment(item.since),
    }


def _unit(target: Target, name: str) -> str:
    scopes = (target.scope, *Scope)
    rows = (row for scope in scopes for row in settings_of(scope) if row.name == name)
    row = next(rows, None)
    return row.unit if row is not None and row.kind is Kind.AMPERES else ""


def waiting_part(item: WaitingItem, now: datetime) -> Json:
    """Something a person must still do, with its age and how many reminders are due by then."""
    return {
        **place(item.target, item.installation_name),
        "setting": item.setting,
        "reason": item.reason,
        "since": moment(item.since),
        "age_days": age_days(item.since, now),
        "reminders_due": reminders_due(item.since, now),
    }


def unreadable_part(item: UnreadableItem) -> Json:
    """Something declared that could not be compared."""
    unreadable = item.unreadable
    where = place(item.target, item.installation_name)
    origin = {"file": item.file or None, "line": item.line}
    return {**where, "what": item.what, "reason": unreadable.reason.value, "detail": unreadable.detail, **origin}


def unverifiable_part(item: UnverifiableItem) -> Json:
    """A wish that no call can read."""
    return {**place(item.target, item.installation_name), "setting": item.setting, "reason": item.reason}


def warning_part(warning: PlanWarning) -> Json:
    """Something worth knowing."""
    return {"code": warning.code, **place(warning.target, warning.installation_name), "message": warning.message}


def site_part(site: SiteSeen) -> Json:
    """What was seen at one touched installation."""
    return {
        "account": site.account,
        "installation": site.installation_id,
        "name": site.installation_name,
        "mode": site.mode,
        "pro": site.pro,
        "chargers": site.chargers,
        "charging": site.charging,
        "silent": site.silent,
        "off": list(site.off),
        "stand_alone": list(site.stand_alone),
    }


def former_part(item: FormerValue) -> Json:
    """What a change of mode leaves behind."""
    return {**place(item.target, item.installation_name), "setting": item.setting, **_seen(item.value)}


def rollback_part(rollback: Rollback | None) -> Json | None:
    """Which run a plan takes back, and what it cannot bring back; null for a plan that follows the files."""
    if rollback is None:
        return None
    lost = [
        {**place(one.target, one.installation_name), "setting": one.setting, "reason": one.reason}
        for one in rollback.lost
    ]
    return {"run": rollback.run_id, "lost": lost, "left_by": rollback.left_by}


def wave_part(wave: Wave) -> Json:
    """One part of the installations of a run; `healthy` is null when it was not started."""
    return {
        "number": wave.number,
        "installations": wave.installations,
        "healthy": wave.healthy,
        "reasons": list(wave.reasons),
    }


def counts_part(counts: Counts) -> Json:
    """Coverage of one kind of object."""
    return {
        "desired": counts.desired,
        "compared": counts.compared,
        "unreadable": counts.unreadable,
        "unmanaged": counts.unmanaged,
    }


def outcome_part(outcome: Outcome) -> Json:
    """What happened to one change."""
    return {
        "change": outcome.change_id,
        "step": outcome.step_id or None,
        "outcome": outcome.kind.value,
        "detail": outcome.detail,
        "at": moment(outcome.at),
    }


def receipt_part(receipt: Receipt | None) -> Json | None:
    """The proof after an apply; null when there is none."""
    if receipt is None:
        return None
    return {
        "converged": receipt.converged,
        "desired_digest": receipt.desired_digest,
        "observed_digest": receipt.observed_digest,
        "second_plan_changes": receipt.second_plan_changes,
        "open_reasons": list(receipt.open_reasons),
        "requests": {"read": receipt.requests_read, "write": receipt.requests_write},
        "started_at": moment(receipt.started_at),
        "finished_at": moment(receipt.finished_at),
    }


def problem_part(problem: Problem) -> Json:
    """One thing that is wrong in a file."""
    return {
        "severity": problem.severity.value,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "path": problem.path,
        "what": problem.what,
        "why": problem.why,
        "remedy": problem.remedy,
    }
