"""Writes the files of a generated fleet, one after the other as its installations are made.

The texts are put together by hand, because a YAML library would take most of the time of a large fleet. What is not
plain is quoted as in JSON, which is YAML too.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.sandbox.generating.authentication import hosts
from reconciler.sandbox.generating.parameters import Parameters
from reconciler.sandbox.generating.site import Document, GeneratedSite
from reconciler.sandbox.generating.sites import NATIVE_PROFILE

FILES_IN_A_FOLDER = 1000
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
PROFILE = """\
# Each charger talks to its backend by itself and balances nothing.
authentication:
  mode: ocppNative

chargerDefaults:
  standAlone: true

acknowledge:
  - {guard: unbalanced-circuit, by: "operations", reason: "the backend balances", until: 2099-12-31}
"""
FLEET = """\
# A generated fleet.
version: 1

accounts:
  main:
    cloud: sandbox
    credentials: ZAPTEC
    routes: {{authentication: partner, standAlone: partner, permissions: partner}}
    agreement: "our own sandbox contract"
    group: BSJG
    rate: {rate}

defaults:
  chargerDefaults:
    standAlone: false

# Wide, so that plans of much drift can be looked at and applied.
guards: {{maxChangedInstallations: 100000, maxChargersToZero: 100000, maxRaisedA: 100000000, maxAccessRemoved: 100000}}

allowedHosts:
{hosts}
"""


def write_shared(folder: Path, parameters: Parameters, *, rate: float = 5.0) -> None:
    """Write fleet.yaml and the profile; the folder is made.

    Raises:
        OSError: The disk said no.
    """
    (folder / "profiles").mkdir(parents=True)
    (folder / "profiles" / f"{NATIVE_PROFILE}.yaml").write_text(PROFILE, encoding="utf-8")
    allowed = "\n".join(f"  - {host}" for host in hosts(int(parameters.backends["hosts"])))
    (folder / "fleet.yaml").write_text(FLEET.format(rate=rate, hosts=allowed), encoding="utf-8")


def written(folder: Path, sites: Iterable[GeneratedSite]) -> Iterator[GeneratedSite]:
    """Write the file of each installation that passes by.

    Raises:
        OSError: The disk said no.
    """
    made: set[Path] = set()
    for site in sites:
        path = folder / "installations" / file_name(site)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_text(file_text(site.document), encoding="utf-8")
        yield site


def file_name(site: GeneratedSite) -> str:
    """Where the file of an installation lies, below `installations/`."""
    part = site.number // FILES_IN_A_FOLDER
    return f"{part:03d}/{site.segment.name}-{site.number:06d}.yaml"


def file_text(document: Document) -> str:
    """The text of an installation file."""
    return "".join(line for key, value in document.items() for line in _lines(key, value))


def _lines(key: str, value: Any) -> Iterator[str]:
    match key:
        case "authentication":
            yield "\nauthentication:\n"
            yield from (f"  {name}: {_flow(part)}\n" for name, part in value.items())
        case "chargers":
            yield "\nchargers:\n" if value else "\nchargers: {}\n"
            yield from (f"  {serial}: {_flow(said)}\n" for serial, said in value.items())
        case "acknowledge":
            yield "\nacknowledge:\n"
            yield from (f"  - {_flow(entry)}\n" for entry in value)
        case "permissions":
            yield "\npermissions:\n  entries:\n"
            yield from (f"    - {_flow(entry)}\n" for entry in value["entries"])
        case _:
            yield f"{key}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_flow(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    is_plain = isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS_OF_YAML
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
