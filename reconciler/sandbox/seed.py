"""The fixture's world: ten installations that have files, with their traps, and one that has none."""

from reconciler.sandbox.access import group_permission, user_permission
from reconciler.sandbox.builders import STARTS_AT, Site, add_charger, add_circuit, add_installation, empty_world
from reconciler.sandbox.people import people
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.planted import HOSTILE_NAME, UNMANAGED_FIELDS
from reconciler.sandbox.records import Charger, Fields, Installation, Permission
from reconciler.sandbox.terms import Holder, Kind, Mode, Operating, Role
from reconciler.sandbox.world import World

__all__ = ["fixture_world", "people"]
DAY_S = 86_400.0
USER_OWNER = int(Role.USER | Role.OWNER)
OURS = int(Role.OWNER | Role.SERVICE)
EMAILS = {person_id: email for person_id, email, _, _ in people()}
BACKEND_A = "wss://ocpp.backend-a.example/cp"
BACKEND_B = "wss://ocpp.backend-b.example/cp"
POSTCODES = {
    "Elveveien 12": "0170",
    "Fjellveien 3": "5019",
    "Bakkegata 7": "0855",
    "Nabolaget 5": "0856",
    "Solbakken borettslag": "7030",
    "Furulia sameie": "4021",
    "Kaia P-hus": "5003",
    "Verkstedgata 4": "1400",
    "Havnen kontor": "9008",
    "Lufthavn P1": "2060",
}
"""Of the sites that have files, so that lists with postcodes can be rehearsed; the one without keeps its canary."""


def fixture_world(*, now: float = STARTS_AT) -> World:
    """The world that matches the shipped `fleet/`, with its traps; `now` is the world time it starts at."""
    world = empty_world(now=now)
    _homes(world)
    _solbakken(world)
    _furulia(world)
    _public(world)
    _work(world)
    _lufthavn(world)
    _unmanaged(world)
    for site in world.data["installations"].values():
        if site["name"] in POSTCODES:
            site["fields"]["ZipCode"] = POSTCODES[site["name"]]
    return world


def person(world: World, person_id: str, roles: int) -> Permission:
    """The permission of a person of the directory who has an account."""
    user = world.user_by_email(EMAILS[person_id])
    if user is None:
        raise KeyError(person_id)
    return user_permission(user, roles)


def invited(world: World, person_id: str, *, roles: int, days_ago: float) -> Permission:
    """The permission of a person who was invited and has not accepted."""
    email = EMAILS[person_id]
    return {
        "holder": Holder.INVITED_USER,
        "id": made_id(f"invited:{email}"),
        "name": "",
        "email": email,
        "roles": roles,
        "accepted": False,
        "invited_at": world.now() - days_ago * DAY_S,
    }


def ours(world: World) -> Permission:
    """Our own group as Owner and Service."""
    return group_permission(world, "BSJG", OURS)


def _home(world: World, number: int, name: str, *, fields: Fields, people_there: list[Permission]) -> Installation:
    site = Site(
        id=f"2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c{number:02d}",
        name=name,
        kind=Kind.SMART,
        max_current_a=25,
        fields=fields,
    )
    installation = add_installation(world, site, permissions=[*people_there, ours(world)])
    add_circuit(installation, name="Circuit 1", max_current_a=25)
    return installation


def _in_home(world: World, installation: Installation, serial: str, amperes: float) -> Charger:
    circuit = installation["circuits"][0]["id"]
    return add_charger(world, installation, circuit=circuit, serial=serial, max_current_a=amperes)


def _homes(world: World) -> None:
    elveveien = _home(world, 1, "Elveveien 12", fields={}, people_there=[person(world, "c-88121", USER_OWNER)])
    _in_home(world, elveveien, "ZAP012345", 16)
    _in_home(world, elveveien, "ZAP012390", 16)["active"] = False
    waiting = invited(world, "c-88122", roles=USER_OWNER, days_ago=9)
    fjellveien = _home(world, 2, "Fjellveien 3", fields={}, people_there=[waiting])
    _in_home(world, fjellveien, "ZAP012346", 16)
    native: Fields = {
        "AuthenticationType": int(Mode.OCPP_NATIVE),
        "OcppCentralSystemUrl": BACKEND_A,
        "IsRequiredAuthentication": True,
        "UseLoadBalancing": False,
    }
    bakkegata = _home(world, 3, "Bakkegata 7", fields=native, people_there=[])
    _observe(_in_home(world, bakkegata, "ZAP012347", 0), {"712": "1"})
    cloud: Fields = {
        "AuthenticationType": int(Mode.OCPP),
        "OcppCloudUrl": f"{BACKEND_B}/{{deviceId}}",
        "OcppCloudUrlVersion": 1,
    }
    nabolaget = _home(world, 4, "Nabolaget 5", fields=cloud, people_there=[person(world, "c-88124", USER_OWNER)])
    _in_home(world, nabolaget, "ZAP012348", 16)
    _in_home(world, nabolaget, "ZAP012349", 16)


def _observe(charger: Charger, values: Fields) -> None:
    charger["values"].update(values)
    charger["former"].update(values)


def _solbakken(world: World) -> None:
    required: Fields = {"IsRequiredAuthentication": True}
    site = Site(
        id="5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b02",
        name="Solbakken borettslag",
        kind=Kind.PRO,
        max_current_a=125,
        fields=required,
    )
    board = person(world, "board-solbakken", int(Role.OWNER))
    installer = group_permission(world, "HANS", int(Role.SERVICE))
    solbakken = add_installation(world, site, permissions=[board, installer, ours(world)])
    _row_of(world, solbakken, circuit=("Kurs A", 63), serials=_pro(81001, 14), amperes=32)
    _row_of(world, solbakken, circuit=("Kurs B", 63), serials=_pro(81015, 14), amperes=32)
    _row_of(world, solbakken, circuit=("Kurs C", 40), serials=_pro(81029, 6), amperes=16)
    _observe(_charger(world, "ZPR081005"), {"510": "31.999"})
    _observe(_charger(world, "ZPR081010"), {"510": "16.000"})
    _observe(_charger(world, "ZPR081020"), {"510": "16.000"})
    _charger(world, "ZPR081020")["online"] = False
    _observe(_charger(world, "ZPR081030"), {"712": "1"})


def _pro(first: int, count: int) -> tuple[str, ...]:
    return tuple(f"ZPR{number:06d}" for number in range(first, first + count))


def _row_of(
    world: World,
    installation: Installation,
    *,
    circuit: tuple[str, float],
    serials: tuple[str, ...],
    amperes: float,
) -> None:
    name, limit = circuit
    circuit_id = add_circuit(installation, name=name, max_current_a=limit)
    for serial in serials:
        add_charger(world, installation, circuit=circuit_id, serial=serial, max_current_a=amperes)


def _charger(world: World, serial: str) -> Charger:
    charger = world.charger_by_serial(serial)
    if charger is None:
        raise KeyError(serial)
    return charger


def _furulia(world: World) -> None:
    site = Site(
        id="5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06",
        name="Furulia sameie",
        kind=Kind.PRO,
        max_current_a=63,
        fields={"IsRequiredAuthentication": True},
    )
    installer = group_permission(world, "HANS", int(Role.SERVICE))
    permissions = [person(world, "b-17", USER_OWNER), installer, ours(world)]
    furulia = add_installation(world, site, permissions=permissions)
    _row_of(world, furulia, circuit=("Kurs 1", 63), serials=_pro(81101, 2), amperes=32)


def _public(world: World) -> None:
    fields: Fields = {
        "AuthenticationType": int(Mode.OCPP),
        "OcppCloudUrl": BACKEND_B,
        "OcppCloudUrlVersion": 1,
        "OcppInitialChargePointPassword": "CANARY-initial-password-kaia",
    }
    site = Site(
        id="91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03",
        name="Kaia P-hus",
        kind=Kind.PRO,
        max_current_a=250,
        fields=fields,
    )
    kaia = add_installation(world, site, permissions=[ours(world)])
    _row_of(world, kaia, circuit=("Plan 1", 125), serials=_pro(82101, 6), amperes=32)
    _row_of(world, kaia, circuit=("Plan 2", 125), serials=_pro(82107, 6), amperes=32)


def _work(world: World) -> None:
    cloud: Fields = {
        "AuthenticationType": int(Mode.OCPP),
        "OcppCloudUrl": f"{BACKEND_B}/{{deviceId}}",
        "OcppCloudUrlVersion": 1,
    }
    site = Site(
        id="c04f3a7e-2d18-4b6b-9e70-5b8a1f6d2e04",
        name="Verkstedgata 4",
        kind=Kind.PRO,
        max_current_a=63,
        fields=cloud,
    )
    work = add_installation(world, site, permissions=[ours(world)])
    serials = ("ZPR079911", "ZPR083101", "ZPR083102")
    _row_of(world, work, circuit=("Tavle 1", 63), serials=serials, amperes=16)
    _observe(_charger(world, "ZPR083101"), {"710": str(int(Operating.CHARGING))})
    _havnen(world)


def _havnen(world: World) -> None:
    hooks: Fields = {
        "AuthenticationType": int(Mode.WEBHOOKS),
        "WebhooksAuthUrl": "https://hooks.paycharge.example/oauth/token",
        "WebhooksSessionStartUrl": "http://hooks.old-billing.example/start",
    }
    site = Site(
        id="e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05",
        name="Havnen kontor",
        kind=Kind.PRO,
        max_current_a=63,
        fields=hooks,
    )
    owner = person(world, "d-204", int(Role.OWNER))
    pay = group_permission(world, "PAYC", OURS)
    havnen = add_installation(world, site, permissions=[owner, pay, ours(world)])
    _row_of(world, havnen, circuit=("Tavle 2", 63), serials=_pro(84001, 2), amperes=32)


def _lufthavn(world: World) -> None:
    fields: Fields = {
        "AuthenticationType": int(Mode.OCPP),
        "OcppCloudUrl": "wss://ocpp.backend-b.example/p1/{deviceId}",
        "OcppCloudUrlVersion": 1,
    }
    site = Site(
        id="7d3e0a44-9c15-4f0b-a1d2-6b8e5c7f9a10",
        name="Lufthavn P1",
        kind=Kind.PRO,
        max_current_a=400,
        fields=fields,
    )
    only_user = group_permission(world, "BSJG", int(Role.USER))
    lufthavn = add_installation(world, site, permissions=[only_user])
    _row_of(world, lufthavn, circuit=("P1", 400), serials=_pro(85001, 62), amperes=32)
    second = _charger(world, "ZPR085002")
    second["permissions"] = [ours(world)]
    _observe(second, {"510": "16.000"})


def _unmanaged(world: World) -> None:
    site = Site(
        id="0b7f4f6a-33d1-4a52-9c8e-5a1e2d3c4b11",
        name="Testveien 1",
        kind=Kind.SMART,
        max_current_a=25,
        fields=UNMANAGED_FIELDS,
    )
    test = add_installation(world, site, permissions=[ours(world)])
    add_circuit(test, name="Circuit 1", max_current_a=25)
    _in_home(world, test, "ZAP012399", 16)["name"] = HOSTILE_NAME
