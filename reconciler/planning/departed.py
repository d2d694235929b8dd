"""Which departures of ours are the good end of a hand-over, by what the files wish today."""

from collections.abc import Iterable

from reconciler.model.departure import Departure
from reconciler.model.desired import Account, DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedInstallation
from reconciler.model.value import Reason, Unreadable
from reconciler.planning.attested import ours_of

_GONE = frozenset({Reason.NOT_VISIBLE, Reason.NOT_FOUND, Reason.FORBIDDEN})


def is_gone(seen: ObservedInstallation | None) -> bool:
    """Whether the cloud shows us nothing of the installation; an answer that failed to come says nothing."""
    if seen is None:
        return True
    values = [value for _, value in seen.values]
    return not seen.chargers and all(isinstance(one, Unreadable) and one.reason in _GONE for one in values)


def departure_of(site: DesiredInstallation, account: Account, gone: Iterable[Departure]) -> Departure | None:
    """How a run took a group away that is or may be ours, with the permissions that the file has now."""
    ours = frozenset() if site.permissions is None else ours_of(site.permissions, account.own_principal)
    return next((one for one in gone if one.is_of(site, ours)), None)


def departed(desired: DesiredFleet, gone: Iterable[Departure]) -> frozenset[tuple[str, str]]:
    """Accounts and ids of installations that we left as their files wish, everybody having accepted before."""
    every = tuple(gone)
    found = ((site, departure_of(site, desired.account(site.account), every)) for site in desired.installations)
    return frozenset((site.account, site.id) for site, one in found if one is not None and not one.unaccepted)
