"""What is known of hand-overs that ended, as far as no later look speaks against it; each look is written down."""

from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.cli.options import current_globals
from reconciler.cli.output import say
from reconciler.cli.wiring import Connections
from reconciler.errors import ReconcilerError
from reconciler.model.departure import Departure
from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Plan
from reconciler.model.sighting import Sighting
from reconciler.planning.departed import Known, departed, leaving
from reconciler.planning.gone import is_gone
from reconciler.planning.sightings import sightings_of
from reconciler.store.departures import departures, put_behind
from reconciler.store.sightings import keep_sightings, sightings

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


def known_of(part: DesiredFleet, observed: ObservedFleet, connections: Connections, *, now: datetime) -> Known:
    """What is known of the installations that shall lose our access.

    Raises:
        CloudError: The login or a list failed.
        ReconcilerError: What earlier runs and looks left is garbled, or the disk said no.
    """
    root = current_globals().root
    known = Known(
        gone=departures_that_hold(observed, connections, now=now),
        seen=sightings(root, connections.clouds, since=connections.born_at, now=now),
    )
    return replace(known, blind=_blind(part, observed, known, connections, now=now))


def _blind(
    part: DesiredFleet, observed: ObservedFleet, known: Known, connections: Connections, *, now: datetime
) -> frozenset[str]:
    """Accounts that show nothing at all; one request each, and only where a person's word would end a hand-over."""
    today = now.date()
    by_run = departed(replace(part, attestations=()), known, today=today)
    there = {(site.account, site.id) for site in observed.installations if not is_gone(site)}
    ended = {account for account, _ in departed(part, known, today=today) - by_run - there}
    showing = {account for account, _ in there}
    return frozenset(one for one in sorted(ended - showing) if not connections.accounts[one].observer.sees_any())


def keep_look(
    part: DesiredFleet, observed: ObservedFleet, plan: Plan, connections: Connections
) -> tuple[Sighting, ...]:
    """Write down what a look saw of the installations that shall lose our access, and return it.

    Nothing here stops a plan: what cannot be kept is a warning.

    Raises:
        ReconcilerError: What earlier looks left is garbled.
    """
    if next(leaving(part), None) is None:
        return ()
    root = current_globals().root
    before = sightings(root, connections.clouds, since=connections.born_at)
    seen = sightings_of(part, observed, plan, before=before)
    try:
        keep_sightings(root, seen, connections.clouds)
    except ReconcilerError as error:
        say(f"warning: what was seen of hand-overs could not be kept: {error.what} ({error.where})")
    return seen


def keep_second_look(
    desired: DesiredFleet, plan: Plan, second: tuple[Plan, ObservedFleet], connections: Connections
) -> None:
    """The same for the look at the end of a run, which reads whole what our account shall leave.

    Where the first plan could not tell of everything, that look does not stand for the installation.
    """
    again, observed = second
    vague = {item.target.installation_id for item in plan.unreadable}
    vague |= {item.target.installation_id for item in plan.pending}
    vague |= {one.installation_id for one in plan.refusals if one.installation_id is not None}
    seen = {site.id for site in observed.installations} - vague
    sites = tuple(site for site in desired.installations if site.id in seen)
    keep_look(desired.only(sites, selection="what the run touched"), observed, again, connections)
