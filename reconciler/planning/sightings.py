"""What a look tells of the hand-overs that are under way, for the time after our access is gone."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model.attest import fingerprint_of, owners_of
from reconciler.model.desired import DesiredFleet, DesiredInstallation, Route
from reconciler.model.observed import ObservedFleet, ObservedInstallation, ObservedPermission
from reconciler.model.plan import Plan
from reconciler.model.sighting import Sighting, Sightings, settings_digest
from reconciler.model.value import Unreadable
from reconciler.planning.attested import words_on
from reconciler.planning.departed import leaving
from reconciler.planning.gone import is_gone
from reconciler.planning.handover_standing import Part, parts_of
from reconciler.planning.wanted import PERMISSIONS


def sightings_of(
    desired: DesiredFleet, observed: ObservedFleet, plan: Plan, *, before: Sightings
) -> tuple[Sighting, ...]:
    """One for each installation that our account sees and shall leave.

    Args:
        desired: The files.
        observed: What was seen.
        plan: Made from it.
        before: The last sightings; they keep what this look did not ask for.
    """
    return tuple(_seen_now(desired, observed, plan, before))


def _seen_now(desired: DesiredFleet, observed: ObservedFleet, plan: Plan, before: Sightings) -> Iterator[Sighting]:
    sites = tuple(leaving(desired))
    parts = parts_of(plan) if sites else {}
    there = {(one.account, one.id): one for one in observed.installations}
    words = words_on(sites, desired.attestations, today=plan.created_at.date())
    for site in sites:
        seen = there.get((site.account, site.id))
        if seen is None or is_gone(seen) or _tells_nothing(seen):
            continue
        word = words.get(site.id)
        one = Sighting(
            account=site.account,
            installation_id=site.id,
            at=plan.created_at,
            open=_open(parts.get(site.id) or Part()),
            unaccepted=_unaccepted(site, seen),
            word="" if word is None else fingerprint_of(word),
            wanted=settings_digest(site),
        )
        readable = desired.account(site.account).route_for(PERMISSIONS) is not Route.PORTAL
        former = before.get(one.place) if readable and seen.permissions is None else None
        yield one if former is None else replace(one, unaccepted=former.unaccepted, word=former.word)


def _tells_nothing(seen: ObservedInstallation) -> bool:
    """Whether no answer came; of somebody who is not let in, `is_gone` tells."""
    return not seen.chargers and all(isinstance(value, Unreadable) for _, value in seen.values)


def _open(part: Part) -> tuple[str, ...]:
    settings = (one for one in part.changes if one.target.principal is None)
    named = (f"{one.target.charger} {one.row.label}" if one.target.charger else one.row.label for one in settings)
    return tuple(sorted({*named, *part.pending, *part.blocks}))


def _unaccepted(site: DesiredInstallation, seen: ObservedInstallation) -> tuple[str, ...] | None:
    return None if not isinstance(seen.permissions, tuple) else missing_owners(site, seen.permissions)


def missing_owners(site: DesiredInstallation, seen: Iterable[ObservedPermission]) -> tuple[str, ...]:
    """Owners of the file who are read as not having accepted; who may be one of the nameless is not."""
    there = tuple(seen)
    accepted = {one.principal for one in there if one.accepted}
    nameless = any(one.principal.startswith("user-id:") for one in there)
    known = {one.principal for one in there} if nameless else set(owners_of(site))
    return tuple(sorted((set(owners_of(site)) & known) - accepted))
