"""Which permissions of an installation or a charger are compared, wished for unread, waited for, or taken away."""

from collections.abc import Collection, Iterable, Mapping

from reconciler.model.desired import (
    DesiredInstallation,
    Route,
)
from reconciler.model.observed import ObservedInstallation, ObservedPermission
from reconciler.model.plan import UnreadableItem, WaitingItem
from reconciler.model.principal import one_spelling
from reconciler.model.value import ABSENT, Reason, Unreadable
from reconciler.planning.access import by_principal, gates_of, is_group, is_identified, others
from reconciler.planning.by_hand import wishes_by_hand
from reconciler.planning.lookup import Lookup
from reconciler.planning.normalise import ordered_roles
from reconciler.planning.site import route_of
from reconciler.planning.wanted import PERMISSIONS
from reconciler.planning.wishes import NO_CALL, NO_WISHES, Place, Wish, Wishes, unverifiable


def wishes_of(desired: DesiredInstallation, observed: ObservedInstallation, lookup: Lookup, *, managed: bool) -> Wishes:
    """Sort the declared permissions of the installation out.

    Without a call that reads them they are wishes for a person to carry out, unless an attestation covers them.
    """
    if desired.permissions is None or not managed:
        return NO_WISHES
    place = Place(desired=desired, permissions=desired.permissions)
    return _sorted_out(place, observed.permissions, lookup)


def charger_wishes_of(
    desired: DesiredInstallation, observed: ObservedInstallation, lookup: Lookup, *, managed: Collection[str]
) -> Mapping[str, Wishes]:
    """The same for those chargers that are managed and there, by serial."""
    found: dict[str, Wishes] = {}
    for serial, permissions in desired.charger_permissions if managed else ():
        charger = observed.charger(serial)
        if charger is None or serial not in managed:
            continue
        place = Place(desired=desired, permissions=permissions, charger=serial)
        known_to_have_none = observed.pro is False
        found[serial] = _impossible(place) if known_to_have_none else _sorted_out(place, charger.permissions, lookup)
    return found


def _sorted_out(place: Place, seen: tuple[ObservedPermission, ...] | Unreadable | None, lookup: Lookup) -> Wishes:
    if isinstance(seen, tuple):
        return _compared(place, seen, known=lookup.policy.people_known)
    desired = place.desired
    account = lookup.accounts[desired.account]
    by_hand = route_of(account, place.row.route_key) is Route.PORTAL
    unreadable = seen or Unreadable(reason=Reason.NOT_READ)
    if not by_hand and unreadable != NO_CALL:
        item = UnreadableItem(
            target=place.target(), installation_name=desired.name, what="Permissions", unreadable=unreadable
        )
        return Wishes(unreadable=(item,))
    return wishes_by_hand(place, lookup)


def _impossible(place: Place) -> Wishes:
    """Wishes at a charger that cannot have permissions of its own: nobody is there; a guard says that nobody can."""
    entries = place.permissions.entries
    wishes = {one_spelling(one.principal): Wish(before=ABSENT, after=ordered_roles(one.roles)) for one in entries}
    return Wishes(unread=wishes)


def _compared(place: Place, observed: Iterable[ObservedPermission], *, known: frozenset[str] | None) -> Wishes:
    permissions = place.permissions
    seen = by_principal(observed)
    declared = {one_spelling(entry.principal): ordered_roles(entry.roles) for entry in permissions.entries}
    gates = gates_of(permissions)
    strangers = sorted(one for one in (*declared, *gates) if not is_identified(one, known))
    entries = {principal: roles for principal, roles in declared.items() if principal not in strangers}
    removals = others(permissions, seen)
    nameless = [one for one in removals if one not in gates and strangers and not is_group(one)]
    items = [unverifiable(place, one, _why_unidentified(known)) for one in strangers]
    if nameless:
        items.append(unverifiable(place, None, "unlisted people may be listed ones who are not in the directory"))
    return Wishes(
        entries=entries,
        seen=seen,
        removals=tuple(one for one in removals if one not in nameless),
        gates=gates,
        waiting=tuple(_waiting(place, entries, seen)),
        unverifiable=tuple(items),
    )


def _waiting(
    place: Place, entries: Mapping[str, tuple[str, ...]], seen: Mapping[str, ObservedPermission]
) -> Iterable[WaitingItem]:
    """Invitations as wanted that nobody has accepted."""
    for principal in sorted(entries):
        found = seen.get(principal)
        if found is not None and not found.accepted and ordered_roles(found.roles) == entries[principal]:
            yield WaitingItem(
                target=place.target(principal),
                installation_name=place.desired.name,
                setting=PERMISSIONS,
                reason="invited, has not accepted yet",
                since=found.invited_at,
            )


def _why_unidentified(known: frozenset[str] | None) -> str:
    if known is None:
        return "there is no directory of people (FLEET_PEOPLE), so nobody can be recognised"
    return "not in the directory of people (FLEET_PEOPLE)"
