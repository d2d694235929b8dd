"""A generated world as a whole, with what differs from its files."""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.sandbox.builders import STARTS_AT, empty_world
from reconciler.sandbox.generating.access import prepared
from reconciler.sandbox.generating.parameters import Parameters
from reconciler.sandbox.generating.site import Drifted, GeneratedSite
from reconciler.sandbox.generating.sites import sites_in
from reconciler.sandbox.world import World

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedFleet:
    """A world, and the installations with their files in order of their numbers."""

    world: World
    sites: tuple[GeneratedSite, ...]

    @property
    def drifted(self) -> tuple[Drifted, ...]:
        """Everything in which the world differs from the files."""
        return tuple(one for site in self.sites for one in site.drifted)


def generated_fleet(
    parameters: Parameters, installations: int, *, seed: int = 1, now: float = STARTS_AT
) -> GeneratedFleet:
    """A world of so many installations, all in memory: about 30 kB each.

    Raises:
        ValueError: No installation, or more chargers than there are serials.
    """
    if installations < 1:
        raise ValueError("there must be an installation")
    world = prepared(empty_world(now=now, seed=seed))
    sites = tuple(sites_in(world, parameters, installations, seed=seed))
    return GeneratedFleet(world=world, sites=sites)


def fewest_reads(sites: Iterable[GeneratedSite]) -> int:
    """Requests that a full plan cannot do without, from the truth of the generator alone.

    The lists, the state of each charger of which the file names a setting, the circuits where a limit goes up or that
    of the installation moves, and the people where the file names some.
    """
    installations = chargers = others = 0
    for site in sites:
        if not site.is_visible:
            continue
        installations += 1
        chargers += sum(charger["active"] for charger in site.chargers)
        others += len(site.reads_state_of) + site.asks_for_circuits + ("permissions" in site.document)
    return -(-installations // PAGE) + -(-chargers // PAGE) + others
