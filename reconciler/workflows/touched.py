"""What a set of changes touches: the part of the files, so that nothing else is read again, and the values there."""

from collections.abc import Iterable
from dataclasses import replace

from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedInstallation
from reconciler.model.settings import Scope
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable
from reconciler.planning.access import is_group, takes_away
from reconciler.planning.departed import leaving

LIMIT = "maxCurrent"


def touched(desired: DesiredFleet, changes: Iterable[Change]) -> DesiredFleet:
    """Only what the changes name: groups of installation settings, chargers, and who has access.

    Where a group leaves that is or may be ours, nobody can look or put anything right afterwards: that installation
    stays whole, so that whatever is not as the file wants it is seen before.
    """
    by_site: dict[str, list[Change]] = {}
    for change in changes:
        by_site.setdefault(change.target.installation_id, []).append(change)
    chosen = [site for site in desired.installations if site.id in by_site]
    handed_over = {site.id for site in leaving(replace(desired, installations=tuple(chosen)))}
    handed_over |= {site.id for site in chosen if any(map(_may_leave, by_site[site.id]))}
    sites = tuple(site if site.id in handed_over else _cut(site, by_site[site.id]) for site in chosen)
    return desired.only(sites, selection="what the run touched")


def _may_leave(change: Change) -> bool:
    """Whether a group loses access to the installation; it may be ours."""
    group = change.target.scope is Scope.PRINCIPAL and is_group(change.target.principal or "")
    return group and takes_away(change)


def _cut(site: DesiredInstallation, changes: list[Change]) -> DesiredInstallation:
    targets = {change.target for change in changes}
    set_at = {target.charger for target in targets if target.scope is Scope.CHARGER}
    access_at = {target.charger for target in targets if target.scope is Scope.CHARGER_PRINCIPAL}
    groups = {change.setting.split(".")[0] for change in changes if change.target.scope is Scope.INSTALLATION}
    # The others stay listed, because guards count what a file does not list; without settings they cost no read. Their
    # limits must be known when that of the installation moves, and when one of them makes more of a shared circuit.
    below = frozenset({LIMIT}) if LIMIT in groups or any(map(_loads, changes)) else frozenset()
    chargers = tuple(
        replace(
            one,
            settings=tuple(pair for pair in one.settings if one.serial in set_at or pair[0] in below),
            permissions=one.permissions if one.serial in access_at else None,
        )
        for one in site.chargers
    )
    settings = tuple((name, value) for name, value in site.settings if name.split(".")[0] in groups)
    permissions = site.permissions if any(target.scope is Scope.PRINCIPAL for target in targets) else None
    return replace(site, settings=settings, chargers=chargers, permissions=permissions)


def _loads(change: Change) -> bool:
    """Whether a charger may draw more by it, or draws without regard for its neighbours."""
    if change.target.charger is None:
        return False
    return change.raised_a > 0 if change.setting == LIMIT else change.after is True


def seen_value(change: Change, site: ObservedInstallation) -> Observation:
    """What an observation of the installation says about the place of a change."""
    missing = Unreadable(reason=Reason.NOT_READ)
    target = change.target
    charger = None if target.charger is None else site.charger(target.charger)
    if target.charger is not None and charger is None:
        return missing
    place = charger or site
    if target.principal is None:
        found = place.get(change.setting)
        return missing if found is None else found
    if not isinstance(place.permissions, tuple):
        return place.permissions or missing
    return next((one.roles for one in place.permissions if one.principal == target.principal), ABSENT)
