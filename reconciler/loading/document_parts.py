"""The parts of our JSON documents, read back into model values; the data already fits the schema."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.loading import origin_parts as origin
from reconciler.loading.findings import echo
from reconciler.loading.shard_parts import shard_of
from reconciler.model.change import Cause, Change, Target
from reconciler.model.desired import Cloud, Route
from reconciler.model.moments import read_moment
from reconciler.model.plan import (
    Counts,
    Coverage,
    DesiredReference,
    FormerValue,
    Gate,
    GuardScope,
    NotRestored,
    Operation,
    PendingItem,
    Plan,
    PlanAccount,
    PlanWarning,
    Refusal,
    Requests,
    Rollback,
    Step,
    UnreadableItem,
    UnverifiableItem,
    WaitingItem,
)
from reconciler.model.plan_origin import Owed, Why
from reconciler.model.seen import SiteSeen
from reconciler.model.settings import Kind, Scope, settings_of
from reconciler.model.value import ABSENT, Absent, BeforeState, Observation, Unreadable, Value, reason_of

__all__ = ["Part", "change_of", "owed_of", "plan_of"]

Part = Mapping[str, Any]


def plan_of(document: Part) -> Plan:
    """The plan that a document holds."""
    desired = document["desired"]
    requests = document["summary"]["requests"]
    coverage = document["coverage"]
    return Plan(
        tool_version=document["tool"]["version"],
        created_at=read_moment(document["created_at"]),
        valid_until=read_moment(document["valid_until"]),
        accounts=tuple(
            PlanAccount(name=part["name"], cloud=Cloud(part["cloud"]), rate=float(part["rate"]))
            for part in document["accounts"]
        ),
        desired=DesiredReference(path=desired["path"], commit=desired["commit"], digest=desired["digest"]),
        selection=document["selection"],
        coverage=Coverage(installations=counts_of(coverage["installations"]), chargers=counts_of(coverage["chargers"])),
        requests=Requests(read=requests["read"], write=requests["write"], read_floor=requests["read_floor"]),
        changes=tuple(change_of(part) for part in document["changes"]),
        steps=tuple(_step_of(part) for part in document["steps"]),
        refusals=tuple(_refusal_of(part) for part in document["refusals"]),
        pending=tuple(_pending_of(part) for part in document["pending"]),
        waiting=tuple(_waiting_of(part) for part in document["waiting"]),
        unreadable=tuple(_unreadable_of(part) for part in document["unreadable"]),
        unverifiable=tuple(_unverifiable_of(part) for part in document["unverifiable"]),
        warnings=tuple(_warning_of(part) for part in document["warnings"]),
        accepted=tuple(document["accepted"]),
        circuits=tuple((part["charger"], part["circuit"]) for part in document.get("circuits", ())),
        former=tuple(_former_of(part) for part in document.get("former", ())),
        rollback=_rollback_of(document.get("rollback")),
        sites=tuple(_site_of(part) for part in document.get("sites", ())),
        snapshot=origin.snapshot_of(document.get("snapshot")),
        base=origin.base_of(document.get("base")),
        policy_changes=tuple(origin.policy_of(part) for part in document.get("policy_changes", ())),
        withdrawn=tuple(change_of(part) for part in document.get("withdrawn", ())),
        owed=tuple(owed_of(part) for part in document.get("owed", ())),
        shard=shard_of(document.get("shard")),
    )


def change_of(part: Part) -> Change:
    """One change; its id is computed again.

    Raises:
        ValueError: The setting is not in our table, or the value is not of its kind.
    """
    change = Change(
        target=target_of(part),
        installation_name=part["name"],
        setting=part["setting"],
        before=_before_of(part),
        after=_after_of(part["after"]),
        route=Route(part["route"]),
        file=part["file"],
        line=part["line"],
        cause=Cause(part["cause"]),
    )
    _check_kind(change.target, change.setting, change.after, told=f"change {change.id}")
    return change


def owed_of(part: Part) -> Owed:
    """One wish that was decided and is not carried out yet; raises as `change_of`."""
    owed = Owed(
        target=target_of(part),
        installation_name=part["name"],
        setting=part["setting"],
        after=_after_of(part["after"]),
        why=Why(part["why"]),
    )
    _check_kind(owed.target, owed.setting, owed.after, told="something owed")
    return owed


_TYPES = {Kind.SWITCH: bool, Kind.AMPERES: float, Kind.ROLES: tuple}


def _check_kind(target: Target, setting: str, after: Value | Absent, *, told: str) -> None:
    rows = {row.name: row for row in settings_of(target.scope)}
    row = rows.get(setting)
    if row is None:
        raise ValueError(f"{told}: there is no setting `{echo(setting)}` here")
    is_known = not row.choices or after in dict(row.choices)
    if after is not ABSENT and not (is_known and isinstance(after, _TYPES.get(row.kind, str))):
        raise ValueError(f"{told}: {row.name} does not take such a value")


def value_of(data: Any) -> Value | None:
    """One value of a setting; None where there is none."""
    match data:
        case None | bool() | str():
            return data
        case list():
            return tuple(data)
        case _ if data != round(data, 1):
            raise ValueError("a value is finer than a tenth of an ampere, which no plan holds")
        case _:
            return float(data)


def _after_of(data: object) -> Value | Absent:
    value = value_of(data)
    return ABSENT if value is None else value


def _before_of(part: Part) -> Observation:
    state = BeforeState(part["before_state"])
    if state is BeforeState.UNREADABLE:
        return Unreadable(reason=reason_of(part["before_reason"]))
    return ABSENT if state is BeforeState.ABSENT else _after_of(part["before"])


def target_of(part: Part) -> Target:
    """What a part is about."""
    return Target(
        account=part["account"],
        installation_id=part["installation"],
        charger=part["charger"],
        principal=part["principal"],
    )


def _step_of(part: Part) -> Step:
    return Step(
        id=part["id"],
        account=part["account"],
        installation_id=part["installation"],
        target_id=part["target_id"],
        route=Route(part["route"]),
        operation=Operation(part["operation"]),
        method=part["method"],
        path=part["path"],
        change_ids=tuple(part["changes"]),
        after=tuple(part["after"]),
        because=tuple(part["because"]),
        gate=Gate(part["gate"]),
        owners=tuple(part.get("owners", ())),
    )


def _refusal_of(part: Part) -> Refusal:
    return Refusal(
        code=part["code"],
        guard=part["guard"],
        scope=GuardScope(part["scope"]),
        account=part["account"],
        installation_id=part["installation"],
        installation_name=part["name"],
        charger=part["charger"],
        measured=part["measured"],
        limit=part["limit"],
        message=part["message"],
        remedy=part["remedy"],
        liftable=part["liftable"],
        held_back=tuple(part["held_back"]),
        file=part.get("file") or "",
        line=part.get("line", 0),
        cause=Cause(part.get("cause", Cause.FILE.value)),
    )


def _since_of(part: Part) -> datetime | None:
    return None if part["since"] is None else read_moment(part["since"])


def _pending_of(part: Part) -> PendingItem:
    return PendingItem(
        target=target_of(part),
        installation_name=part["name"],
        setting=part["setting"],
        before=_before_of(part),
        after=value_of(part["after"]),
        reason=part["reason"],
        since=_since_of(part),
    )


def _waiting_of(part: Part) -> WaitingItem:
    return WaitingItem(
        target=target_of(part),
        installation_name=part["name"],
        setting=part["setting"],
        reason=part["reason"],
        since=_since_of(part),
    )


def _unreadable_of(part: Part) -> UnreadableItem:
    return UnreadableItem(
        target=target_of(part),
        installation_name=part["name"],
        what=part["what"],
        unreadable=Unreadable(reason=reason_of(part["reason"]), detail=part["detail"]),
        file=part.get("file") or "",
        line=part.get("line", 0),
    )


def _unverifiable_of(part: Part) -> UnverifiableItem:
    name, reason = part["name"], part["reason"]
    return UnverifiableItem(target=target_of(part), installation_name=name, setting=part["setting"], reason=reason)


def _warning_of(part: Part) -> PlanWarning:
    name, message = part["name"], part["message"]
    return PlanWarning(code=part["code"], target=target_of(part), installation_name=name, message=message)


def _site_of(part: Part) -> SiteSeen:
    return SiteSeen(
        account=part["account"],
        installation_id=part["installation"],
        installation_name=part["name"],
        mode=part["mode"],
        pro=part["pro"],
        chargers=part["chargers"],
        charging=part["charging"],
        silent=part["silent"],
        off=tuple(part["off"]),
        stand_alone=tuple(part["stand_alone"]),
    )


def _former_of(part: Part) -> FormerValue:
    return FormerValue(
        target=target_of(part),
        installation_name=part["name"],
        setting=_known_setting(part["setting"]),
        value=_before_of(part),
    )


def _known_setting(name: str) -> str:
    if name not in {row.name for row in settings_of(Scope.INSTALLATION)}:
        raise ValueError(f"there is no setting `{echo(name)}` of an installation")
    return name


def _rollback_of(part: Part | None) -> Rollback | None:
    if part is None:
        return None
    lost = tuple(
        NotRestored(target=target_of(one), installation_name=one["name"], setting=one["setting"], reason=one["reason"])
        for one in part["lost"]
    )
    return Rollback(run_id=part["run"], lost=lost, left_by=part.get("left_by"))


def counts_of(part: Part) -> Counts:
    """Coverage of one kind of object."""
    return Counts(
        desired=part["desired"],
        compared=part["compared"],
        unreadable=part["unreadable"],
        unmanaged=part["unmanaged"],
    )
