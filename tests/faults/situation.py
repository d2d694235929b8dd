"""A scenario: a world and its files for each seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from reconciler.model.desired import DesiredFleet
from reconciler.model.plan import Plan
from reconciler.sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What one apply starts from.

    Attributes:
        side_by_side: How many installations at a time.
        waves: Sizes as on the command line; empty for all at once.
        plan: A saved plan to carry out; None for one that is made on the spot.
    """

    world: World
    desired: DesiredFleet
    side_by_side: int = 1
    waves: str = ""
    plan: Plan | None = None

    def over(self, world: World) -> "Situation":
        """The same over another world."""
        return replace(self, world=world)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One situation for each seed: it chooses amperes, order, who is off line, and how long the cloud takes."""

    name: str
    title: str
    make: Callable[[random.Random, int], Situation]

    def situation(self, seed: int) -> Situation:
        """The same for the same seed."""
        return self.make(random.Random(f"{self.name}:{seed}"), seed)
