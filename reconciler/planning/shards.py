"""What a shard tells beside its own installations, so that its documents can be joined with those of the others."""

from collections.abc import Iterator

from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedFleet
from reconciler.model.shard import Shard, Sighting


def shard_of(desired: DesiredFleet, observed: ObservedFleet) -> Shard | None:
    """The shard that these files are; None for the whole fleet, and for any other part of it."""
    if desired.shard_of is None:
        return None
    found = sorted(_sightings(desired, observed), key=lambda one: one.sort_key)
    return Shard(whole=desired.shard_of, sightings=tuple(found))


def _sightings(desired: DesiredFleet, observed: ObservedFleet) -> Iterator[Sighting]:
    """What the accounts of this shard show of the others: their installations, and chargers that have moved here."""
    theirs = {site.id for site in desired.others}
    homes = {charger.serial: site.id for site in desired.others for charger in site.chargers}
    for site in observed.installations:
        here: list[str | None] = [None] if site.id in theirs else []
        here += [one.serial for one in site.chargers if homes.get(one.serial, site.id) != site.id]
        for serial in here:
            yield Sighting(
                serial=serial, account=site.account, installation_id=site.id, installation_name=site.name or ""
            )
