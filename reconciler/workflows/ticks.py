"""Which things that a person does in the Portal are done by now, judged by what was read or attested."""

from collections.abc import Collection, Mapping
from datetime import datetime

from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet, DesiredInstallation, DesiredPermissions
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.model.principal import one_spelling
from reconciler.model.ticks import Sight, Tick
from reconciler.model.value import Absent, Reason, Unreadable
from reconciler.planning.access import gates_of
from reconciler.planning.attested import ours_of, words_on
from reconciler.planning.gone import is_gone
from reconciler.planning.normalise import means_the_same, ordered_roles
from reconciler.workflows.touched import seen_value


def ticks_of(
    changes: Collection[Change],
    desired: DesiredFleet,
    observed: ObservedFleet,
    *,
    now: datetime,
    over: Collection[tuple[str, str]] = (),
) -> Mapping[str, Tick | None]:
    """By id: how a change was seen done, or None where it is not so.

    What nobody looked at, or could not be read, is left out: it says nothing. Our own access ends where a hand-over is
    `over` and nothing is seen there any more; accounts and ids of installations.
    """
    sites = {(site.account, site.id): site for site in desired.installations}
    seen = {(site.account, site.id): site for site in observed.installations}
    asked = {change.target.installation_id for change in changes}
    wanted = (site for site in desired.installations if site.id in asked)
    words = words_on(wanted, desired.attestations, today=now.date())
    found: dict[str, Tick | None] = {}
    for change in changes:
        place = (change.target.account, change.target.installation_id)
        if place not in sites:
            continue
        ours = frozenset() if place in over and is_gone(seen.get(place)) else _ours(sites[place], desired)
        word = words.get(change.target.installation_id)
        if word and _is_wanted(change, sites[place]) and not _takes(change, ours):
            found[change.id] = Tick(at=now, sight=Sight.ATTESTED)
        if place in seen:
            found |= _read(change, seen[place], found.get(change.id), now=now)
    return found


def _ours(site: DesiredInstallation, desired: DesiredFleet) -> frozenset[str]:
    own = desired.account(site.account).own_principal
    return frozenset() if site.permissions is None else ours_of(site.permissions, own)


def _takes(change: Change, groups: Collection[str]) -> bool:
    """Whether it takes the access to the installation from one of these groups; of ours, no word says so."""
    target = change.target
    return target.charger is None and target.principal in groups and isinstance(change.after, Absent)


def _read(
    change: Change, site: ObservedInstallation, attested: Tick | None, *, now: datetime
) -> Mapping[str, Tick | None]:
    value = seen_value(change, site)
    match value:
        case Unreadable(reason=Reason.NO_DOCUMENTED_CALL):
            return {change.id: attested}
        case Unreadable():
            return {}
        case _ if means_the_same(change.row, value, change.after):
            return {change.id: Tick(at=now, sight=Sight.INVITED if _is_invited(change, site) else Sight.READ)}
        case _:
            return {change.id: None}


def _is_invited(change: Change, site: ObservedInstallation) -> bool:
    """Whether the access is there, and its owner has still to accept."""
    target = change.target
    place = site if target.charger is None else site.charger(target.charger)
    entries = place.permissions if place is not None and isinstance(place.permissions, tuple) else ()
    return any(one.principal == target.principal and not one.accepted for one in entries)


def _is_wanted(change: Change, site: DesiredInstallation) -> bool:
    """Whether a change of access is what the file says now, which is what somebody attested."""
    target = change.target
    if target.principal is None:
        return False
    permissions = _permissions(site, target.charger)
    if permissions is None:
        return False
    if isinstance(change.after, Absent):
        return target.principal in gates_of(permissions)
    declared = {one_spelling(one.principal): ordered_roles(one.roles) for one in permissions.entries}
    return declared.get(target.principal) == change.after


def _permissions(site: DesiredInstallation, charger: str | None) -> DesiredPermissions | None:
    return site.permissions if charger is None else dict(site.charger_permissions).get(charger)
