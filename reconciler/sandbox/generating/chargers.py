"""Chargers of a generated installation: what the cloud has, and what the file says about each."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.sandbox.builders import add_charger
from reconciler.sandbox.generating.draft import Draft
from reconciler.sandbox.records import Charger, Fields, Installation
from reconciler.sandbox.terms import Kind
from reconciler.sandbox.world import World

LOWEST_A = 6.0
FIRST_SERIALS = {"ZAP": 0, "ZPR": 100_000, "ZCS": 0, "ZPG": 0}
PRO_SERIALS = ("ZPR", "ZPR", "ZPR", "ZPR", "ZPR", "ZCS", "ZPG", "ZPG")
SERIALS_OF_A_SERIES = 1_000_000
FIRMWARE = {
    True: {"current": "7.6.0.2", "oneBehind": "7.5.3.0", "old": "3.2.2.0"},
    False: {"current": "2.5.1.0", "oneBehind": "2.4.2.4", "old": "1.9.0.3"},
}
"""By whether the charger is of the Pro family."""
DISABLED = {"reason": "Water damage, waiting for the electrician", "until": "2099-12-31"}
BAD_SITE = 0.25
"""Share of the chargers that are offline where any is: what fails is the network of a site."""

Said = dict[str, Any]


class Serials:
    """Counts serials through, series by series."""

    def __init__(self) -> None:
        self._next = dict(FIRST_SERIALS)

    def of(self, draft: Draft) -> tuple[str, ...]:
        """Unused serials for an installation, all of one series.

        Raises:
            ValueError: A series has no number left.
        """
        series = "ZAP" if draft.kind is Kind.SMART else draft.dice.choice(PRO_SERIALS)
        first = self._next[series]
        self._next[series] += draft.size
        if self._next[series] > SERIALS_OF_A_SERIES:
            raise ValueError(f"there are not so many serials that begin with {series}; ask for fewer chargers")
        return tuple(f"{series}{number:06d}" for number in range(first, first + draft.size))


def add_chargers(
    world: World, installation: Installation, *, draft: Draft, serials: Sequence[str]
) -> Iterator[tuple[Charger, Said | None]]:
    """Put them into the circuits in turn; beside each what the file says, null for those it does not list."""
    circuits = installation["circuits"]
    is_site_bad = draft.happens(min(1.0, draft.segment.offline / BAD_SITE))
    for number, serial in enumerate(serials):
        circuit = circuits[number // draft.per_circuit]
        amperes = min(draft.parameters.currents.charger.draw(draft.dice), circuit["max_current_a"])
        charger = add_charger(world, installation, circuit=circuit["id"], serial=serial, max_current_a=amperes)
        stands_alone = draft.happens(draft.parameters.states.stand_alone[draft.mode])
        _observe(charger, draft, stands_alone=stands_alone)
        charger["online"] = not (is_site_bad and draft.happens(BAD_SITE))
        charger["active"] = not draft.happens(draft.parameters.states.deactivated) or number == 0
        yield charger, _said(draft, amperes, stands_alone=stands_alone) if charger["active"] else None


def _observe(charger: Charger, draft: Draft, *, stands_alone: bool) -> None:
    states, dice = draft.parameters.states, draft.dice
    values: Fields = {
        "511": f"{draft.parameters.currents.charger_least.draw(dice):.3f}",
        "710": str(states.operating.draw(dice)),
        "712": "1" if stands_alone else "0",
        "911": FIRMWARE[draft.kind is Kind.PRO][states.firmware.draw(dice)],
    }
    charger["values"].update(values)
    if not draft.happens(states.offline_limit_unset):
        charger["detail"]["PropertyOfflineCurrentOverride"] = 10.0


def _said(draft: Draft, amperes: float, *, stands_alone: bool) -> Said:
    """What the file says of a charger that is as it should be; what would be no legal wish stays unmanaged."""
    said: Said = {}
    if amperes == 0 or amperes >= LOWEST_A:
        said["maxCurrent"] = int(amperes) if amperes == int(amperes) else amperes
    if amperes == 0:
        said["disabled"] = dict(DISABLED)
    if draft.mode == "ocppNative":
        return said if stands_alone else {**said, "standAlone": False}
    return {**said, "unmanaged": ["standAlone"]} if stands_alone else said
