"""The first decisions about an installation, on which everything else of it rests."""

import random
from dataclasses import dataclass

from reconciler.sandbox.generating.parameters import Country, Parameters, Segment
from reconciler.sandbox.terms import Kind

SMART_CHARGERS = 3
IT_GRIDS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One installation before anything of it is made.

    Attributes:
        dice: Belongs to this installation alone, so that each can be drawn without the others.
        grid: The cloud's network type.
        size: Chargers, deactivated ones included.
    """

    number: int
    dice: random.Random
    parameters: Parameters
    segment: Segment
    country: Country
    grid: int
    mode: str
    kind: Kind
    size: int
    is_visible: bool
    only_user: bool

    @property
    def per_circuit(self) -> int:
        """Chargers on one circuit."""
        if self.kind is Kind.SMART:
            return SMART_CHARGERS
        return self.segment.per_circuit["IT" if self.grid in IT_GRIDS else "TN"]

    @property
    def is_readable(self) -> bool:
        """Whether everything of it can be read."""
        return self.is_visible and not self.only_user

    def happens(self, share: float) -> bool:
        """Whether something of this share comes true here."""
        return self.dice.random() < share


def drafted(parameters: Parameters, *, seed: int, number: int) -> Draft:
    """The draft of an installation: the same for the same seed and number, in a fleet of any size."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - a repeatable world, nothing secret
    segment = parameters.segments.draw(dice)
    country = parameters.countries.draw(dice)
    size = segment.chargers.draw(dice)
    is_pro = dice.random() < segment.pro or size > SMART_CHARGERS
    unreadable = dice.random()
    invisible, only_user = (parameters.unreadable[name] for name in ("invisible", "userOnly"))
    return Draft(
        number=number,
        dice=dice,
        parameters=parameters,
        segment=segment,
        country=country,
        grid=country.grids.draw(dice),
        mode=segment.modes.draw(dice),
        kind=Kind.PRO if is_pro else Kind.SMART,
        size=size,
        is_visible=unreadable >= invisible,
        only_user=invisible <= unreadable < invisible + only_user,
    )
