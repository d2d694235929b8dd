"""What the files of a situation want, in the words of the cloud; read from them and from no plan."""

from collections.abc import Iterator

from reconciler.model.desired import DesiredFleet, DesiredInstallation
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
    if one.permissions is not None:
        for entry in one.permissions.entries:
            yield (one.id, entry.principal, PERMISSIONS), sum(_BIT[role] for role in entry.roles)
        for removal in one.permissions.absent:
            yield (one.id, removal.principal, PERMISSIONS), None
