"""Which reads a plan needs, and the fewest requests that can fetch them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import ceil, inf

from reconciler.model.desired import Account, DesiredFleet, DesiredInstallation, Deviation, Route
from reconciler.model.observed import Breadth, ObservedCharger, ObservedFleet, ObservedInstallation, ReadNeed
from reconciler.model.settings import ReadFrom, Scope, setting, settings_of
from reconciler.model.value import Absent, Observation, Reason, Unreadable, Value
from reconciler.planning.site import MODE, route_of
from reconciler.planning.wanted import PERMISSIONS, Wanted, wanted_of

PAGE = 100
MAX_CURRENT = "maxCurrent"
_STATE_ONLY = frozenset(row.name for row in settings_of(Scope.CHARGER) if row.read_from is ReadFrom.CHARGER_STATE)
_ANSWERED_WITHOUT_VALUE = frozenset({Reason.MISSING_MEMBER, Reason.BAD_ANSWER})
_ALL_COUNT = date.min
"""Files with an exception that has ended do not load, so every one that is here still counts."""


def needs_of(desired: DesiredFleet) -> tuple[ReadNeed, ...]:
    """What must be known about each selected installation, sorted like them."""
    readers = _readers(desired.accounts)
    deviations: dict[str, list[Deviation]] = {}
    for one in desired.deviations:
        deviations.setdefault(one.installation_id, []).append(one)
    return tuple(
        _need(
            site,
            wanted_of(site, deviations.get(site.id, ()), today=_ALL_COUNT),
            readers=readers[site.account],
        )
        for site in desired.installations
    )


def _readers(accounts: Iterable[Account]) -> Mapping[str, frozenset[Scope]]:
    """By account whose permissions a call reads: the installations', the chargers', both or none."""
    rows = [setting(scope, PERMISSIONS) for scope in (Scope.PRINCIPAL, Scope.CHARGER_PRINCIPAL)]
    return {
        one.name: frozenset(row.scope for row in rows if route_of(one, row.route_key) is Route.PARTNER)
        for one in accounts
    }


def _need(desired: DesiredInstallation, wanted: Wanted, *, readers: frozenset[Scope]) -> ReadNeed:
    """States of everything that the file declares, also what an exception tolerates; limits as they are wanted now."""
    mode = wanted.installation.get(MODE, desired.get(MODE))
    raises = [(serial, values.get(MAX_CURRENT)) for serial, values in wanted.chargers.items()]
    raises.append(("", wanted.installation.get(MAX_CURRENT)))
    return ReadNeed(
        account=desired.account,
        installation_id=desired.id,
        state_of=tuple(charger.serial for charger in desired.chargers if _reads_state(charger.settings)),
        raises_to=tuple(sorted((serial, float(value)) for serial, value in raises if isinstance(value, int | float))),
        permissions=Scope.PRINCIPAL in readers and desired.permissions is not None,
        charger_permissions_of=tuple(serial for serial, _ in desired.charger_permissions)
        if Scope.CHARGER_PRINCIPAL in readers
        else (),
        mode=mode if isinstance(mode, str) else None,
    )


@lru_cache(maxsize=4096)
def _reads_state(settings: tuple[tuple[str, Value], ...]) -> bool:
    return any(name in _STATE_ONLY for name, _ in settings)


def everything_of(observed: ObservedFleet, accounts: Iterable[Account]) -> tuple[ReadNeed, ...]:
    """What a snapshot of those installations needs: every state, the circuits, and permissions where there is a call.

    Args:
        observed: What the accounts show.
        accounts: All of them, because their routes tell which permissions a call reads.
    """
    readers = _readers(accounts)
    return tuple(
        ReadNeed(
            account=site.account,
            installation_id=site.id,
            state_of=tuple(charger.serial for charger in site.chargers),
            raises_to=tuple((serial, inf) for serial in ("", *(charger.serial for charger in site.chargers))),
            permissions=Scope.PRINCIPAL in readers[site.account],
            charger_permissions_of=tuple(charger.serial for charger in site.chargers)
            if Scope.CHARGER_PRINCIPAL in readers[site.account]
            else (),
        )
        for site in observed.installations
    )


def as_asked_for(
    observed: ObservedFleet, needs: Sequence[ReadNeed], *, but: Collection[tuple[str, str]] = frozenset()
) -> ObservedFleet:
    """What a plan with those needs would have read of it: a plan never depends on what it did not ask for.

    `but` are the accounts and ids of installations that stay as they are.
    """
    by_place = {(need.account, need.installation_id): need for need in needs}
    sites = (
        site if (site.account, site.id) in but else _asked(site, by_place.get((site.account, site.id)))
        for site in observed.installations
    )
    return replace(observed, installations=tuple(sites))


def _asked(site: ObservedInstallation, need: ReadNeed | None) -> ObservedInstallation:
    states = frozenset(() if need is None else need.state_of)
    access_to = _access_asked_for(need, site)
    chargers = tuple(_asked_of(one, states=states, access_to=access_to) for one in site.chargers)
    has_circuits = need is not None and _needs_circuits(need, site)
    return replace(
        site,
        chargers=chargers,
        circuits=site.circuits if has_circuits else None,
        permissions=site.permissions if need is not None and need.permissions else None,
    )


def _asked_of(one: ObservedCharger, *, states: frozenset[str], access_to: frozenset[str]) -> ObservedCharger:
    values = one.values if one.serial in states else ()
    access = one.permissions if one.serial in access_to else None
    as_it_is = values is one.values and access is one.permissions
    return one if as_it_is else replace(one, values=values, permissions=access)


def _access_asked_for(need: ReadNeed | None, site: ObservedInstallation) -> frozenset[str]:
    """Serials whose own permissions a plan reads; only Pro has such, so that nobody asks Go or Home."""
    return frozenset(() if need is None or site.pro is False else need.charger_permissions_of)


def breadth_for(desired: DesiredFleet) -> Breadth:
    """Single sites when a part is selected and the lists of the account would take as many requests or more.

    The files tell the least that the lists can hold; the account may show more, so a tie goes to single sites.
    Of whole accounts the lists are read, as for the whole fleet: only they tell what has no file.
    """
    if desired.has_whole_accounts:
        return Breadth.ACCOUNT
    files, chargers = desired.fleet_size
    lists = ceil(files / PAGE) + ceil(chargers / PAGE)
    return Breadth.SITES if 2 * len(desired.installations) <= lists else Breadth.ACCOUNT


def read_floor(needs: Sequence[ReadNeed], observed: ObservedFleet) -> int:
    """Fewest requests that can read all of this, without logins and repeats (product page, part 6)."""
    installations = {(found.account, found.id): found for found in observed.installations}
    pairs = [(need, installations.get((need.account, need.installation_id))) for need in needs]
    visible = [(need, found) for need, found in pairs if found is not None]
    single = sum(_single_reads(need, found) for need, found in visible)
    match observed.breadth:
        case Breadth.ACCOUNT:
            return single + _list_pages(observed)
        case Breadth.SITES:
            extra = sum(max(0, _pages(len(found.chargers)) - 1) for _, found in visible)
            return single + 2 * len(needs) + extra


def _list_pages(observed: ObservedFleet) -> int:
    """Both lists of every account; an empty list is still one request."""
    return sum(list_pages(reads.visible_installations, reads.visible_chargers) for reads in observed.reads)


def list_pages(installations: int, chargers: int) -> int:
    """Requests for both lists of one account."""
    return max(1, _pages(installations)) + max(1, _pages(chargers))


def _single_reads(need: ReadNeed, found: ObservedInstallation) -> int:
    """States of visible chargers that declare state-only settings, the circuits where limits move, the permissions."""
    serials = {charger.serial for charger in found.chargers}
    states = sum(serial in serials for serial in need.state_of)
    access = need.permissions + len(serials & _access_asked_for(need, found))
    return states + _needs_circuits(need, found) + access


def _needs_circuits(need: ReadNeed, found: ObservedInstallation) -> bool:
    """Whether the installation's limit moves, or a charger's goes up or may do so because a state left it out."""
    seen = {charger.serial: charger.values for charger in found.chargers}
    for serial, wanted_a in need.raises_to:
        if not serial and _differs(found.get(MAX_CURRENT), wanted_a):
            return True
        if serial in seen and _is_raised(seen[serial], wanted_a):
            return True
    return False


@lru_cache(maxsize=4096)
def _is_raised(seen: tuple[tuple[str, Observation], ...], wanted_a: float) -> bool:
    """Asked once for all chargers that show the same."""
    return _is_below(dict(seen).get(MAX_CURRENT), wanted_a)


def _differs(value: Observation | None, wanted_a: float) -> bool:
    return isinstance(value, float | int) and round(value, 1) != round(wanted_a, 1)


def _is_below(value: Observation | None, wanted_a: float) -> bool:
    match value:
        case Unreadable(reason=reason):
            return reason in _ANSWERED_WITHOUT_VALUE
        case Absent():
            return True
        case float() | int():
            return round(value, 1) < round(wanted_a, 1)
        case _:
            return False


def _pages(count: int) -> int:
    return ceil(count / PAGE)


def total_requests(observed: ObservedFleet) -> int:
    """Requests that the snapshot took."""
    return sum(reads.requests for reads in observed.reads)
