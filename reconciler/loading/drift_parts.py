"""A drift report read back from its JSON document, for `show` and the steps of workflows that render it."""

from datetime import date
from pathlib import Path
from typing import Any

from reconciler.loading.document_files import read_document, told_with
from reconciler.loading.document_parts import Part, counts_of, target_of, value_of
from reconciler.loading.json_source import unusable
from reconciler.loading.shard_parts import shard_of
from reconciler.model.desired import Cloud, Deviation, Origin
from reconciler.model.finding import (
    Aged,
    Ageing,
    DriftReport,
    EndingException,
    Executor,
    Finding,
    FindingKind,
    NextStep,
    Severity,
    SiteSummary,
    Transition,
    TransitionKind,
    TrendPoint,
)
from reconciler.model.moments import read_moment
from reconciler.model.plan import Coverage, PlanAccount
from reconciler.model.value import ABSENT, Absent, Observation, Unreadable, Value, reason_of


def read_drift(path: Path) -> DriftReport:
    """The report in a file that `drift --report json=FILE` wrote.

    Raises:
        InvalidDocumentError: Not a drift report, from an unknown major version, or a fingerprint does not fit.
    """
    document = read_document(path, kind="drift")
    with told_with(path, kind="drift"):
        report = _report_of(document)
    for told, aged in zip(document["findings"], report.findings, strict=True):
        if told["fingerprint"] != aged.finding.fingerprint:
            what = f"finding {told['fingerprint']} does not have the fingerprint of its content"
            raise unusable(path, what, kind="drift")
    return report


def _report_of(document: Part) -> DriftReport:
    desired, coverage = document["desired"], document["coverage"]
    return DriftReport(
        tool_version=document["tool"]["version"],
        created_at=read_moment(document["created_at"]),
        observed_at=read_moment(document["observed_at"]),
        accounts=tuple(
            PlanAccount(name=part["name"], cloud=Cloud(part["cloud"]), rate=float(part["rate"]))
            for part in document["accounts"]
        ),
        desired_path=desired["path"],
        desired_digest=desired["digest"],
        commit=desired["commit"],
        selection=document["selection"],
        coverage=Coverage(installations=counts_of(coverage["installations"]), chargers=counts_of(coverage["chargers"])),
        groups=tuple(document["groups"]),
        sites=tuple(_site_of(part, document["groups"]) for part in document["sites"]),
        findings=tuple(_aged_of(part) for part in document["findings"]),
        transitions=tuple(_transition_of(part) for part in document["transitions"]),
        trend=tuple(_point_of(part) for part in document["trend"]),
        ending=tuple(_ending_of(part) for part in document["ending"]),
        ledger_head=document["ledger_head"],
        shard=shard_of(document.get("shard")),
    )


def _site_of(part: Part, groups: list[str]) -> SiteSummary:
    worst = part["worst"]
    return SiteSummary(
        installation_id=part["installation"],
        account=part["account"],
        name=part["name"],
        labels=tuple(sorted(part["labels"].items())),
        chargers=part["chargers"],
        compared=part["compared"],
        worst=tuple((group, Severity(worst[group])) for group in groups if group in worst),
        unread=tuple(group for group in groups if group in part.get("unread", [])),
    )


def _aged_of(part: Part) -> Aged:
    finding = Finding(
        kind=FindingKind(part["kind"]),
        severity=Severity(part["severity"]),
        target=target_of(part),
        installation_name=part["name"],
        setting=part["setting"],
        wanted=_wanted_of(part),
        actual=_actual_of(part),
        why=part["why"],
        next_step=NextStep(executor=Executor(part["next"]["executor"]), text=part["next"]["text"]),
        group=part["group"],
        origin=_origin_of(part["origin"]),
        change_id=part["change"],
        adoptable=part["adoptable"],
        exception=_deviation_of(part["exception"]),
        cars=part["cars"],
        code=part["code"],
        since=None if part["since"] is None else read_moment(part["since"]),
    )
    return Aged(finding=finding, ageing=_ageing_of(part["ageing"]))


def _wanted_of(part: Part) -> Value | Absent | None:
    match part["wanted_state"]:
        case "none":
            return None
        case "absent":
            return ABSENT
        case _:
            return _known(part["wanted"])


def _actual_of(part: Part) -> Observation | None:
    match part["actual_state"]:
        case "none":
            return None
        case "absent":
            return ABSENT
        case "unreadable":
            return Unreadable(reason=reason_of(part["actual_reason"]))
        case _:
            return _known(part["actual"])


def _known(data: Any) -> Value:
    value = value_of(data)
    if value is None:
        raise ValueError("a value is said to be known and is not there")
    return value


def _ageing_of(part: Part | None) -> Ageing | None:
    if part is None:
        return None
    return Ageing(
        first_seen_at=read_moment(part["first_seen_at"]),
        last_seen_at=read_moment(part["last_seen_at"]),
        times_seen=part["times_seen"],
        flaps=part["flaps"],
    )


def _origin_of(part: Part | None) -> Origin | None:
    return None if part is None else Origin(file=part["file"], line=part["line"], column=part["column"])


def _deviation_of(part: Part | None) -> Deviation | None:
    if part is None:
        return None
    return Deviation(
        installation_id=part["installation"],
        setting=part["setting"],
        charger=part["charger"],
        value=value_of(part["value"]),
        until=_day_of(part["until"]),
        owner=part["owner"],
        reason=part["reason"],
    )


def _day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a day is none") from None  # the text may be anything, and is not repeated


def _transition_of(part: Part) -> Transition:
    return Transition(
        kind=TransitionKind(part["kind"]),
        fingerprint=part["fingerprint"],
        at=read_moment(part["at"]),
        severity=Severity(part["severity"]),
        installation_id=part["installation"],
        installation_name=part["name"],
        what=part["what"],
        was=None if part["was"] is None else Severity(part["was"]),
    )


def _point_of(part: Part) -> TrendPoint:
    first, second, third, fourth, fifth = part["open"]
    return TrendPoint(at=read_moment(part["at"]), open_by_severity=(first, second, third, fourth, fifth))


def _ending_of(part: Part) -> EndingException:
    exception, origin = _deviation_of(part["exception"]), _origin_of(part["origin"])
    if exception is None or origin is None:
        raise ValueError("an exception that ends has no content")
    return EndingException(exception=exception, days_left=part["days_left"], origin=origin)
