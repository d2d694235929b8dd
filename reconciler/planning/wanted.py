"""What the file of one installation wants after exceptions, cut to what can apply."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date

from reconciler.model.desired import DesiredInstallation, Deviation
from reconciler.model.settings import Scope, settings_of
from reconciler.model.value import Value
from reconciler.records import dataclass

PERMISSIONS = "permissions"
_CHARGER_ONLY = {row.name for row in settings_of(Scope.CHARGER)} - {row.name for row in settings_of(Scope.INSTALLATION)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Declared values of one installation: its own, and per serial those of its chargers.

    Attributes:
        permissions: Whether those of the installation are managed.
        charger_permissions: Serials whose own permissions are managed.
    """

    installation: Mapping[str, Value]
    chargers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    permissions: bool = False
    charger_permissions: frozenset[str] = frozenset()


def wanted_of(desired: DesiredInstallation, deviations: Iterable[Deviation], *, today: date) -> Wanted:
    """Declared values after valid exceptions: tolerated settings are left out, replaced ones carry their value."""
    installation: dict[str, Value] = dict(desired.settings)
    chargers: dict[str, dict[str, Value]] = {charger.serial: dict(charger.settings) for charger in desired.chargers}
    permissions = desired.permissions is not None
    charger_permissions = {serial for serial, _ in desired.charger_permissions}
    for deviation in deviations:
        if deviation.until < today:
            continue
        if _names(deviation, PERMISSIONS):
            permissions = permissions and deviation.charger is not None
            charger_permissions.discard(deviation.charger or "")
            continue
        for values in _touched(deviation, installation, chargers):
            _deviate(values, deviation)
    return Wanted(
        installation=installation,
        chargers=chargers,
        permissions=permissions,
        charger_permissions=frozenset(charger_permissions),
    )


def deciding(deviations: Iterable[Deviation], setting: str, *, charger: str | None, today: date) -> Deviation | None:
    """The valid exception whose value counts instead of the file's; None when the file itself decides."""
    found = [
        one
        for one in deviations
        if one.value is not None and one.setting == setting and one.until >= today and _reaches(one, charger)
    ]
    return found[-1] if found else None  # as in `wanted_of` the last one counts


def _reaches(deviation: Deviation, charger: str | None) -> bool:
    return deviation.charger == charger or (deviation.charger is None and deviation.setting in _CHARGER_ONLY)


def _touched(
    deviation: Deviation, installation: dict[str, Value], chargers: dict[str, dict[str, Value]]
) -> list[dict[str, Value]]:
    """An exception without a charger means the installation, or every charger when only chargers have that setting."""
    if deviation.charger is not None:
        return [chargers[deviation.charger]] if deviation.charger in chargers else []
    return list(chargers.values()) if deviation.setting in _CHARGER_ONLY else [installation]


def _deviate(values: dict[str, Value], deviation: Deviation) -> None:
    for name in [name for name in values if _names(deviation, name)]:
        if deviation.value is None:
            del values[name]
        elif name == deviation.setting:
            values[name] = deviation.value


def _names(deviation: Deviation, name: str) -> bool:
    return name == deviation.setting or name.startswith(f"{deviation.setting}.")
