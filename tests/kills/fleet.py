"""Six sites whose files need every operation, and the world in which they stand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from reconciler.sandbox.access import group_permission
from reconciler.sandbox.builders import Site, add_charger, add_circuit, add_installation, empty_world
from reconciler.sandbox.records import Fields, Installation
from reconciler.sandbox.seed import person
from reconciler.sandbox.store import write_atomically
from reconciler.sandbox.terms import Kind, Mode, Role
from reconciler.sandbox.world import World

BACKEND_A = "wss://ocpp.backend-a.example/cp"
BACKEND_B = "wss://ocpp.backend-b.example/cp"
SECRET_NAME = "FLEET_SECRET_KILLS"
SECRET = "canary-of-the-kills"
OURS = int(Role.OWNER | Role.SERVICE)
USER_OWNER = int(Role.USER | Role.OWNER)
CLOUD: Fields = {
    "AuthenticationType": int(Mode.OCPP),
    "OcppCloudUrl": f"{BACKEND_A}/{{deviceId}}",
    "OcppCloudUrlVersion": 1,
}
PHASES = tuple(f"AvailableCurrentPhase{phase}" for phase in (1, 2, 3))
AVAILABLE_30_A: Fields = dict.fromkeys(("AvailableCurrent", *PHASES), 30.0)
"""Below every breaker value here, so that it must not move with one."""

Document = dict[str, Any]


def prepare(fleet: Path, cloud: Path, *, seed: int) -> World:
    """Write the files and the world that they do not match; the world is also returned, as it is at first."""
    world = empty_world(seed=seed)
    files = {
        "home": _home(world),
        "coop": _coop(world),
        "garage": _garage(world),
        "work": _to_native(world, 4, first=90401),
        "depot": _to_native(world, 5, first=90501),
        "office": _office(world),
    }
    write_files(fleet, files)
    (cloud / ".reconciler").mkdir(parents=True, mode=0o700)
    write_atomically(cloud / ".reconciler" / "sandbox.json", world.to_json())
    return World.from_json(world.to_json())


def write_files(fleet: Path, files: Mapping[str, Document]) -> None:
    """The fleet as YAML; one account, everything that has no documented call by the partner's contract."""
    (fleet / "installations").mkdir(parents=True)
    routes = {"authentication": "partner", "permissions": "partner", "standAlone": "partner"}
    account = {
        "cloud": "sandbox",
        "credentials": "ZAPTEC",
        "routes": routes,
        "agreement": "our own sandbox contract",
        "group": "BSJG",
        "rate": 9.8,
    }
    head = {"version": 1, "accounts": {"main": account}, "allowedHosts": ["ocpp.backend-b.example"]}
    (fleet / "fleet.yaml").write_text(yaml.safe_dump(head))
    for name, document in files.items():
        (fleet / "installations" / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False))


def _made(world: World, number: int, *, amperes: float, fields: Fields, people: Mapping[str, int]) -> Installation:
    kind = Kind.SMART if amperes <= 32 else Kind.PRO
    site = Site(
        id=f"6b1f0000-0000-4000-8000-{number:012d}",
        name=f"Site {number}",
        kind=kind,
        max_current_a=amperes,
        fields=fields,
    )
    there = [person(world, name, roles) for name, roles in people.items()]
    return add_installation(world, site, permissions=[*there, group_permission(world, "BSJG", OURS)])


def _file(installation: Installation, *, chargers: Document, **rest: Any) -> Document:
    return {
        "version": 1,
        "id": installation["id"],
        "name": installation["name"],
        "account": "main",
        "chargers": chargers,
        **rest,
    }


def _home(world: World) -> Document:
    """Comes from another backend: a person is added, the mode changes, stand-alone goes off, the charger may charge."""
    native: Fields = {
        "AuthenticationType": int(Mode.OCPP_NATIVE),
        "OcppCentralSystemUrl": BACKEND_A,
        "UseLoadBalancing": False,
    }
    home = _made(world, 1, amperes=25, fields=native, people={})
    circuit = add_circuit(home, name="Circuit 1", max_current_a=25)
    charger = add_charger(world, home, circuit=circuit, serial="ZAP090101", max_current_a=0)
    for values in (charger["values"], charger["former"]):
        values["712"] = "1"
    return _file(
        home,
        chargers={"ZAP090101": {"maxCurrent": 16, "standAlone": False}},
        authentication={"mode": "native", "authorizationRequired": False},
        permissions={"entries": [{"user": "person:c-88121", "roles": ["user", "owner"]}]},
    )


def _coop(world: World) -> Document:
    """Current is taken and given on a circuit, the breaker value goes down, the electrician changes."""
    coop = _made(world, 2, amperes=80, fields=AVAILABLE_30_A, people={"board-solbakken": int(Role.OWNER)})
    coop["permissions"].append(group_permission(world, "PAYC", int(Role.SERVICE)))
    circuit = add_circuit(coop, name="A", max_current_a=63)
    for number, amperes in enumerate((32, 32, 16), start=90201):
        add_charger(world, coop, circuit=circuit, serial=f"ZPR{number:06d}", max_current_a=amperes)
    entries = [{"user": "person:board-solbakken", "roles": ["owner"]}, {"userGroup": "HANS", "roles": ["service"]}]
    return _file(
        coop,
        chargers={
            "ZPR090201": {"maxCurrent": 16},
            "ZPR090202": {"maxCurrent": 20},
            "ZPR090203": {"maxCurrent": 32},
        },
        authentication={"mode": "native", "authorizationRequired": True},
        maxCurrent=63,
        permissions={"entries": entries, "absent": [{"userGroup": "PAYC"}]},
    )


def _garage(world: World) -> Document:
    """A second breaker value, and a charger that must come down before it."""
    garage = _made(world, 3, amperes=50, fields=AVAILABLE_30_A, people={})
    circuit = add_circuit(garage, name="A", max_current_a=25)
    add_charger(world, garage, circuit=circuit, serial="ZPR090301", max_current_a=25)
    return _file(garage, chargers={"ZPR090301": {"maxCurrent": 10}}, maxCurrent=40)


def _to_native(world: World, number: int, *, first: int) -> Document:
    """From OCPP through the cloud to native OCPP, by the documented call; one charger comes down before."""
    site = _made(world, number, amperes=63, fields=CLOUD, people={})
    circuit = add_circuit(site, name="A", max_current_a=32)
    serials = [f"ZPR{first + n:06d}" for n in range(2)]
    for serial in serials:
        add_charger(world, site, circuit=circuit, serial=serial, max_current_a=16)
    reason = {"guard": "lose-load-balancing", "by": "electrician KL", "reason": "the backend balances"}
    return _file(
        site,
        chargers={serials[0]: {"maxCurrent": 10}, serials[1]: {"maxCurrent": 16}},
        authentication={"mode": "ocppNative", "ocppNative": {"url": BACKEND_B}},
        acknowledge=[{**reason, "until": "2035-12-31"}],
    )


def _office(world: World) -> Document:
    """Another backend with a secret, stand-alone off, and somebody new in place of somebody else."""
    office = _made(world, 6, amperes=63, fields=CLOUD, people={"b-17": USER_OWNER})
    circuit = add_circuit(office, name="A", max_current_a=63)
    charger = add_charger(world, office, circuit=circuit, serial="ZPR090601", max_current_a=16)
    for values in (charger["values"], charger["former"]):
        values["712"] = "1"
    backend = {
        "url": f"{BACKEND_B}/{{deviceId}}",
        "urlVersion": "ocpp16Compliant",
        "initialPassword": {"secretRef": {"env": SECRET_NAME}},
    }
    entries = [
        {"user": "person:d-204", "roles": ["user", "owner"]},
        {"userGroup": "BSJG", "roles": ["owner", "service"]},
    ]
    return _file(
        office,
        chargers={"ZPR090601": {"standAlone": False}},
        authentication={"mode": "ocppCloud", "ocppCloud": backend},
        permissions={"mode": "exclusive", "entries": entries},
    )
