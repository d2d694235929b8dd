"""The digest over the effective values: independent of file names, key order, comments and layers.

Where things stand, and what people attested, is no part of what the files want.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from reconciler.model.desired import DesiredCharger, DesiredFleet, DesiredInstallation
from reconciler.model.digest import digest_of


def desired_digest(fleet: DesiredFleet, known: Mapping[str, str] | None = None) -> str:
    """Digest over installations, accounts and their routes, limits, hosts and deviations.

    Args:
        fleet: The files.
        known: The digest of each of its installations by id, where that was made before.
    """
    installations = (
        [digest_of_installation(installation) for installation in fleet.installations]
        if known is None
        else [known[installation.id] for installation in fleet.installations]
    )
    accounts = [[account.name, account.cloud, account.routes] for account in fleet.accounts]
    rest = _plain((fleet.limits, fleet.allowed_hosts, fleet.deviations))
    return digest_of([installations, accounts, rest])


def digest_of_installation(site: DesiredInstallation) -> str:
    """One by one, so that a large fleet needs no large text; chargers by hand, because there are most of them."""
    chargers = [_of_charger(charger) for charger in site.chargers]
    rest = [_plain(part) for part in (site.permissions, site.acknowledgements, site.switch)]
    return digest_of([site.id, site.name, site.account, site.labels, site.settings, chargers, rest])


def _of_charger(charger: DesiredCharger) -> tuple[Any, ...]:
    """Its permissions stand at the end; nothing at all for the many that have none."""
    until = charger.disabled_until
    common = (charger.serial, charger.settings, charger.disabled_reason, None if until is None else until.isoformat())
    return common if charger.permissions is None else (*common, _plain(charger.permissions))


def _plain(value: Any) -> Any:
    if value is None or value == ():
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.compare}
    return value.isoformat() if isinstance(value, date) else value
