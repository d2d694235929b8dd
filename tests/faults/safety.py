"""How far a simulated world is from safe, whatever becomes of what is still under way.

A value that was accepted and is not effective yet may become so at any moment, or later than everything else: each
place counts with the worst of its present value and those on their way. So a raise that leaves before the lowering that
it needs is a violation, also where this world happened to be quick enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.sandbox.records import Charger, Installation
from reconciler.sandbox.terms import Holder, Mode, Operating, Role
from reconciler.sandbox.world import World
from tests.faults.truth import PERMISSIONS, Place, settled, under_way

OUR_KEY = "BSJG"


@dataclass(frozen=True, slots=True)
class Possible:
    """Every value that each place may have from now on."""

    now: Mapping[Place, object]
    later: Mapping[Place, list[object]]

    @classmethod
    def of(cls, world: World) -> "Possible":
        """The values of a world."""
        return cls(settled(world), under_way(world))

    def values(self, place: Place) -> list[object]:
        """Present value first."""
        return [self.now.get(place), *self.later.get(place, [])]

    def amperes(self, place: Place) -> list[float]:
        """The same as amperes per phase."""
        return [float(str(value)) for value in self.values(place) if value is not None]


def levels(world: World) -> dict[str, float]:
    """How far each thing that must hold is from holding, by its name; 0 when it holds."""
    possible = Possible.of(world)
    found: dict[str, float] = {}
    for installation in world.installations():
        found |= _currents(world, installation, possible)
        found |= _access(world, installation, possible)
    return found


def _currents(world: World, installation: Installation, possible: Possible) -> dict[str, float]:
    site = installation["id"]
    limit = min(possible.amperes((site, "", "maxCurrent")))
    found: dict[str, float] = {}
    for circuit in installation["circuits"]:
        breaker = circuit["max_current_a"]
        here = [one for one in world.chargers_of(site) if one["circuit"] == circuit["id"]]
        highest = [max(possible.amperes((site, one["serial"], "maxCurrent"))) for one in here]
        found[f"{circuit['name']} of {installation['name']} above its installation"] = max(0.0, breaker - limit)
        if len(here) > 1 and _unbalanced(site, here, possible):
            found[f"{circuit['name']} of {installation['name']} without balancing"] = max(0.0, sum(highest) - breaker)
        for charger, amperes in zip(here, highest, strict=True):
            found[f"{charger['serial']} above its circuit"] = max(0.0, amperes - breaker)
            found[f"{charger['serial']} above its installation"] = max(0.0, amperes - limit)
            found[f"{charger['serial']} at 1 to 5.9 A"] = _too_little(
                possible.amperes((site, charger["serial"], "maxCurrent"))
            )
    return found


def _unbalanced(site: str, here: list[Charger], possible: Possible) -> bool:
    native = int(Mode.OCPP_NATIVE) in possible.values((site, "", "authentication.mode"))
    return native or any("1" in possible.values((site, one["serial"], "standAlone")) for one in here)


def _too_little(amperes: list[float]) -> float:
    return max(6.0 - one if 0 < one < 6 else 0.0 for one in amperes)


def _access(world: World, installation: Installation, possible: Possible) -> dict[str, float]:
    """An owner counts who has accepted and stays owner whatever is under way."""
    owners, people = 0, 0
    for permission in installation["permissions"]:
        place = _place(world, installation, permission.get("key"), permission.get("email"))
        keeps = all(isinstance(roles, int) and roles & Role.OWNER for roles in possible.values(place))
        if permission["accepted"] and keeps:
            owners += 1
            people += permission["holder"] != Holder.USER_GROUP
    group = possible.values((installation["id"], f"userGroup:{OUR_KEY}", PERMISSIONS))
    ours = all(isinstance(roles, int) and roles for roles in group)
    return {
        f"nobody owns {installation['name']}": float(owners == 0),
        f"no person owns {installation['name']} and we are gone": float(people == 0 and not ours),
    }


def _place(world: World, installation: Installation, key: str | None, email: str | None) -> Place:
    if key is not None:
        return (installation["id"], f"userGroup:{key}", PERMISSIONS)
    ids = (one["id"] for one in world.data["people"] if one["email"] == email)
    return (installation["id"], f"person:{next(ids, email)}", PERMISSIONS)


def all_idle(world: World, installation_id: str) -> bool:
    """Whether no charger there is offline or has a car."""
    idle = str(int(Operating.DISCONNECTED))
    return all(one["online"] and one["values"]["710"] == idle for one in world.chargers_of(installation_id))
