"""The fewest requests a full plan can need, from files and world alone: no code of the reconciler takes part."""

from math import ceil
from pathlib import Path
from typing import Any

import yaml

from reconciler.sandbox.world import World

PAGE = 100
STATE_SETTINGS = {"maxCurrent", "standAlone"}


def floor_of(fleet: Path, world: World) -> int:
    """ceil(I/100) + ceil(C/100) + chargers with state settings + sites with a raise + permission reads."""
    live = {charger["serial"]: charger for charger in world.data["chargers"].values() if charger["active"]}
    sites = [_merged(fleet, path) for path in sorted((fleet / "installations").rglob("*.yaml"))]
    state_reads = sum(
        1
        for site in sites
        for serial, wanted in site["chargers"].items()
        if serial in live and wanted.keys() & STATE_SETTINGS
    )
    raises = sum(
        any(_raised(live.get(serial), wanted) for serial, wanted in site["chargers"].items()) for site in sites
    )
    permissions = sum(bool(site["permissions"]) for site in sites)
    lists = ceil(len(world.data["installations"]) / PAGE) + ceil(len(live) / PAGE)
    return lists + state_reads + raises + permissions


def _merged(fleet: Path, path: Path) -> dict[str, Any]:
    """Just enough merging for this count: charger settings and whether permissions are declared."""
    layers = [_read(fleet / "fleet.yaml").get("defaults", {})]
    document = _read(path)
    layers += [_read(fleet / "profiles" / f"{name}.yaml") for name in document.get("profiles", [])]
    layers.append(document)
    inherited: dict[str, Any] = {}
    for layer in layers:
        inherited |= layer.get("chargerDefaults", {})
    chargers = {serial: inherited | (own or {}) for serial, own in document.get("chargers", {}).items()}
    return {"chargers": chargers, "permissions": any("permissions" in layer for layer in layers)}


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def _raised(live: Any, wanted: dict[str, Any]) -> bool:
    """Whether the file asks for more than the charger has; a charger whose state nobody may read tells nothing."""
    if live is None or "maxCurrent" not in wanted or live["serial"] == "ZPR085001":
        return False
    return bool(wanted["maxCurrent"] > round(float(live["values"]["510"]), 1))
