"""The parts of a snapshot document, each checked while it is read; anything unexpected is a ValueError or TypeError."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.loading.findings import echo
from reconciler.model.mail import redacted
from reconciler.model.moments import read_moment
from reconciler.model.observed import (
    AccountReads,
    Circuit,
    ObservedCharger,
    ObservedInstallation,
    ObservedPermission,
    OperatingMode,
)
from reconciler.model.principal import one_spelling
from reconciler.model.settings import ROLE_BITS, Kind, Scope, Setting, settings_of
from reconciler.model.under_way import Queued, SwitchWait
from reconciler.model.value import ABSENT, SECRET_SET, Observation, Unreadable, Value, reason_of

FIRMWARE = "firmware"

_LONGEST_NAME = 300
_LONGEST_TEXT = 4000
_MOST_A = 100_000.0
ID_FORM = r"[A-Za-z0-9._:-]{1,100}"
PRINCIPAL_FORM = r"(?:person:[A-Za-z0-9._-]{1,64}|userGroup:[A-Za-z0-9._-]{1,100}|user-id:[0-9a-f-]{1,40})"
"""None of these two can take a text apart in two ways, and both hold ASCII alone that stands for itself in JSON."""
_ID = re.compile(ID_FORM, re.ASCII)
_PRINCIPAL = re.compile(PRINCIPAL_FORM, re.ASCII)
_INSTALLATION_ROWS = {row.name: row for row in settings_of(Scope.INSTALLATION)}
_CHARGER_ROWS = {row.name: row for row in settings_of(Scope.CHARGER)}
_ROLES = tuple(word for word, _ in ROLE_BITS)
OPERATING = {int(mode): mode for mode in OperatingMode}
"""What a charger is doing, by the number that stands for it."""

Part = Mapping[str, Any]
Values = tuple[tuple[str, Observation], ...]


def installation_of(data: object) -> ObservedInstallation:
    """One installation with its chargers. Raises ValueError, TypeError or KeyError."""
    part = _map(data)
    circuits = part["circuits"]
    chargers = tuple(_charger_of(one) for one in _list(part["chargers"]))
    if len({charger.id for charger in chargers}) < len(chargers):
        raise ValueError("a charger stands twice in one installation")
    return ObservedInstallation(
        id=_text(part["id"], _ID),
        account=name_of(part["account"]),
        name=None if part["name"] is None else name_of(part["name"]),
        roles=_whole(part["roles"]),
        pro=_switch(part["pro"]),
        power_managed=_switch(part["power_managed"]),
        native_allowed=_switch(part["native_allowed"]),
        available_unknown=_unreadable_or_none(part["available_unknown"]),
        values=_values_of(part["values"], installation_values_of),
        circuits=tuple(map(_circuit_of, circuits)) if isinstance(circuits, list) else _unreadable_or_none(circuits),
        permissions=_permissions_or_none(part["permissions"]),
        chargers=tuple(sorted(chargers, key=lambda charger: (charger.serial, charger.id))),
    )


def _charger_of(data: object) -> ObservedCharger:
    part = _map(data)
    mode = _whole(part["mode"])
    return ObservedCharger(
        id=_text(part["id"], _ID),
        serial=name_of(part["serial"]),
        circuit_id=None if part["circuit"] is None else _text(part["circuit"], _ID),
        online=_switch(part["online"]),
        mode=None if mode is None else OPERATING[mode],
        roles=_whole(part["roles"]),
        values=_values_of(part["values"], charger_values_of),
        permissions=_permissions_or_none(part.get("permissions")),
    )


def _circuit_of(data: object) -> Circuit:
    part = _map(data)
    return Circuit(
        id=_text(part["id"], _ID), name=name_of(part["name"]), max_current_a=amperes_of(part["max_current_a"])
    )


def _permissions_or_none(data: object) -> tuple[ObservedPermission, ...] | Unreadable | None:
    return _permissions_of(data) if isinstance(data, list) else _unreadable_or_none(data)


def _permissions_of(data: list[Any]) -> tuple[ObservedPermission, ...]:
    found = sorted((_permission_of(one) for one in data), key=lambda one: one.principal)
    if len({one.principal for one in found}) < len(found):
        raise ValueError("a principal stands twice in one place")
    return tuple(found)


def _permission_of(data: object) -> ObservedPermission:
    part = _map(data)
    accepted, invited_at = part["accepted"], part["invited_at"]
    if not isinstance(accepted, bool):
        raise TypeError("accepted is not a switch")
    return ObservedPermission(
        principal=one_spelling(_text(part["principal"], _PRINCIPAL)),
        roles=roles_of(part["roles"]),
        accepted=accepted,
        invited_at=None if invited_at is None else read_moment(invited_at),
    )


def reads_of(part: Part) -> AccountReads:
    """How the reads of one account went."""
    return AccountReads(
        account=part["account"],
        visible_installations=part["visible_installations"],
        visible_chargers=part["visible_chargers"],
        requests=part["requests"],
    )


def queued_of(part: Part) -> Queued:
    """What an earlier run sent to an offline charger."""
    observation = _charger_value(part["setting"], part["value"])
    if not isinstance(observation, bool | float):
        raise TypeError("a queued value is not one of a charger")
    return Queued(
        account=name_of(part["account"]),
        installation_id=_text(part["installation"], _ID),
        charger=name_of(part["charger"]),
        setting=part["setting"],
        value=observation,
        at=read_moment(part["at"]),
    )


def switch_wait_of(part: Part) -> SwitchWait:
    """An installation whose mode waits for idle chargers."""
    return SwitchWait(
        account=name_of(part["account"]),
        installation_id=_text(part["installation"], _ID),
        mode=name_of(part["mode"]),
        since=read_moment(part["since"]),
    )


def _values_of(data: object, read: Callable[[Part], Values]) -> Values:
    """The values, read once for the many installations or chargers that have the same ones.

    Their texts tell `1` from `true` and from `1.0`, which are equal otherwise.
    """
    key = (read, repr(data))
    values = _KNOWN.get(key)
    if values is None:
        values = read(_map(data))
        if len(_KNOWN) < _MOST_KNOWN:
            _KNOWN[key] = values
    return values


_KNOWN: dict[tuple[Callable[[Part], Values], str], Values] = {}
_MOST_KNOWN = 4096


def installation_values_of(data: Part) -> Values:
    """The settings of an installation, each once, sorted by name. Raises like the others."""
    values = tuple(sorted((name, _installation_value(name, one)) for name, one in data.items()))
    if [name for name, _ in values] != sorted(_INSTALLATION_ROWS):
        raise ValueError("an installation does not tell every setting once")
    return values


def charger_values_of(data: Part) -> Values:
    """What is known of the state of a charger, sorted by name. Raises like the others."""
    return tuple(sorted((name, _charger_value(name, one)) for name, one in data.items()))


def _installation_value(name: str, data: object) -> Observation:
    row = _INSTALLATION_ROWS.get(name)
    if row is None:
        raise ValueError(f"there is no setting `{echo(name)}` of an installation")
    return _state(data) if isinstance(data, dict) else _value(row, data)


def _charger_value(name: str, data: object) -> Observation:
    row = _CHARGER_ROWS.get(name)
    if name == FIRMWARE and isinstance(data, str):
        return _text(data, _ID)
    if row is None:
        raise ValueError(f"there is no setting `{echo(name)}` of a charger")
    return _state(data) if isinstance(data, dict) else _value(row, data)


def _value(row: Setting, data: object) -> Value:
    match row.kind:
        case Kind.SWITCH if isinstance(data, bool):
            return data
        case Kind.AMPERES:
            return amperes_of(data)
        case Kind.CHOICE if isinstance(data, str) and data in dict(row.choices):
            return data
        case Kind.TEXT if isinstance(data, str) and len(data) <= _LONGEST_TEXT:
            return redacted(data)
        case Kind.SECRET if data == SECRET_SET:
            return SECRET_SET
        case _:
            raise ValueError(f"{row.name} does not take such a value")


def _state(data: Part) -> Observation:
    return ABSENT if data == {"state": "absent"} else unreadable_of(data)


def _unreadable_or_none(data: object) -> Unreadable | None:
    return None if data is None else unreadable_of(_map(data))


def unreadable_of(data: Part) -> Unreadable:
    """Why something could not be read. Raises like the others."""
    if set(data) != {"state", "reason", "detail"} or data["state"] != "unreadable":
        raise ValueError("a state is neither absent nor unreadable")
    if not isinstance(data["detail"], str) or len(data["detail"]) > _LONGEST_TEXT:
        raise ValueError("a detail is not a text")
    return Unreadable(reason=reason_of(data["reason"]), detail=redacted(data["detail"]))


def roles_of(data: object) -> tuple[str, ...]:
    """The roles that a permission gives, in the order of the table. Raises like the others."""
    roles = _list(data)
    if not all(role in _ROLES for role in roles) or len(set(roles)) < len(roles):
        raise ValueError("roles holds something else than user, owner and service")
    return tuple(word for word in _ROLES if word in roles)


def amperes_of(data: object) -> float:
    """A current in amperes, rounded to 0.1. Raises like the others."""
    if (
        isinstance(data, bool)
        or not isinstance(data, int | float)
        or not math.isfinite(data)
        or not 0 <= data <= _MOST_A
    ):
        raise ValueError("a current is not a number of amperes")
    return round(float(data), 1)


def _map(data: object) -> Part:
    if not isinstance(data, dict):
        raise TypeError("something is not an object")
    return data


def _list(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError("something is not a list")
    return data


def name_of(data: object) -> str:
    """A text that may be anything, not too long, without e-mail addresses. Raises like the others."""
    if not isinstance(data, str) or len(data) > _LONGEST_NAME:
        raise ValueError("a name is not a text, or too long")
    return redacted(data)


def _text(data: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(data, str) or not pattern.fullmatch(data):
        raise ValueError("an id, serial, principal or version has a form that we do not write")
    return data


def _switch(data: object) -> bool | None:
    if data is not None and not isinstance(data, bool):
        raise ValueError("something is neither true, false nor null")
    return data


def _whole(data: object) -> int | None:
    if data is not None and type(data) is not int:
        raise ValueError("something is neither a whole number nor null")
    return data
