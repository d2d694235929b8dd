"""Write the files for a generated world."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

PERSON = "person:c-88121"
WITH_PERSON = 4
WITH_LIMIT = 7
HOME_CHARGERS = 3
LIMIT_A = 26.0

Changed = tuple[str, str | None, str]
"""Installation id, serial or null, setting."""


def write_fleet(fleet: Path, sites: Sequence[Mapping[str, Any]]) -> set[Changed]:
    """One file per installation of the world; `fleet.yaml` stays as it is, other installations go.

    Every fourth file names a person whom the world does not have; every seventh, if of a home, a limit that no home
    of the world has. Returned is what that changes.
    """
    folder = fleet / "installations"
    for path in sorted(folder.rglob("*.yaml")):
        path.unlink()
    changed: set[Changed] = set()
    for number, site in enumerate(sites):
        document = _document(site)
        if number % WITH_PERSON == 0:
            document["permissions"] = {"entries": [{"user": PERSON, "roles": ["user", "owner"]}]}
            changed.add((site["id"], None, "permissions"))
        if number % WITH_LIMIT == 0 and len(site["chargers"]) <= HOME_CHARGERS:
            document["maxCurrent"] = LIMIT_A
            changed.add((site["id"], None, "maxCurrent"))
        (folder / f"{site['id']}.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return changed


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
