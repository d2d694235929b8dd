"""Worlds of any size, with the matching desired data and a known share of drift."""

import random
from dataclasses import dataclass
from typing import TypedDict

from reconciler.sandbox.access import group_permission
from reconciler.sandbox.builders import STARTS_AT, Site, add_charger, add_circuit, add_installation, empty_world
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.records import Charger, Fields, Installation
from reconciler.sandbox.terms import Kind, Mode, Role
from reconciler.sandbox.world import World

OURS = int(Role.OWNER | Role.SERVICE)
CIRCUIT_A = 63.0
HOME_A = 25.0
CHOICES_A = (10.0, 16.0, 20.0, 32.0)
HOME_CHOICES_A = (10.0, 16.0, 20.0)
PER_CIRCUIT = 12
HOME_CHARGERS = 3
DESIRED_MODES = {0: "native", 2: "ocppCloud"}


class DesiredCharger(TypedDict):
    """What a file says about one charger; amperes per phase."""

    maxCurrent: float
    standAlone: bool


class DesiredSite(TypedDict):
    """What a file says about one installation; null where its mode has no such setting."""

    id: str
    name: str
    mode: str
    authorizationRequired: bool | None
    ocppCloudUrl: str | None
    ocppCloudUrlVersion: str | None
    chargers: dict[str, DesiredCharger]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A world, and what files would say about it.

    `desired` is in the order of the world. `drifted` names what differs, as (installation id,
    serial or null, setting).
    """

    world: World
    desired: tuple[DesiredSite, ...]
    drifted: tuple[tuple[str, str | None, str], ...]


def generated_world(
    installations: int, chargers: int, *, seed: int = 1, drift: float = 0.1, now: float = STARTS_AT
) -> Generated:
    """A world of this size; about `drift` of all chargers and installations differ from the files.

    Raises:
        ValueError: Fewer chargers than installations, or no installation.
    """
    if not 1 <= installations <= chargers:
        raise ValueError("there must be an installation, and a charger for each")
    dice = random.Random(seed)  # noqa: S311 - a repeatable world, nothing secret
    world = empty_world(now=now, seed=seed)
    maker = _Maker(world, dice, drift)
    counts = _shares(installations, chargers, dice)
    desired = tuple(maker.site(number, count) for number, count in enumerate(counts))
    return Generated(world=world, desired=desired, drifted=tuple(maker.drifted))


def _shares(installations: int, chargers: int, dice: random.Random) -> list[int]:
    counts = [1] * installations
    for _ in range(chargers - installations):
        # Few large sites and many homes, as in a real fleet.
        counts[int(installations * dice.random() ** 3)] += 1
    return counts


class _Maker:
    """Makes sites one after the other; serials are counted through."""

    def __init__(self, world: World, dice: random.Random, drift: float) -> None:
        self._world = world
        self._dice = dice
        self._drift = drift
        self._serials = 0
        self.drifted: list[tuple[str, str | None, str]] = []

    def site(self, number: int, chargers: int) -> DesiredSite:
        """Put one installation into the world and say what its file holds."""
        kind = Kind.SMART if chargers <= HOME_CHARGERS else Kind.PRO
        circuits = 1 if kind is Kind.SMART else -(-chargers // PER_CIRCUIT)
        site = Site(
            id=made_id(f"generated:{self._world.data['seed']}:{number}"),
            name=f"Site {number:05d}",
            kind=kind,
            max_current_a=HOME_A if kind is Kind.SMART else CIRCUIT_A * circuits,
            fields=self._fields(),
        )
        installation = add_installation(self._world, site, permissions=[group_permission(self._world, "BSJG", OURS)])
        ids = [self._circuit(installation, kind, n) for n in range(circuits)]
        wanted = [self._charger(installation, kind, ids[n // PER_CIRCUIT]) for n in range(chargers)]
        return self._desired(installation, dict(wanted))

    def _fields(self) -> Fields:
        if self._dice.random() < 0.5:
            return {"IsRequiredAuthentication": self._dice.random() < 0.5}
        return {
            "AuthenticationType": int(Mode.OCPP),
            "OcppCloudUrl": "wss://ocpp.backend-b.example/cp/{deviceId}",
            "OcppCloudUrlVersion": 1,
        }

    def _circuit(self, installation: Installation, kind: Kind, number: int) -> str:
        limit = HOME_A if kind is Kind.SMART else CIRCUIT_A
        return add_circuit(installation, name=f"Circuit {number + 1}", max_current_a=limit)

    def _charger(self, installation: Installation, kind: Kind, circuit: str) -> tuple[str, DesiredCharger]:
        self._serials += 1
        prefix, first = ("ZAP", 0) if kind is Kind.SMART else ("ZPR", 100_000)
        serial = f"{prefix}{first + self._serials:06d}"
        choices = HOME_CHOICES_A if kind is Kind.SMART else CHOICES_A
        wanted = self._dice.choice(choices)
        charger = add_charger(self._world, installation, circuit=circuit, serial=serial, max_current_a=wanted)
        self._drift_charger(charger, [a for a in choices if a != wanted])
        return serial, {"maxCurrent": wanted, "standAlone": False}

    def _drift_charger(self, charger: Charger, others: list[float]) -> None:
        if self._dice.random() >= self._drift:
            return
        if self._dice.random() < 0.8:
            values: Fields = {"510": f"{self._dice.choice(others):.3f}"}
            setting = "maxCurrent"
        else:
            values, setting = {"712": "1"}, "standAlone"
        charger["values"].update(values)
        charger["former"].update(values)
        self.drifted.append((charger["installation"], charger["serial"], setting))

    def _desired(self, installation: Installation, chargers: dict[str, DesiredCharger]) -> DesiredSite:
        fields = installation["fields"]
        native = fields["AuthenticationType"] == Mode.NATIVE
        desired: DesiredSite = {
            "id": installation["id"],
            "name": installation["name"],
            "mode": DESIRED_MODES[int(str(fields["AuthenticationType"]))],
            "authorizationRequired": bool(fields["IsRequiredAuthentication"]) if native else None,
            "ocppCloudUrl": None if native else str(fields["OcppCloudUrl"]),
            "ocppCloudUrlVersion": None if native else "ocpp16Compliant",
            "chargers": chargers,
        }
        if self._dice.random() < self._drift:
            self._drift_installation(installation, native=native)
        return desired

    def _drift_installation(self, installation: Installation, *, native: bool) -> None:
        fields = installation["fields"]
        if native:
            fields["IsRequiredAuthentication"] = not fields["IsRequiredAuthentication"]
            setting = "authentication.authorizationRequired"
        else:
            fields["OcppCloudUrl"] = "wss://ocpp.backend-a.example/cp/{deviceId}"
            setting = "authentication.ocppCloud.url"
        installation["former"] = {**fields}
        self.drifted.append((installation["id"], None, setting))
