"""Worlds for the scenarios: homes and shared sites with the chargers, people and modes that a scenario names."""

from dataclasses import dataclass, field

from reconciler.model.desired import Account, DesiredFleet, DesiredInstallation
from reconciler.sandbox.access import group_permission, user_permission
from reconciler.sandbox.builders import Site, add_charger, add_circuit, add_installation, empty_world
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.principals import address_of
from reconciler.sandbox.records import Charger, Fields, Installation, Permission
from reconciler.sandbox.terms import Kind, Mode, Role
from reconciler.sandbox.world import World
from tests.builders import account, fleet

OURS = int(Role.OWNER | Role.SERVICE)
USER_OWNER = int(Role.USER | Role.OWNER)
BACKEND_A = "wss://ocpp.backend-a.example/cp"
BACKEND_B = "wss://ocpp.backend-b.example/cp"
OUR_GROUP = "userGroup:BSJG"
INSTALLER = "userGroup:HANS"

IN_NATIVE_OCPP: Fields = {
    "AuthenticationType": int(Mode.OCPP_NATIVE),
    "OcppCentralSystemUrl": BACKEND_A,
    "IsRequiredAuthentication": True,
    "UseLoadBalancing": False,
}
IN_WEBHOOKS: Fields = {
    "AuthenticationType": int(Mode.WEBHOOKS),
    "WebhooksAuthUrl": "https://hooks.backend-a.example/auth",
    "WebhooksSessionStartUrl": "https://hooks.backend-a.example/start",
    "WebhooksSessionEndUrl": "https://hooks.backend-a.example/end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One charger as it is: amperes per phase, number of its circuit, stand-alone, on line, people on it."""

    serial: str
    amperes: float
    circuit: int = 0
    stand_alone: bool = False
    online: bool = True
    people: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One installation as it is. `people` are ids of the directory who own it and have accepted."""

    name: str
    kind: Kind = Kind.SMART
    limit_a: float = 25.0
    circuits_a: tuple[float, ...] = (25.0,)
    boxes: tuple[Box, ...] = ()
    fields: Fields = field(default_factory=dict)
    people: tuple[str, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()

    @property
    def id(self) -> str:
        """The id that the cloud gives it."""
        return made_id(f"faults:{self.name}")


PARTNER = account()
"""Whatever the API does not cover goes by the partner contract."""


def files(*installations: DesiredInstallation, by: Account = PARTNER) -> DesiredFleet:
    """All files of a fleet."""
    return fleet(*installations, accounts=(by,))


def world_of(*places: Place, seed: int) -> World:
    """A world of these installations; the seed decides how long each write takes to become readable.

    Nothing changed lately, so that a stale read shows what a plan made now sees.
    """
    world = empty_world(seed=seed)
    # What nobody asks for is left out: it only costs time.
    world.data["observations"] = {family: {} for family in world.data["observations"]}
    for place in places:
        _add(world, place)
    return world


def _add(world: World, place: Place) -> None:
    site = Site(id=place.id, name=place.name, kind=place.kind, max_current_a=place.limit_a, fields=place.fields)
    installation = add_installation(world, site, permissions=_permissions(world, place))
    circuits = [
        add_circuit(installation, name=f"Circuit {number}", max_current_a=amperes)
        for number, amperes in enumerate(place.circuits_a, start=1)
    ]
    for box in place.boxes:
        _box(world, installation, box, circuits[box.circuit])


def _permissions(world: World, place: Place) -> list[Permission]:
    people = [_accepted(world, person, USER_OWNER) for person in place.people]
    groups = [group_permission(world, key, roles) for key, roles in place.groups]
    return [*people, *groups, group_permission(world, "BSJG", OURS)]


def _accepted(world: World, person: str, roles: int) -> Permission:
    user = world.user_by_email(address_of(world, person))
    assert user is not None, f"{person} has no account"
    return user_permission(user, roles)


def _box(world: World, installation: Installation, box: Box, circuit: str) -> Charger:
    charger = add_charger(world, installation, circuit=circuit, serial=box.serial, max_current_a=box.amperes)
    charger["values"]["712"] = "1" if box.stand_alone else "0"
    charger["former"] = {**charger["values"]}
    charger["online"] = box.online
    charger["permissions"] += [_accepted(world, person, roles) for person, roles in box.people]
    return charger
