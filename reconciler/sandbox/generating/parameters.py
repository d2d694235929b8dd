"""What a synthetic fleet looks like, ready for drawing.

The parameter files in `presets/` say what each key means; their form is in schemas/generation.schema.json. Whoever
reads a file checks it first: here it is trusted. Currents are amperes per phase; what files give in percent is a share
from 0 to 1 here.
"""

import random
from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar

PRESETS = ("mixed", "homeCpo", "property")
NETWORK_TYPES = {"IT_1_Phase": 1, "IT_3_Phase": 2, "TN_1_Phase": 3, "TN_3_Phase": 4}
OPERATING = {"disconnected": 1, "requesting": 2, "charging": 3, "finished": 5}

T = TypeVar("T")
Tree = Mapping[str, Any]


def preset_file(name: str) -> Path:
    """Where the parameters of a preset lie."""
    return Path(__file__).with_name("presets") / f"{name}.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted(Generic[T]):
    """Values and up to where each of them reaches."""

    values: tuple[T, ...]
    up_to: tuple[float, ...]

    def draw(self, dice: random.Random) -> T:
        """One of them."""
        at = bisect(self.up_to, dice.random() * self.up_to[-1])
        return self.values[min(at, len(self.values) - 1)]


def weighted(tree: Mapping[str, float], value: Callable[[str], T]) -> Weighted[T]:
    """A map from words to weights; `value` makes of each word what is drawn."""
    return Weighted(values=tuple(map(value, tree)), up_to=tuple(accumulate(tree.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormal:
    """A whole number around a median, cut at both ends."""

    median: float
    sigma: float
    least: int
    most: int

    def draw(self, dice: random.Random) -> int:
        """One number."""
        drawn = round(self.median * dice.lognormvariate(0.0, self.sigma))
        return max(self.least, min(self.most, drawn))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Installations of one kind."""

    name: str
    chargers: Weighted[int] | LogNormal
    pro: float
    per_circuit: Mapping[str, int]
    owners: Weighted[int]
    modes: Weighted[str]
    offline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Where installations are; `grids` are numbers of the cloud's network types."""

    code: str
    time_zone: str
    grids: Weighted[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Currents:
    """Limits in amperes per phase."""

    smart: Weighted[float]
    circuit: Weighted[float]
    least_pro: float
    most_pro: float
    charger: Weighted[float]
    charger_least: Weighted[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """What chargers do; `stand_alone` is by authentication mode."""

    operating: Weighted[int]
    firmware: Weighted[str]
    offline_limit_unset: float
    deactivated: float
    stand_alone: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How much of the world differs from the files, and who did it; `burst` counts installations."""

    share: float
    burst: int
    causes: Weighted[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Everything that is drawn. The maps hold shares by the words of the file.

    Two numbers in them are none: `access[invitationAgeDays]` are days, `backends[hosts]` a count.
    """

    segments: Weighted[Segment]
    countries: Weighted[Country]
    currents: Currents
    states: States
    access: Mapping[str, float]
    backends: Mapping[str, float]
    names: Mapping[str, float]
    unreadable: Mapping[str, float]
    declared: Mapping[str, float]
    drift: Drift


def parameters_of(tree: Tree, *, drift_percent: float | None = None) -> Parameters:
    """The parameters of a complete tree: one of `mixed`, or one laid over it.

    Args:
        tree: As a checked parameter file holds it.
        drift_percent: Installations that drift, instead of what the tree says; 0 means none, without a burst too.
    """
    return Parameters(
        segments=_of_maps(tree["segments"], _segment),
        countries=_of_maps(tree["countries"], _country),
        currents=_currents(tree["currents"]),
        states=_states(tree["states"]),
        access=_shares(tree["access"], besides="invitationAgeDays"),
        backends=_shares(tree["backends"], besides="hosts"),
        names=_shares(tree["names"]),
        unreadable=_shares(tree["unreadable"]),
        declared=_shares(tree["declared"]),
        drift=_drift(tree["drift"], drift_percent),
    )


def _of_maps(tree: Tree, made: Callable[[str, Tree], T]) -> Weighted[T]:
    return weighted({name: one["share"] for name, one in tree.items()}, lambda name: made(name, tree[name]))


def _segment(name: str, tree: Tree) -> Segment:
    sizes = tree["chargers"]
    return Segment(
        name=name,
        chargers=weighted(sizes["counts"], int) if "counts" in sizes else LogNormal(**sizes),
        pro=tree["pro"] / 100,
        per_circuit=tree["perCircuit"],
        owners=weighted(tree["owners"], int),
        modes=weighted(tree["modes"], str),
        offline=tree["offline"] / 100,
    )


def _country(code: str, tree: Tree) -> Country:
    grids = weighted(tree["grids"], NETWORK_TYPES.__getitem__)
    return Country(code=code, time_zone=tree["timeZone"], grids=grids)


def _currents(tree: Tree) -> Currents:
    return Currents(
        smart=weighted(tree["smartInstallation"], float),
        circuit=weighted(tree["proCircuit"], float),
        least_pro=float(tree["proInstallation"]["least"]),
        most_pro=float(tree["proInstallation"]["most"]),
        charger=weighted(tree["charger"], float),
        charger_least=weighted(tree["chargerLeast"], float),
    )


def _states(tree: Tree) -> States:
    return States(
        operating=weighted(tree["operating"], OPERATING.__getitem__),
        firmware=weighted(tree["firmware"], str),
        offline_limit_unset=tree["offlineLimitUnset"] / 100,
        deactivated=tree["deactivated"] / 100,
        stand_alone=_shares(tree["standAlone"]),
    )


def _drift(tree: Tree, percent: float | None) -> Drift:
    return Drift(
        share=(tree["share"] if percent is None else percent) / 100,
        burst=0 if percent == 0 else tree["burst"],
        causes=weighted(tree["causes"], str),
    )


def _shares(tree: Mapping[str, float], *, besides: str = "") -> Mapping[str, float]:
    return {name: number if name == besides else number / 100 for name, number in tree.items()}
