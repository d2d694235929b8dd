"""What runs of ours handed over to the end, as far as no later look speaks against it."""

from datetime import datetime, timedelta

from reconciler.cli.options import current_globals
from reconciler.cli.wiring import Connections
from reconciler.model.departure import Departure
from reconciler.model.observed import ObservedFleet
from reconciler.planning.departed import is_gone
from reconciler.store.departures import departures, put_behind

_SETTLED = timedelta(minutes=1)
"""So long the cloud may still show what was taken away."""


def departures_that_hold(observed: ObservedFleet, connections: Connections, *, now: datetime) -> tuple[Departure, ...]:
    """Where we left and are not seen again; what shows us again is put behind, so that it never counts any more.

    Raises:
        ReconcilerError: A journal is garbled, or the disk said no.
    """
    root = current_globals().root
    gone = departures(root, connections.clouds, since=connections.born_at)
    there = {(site.account, site.id) for site in observed.installations if not is_gone(site)}
    seen = [one for one in gone if (one.account, one.installation_id) in there]
    back = {one.installation_id for one in seen if one.at is None or now - one.at > _SETTLED}
    if back:
        put_behind(root, back)
    return tuple(one for one in gone if one not in seen)
