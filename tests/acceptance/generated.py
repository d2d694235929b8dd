"""Write the files for a generated world."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml


def write_fleet(fleet: Path, sites: Sequence[Mapping[str, Any]]) -> None:
    """One file per installation of the world; `fleet.yaml` stays as it is, other installations go."""
    folder = fleet / "installations"
    for path in sorted(folder.rglob("*.yaml")):
        path.unlink()
    for site in sites:
        text = yaml.safe_dump(_document(site), sort_keys=False)
        (folder / f"{site['id']}.yaml").write_text(text)


def _document(site: Mapping[str, Any]) -> dict[str, Any]:
    authentication: dict[str, Any] = {"mode": site["mode"]}
    if site["mode"] == "native":
        authentication["authorizationRequired"] = site["authorizationRequired"]
    else:
        authentication["ocppCloud"] = {"url": site["ocppCloudUrl"], "urlVersion": "ocpp16Compliant"}
    return {
        "version": 1,
        "id": site["id"],
        "name": site["name"],
        "account": "main",
        "authentication": authentication,
        "chargers": site["chargers"],
    }
