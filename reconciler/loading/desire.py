"""From a merged tree without problems to a desired installation."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from reconciler.loading.merge import Tree
from reconciler.loading.site import as_items, as_map
from reconciler.model.desired import (
    Acknowledgement,
    DesiredCharger,
    DesiredInstallation,
    DesiredPermission,
    DesiredPermissions,
    DesiredRemoval,
    PermissionMode,
    RemovalGate,
    SwitchPolicy,
    SwitchWhen,
)
from reconciler.model.settings import ROLE_BITS, Kind, Scope, Setting, settings_of
from reconciler.model.value import Value

_INSTALLATION_ROWS = tuple(
    (tuple(row.name.split(".")), row) for row in sorted(settings_of(Scope.INSTALLATION), key=lambda row: row.name)
)
_ROWS_BELOW = {
    first: tuple((steps[1:], row) for steps, row in rows)
    for first, rows in groupby(_INSTALLATION_ROWS, key=lambda row: row[0][0])
}
"""The settings below each key of a file, in the same order."""
_CHARGER_ROWS = tuple(sorted(settings_of(Scope.CHARGER), key=lambda row: row.name))
_ROLE_ORDER = tuple(word for word, _ in ROLE_BITS)


def desired_installation(tree: Tree, *, account: str, file: str) -> DesiredInstallation:
    """The value that planning works on; `tree` has passed every rule."""
    return DesiredInstallation(
        id=tree["id"],
        name=tree["name"],
        account=account,
        file=file,
        labels=tuple(sorted([(key, _label(value)) for key, value in as_map(tree.get("labels")).items()])),
        settings=tuple(_installation_settings(tree)),
        chargers=tuple(
            [_charger(serial, settings) for serial, settings in sorted(as_map(tree.get("chargers")).items())]
        ),
        permissions=_permissions(tree.get("permissions")),
        acknowledgements=tuple([_acknowledgement(entry) for entry in as_items(tree.get("acknowledge"))]),
        switch=_switch(tree.get("switch")),
    )


def normal(row: Setting, value: Any) -> Value:
    """A value of a file as planning compares it: amperes to 0.1, secrets as `env:NAME` or `file:NAME`."""
    match row.kind:
        case Kind.AMPERES:
            return round(float(value), 1) + 0.0  # minus zero is zero
        case Kind.SECRET:
            kind, name = next(iter(value["secretRef"].items()))
            return f"{kind}:{name}"
        case _:
            return value  # type: ignore[no-any-return]  # the schema has checked it


def roles_in_order(roles: Any) -> tuple[str, ...]:
    """User, owner, service."""
    return tuple(role for role in _ROLE_ORDER if role in roles)


def _installation_settings(tree: Tree) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for first, rows in _ROWS_BELOW.items():
        if first not in tree:
            continue
        for steps, row in rows:
            value: Any = tree[first]
            for step in steps:
                value = value.get(step) if isinstance(value, dict) else None
            if value is not None:
                found.append((row.name, normal(row, value)))
    return found


def _charger(serial: str, settings: Mapping[str, Any]) -> DesiredCharger:
    values = _charger_settings(settings.get("maxCurrent"), settings.get("standAlone"))
    if "disabled" not in settings and "permissions" not in settings:
        return DesiredCharger(serial=serial, settings=values)
    disabled = as_map(settings.get("disabled"))
    return DesiredCharger(
        serial=serial,
        settings=values,
        disabled_reason=disabled.get("reason"),
        disabled_until=date.fromisoformat(disabled["until"]) if disabled else None,
        permissions=_permissions(settings.get("permissions")),
    )


@lru_cache(maxsize=4096)
def _charger_settings(current: float | None, stand_alone: bool | None) -> tuple[tuple[str, Value], ...]:  # noqa: FBT001  a value, not a behaviour
    """Shared between the many chargers that want the same."""
    values: dict[str, Any] = {"maxCurrent": current, "standAlone": stand_alone}
    return tuple((row.name, normal(row, values[row.name])) for row in _CHARGER_ROWS if values[row.name] is not None)


def _permissions(tree: Any) -> DesiredPermissions | None:
    if not isinstance(tree, dict):
        return None
    entries, absent = as_map(tree.get("entries")), as_map(tree.get("absent"))
    return DesiredPermissions(
        mode=PermissionMode(tree.get("mode", "additive")),
        entries=tuple(
            DesiredPermission(principal=principal, roles=roles_in_order(entry["roles"]))
            for principal, entry in sorted(entries.items())
        ),
        absent=tuple(
            DesiredRemoval(principal=principal, gate=RemovalGate(removal.get("after", "nothing")))
            for principal, removal in sorted(absent.items())
        ),
    )


def _acknowledgement(entry: Mapping[str, Any]) -> Acknowledgement:
    return Acknowledgement(
        guard=entry["guard"], by=entry["by"], reason=entry["reason"], until=date.fromisoformat(entry["until"])
    )


def _switch(tree: Any) -> SwitchPolicy | None:
    if not isinstance(tree, dict):
        return None
    return SwitchPolicy(
        when=SwitchWhen(tree.get("when", "idle")), give_up_after_h=int(tree.get("giveUpAfterHours", 72))
    )


def _label(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
