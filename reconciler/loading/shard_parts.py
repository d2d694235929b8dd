"""A shard read back from the JSON documents about it; the data already fits the schema."""

from collections.abc import Mapping
from typing import Any

from reconciler.model.desired import GuardLimits, WholeFleet
from reconciler.model.shard import Shard, Sighting

Part = Mapping[str, Any]


def shard_of(part: Part | None) -> Shard | None:
    """The shard; None for a document of the whole fleet, of another part, or of before shards were told."""
    if part is None:
        return None
    sightings = (
        Sighting(
            serial=one["charger"],
            account=one["account"],
            installation_id=one["installation"],
            installation_name=one["name"],
        )
        for one in part["sightings"]
    )
    return Shard(
        whole=_whole_of(part["whole"]), sightings=tuple(sorted(sightings, key=lambda sighting: sighting.sort_key))
    )


def _whole_of(part: Part) -> WholeFleet:
    return WholeFleet(
        digest=part["digest"],
        accounts=tuple(sorted(part["accounts"])),
        installations=part["installations"],
        chargers=part["chargers"],
        limits=_limits_of(part["guards"]),
    )


def _limits_of(part: Part) -> GuardLimits:
    return GuardLimits(
        max_changed_installations=part["max_changed_installations"],
        max_chargers_to_zero=part["max_chargers_to_zero"],
        min_accepted_owners=part["min_accepted_owners"],
        max_raised_a=float(part["max_raised_a"]),
        max_access_removed=part["max_access_removed"],
        invitations_per_day=part["invitations_per_day"],
    )
