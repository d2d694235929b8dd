"""What is kept in a plan of what was seen at the installations that it touches."""

from collections.abc import Iterable, Mapping

from reconciler.model.change import Change
from reconciler.model.observed import ObservedCharger, ObservedInstallation, OperatingMode
from reconciler.model.seen import SiteSeen
from reconciler.planning.guards_balance import LOWEST_A, MAX_CURRENT, STAND_ALONE
from reconciler.planning.site import MODE

Live = Mapping[tuple[str, str], ObservedInstallation]
"""Live installations by account and id."""


def sites_seen(changes: Iterable[Change], live: Live) -> tuple[SiteSeen, ...]:
    """One for each installation with a change, sorted by account and id."""
    names = {(one.target.account, one.target.installation_id): one.installation_name for one in changes}
    return tuple(_site(live[place], name) for place, name in sorted(names.items()) if place in live)


def _site(found: ObservedInstallation, name: str) -> SiteSeen:
    mode = found.get(MODE)
    return SiteSeen(
        account=found.account,
        installation_id=found.id,
        installation_name=name,
        mode=mode if isinstance(mode, str) else None,
        pro=found.pro,
        chargers=len(found.chargers),
        charging=sum(one.online is True and one.mode is OperatingMode.CHARGING for one in found.chargers),
        silent=sum(_is_silent(one) for one in found.chargers),
        off=tuple(sorted(one.serial for one in found.chargers if _is_off(one))),
        stand_alone=tuple(sorted(one.serial for one in found.chargers if one.get(STAND_ALONE) is True)),
    )


def _is_silent(charger: ObservedCharger) -> bool:
    """What the cloud shows of an offline charger is what it did when it was last heard of."""
    return charger.online is not True or charger.mode in (None, OperatingMode.UNKNOWN)


def _is_off(charger: ObservedCharger) -> bool:
    value = charger.get(MAX_CURRENT)
    return isinstance(value, float) and value < LOWEST_A
