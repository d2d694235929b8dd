"""Which permissions of one installation are to be compared, wished for unread, waited for, or taken away."""

from collections.abc import Iterable, Mapping
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

    before: Unreadable
    after: Value | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Permissions of one installation, sorted out.

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


def wishes_of(desired: DesiredInstallation, observed: ObservedInstallation, lookup: Lookup, *, managed: bool) -> Wishes:
    """Sort the declared permissions out.

    Without a call that reads them they are wishes for a person to carry out, unless an attestation covers them.
    """
    permissions = desired.permissions
    if permissions is None or not managed:
        return NO_WISHES
    if isinstance(observed.permissions, tuple):
        return _compared(desired, permissions, observed.permissions, lookup=lookup)
    by_hand = route_of(lookup.accounts[desired.account], PERMISSIONS) is Route.PORTAL
    unreadable = observed.permissions or Unreadable(reason=Reason.NOT_READ)
    if not by_hand and unreadable != NO_CALL:
        item = UnreadableItem(
            target=_target(desired), installation_name=desired.name, what="Permissions", unreadable=unreadable
        )
        return Wishes(unreadable=(item,))
    attestations = lookup.attestations.get(desired.id, ())
    if is_attested(permissions, attestations, today=lookup.policy.now.date()):
        return NO_WISHES
    return _by_hand(desired, permissions, own_group=lookup.accounts[desired.account].own_principal)


def is_attested(permissions: DesiredPermissions, attestations: Iterable[Attestation], *, today: date) -> bool:
    """Whether somebody confirmed exactly these permissions and the confirmation still holds."""
    valid = [one for one in attestations if one.attested_on <= today <= one.valid_until]
    return bool(valid) and permissions_digest(permissions) in {one.digest for one in valid}


def _by_hand(desired: DesiredInstallation, permissions: DesiredPermissions, *, own_group: str | None) -> Wishes:
    """Every wish, in the open: nobody can say whether it is fulfilled.

    Whether somebody who must go is the last owner is not known either, so people go only after an owner accepted, and
    so does every group that is or may be ours.
    """
    gates = gates_of(permissions)
    unread = {
        ordered_principal(one.principal): Wish(before=NO_CALL, after=ordered_roles(one.roles))
        for one in permissions.entries
    }
    unread |= {principal: Wish(before=NO_CALL, after=ABSENT) for principal in gates}
    reason = "no documented call reads permissions; attest them once they are set in the Portal"
    items = [_unverifiable(desired, principal, reason) for principal in sorted(unread)]
    if permissions.mode is PermissionMode.EXCLUSIVE:
        items.append(_unverifiable(desired, None, "no documented call tells who else has access"))
    free = {one for one in gates if is_group(one) and own_group not in (None, one)}
    careful = {one: gate if one in free else RemovalGate.OWNER_ACCEPTED for one, gate in gates.items()}
    return Wishes(unread=unread, gates=careful, unverifiable=tuple(items))


def _compared(
    desired: DesiredInstallation,
    permissions: DesiredPermissions,
    observed: Iterable[ObservedPermission],
    *,
    lookup: Lookup,
) -> Wishes:
    known = lookup.policy.people_known
    seen = by_principal(observed)
    declared = {ordered_principal(entry.principal): ordered_roles(entry.roles) for entry in permissions.entries}
    gates = gates_of(permissions)
    strangers = sorted(one for one in (*declared, *gates) if not is_identified(one, known))
    entries = {principal: roles for principal, roles in declared.items() if principal not in strangers}
    removals = others(permissions, seen)
    nameless = [one for one in removals if one not in gates and strangers and not is_group(one)]
    items = [_unverifiable(desired, one, _why_unidentified(known)) for one in strangers]
    if nameless:
        items.append(_unverifiable(desired, None, "unlisted people may be listed ones who are not in the directory"))
    return Wishes(
        entries=entries,
        seen=seen,
        removals=tuple(one for one in removals if one not in nameless),
        gates=gates,
        waiting=tuple(_waiting(desired, entries, seen)),
        unverifiable=tuple(items),
    )


def _waiting(
    desired: DesiredInstallation, entries: Mapping[str, tuple[str, ...]], seen: Mapping[str, ObservedPermission]
) -> Iterable[WaitingItem]:
    """Invitations as wanted that nobody has accepted."""
    for principal in sorted(entries):
        found = seen.get(principal)
        if found is not None and not found.accepted and ordered_roles(found.roles) == entries[principal]:
            yield WaitingItem(
                target=_target(desired, principal),
                installation_name=desired.name,
                setting=PERMISSIONS,
                reason="invited, has not accepted yet",
                since=found.invited_at,
            )


def _why_unidentified(known: frozenset[str] | None) -> str:
    if known is None:
        return "there is no directory of people (FLEET_PEOPLE), so nobody can be recognised"
    return "not in the directory of people (FLEET_PEOPLE)"


def _unverifiable(desired: DesiredInstallation, principal: str | None, reason: str) -> UnverifiableItem:
    return UnverifiableItem(
        target=_target(desired, principal), installation_name=desired.name, setting=PERMISSIONS, reason=reason
    )


def _target(desired: DesiredInstallation, principal: str | None = None) -> Target:
    return Target(account=desired.account, installation_id=desired.id, principal=principal)
