"""From answers to observed values: what `model.observed` needs is kept, everything else is dropped at once.

Members and shapes follow Zaptec's API description of 2026-05-27; answers shrink with the caller's role, and null
members are left out, so a missing member has a meaning only together with the role.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from reconciler.live import wire
from reconciler.live.available import EVERYWHERE, AvailableCurrent, available_current
from reconciler.live.wire import Members, WireError
from reconciler.model.observed import Circuit, ObservedCharger, OperatingMode
from reconciler.model.secret import Secret
from reconciler.model.settings import STATE_OBSERVATIONS, Kind, Scope, Setting, settings_of
from reconciler.model.value import ABSENT, SECRET_SET, Absent, Observation, Reason, Unreadable
from reconciler.records import dataclass

T = TypeVar("T")

OWNER_OR_SERVICE = 2 | 4
POWER_MANAGED_FEATURE = 4  # Features: PowerManagement_Apm
FIRMWARE = 911  # SmartComputerSoftwareApplicationVersion
MODE_SETTING = "authentication.mode"
STATE_NAMES = tuple(sorted(STATE_OBSERVATIONS))

_NO_ROLE = Unreadable(reason=Reason.NO_ROLE, detail="the account is neither Owner nor Service here")
_MODES = {mode.value: mode for mode in OperatingMode}
_ROWS = settings_of(Scope.INSTALLATION)
_ALWAYS_TOLD = frozenset({Kind.CHOICE, Kind.SWITCH, Kind.AMPERES})
"""Kinds that a complete row always carries; texts and secrets are null, hence left out, when they are not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationRow:
    """What is kept of an installation.

    Attributes:
        available: The available current, which an update must keep; planning only uses whether it is known.
        complete: False when the row lacks every member of its own mode, so that the detail may tell more.
        postcode: None when it is left out or unusable; hand-overs compare it, nothing shows it.
    """

    id: str
    name: str | None
    roles: int | None
    values: tuple[tuple[str, Observation], ...]
    pro: bool | None
    power_managed: bool | None
    native_allowed: bool | None
    available: AvailableCurrent
    complete: bool
    postcode: Secret | None = None

    def get(self, name: str) -> Observation:
        """What was read of a setting of the table."""
        return dict(self.values)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerRow:
    """A charger of the list together with the installation that it belongs to (None: to none)."""

    installation_id: str | None
    installation_name: str
    charger: ObservedCharger


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Circuits of an installation, and which charger (by the cloud's id) hangs on which circuit."""

    circuits: tuple[Circuit, ...]
    circuit_of: dict[str, str]


def installation_row(data: object) -> InstallationRow:
    """An installation of the list or in detail.

    Raises:
        WireError: It is no object or has no id.
    """
    row = wire.members(data)
    row_id = wire.identifier(row, "Id")
    if row_id is None:
        raise WireError("Id is missing")
    roles = _or_none(wire.whole, row, "CurrentUserRoles")
    mode = _value(_ROWS[0], row, roles)
    features = _or_none(wire.whole, row, "EnabledFeatures")
    return InstallationRow(
        id=row_id,
        name=wire.label(row, "Name") or None,
        roles=roles,
        values=_values(row, mode, roles),
        pro=_is_pro(row),
        power_managed=None if features is None else bool(features & POWER_MANAGED_FEATURE),
        native_allowed=_or_none(wire.switch, row, "HasUserGroupWithAllowOcppNative"),
        available=available_current(row, left_out=_left_out(row, roles)),
        complete=_carries_its_mode(row, mode),
        postcode=_postcode(row),
    )


def _postcode(row: Members) -> Secret | None:
    text = _or_none(wire.text, row, "ZipCode")
    return None if text is None or not text.strip() else Secret(text)


def _is_pro(row: Members) -> bool | None:
    """Whether the type (InstallationTypeCode) is Pro, 0, rather than Go / Home, 1; None when it is not told."""
    match _or_none(wire.whole, row, "InstallationType"):
        case 0:
            return True
        case 1:
            return False
        case _:
            return None


def unreadable_values(why: Unreadable) -> tuple[tuple[str, Observation], ...]:
    """All installation settings, each unreadable for the same reason."""
    return tuple(sorted((setting.name, why) for setting in _ROWS))


def _values(row: Members, mode: Observation, roles: int | None) -> tuple[tuple[str, Observation], ...]:
    found: dict[str, Observation] = {MODE_SETTING: mode}
    for setting in _ROWS[1:]:
        if setting.only_in_mode is None or setting.only_in_mode == mode:
            found[setting.name] = _value(setting, row, roles)
        else:
            # Not knowing the mode is not knowing whether the setting applies.
            found[setting.name] = mode if isinstance(mode, Unreadable) else ABSENT
    return tuple(sorted(found.items()))


def _value(setting: Setting, row: Members, roles: int | None) -> Observation:
    try:
        value = _present(setting, row)
    except WireError as error:
        return Unreadable(reason=Reason.BAD_ANSWER, detail=str(error))
    if value is not None:
        return value
    if roles is not None and not roles & OWNER_OR_SERVICE:
        return _NO_ROLE
    if roles is None or setting.kind in _ALWAYS_TOLD:
        return Unreadable(reason=Reason.MISSING_MEMBER, detail=f"the answer has no {setting.cloud}")
    return ABSENT


def _left_out(row: Members, roles: int | None) -> Absent | Unreadable:
    """What an available current means that is not there: only a row that has everything else says that none is set."""
    if roles is not None and not roles & OWNER_OR_SERVICE:
        return _NO_ROLE
    if roles is None or "maxcurrent" not in row:
        return Unreadable(reason=Reason.MISSING_MEMBER, detail=f"the answer has no {EVERYWHERE}")
    return ABSENT


def _present(setting: Setting, row: Members) -> Observation | None:
    match setting.kind:
        case Kind.CHOICE:
            return _choice(setting, row)
        case Kind.SWITCH:
            return wire.switch(row, setting.cloud)
        case Kind.AMPERES:
            return wire.amperes(row, setting.cloud)
        case Kind.SECRET:
            return SECRET_SET if wire.text(row, setting.cloud) else None
        case _:
            url = wire.text(row, setting.cloud)
            return None if url is None else wire.safe_url(url)


def _choice(setting: Setting, row: Members) -> str | None:
    number = wire.whole(row, setting.cloud)
    if number is None:
        return None
    for word, known in setting.choices:
        if known == number:
            return word
    raise WireError(f"{setting.cloud} is {number}, which this version does not know")


def _carries_its_mode(row: Members, mode: Observation) -> bool:
    own = [s.cloud.lower() for s in _ROWS if s.only_in_mode == mode and s.kind in (Kind.TEXT, Kind.SECRET)]
    return not own or any(name in row for name in own)


def charger_row(data: object) -> ChargerRow:
    """A charger of the list.

    Raises:
        WireError: It is no object or has no id.
    """
    row = wire.members(data)
    row_id = wire.identifier(row, "Id")
    if row_id is None:
        raise WireError("Id is missing")
    serial = wire.label(row, "DeviceId").strip().upper()
    mode = _or_none(wire.whole, row, "OperatingMode")
    charger = ObservedCharger(
        id=row_id,
        serial=serial or f"(no serial) {row_id[:8]}",
        name=wire.label(row, "Name"),
        circuit_id=_or_none(wire.identifier, row, "CircuitId"),
        online=_or_none(wire.switch, row, "IsOnline"),
        mode=None if mode is None else _MODES.get(mode),
        roles=_or_none(wire.whole, row, "CurrentUserRoles"),
    )
    return ChargerRow(
        installation_id=wire.identifier(row, "InstallationId"),
        installation_name=wire.label(row, "InstallationName"),
        charger=charger,
    )


_STATE_KINDS = {setting.name: setting.kind for setting in settings_of(Scope.CHARGER)}
_WANTED = {number: name for name, number in STATE_OBSERVATIONS.items()}
_KEPT = frozenset({*_WANTED, FIRMWARE})
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){1,5}")


def state_values(data: object, *, of: str | None = None) -> tuple[tuple[str, Observation], ...]:
    """The state settings of a charger and its `firmware`, sorted by name; other observations are dropped unread.

    Raises:
        WireError: The answer is no list of objects, or is about another charger than `of` (None: anybody's).
    """
    found: dict[str, Observation] = {}
    for item in wire.rows(data):
        if not isinstance(item, dict):
            raise WireError("an observation is not an object")
        if of is not None and item.get("ChargerId") != of:
            wire.about(item, "ChargerId", of)
        number = item.get("StateId")
        if type(number) is int and number not in _KEPT:
            continue
        row = wire.members(item)
        observation = _or_none(wire.whole, row, "StateId") or 0
        name = _WANTED.get(observation)
        if name is not None:
            found[name] = _state_value(name, row)
        elif observation == FIRMWARE and (version := _firmware(row)) is not None:
            found["firmware"] = version
    # Every charger reports something, so no observation at all tells about the answer and not about the charger.
    reason = Reason.MISSING_MEMBER if data else Reason.EMPTY_ANSWER
    for number, name in _WANTED.items():
        if name not in found:
            found[name] = Unreadable(reason=reason, detail=f"the charger never reported observation {number}")
    return tuple(sorted(found.items()))


def _firmware(row: Members) -> str | None:
    """A version that can be compared; anything else is as good as not told."""
    text = _or_none(wire.text, row, "ValueAsString")
    return text if text is not None and _VERSION.fullmatch(text) else None


def _state_value(name: str, row: Members) -> Observation:
    read: Callable[[Members, str], Observation | None]
    read = wire.switch if _STATE_KINDS[name] is Kind.SWITCH else wire.amperes
    try:
        value = read(row, "ValueAsString")
    except WireError:
        detail = f"observation {STATE_OBSERVATIONS[name]} has a form that this version does not know"
        return Unreadable(reason=Reason.BAD_ANSWER, detail=detail)
    if value is not None:
        return value
    return Unreadable(reason=Reason.MISSING_MEMBER, detail=f"observation {STATE_OBSERVATIONS[name]} has no value")


def hierarchy(data: object) -> Hierarchy:
    """The circuits of an installation, sorted by name and id.

    Raises:
        WireError: Any circuit cannot be read; half a tree would look like free capacity.
    """
    circuits = []
    circuit_of: dict[str, str] = {}
    for item in wire.rows(wire.members(data).get("circuits")):
        row = wire.members(item)
        circuit_id, limit_a = wire.identifier(row, "Id"), wire.amperes(row, "MaxCurrent")
        if circuit_id is None or limit_a is None:
            raise WireError("a circuit has no Id or no MaxCurrent")
        circuits.append(Circuit(id=circuit_id, name=wire.label(row, "Name"), max_current_a=limit_a))
        for charger in wire.rows(row.get("chargers", [])):
            charger_id = wire.identifier(wire.members(charger), "Id")
            if charger_id is not None:
                circuit_of[charger_id] = circuit_id
    circuits.sort(key=lambda circuit: (circuit.name, circuit.id))
    return Hierarchy(circuits=tuple(circuits), circuit_of=circuit_of)


def _or_none(read: Callable[[Members, str], T | None], row: Members, name: str) -> T | None:
    """A member that only informs: one that cannot be read counts as not told."""
    try:
        return read(row, name)
    except WireError:
        return None
