"""What the files of a situation want, in the words of the cloud; read from them and from no plan."""

from collections.abc import Iterator

from reconciler.model.desired import DesiredFleet, DesiredInstallation, DesiredPermissions
from reconciler.model.settings import ROLE_BITS
from reconciler.sandbox.portal import CHARGER_SETTINGS, INSTALLATION_SETTINGS
from tests.faults.truth import PERMISSIONS, SECRETS, SET, Place, Values

_BIT = dict(ROLE_BITS)


def wishes(desired: DesiredFleet) -> Values:
    """What shall be where; None where somebody shall hold nothing."""
    return {place: value for one in desired.installations for place, value in _of(one)}


def _of(one: DesiredInstallation) -> Iterator[tuple[Place, object]]:
    for name, value in one.settings:
        yield (one.id, "", name), SET if name in SECRETS else INSTALLATION_SETTINGS[name][1](value)
    for charger in one.chargers:
        for name, value in charger.settings:
            yield (one.id, charger.serial, name), CHARGER_SETTINGS[name][1](value)
        for principal, roles in _people(charger.permissions):
            yield (one.id, f"{charger.serial} {principal}", PERMISSIONS), roles
    for principal, roles in _people(one.permissions):
        yield (one.id, principal, PERMISSIONS), roles


def _people(permissions: DesiredPermissions | None) -> Iterator[tuple[str, object]]:
    if permissions is None:
        return
    for entry in permissions.entries:
        yield entry.principal, sum(_BIT[role] for role in entry.roles)
    for removal in permissions.absent:
        yield removal.principal, None
