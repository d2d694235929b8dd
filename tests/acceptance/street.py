"""Many homes to hand over: a world, its owners, the list of the customer register, and what must become of each."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import ceil
from pathlib import Path

from reconciler.sandbox.access import group_permission, roles_on, roles_on_charger
from reconciler.sandbox.builders import OWNER_EMAIL, Site, add_charger, add_circuit, add_installation, empty_world
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.records import Fields, User
from reconciler.sandbox.settling import settle_charger
from reconciler.sandbox.terms import Kind, Mode
from reconciler.sandbox.world import World

HOMES = int(os.environ.get("HANDOVERS", "24"))
WAVES = 4
PAGE = 100
OURS = 6
WANTED_A = 16.0
NATIVE: Fields = {
    "AuthenticationType": int(Mode.OCPP_NATIVE),
    "OcppCentralSystemUrl": "wss://ocpp.backend-a.example/cp",
    "IsRequiredAuthentication": True,
    "UseLoadBalancing": False,
}


class Fate(StrEnum):
    """What is special about a home."""

    ORDINARY = "ordinary"
    OFFLINE = "offline"
    SHARED = "shared"
    WRONG_POSTCODE = "wrong postcode"
    NEVER_ACCEPTS = "never accepts"


FATES = {3: Fate.OFFLINE, 7: Fate.SHARED, 11: Fate.WRONG_POSTCODE, 15: Fate.NEVER_ACCEPTS}
"""By the number of the home modulo 19, so that every wave has each of them sooner or later."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """One installation with one charger, or two when it is shared."""

    number: int

    @cached_property
    def id(self) -> str:
        """Of the installation."""
        return made_id(f"street:{self.number}")

    @property
    def name(self) -> str:
        """Of the installation."""
        return f"Gata {self.number}"

    @property
    def serial(self) -> str:
        """Of the charger in the list."""
        return f"ZAP{self.number:06d}"

    @property
    def person(self) -> str:
        """Id in the directory."""
        return f"h-{self.number}"

    @property
    def fate(self) -> Fate:
        """What is special about it."""
        return FATES.get(self.number % 19, Fate.ORDINARY)

    @property
    def left_behind(self) -> bool:
        """Whether its charger stands in native OCPP at 0 A with stand-alone on; else only the owner is missing."""
        return self.number % 3 != 0

    @property
    def postcode(self) -> str:
        """Where it stands."""
        return f"{1000 + self.number:04d}"

    @property
    def goes(self) -> bool:
        """Whether its row of the list may begin."""
        return self.fate not in {Fate.SHARED, Fate.WRONG_POSTCODE}

    @property
    def stuck(self) -> bool:
        """Whether no mode can be switched there, because the charger is not on line."""
        return self.fate is Fate.OFFLINE and self.left_behind

    @property
    def released(self) -> bool:
        """Whether the hand-over ends."""
        return self.goes and self.fate is not Fate.NEVER_ACCEPTS and not self.stuck

    @property
    def row(self) -> tuple[str, str, str]:
        """Of the list."""
        return self.serial, self.person, "9999" if self.fate is Fate.WRONG_POSTCODE else self.postcode


@dataclass(frozen=True, kw_only=True)
class Street:
    """All homes."""

    homes: tuple[Home, ...]

    def wave(self, number: int) -> tuple[Home, ...]:
        """The homes of a wave, counted from 1: a quarter of the list."""
        size = ceil(len(self.homes) / WAVES)
        return self.homes[(number - 1) * size : number * size]

    def world(self) -> World:
        """As it is before anybody begins."""
        world = empty_world()
        world.data["people"] += [
            {"id": home.person, "email": address(home), "name": f"Owner {home.number}", "language": "no"}
            for home in self.homes
        ]
        for home in self.homes:
            _build(world, home)
        return world

    def write_people(self, path: Path) -> None:
        """The operator's own directory."""
        rows = [(home.person, address(home), f"Owner {home.number}", "no") for home in self.homes]
        _write(path, [("id", "email", "name", "language"), *rows])

    def write_list(self, path: Path, wave: int) -> None:
        """One wave of the customer register."""
        _write(path, [("serial", "person", "postcode"), *(home.row for home in self.wave(wave))])


def street(homes: int) -> Street:
    """A street with so many homes."""
    return Street(homes=tuple(Home(number=number) for number in range(homes)))


def address(home: Home) -> str:
    return f"{home.person}@people.example"


def reads_of_lists(world: World) -> int:
    """The fewest reads that show everything the one login sees."""
    user = _our_login(world)
    sites = sum(bool(roles_on(world, user, one)) for one in world.data["installations"].values())
    chargers = sum(bool(roles_on_charger(world, user, one)) for one in world.data["chargers"].values())
    return ceil(sites / PAGE) + ceil(chargers / PAGE)


def floor_of_start(world: World, homes: Sequence[Home]) -> int:
    """The lists, then for each home that is asked for: its people, its circuits, the state of its chargers."""
    return reads_of_lists(world) + sum(2 + len(world.chargers_of(home.id)) for home in homes)


def floor_of_plan(world: World, homes: Sequence[Home]) -> int:
    """The lists or two reads for each home, whichever is less; then each one's state, people, and circuits to raise.

    `homes` are those of the selection that have a file; of what our login does not see any more nothing else is read.
    """
    user = _our_login(world)
    seen = [home for home in homes if roles_on(world, user, world.data["installations"][home.id])]
    raised = sum(_amperes(world, home) < WANTED_A for home in seen)
    return min(reads_of_lists(world), 2 * len(homes)) + 2 * len(seen) + raised


def writes_of(home: Home) -> int:
    """Invitation, mode, stand-alone and current; at the end our own access.

    To a charger that is not on line the current is sent once, and kept for it; its mode cannot be switched before.
    """
    if not home.goes:
        return 0
    settings = 3 if home.left_behind else 0
    return 1 + (1 if home.stuck else settings) + home.released


def _our_login(world: World) -> User:
    return next(user for user in world.data["users"] if user["email"] == OWNER_EMAIL)


def _amperes(world: World, home: Home) -> float:
    charger = next(one for one in world.chargers_of(home.id) if one["serial"] == home.serial)
    settle_charger(world, charger)
    return float(str(charger["values"]["510"]))


def _build(world: World, home: Home) -> None:
    fields: Fields = {"ZipCode": home.postcode, **(NATIVE if home.left_behind else {})}
    site = Site(id=home.id, name=home.name, kind=Kind.SMART, max_current_a=25, fields=fields)
    installation = add_installation(world, site, permissions=[group_permission(world, "BSJG", OURS)])
    circuit = add_circuit(installation, name="Circuit 1", max_current_a=25)
    serials = [home.serial, f"ZAP9{home.number:05d}"] if home.fate is Fate.SHARED else [home.serial]
    for serial in serials:
        amperes = 0.0 if home.left_behind else WANTED_A
        charger = add_charger(world, installation, circuit=circuit, serial=serial, max_current_a=amperes)
        charger["online"] = home.fate is not Fate.OFFLINE
        if home.left_behind:
            charger["values"]["712"] = charger["former"]["712"] = "1"


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
