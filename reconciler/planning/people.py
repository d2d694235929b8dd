"""Which permissions of an installation or a charger are compared, wished for unread, waited for, or taken away."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciler.model.attest import permissions_digest
from reconciler.model.change import Target
from reconciler.model.desired import (
    Attestation,
    DesiredInstallation,
    DesiredPermissions,
    PermissionMode,
    RemovalGate,
    Route,
)
from reconciler.model.observed import ObservedInstallation, ObservedPermission
from reconciler.model.plan import UnreadableItem, UnverifiableItem, WaitingItem
from reconciler.model.settings import Setting, setting
from reconciler.model.value import ABSENT, Absent, Reason, Unreadable, Value
from reconciler.planning.access import by_principal, gates_of, is_group, is_identified, others
from reconciler.planning.lookup import Lookup
from reconciler.planning.normalise import ordered_principal, ordered_roles
from reconciler.planning.site import route_of
from reconciler.planning.wanted import PERMISSIONS

NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A permission that nothing can read: it is planned without knowing whether it is there already."""

    before: Unreadable | Absent
    after: Value | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Permissions of one installation or charger, sorted out.

    Attributes:
        entries: Principals to compare with the roles they should have.
        seen: What was read.
        removals: Principals whose access must go.
        unread: Wishes that no call can read.
    """

    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Mapping[str, ObservedPermission] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    unread: Mapping[str, Wish] = field(default_factory=dict)
    gates: Mapping[str, RemovalGate] = field(default_factory=dict)
    waiting: tuple[WaitingItem, ...] = ()
    unverifiable: tuple[UnverifiableItem, ...] = ()
    unreadable: tuple[UnreadableItem, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nothing here needs a change or could not be read."""
        return not (self.removals or self.unread or self.unreadable)


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Whose permissions: those of the installation, or those of one charger."""

    desired: DesiredInstallation
    permissions: DesiredPermissions
    charger: str | None = None

    def target(self, principal: str | None = None) -> Target:
        """The place itself, or somebody there."""
        site = self.desired
        return Target(account=site.account, installation_id=site.id, charger=self.charger, principal=principal)

    @property
    def row(self) -> Setting:
        """The row of the settings table."""
        return setting(self.target("somebody").scope, PERMISSIONS)


def wishes_of(desired: DesiredInstallation, observed: ObservedInstallation, lookup: Lookup, *, managed: bool) -> Wishes:
    """Sort the declared permissions of the installation out.

    Without a call that reads them they are wishes for a person to carry out, unless an attestation covers them.
    """
    if desired.permissions is None or not managed:
        return NO_WISHES
    place = _Place(desired=desired, permissions=desired.permissions)
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
        place = _Place(desired=desired, permissions=permissions, charger=serial)
        known_to_have_none = observed.pro is False
        found[serial] = _impossible(place) if known_to_have_none else _sorted_out(place, charger.permissions, lookup)
    return found


def _sorted_out(place: _Place, seen: tuple[ObservedPermission, ...] | Unreadable | None, lookup: Lookup) -> Wishes:
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
    attestations = lookup.attestations.get(desired.id, ())
    if is_attested(desired, attestations, today=lookup.policy.now.date()):
        return NO_WISHES
    return _by_hand(place, own_group=account.own_principal)


def is_attested(desired: DesiredInstallation, attestations: Iterable[Attestation], *, today: date) -> bool:
    """Whether somebody confirmed exactly these permissions and the confirmation still holds."""
    valid = [one for one in attestations if one.attested_on <= today <= one.valid_until]
    return bool(valid) and permissions_digest(desired) in {one.digest for one in valid}


def _impossible(place: _Place) -> Wishes:
    """Wishes at a charger that cannot have permissions of its own: nobody is there; a guard says that nobody can."""
    entries = place.permissions.entries
    wishes = {ordered_principal(one.principal): Wish(before=ABSENT, after=ordered_roles(one.roles)) for one in entries}
    return Wishes(unread=wishes)


def _by_hand(place: _Place, *, own_group: str | None) -> Wishes:
    """Every wish, in the open: nobody can say whether it is fulfilled.

    Whether somebody who must leave an installation is its last owner is not known either, so people go only after an
    owner accepted, and so does every group that is or may be ours. A charger keeps the owners of its installation.
    """
    permissions = place.permissions
    gates = gates_of(permissions)
    unread = {
        ordered_principal(one.principal): Wish(before=NO_CALL, after=ordered_roles(one.roles))
        for one in permissions.entries
    }
    unread |= {principal: Wish(before=NO_CALL, after=ABSENT) for principal in gates}
    reason = "no documented call reads permissions; attest them once they are set in the Portal"
    items = [_unverifiable(place, principal, reason) for principal in sorted(unread)]
    if permissions.mode is PermissionMode.EXCLUSIVE:
        items.append(_unverifiable(place, None, "no documented call tells who else has access"))
    free = {one for one in gates if place.charger is not None or (is_group(one) and own_group not in (None, one))}
    careful = {one: gate if one in free else RemovalGate.OWNER_ACCEPTED for one, gate in gates.items()}
    return Wishes(unread=unread, gates=careful, unverifiable=tuple(items))


def _compared(place: _Place, observed: Iterable[ObservedPermission], *, known: frozenset[str] | None) -> Wishes:
    permissions = place.permissions
    seen = by_principal(observed)
    declared = {ordered_principal(entry.principal): ordered_roles(entry.roles) for entry in permissions.entries}
    gates = gates_of(permissions)
    strangers = sorted(one for one in (*declared, *gates) if not is_identified(one, known))
    entries = {principal: roles for principal, roles in declared.items() if principal not in strangers}
    removals = others(permissions, seen)
    nameless = [one for one in removals if one not in gates and strangers and not is_group(one)]
    items = [_unverifiable(place, one, _why_unidentified(known)) for one in strangers]
    if nameless:
        items.append(_unverifiable(place, None, "unlisted people may be listed ones who are not in the directory"))
    return Wishes(
        entries=entries,
        seen=seen,
        removals=tuple(one for one in removals if one not in nameless),
        gates=gates,
        waiting=tuple(_waiting(place, entries, seen)),
        unverifiable=tuple(items),
    )


def _waiting(
    place: _Place, entries: Mapping[str, tuple[str, ...]], seen: Mapping[str, ObservedPermission]
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


def _unverifiable(place: _Place, principal: str | None, reason: str) -> UnverifiableItem:
    return UnverifiableItem(
        target=place.target(principal), installation_name=place.desired.name, setting=PERMISSIONS, reason=reason
    )
