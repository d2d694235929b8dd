"""A shard as a part of JSON documents: the whole that it belongs to, and what it shows of the other shards."""

from reconciler.model.desired import GuardLimits, WholeFleet
from reconciler.model.shard import Shard, Sighting
from reconciler.report.json_parts import Json, rate


def shard_part(shard: Shard | None) -> Json | None:
    """Null for a document that is about the whole fleet, or about another part than whole accounts."""
    if shard is None:
        return None
    return {"whole": whole_part(shard.whole), "sightings": [_sighting(one) for one in shard.sightings]}


def whole_part(whole: WholeFleet) -> Json:
    """The fleet that shards are joined to."""
    return {
        "digest": whole.digest,
        "accounts": list(whole.accounts),
        "installations": whole.installations,
        "chargers": whole.chargers,
        "guards": _limits(whole.limits),
    }


def _limits(limits: GuardLimits) -> Json:
    return {
        "max_changed_installations": limits.max_changed_installations,
        "max_chargers_to_zero": limits.max_chargers_to_zero,
        "min_accepted_owners": limits.min_accepted_owners,
        "max_raised_a": rate(limits.max_raised_a),
        "max_access_removed": limits.max_access_removed,
        "invitations_per_day": limits.invitations_per_day,
    }


def _sighting(one: Sighting) -> Json:
    return {
        "charger": one.serial,
        "account": one.account,
        "installation": one.installation_id,
        "name": one.installation_name,
    }
