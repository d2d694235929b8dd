"""The fewest requests a full plan can need, from files and world alone: nothing of the planner takes part."""

from math import ceil
from pathlib import Path
from typing import Any

import yaml

from reconciler.sandbox.access import manages, roles_on, roles_on_charger
from reconciler.sandbox.builders import OWNER_EMAIL
from reconciler.sandbox.world import World

PAGE = 100
STATE_SETTINGS = {"maxCurrent", "standAlone"}


def floor_of(fleet: Path, world: World) -> int:
    """ceil(I/100) + ceil(C/100) + chargers with state settings + sites with a moved limit + permission reads.

    I and C are what the one login sees.
    """
    seen = _Seen(world)
    sites = [_merged(fleet, path) for path in sorted((fleet / "installations").rglob("*.yaml"))]
    visible = [site for site in sites if site["id"] in seen.installations]
    state_reads = sum(
        1
        for site in visible
        for serial, wanted in site["chargers"].items()
        if serial in seen.chargers and wanted.keys() & STATE_SETTINGS
    )
    moved = sum(seen.limit_moves(site) for site in visible)
    permissions = sum(bool(site["permissions"]) for site in visible)
    lists = ceil(len(seen.installations) / PAGE) + ceil(len(seen.chargers) / PAGE)
    return lists + state_reads + moved + permissions


class _Seen:
    """What the one login sees of the world, and what it may read of that."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._user = next(user for user in world.data["users"] if user["email"] == OWNER_EMAIL)
        self.installations = {
            id_: one for id_, one in world.data["installations"].items() if roles_on(world, self._user, one)
        }
        self.chargers = {
            charger["serial"]: charger
            for charger in world.data["chargers"].values()
            if charger["active"] and roles_on_charger(world, self._user, charger)
        }

    def limit_moves(self, site: dict[str, Any]) -> bool:
        """Whether the file moves the installation's limit or asks for more than one of its chargers has."""
        raised = any(self._raised(serial, wanted) for serial, wanted in site["chargers"].items())
        return raised or self._moved(site)

    def _moved(self, site: dict[str, Any]) -> bool:
        one = self.installations[site["id"]]
        if site["maxCurrent"] is None or not manages(roles_on(self._world, self._user, one)):
            return False
        return round(float(str(one["fields"]["MaxCurrent"])), 1) != round(float(site["maxCurrent"]), 1)

    def _raised(self, serial: str, wanted: dict[str, Any]) -> bool:
        charger = self.chargers.get(serial)
        if charger is None or "maxCurrent" not in wanted:
            return False
        if not manages(roles_on_charger(self._world, self._user, charger)):
            return False
        return bool(wanted["maxCurrent"] > round(float(str(charger["values"]["510"])), 1))


def _merged(fleet: Path, path: Path) -> dict[str, Any]:
    """Just enough merging for this count: charger settings, the limit, and whether permissions are declared."""
    layers = [_read(fleet / "fleet.yaml").get("defaults", {})]
    document = _read(path)
    layers += [_read(fleet / "profiles" / f"{name}.yaml") for name in document.get("profiles", [])]
    layers.append(document)
    inherited: dict[str, Any] = {}
    for layer in layers:
        inherited |= layer.get("chargerDefaults", {})
    chargers = {serial: inherited | (own or {}) for serial, own in document.get("chargers", {}).items()}
    limits = [layer["maxCurrent"] for layer in layers if "maxCurrent" in layer]
    return {
        "id": document["id"],
        "chargers": chargers,
        "maxCurrent": limits[-1] if limits else None,
        "permissions": any("permissions" in layer for layer in layers),
    }


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document
