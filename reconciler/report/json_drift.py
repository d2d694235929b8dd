"""A drift report as a JSON document (`kind` drift, `format_version` 1.0)."""

from reconciler.model.desired import Deviation, Origin
from reconciler.model.exit import code_of
from reconciler.model.exit_of_drift import conditions_of_drift
from reconciler.model.finding import (
    Aged,
    DriftReport,
    EndingException,
    FindingKind,
    Severity,
    SiteSummary,
    Transition,
)
from reconciler.model.value import Observation, Unreadable, state_of
from reconciler.report import json_parts as parts
from reconciler.report.json_document import FORMAT_VERSION
from reconciler.report.json_parts import Json
from reconciler.report.json_shard import shard_part


def drift_document(report: DriftReport) -> Json:
    """Everything a report holds, so that reading it back gives the same report."""
    conditions = conditions_of_drift(report)
    return {
        "kind": "drift",
        "format_version": FORMAT_VERSION,
        "exit": {"code": int(code_of(conditions)), "conditions": [one.value for one in conditions]},
        "tool": {"name": "reconciler", "version": report.tool_version},
        "created_at": parts.moment(report.created_at),
        "observed_at": parts.moment(report.observed_at),
        "accounts": [
            {"name": account.name, "cloud": account.cloud.value, "rate": parts.rate(account.rate)}
            for account in report.accounts
        ],
        "desired": {"path": report.desired_path, "commit": report.commit, "digest": report.desired_digest},
        "selection": report.selection,
        "coverage": {
            "installations": parts.counts_part(report.coverage.installations),
            "chargers": parts.counts_part(report.coverage.chargers),
        },
        "summary": summary_of(report),
        "groups": list(report.groups),
        "sites": [_site(site) for site in report.sites],
        "findings": [_finding(aged) for aged in report.findings],
        "transitions": [_transition(one) for one in report.transitions],
        "trend": [{"at": parts.moment(one.at), "open": list(one.open_by_severity)} for one in report.trend],
        "ending": [_ending(one) for one in report.ending],
        "ledger_head": report.ledger_head,
        "shard": shard_part(report.shard),
    }


def summary_of(report: DriftReport) -> Json:
    """Open findings by severity and all findings by kind."""
    kinds = [aged.finding.kind for aged in report.findings]
    return {
        "open": {severity.value: report.counted(severity) for severity in Severity},
        "kinds": {kind.value: kinds.count(kind) for kind in FindingKind},
    }


def _site(site: SiteSummary) -> Json:
    return {
        "account": site.account,
        "installation": site.installation_id,
        "name": site.name,
        "labels": dict(site.labels),
        "chargers": site.chargers,
        "compared": site.compared,
        "worst": {group: severity.value for group, severity in site.worst},
        "unread": list(site.unread),
    }


def _finding(aged: Aged) -> Json:
    one = aged.finding
    return {
        "fingerprint": one.fingerprint,
        "kind": one.kind.value,
        "severity": one.severity.value,
        "code": one.code,
        **parts.place(one.target, one.installation_name),
        "setting": one.setting,
        **_seen("wanted", one.wanted),
        **_seen("actual", one.actual),
        "why": one.why,
        "next": {"executor": one.next_step.executor.value, "text": one.next_step.text},
        "group": one.group,
        "origin": _origin(one.origin),
        "change": one.change_id,
        "adoptable": one.adoptable,
        "exception": _deviation(one.exception),
        "cars": one.cars,
        "since": parts.moment(one.since),
        "ageing": _ageing(aged),
    }


def _seen(name: str, observation: Observation | None) -> Json:
    """A value, how much is known of it, and why not."""
    reason = observation.reason.value if isinstance(observation, Unreadable) else None
    state = "none" if observation is None else state_of(observation).value
    return {name: parts.value(observation), f"{name}_state": state, f"{name}_reason": reason}


def _ageing(aged: Aged) -> Json | None:
    known = aged.ageing
    if known is None:
        return None
    return {
        "first_seen_at": parts.moment(known.first_seen_at),
        "last_seen_at": parts.moment(known.last_seen_at),
        "times_seen": known.times_seen,
        "flaps": known.flaps,
    }


def _origin(origin: Origin | None) -> Json | None:
    return None if origin is None else {"file": origin.file, "line": origin.line, "column": origin.column}


def _deviation(exception: Deviation | None) -> Json | None:
    if exception is None:
        return None
    return {
        "installation": exception.installation_id,
        "setting": exception.setting,
        "charger": exception.charger,
        "value": parts.value(exception.value),
        "until": exception.until.isoformat(),
        "owner": exception.owner,
        "reason": exception.reason,
    }


def _transition(one: Transition) -> Json:
    return {
        "kind": one.kind.value,
        "fingerprint": one.fingerprint,
        "at": parts.moment(one.at),
        "severity": one.severity.value,
        "installation": one.installation_id,
        "name": one.installation_name,
        "what": one.what,
        "was": None if one.was is None else one.was.value,
    }


def _ending(one: EndingException) -> Json:
    return {"exception": _deviation(one.exception), "days_left": one.days_left, "origin": _origin(one.origin)}
