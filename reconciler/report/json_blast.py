"""The blast radius of a plan as JSON, for `summary.blast_radius`; derived, so nothing reads it back."""

from reconciler.model.blast import AccessMove, Blast, Move, SiteBlast
from reconciler.report.json_parts import Json, number


def blast_part(blast: Blast) -> Json:
    """Sums over the fleet, then each installation."""
    return {
        "raised_a": number(blast.raised_a),
        "lowered_a": number(blast.lowered_a),
        "will_not_charge": sum(len(site.idle) for site in blast.sites),
        "gain_access": len(blast.moves(Move.GAINS)),
        "lose_access": len(blast.moves(Move.LOSES)),
        "see_all_sessions": sum(one.sees_sessions for site in blast.sites for one in site.access),
        "charging": blast.charging,
        "charging_unknown": blast.silent,
        "installations_unseen": blast.unseen,
        "installations": [_site(site) for site in blast.sites],
    }


def _site(site: SiteBlast) -> Json:
    seen = site.seen
    return {
        "account": site.account,
        "installation": site.installation_id,
        "name": site.installation_name,
        "changes": site.changes,
        "raised_a": number(site.raised_a),
        "lowered_a": number(site.lowered_a),
        "chargers": None if seen is None else seen.chargers,
        "charging": None if seen is None else seen.charging,
        "charging_unknown": None if seen is None else seen.silent,
        "will_not_charge": [{"charger": one.serial, "why": one.why.value} for one in site.idle],
        "access": [_move(one) for one in site.access],
    }


def _move(one: AccessMove) -> Json:
    return {
        "principal": one.principal,
        "what": one.move.value,
        "roles": list(one.roles),
        "before_known": one.certain,
        "sees_all_sessions": one.sees_sessions,
    }
