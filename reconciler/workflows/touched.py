"""The part of the files that a set of changes touches, so that nothing else is read again."""

from collections.abc import Iterable
from dataclasses import replace

from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet, DesiredInstallation


def touched(desired: DesiredFleet, changes: Iterable[Change]) -> DesiredFleet:
    """Only settings of installations, chargers and people that the changes name; installation settings cost nothing."""
    by_site: dict[str, list[Change]] = {}
    for change in changes:
        by_site.setdefault(change.target.installation_id, []).append(change)
    sites = tuple(_cut(site, by_site[site.id]) for site in desired.installations if site.id in by_site)
    return replace(desired, installations=sites, selection="what the run touched")


def _cut(site: DesiredInstallation, changes: Iterable[Change]) -> DesiredInstallation:
    targets = [change.target for change in changes]
    serials = {target.charger for target in targets}
    # The others stay listed, because guards count what a file does not list; without settings they cost no read.
    chargers = tuple(one if one.serial in serials else replace(one, settings=()) for one in site.chargers)
    permissions = site.permissions if any(target.principal for target in targets) else None
    return replace(site, chargers=chargers, permissions=permissions)
