"""A snapshot as a JSON document (`format_version` 1.0); its schema is schemas/snapshot.schema.json."""

from reconciler.model.digest import digest_of
from reconciler.model.exit import Condition
from reconciler.model.observed import (
    AccountReads,
    Circuit,
    ObservedCharger,
    ObservedInstallation,
    ObservedPermission,
)
from reconciler.model.snapshot import Snapshot, SnapshotCounts
from reconciler.model.under_way import Queued, SwitchWait
from reconciler.model.value import Absent, Observation, Unreadable
from reconciler.report.json_document import head, to_text
from reconciler.report.json_parts import Json, moment, number, rate, value
from reconciler.report.json_shard import shard_part


def snapshot_document(snapshot: Snapshot) -> Json:
    """Everything a snapshot holds; its digest is over the content, so that nobody changes it unseen."""
    content: Json = {
        "taken_at": moment(snapshot.taken_at),
        "accounts": [{"name": one.name, "cloud": one.cloud.value, "rate": rate(one.rate)} for one in snapshot.accounts],
        "selection": snapshot.selection,
        "people": None if snapshot.people_known is None else sorted(snapshot.people_known),
        "reads": [_reads(one) for one in snapshot.observed.reads],
        "queued": [_queued(one) for one in snapshot.queued],
        "switch_waits": [_switch_wait(one) for one in snapshot.switch_waits],
        "installations": [_installation(one) for one in snapshot.observed.installations],
        **({} if snapshot.shard is None else {"shard": shard_part(snapshot.shard)}),
    }
    return {
        **head("snapshot", () if snapshot.is_complete else (Condition.UNREADABLE,)),
        "tool": {"name": "reconciler", "version": snapshot.tool_version},
        "coverage": {"installations": _counts(snapshot.installations), "chargers": _counts(snapshot.chargers)},
        "read_floor": snapshot.read_floor,
        **content,
        "digest": digest_of(content),
    }


def snapshot_json(snapshot: Snapshot) -> str:
    """The same as text, one installation on a line, so that a large one can be read line by line."""
    return to_text(snapshot_document(snapshot), rows="installations")


def _counts(counts: SnapshotCounts) -> Json:
    return {"visible": counts.visible, "unreadable": counts.unreadable}


def _reads(reads: AccountReads) -> Json:
    return {
        "account": reads.account,
        "visible_installations": reads.visible_installations,
        "visible_chargers": reads.visible_chargers,
        "requests": reads.requests,
    }


def _queued(item: Queued) -> Json:
    return {
        "account": item.account,
        "installation": item.installation_id,
        "charger": item.charger,
        "setting": item.setting,
        "value": value(item.value),
        "at": moment(item.at),
    }


def _switch_wait(item: SwitchWait) -> Json:
    return {
        "account": item.account,
        "installation": item.installation_id,
        "mode": item.mode,
        "since": moment(item.since),
    }


def _installation(site: ObservedInstallation) -> Json:
    circuits = site.circuits
    return {
        "id": site.id,
        "account": site.account,
        "name": site.name,
        "roles": site.roles,
        "pro": site.pro,
        "power_managed": site.power_managed,
        "native_allowed": site.native_allowed,
        "available_unknown": None if site.available_unknown is None else _unreadable(site.available_unknown),
        "values": _values(site.values),
        "circuits": [_circuit(one) for one in circuits] if isinstance(circuits, tuple) else _seen(circuits),
        "permissions": _permissions(site.permissions),
        "chargers": [_charger(one) for one in site.chargers],
    }


def _charger(charger: ObservedCharger) -> Json:
    return {
        "id": charger.id,
        "serial": charger.serial,
        "circuit": charger.circuit_id,
        "online": charger.online,
        "mode": None if charger.mode is None else int(charger.mode),
        "roles": charger.roles,
        "values": _values(charger.values),
        **({} if charger.permissions is None else {"permissions": _permissions(charger.permissions)}),
    }


def _permissions(found: tuple[ObservedPermission, ...] | Unreadable | None) -> object:
    return [_permission(one) for one in found] if isinstance(found, tuple) else _seen(found)


def _circuit(circuit: Circuit) -> Json:
    return {"id": circuit.id, "name": circuit.name, "max_current_a": number(circuit.max_current_a)}


def _permission(permission: ObservedPermission) -> Json:
    return {
        "principal": permission.principal,
        "roles": list(permission.roles),
        "accepted": permission.accepted,
        "invited_at": moment(permission.invited_at),
    }


def _values(values: tuple[tuple[str, Observation], ...]) -> Json:
    return {name: _seen(observation) for name, observation in values}


def _seen(observation: Observation | None) -> object:
    """The value itself; a map with a state where there is none."""
    match observation:
        case Absent():
            return {"state": "absent"}
        case Unreadable():
            return _unreadable(observation)
        case _:
            return value(observation)


def _unreadable(unknown: Unreadable) -> Json:
    return {"state": "unreadable", "reason": unknown.reason.value, "detail": unknown.detail}
