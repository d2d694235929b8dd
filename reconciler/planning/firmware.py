"""Which firmware native OCPP (OCPP 1.6J in the Portal) needs, as data.

Source: docs.zaptec.com/docs/zaptec-go-ocpp16j-configuration-guide, and docs.zaptec.com/docs/identify-device-types for
the families; both read on `READ_ON`. An older copy of the first page names lower versions, so newer ones count. No page
tells which serials of Go are the British ones, whose floor is higher: between both floors nobody can tell.
"""

import re
from datetime import date
from enum import StrEnum

from reconciler.records import dataclass

READ_ON = date(2026, 5, 27)

Version = tuple[int, ...]
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Chargers that need the same firmware, known by the first letters of the serial.

    Attributes:
        floors: The lowest version, or one per variant where the serial does not tell the variant.
    """

    name: str
    prefixes: tuple[str, ...]
    floors: tuple[Version, ...]


FAMILIES: tuple[Family, ...] = (
    Family(name="Go", prefixes=("ZAP", "ZGB", "ZAG"), floors=((2, 4, 2, 4), (2, 5, 1, 0))),
    Family(name="Go 2", prefixes=("GPN", "GPG"), floors=((3, 2, 1, 0),)),
    Family(name="Pro", prefixes=("ZPR", "ZPG"), floors=((7, 5, 4, 0),)),
)


class Fitness(StrEnum):
    """Whether a charger's firmware can do native OCPP."""

    FITS = "fits"
    TOO_OLD = "too-old"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known about one charger's firmware; `floor` is empty for an unknown family."""

    fitness: Fitness
    found: str
    floor: str = ""


def firmware_of(serial: str, found: object) -> Verdict:
    """Compare a charger's firmware, None when it was not read, with what its family needs. Never a guess."""
    family = next((one for one in FAMILIES if serial.startswith(one.prefixes)), None)
    version = _version(found)
    shown = found if version is not None and isinstance(found, str) else "not read"
    if family is None:
        return Verdict(fitness=Fitness.UNKNOWN, found=shown)
    floor = " or ".join(".".join(map(str, one)) for one in family.floors) + f" ({family.name})"
    if version is None:
        return Verdict(fitness=Fitness.UNKNOWN, found=shown, floor=floor)
    return Verdict(fitness=_fitness(version, family.floors), found=shown, floor=floor)


def _fitness(version: Version, floors: tuple[Version, ...]) -> Fitness:
    if version < min(floors):
        return Fitness.TOO_OLD
    return Fitness.FITS if version >= max(floors) else Fitness.UNKNOWN


def _version(found: object) -> Version | None:
    if not isinstance(found, str) or _VERSION.fullmatch(found) is None:
        return None
    return tuple(int(part) for part in found.split("."))
