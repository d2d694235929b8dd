"""Guards about access: nobody is locked out, neither the customer nor we."""

from collections.abc import Iterable, Mapping

from reconciler.model.change import Change
from reconciler.model.desired import RemovalGate
from reconciler.model.observed import ObservedPermission
from reconciler.model.settings import ROLE_BITS, Scope
from reconciler.model.words import counted
from reconciler.planning.access import (
    Owners,
    Removal,
    by_principal,
    gates_of,
    is_group,
    needed_owners,
    owners_after,
    removal,
    takes_away,
)
from reconciler.planning.guard import Objection
from reconciler.planning.site import Site

_BITS = dict(ROLE_BITS)
_MANAGE = _BITS["owner"] | _BITS["service"]


def verdicts(site: Site) -> dict[str, tuple[Removal, int]]:
    """For every principal whose access shrinks: what becomes of it, and how many secure owners it needs."""
    if not isinstance(site.observed.permissions, tuple):
        return {}
    changes = site.of(Scope.PRINCIPAL, "permissions")
    seen = by_principal(site.observed.permissions)
    owners = owners_after(seen, changes)
    found = {}
    for change in changes:
        present = seen.get(_principal(change))
        if takes_away(change) and present is not None:
            needed = _needed(site, change, owners, present)
            found[_principal(change)] = (removal(owners, needed), needed)
    return found


def _needed(site: Site, change: Change, owners: Owners, seen: ObservedPermission) -> int:
    declared = site.desired.permissions if site.desired is not None else None
    gate = None if declared is None else gates_of(declared).get(_principal(change))
    return needed_owners(change, owners, accepted=seen.accepted, gate=gate, limits=site.limits)


def last_owner(site: Site) -> Iterable[Objection]:
    """Enough owners who have accepted remain, now or once those come who are on their way."""
    refused = {one: needed for one, (kind, needed) in verdicts(site).items() if kind is Removal.REFUSED}
    if not refused or not isinstance(site.observed.permissions, tuple):
        return
    owners = owners_after(by_principal(site.observed.permissions), site.of(Scope.PRINCIPAL, "permissions"))
    for principal, needed in sorted(refused.items()):
        nobody = owners.accepted == 0
        whom = "nobody who owns it" if nobody else f"{counted(len(owners.secure), 'owner')} who accepted"
        yield Objection(
            measured=counted(len(owners.secure), "accepted owner"),
            limit=f"at least {needed}",
            message=f"taking access from {principal} would leave {whom}, and nobody is on the way",
            remedy="add an owner under permissions.entries first",
            final=nobody,
        )


def own_access(site: Site) -> Iterable[Objection]:
    """A group that may be ours goes only with `after: ownerAccepted`, or when another group keeps the same rights.

    The API does not say which group the account belongs to, only which rights the account has.
    """
    if not isinstance(site.observed.permissions, tuple):
        return
    changes = {_principal(change): change for change in site.of(Scope.PRINCIPAL, "permissions")}
    seen = by_principal(site.observed.permissions)
    ours = (_MANAGE if site.observed.roles is None else site.observed.roles) & _MANAGE
    if any(_covers(_bits(roles), ours) for roles in _groups_left(seen, changes)):
        return
    gates = {} if site.desired is None or site.desired.permissions is None else gates_of(site.desired.permissions)
    for principal, change in sorted(changes.items()):
        gated = gates.get(principal) is RemovalGate.OWNER_ACCEPTED
        if is_group(principal) and takes_away(change) and not gated and _lost(change) & ours:
            yield Objection(
                measured="no user group left with the rights the account has",
                limit="at least 1",
                message=f"taking access from {principal} may take it from ourselves",
                remedy="write `after: ownerAccepted` if this is a hand-over, or list the group under entries",
            )


def _groups_left(seen: Mapping[str, ObservedPermission], changes: Mapping[str, Change]) -> list[tuple[str, ...]]:
    left = []
    for principal, found in seen.items():
        change = changes.get(principal)
        roles = found.roles if change is None else change.after
        if is_group(principal) and isinstance(roles, tuple):
            left.append(roles)
    return left


def _covers(bits: int, ours: int) -> bool:
    return bool(ours) and bits & ours == ours


def _lost(change: Change) -> int:
    return _bits(change.before) & ~_bits(change.after)


def _bits(roles: object) -> int:
    return sum(_BITS.get(role, 0) for role in roles) if isinstance(roles, tuple) else 0


def _principal(change: Change) -> str:
    return change.target.principal or ""
