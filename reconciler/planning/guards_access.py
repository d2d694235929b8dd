"""Guards about access: nobody is locked out, neither the customer nor we."""

from collections.abc import Collection, Iterable, Mapping

from reconciler.model.change import Change
from reconciler.model.desired import RemovalGate
from reconciler.model.observed import ObservedPermission
from reconciler.model.settings import Scope
from reconciler.model.words import counted
from reconciler.planning.access import (
    MANAGE,
    OWNER,
    Owners,
    Removal,
    bits_of,
    by_principal,
    gates_of,
    giving,
    is_group,
    is_identified,
    may_be_ours,
    named_owners,
    needed_owners,
    owners_after,
    removal,
    takes_away,
)
from reconciler.planning.guard import Objection
from reconciler.planning.site import Site


def verdicts(site: Site) -> dict[str, tuple[Removal, int]]:
    """For every principal whose access shrinks: what becomes of it, and how many secure owners it needs."""
    if not isinstance(site.observed.permissions, tuple):
        return {}
    changes = site.of(Scope.PRINCIPAL, "permissions")
    seen = by_principal(site.observed.permissions)
    owners = owners_after(seen, changes, named=_named(site))
    found = {}
    for change in changes:
        present = seen.get(_principal(change))
        if takes_away(change) and present is not None:
            needed = _needed(site, change, owners, present)
            found[_principal(change)] = (removal(owners, needed, gate=_gate(site, change)), needed)
    return found


def _needed(site: Site, change: Change, owners: Owners, seen: ObservedPermission) -> int:
    return needed_owners(change, owners, accepted=seen.accepted, gate=_gate(site, change), limits=site.limits)


def _gate(site: Site, change: Change) -> RemovalGate | None:
    declared = site.desired.permissions if site.desired is not None else None
    return None if declared is None else gates_of(declared).get(_principal(change))


def _named(site: Site) -> frozenset[str]:
    return named_owners(None if site.desired is None else site.desired.permissions)


def last_owner(site: Site) -> Iterable[Objection]:
    """Enough owners who have accepted remain, now or once those come who are on their way.

    Going below the limit of fleet.yaml takes somebody's word; leaving no owner who could act without us never goes.
    """
    refused = {one: needed for one, (kind, needed) in verdicts(site).items() if kind is Removal.REFUSED}
    yield from _nobody_manages(site)
    if not refused or not isinstance(site.observed.permissions, tuple):
        return
    changes = site.of(Scope.PRINCIPAL, "permissions")
    owners = owners_after(by_principal(site.observed.permissions), changes, named=_named(site))
    nobody = not owners.secure and not _other_groups(site, owners)
    whom = _who_stays(owners) if nobody else f"{counted(len(owners.secure), 'owner')} who accepted"
    why, remedy = _why_nobody_comes(site)
    for principal, needed in sorted(refused.items()):
        enough = len(owners.secure) >= needed
        yield Objection(
            measured=counted(len(owners.secure), "accepted owner"),
            limit="each owner that the file names" if enough else f"at least {needed}",
            message=f"taking access from {principal} would leave {whom}, and {why}",
            remedy=remedy,
            final=nobody,
        )


def _nobody_manages(site: Site) -> Iterable[Objection]:
    """Somebody with Owner or Service who has accepted stays, or a gate sees to it that one does; nothing lifts this."""
    if not isinstance(site.observed.permissions, tuple):
        return
    seen = by_principal(site.observed.permissions)
    changes = {_principal(change): change for change in site.of(Scope.PRINCIPAL, "permissions")}
    if any(bits_of(roles) & MANAGE for roles in _standing(seen, changes)):
        return
    for principal, (kind, _) in sorted(verdicts(site).items()):
        change = changes[principal]
        if kind is Removal.FREE and seen[principal].accepted and _lost(change) & MANAGE:
            yield Objection(
                measured="nobody with Owner or Service who has accepted",
                limit="at least 1",
                message=f"taking {_taken(change)} from {principal} would leave nobody who can manage it",
                remedy="write `after: ownerAccepted` if this is a hand-over, or list who stays under entries",
                final=True,
            )


def _standing(seen: Mapping[str, ObservedPermission], changes: Mapping[str, Change]) -> list[object]:
    """Roles of those who have accepted, once the changes are done; a group needs nobody's acceptance."""
    left = [
        one.roles if principal not in changes else changes[principal].after
        for principal, one in seen.items()
        if one.accepted
    ]
    return [*left, *(one.after for whom, one in changes.items() if is_group(whom) and whom not in seen)]


def _other_groups(site: Site, owners: Owners) -> frozenset[str]:
    """Groups that own the site and are not ours; while ours was not told, or is not there, each of them may be."""
    seen = site.observed.permissions
    there = {one.principal for one in seen} if isinstance(seen, tuple) else set()
    return owners.groups - {site.own_group} if site.own_group in there else frozenset()


def _who_stays(owners: Owners) -> str:
    groups = ", ".join(sorted(owners.groups))
    return f"no owner but {groups}, which is or may be our own" if groups else "nobody who owns it"


def _why_nobody_comes(site: Site) -> tuple[str, str]:
    """Why no new owner is on the way, and what to do: an owner in the file may be one whom nobody can recognise."""
    known = site.policy.people_known
    entries = () if site.desired is None or site.desired.permissions is None else site.desired.permissions.entries
    lost = [one.principal for one in entries if OWNER in one.roles and not is_identified(one.principal, known)]
    if not lost:
        return "nobody is on the way", "add an owner under permissions.entries first"
    names = ", ".join(sorted(lost))
    if known is None:
        return "there is no directory of people", f"name the directory of people in FLEET_PEOPLE, with {names} in it"
    verb = "is" if len(lost) == 1 else "are"
    return (
        f"{names} {verb} not in the directory of people",
        f"add {names} to the directory of people (FLEET_PEOPLE)",
    )


def own_access(site: Site) -> Iterable[Objection]:
    """A group that is or may be ours loses access only with `after: ownerAccepted`."""
    yield from _own_access_at_chargers(site)
    seen = site.observed.permissions
    there = giving(seen, site.observed.roles) if isinstance(seen, tuple) else None
    if there is not None and site.own_group not in there:
        yield from _guessed(site, there)
    if site.own_group is None:
        return
    for change in site.of(Scope.PRINCIPAL, "permissions"):
        if _principal(change) == site.own_group and not _is_gated(site, change) and _weakens(site, change):
            yield Objection(
                measured=f"{site.own_group} is our own user group",
                limit="it keeps its roles",
                message=f"taking {_taken(change)} from {site.own_group} takes it from ourselves",
                remedy="write `after: ownerAccepted` if this is a hand-over, or list the group under entries",
            )


def _own_access_at_chargers(site: Site) -> Iterable[Objection]:
    """Where the installation gives us no right to manage, what we may do at a charger hangs on its own permissions."""
    if site.observed.roles is not None and site.observed.roles & MANAGE:
        return
    for change in site.of(Scope.CHARGER_PRINCIPAL, "permissions"):
        principal = _principal(change)
        if site.own_group in (None, principal) and is_group(principal) and takes_away(change):
            yield Objection(
                measured="no Owner or Service on the installation",
                limit=f"{principal} keeps its roles on {change.target.charger}",
                message=f"taking {_taken(change)} on {change.target.charger} from {principal} may lock us out there",
                remedy=f"list the group under the permissions of {change.target.charger}, or name our own group in "
                "fleet.yaml",
                charger=change.target.charger,
            )


def charger_permissions_not_pro(site: Site) -> Iterable[Objection]:
    """On Go and Home there are permissions on the installation only."""
    changes = site.of(Scope.CHARGER_PRINCIPAL, "permissions") if site.observed.pro is False else ()
    for serial in sorted({change.target.charger or "" for change in changes}):
        yield Objection(
            measured="Go / Home",
            limit="Pro",
            message=f"{serial} cannot have permissions of its own: only Zaptec Pro has",
            remedy="take them out of the charger and write them under `permissions` of the installation",
            charger=serial,
        )


def _weakens(site: Site, change: Change) -> bool:
    """Whether our own group would have less; where nobody can read its roles, less than the account has."""
    if not isinstance(change.after, tuple):
        return True
    lost = _lost(change) if isinstance(change.before, tuple) else _rights(site) & ~bits_of(change.after)
    return bool(lost)


def _taken(change: Change) -> str:
    return "roles" if isinstance(change.after, tuple) else "access"


def _guessed(site: Site, there: Collection[str]) -> Iterable[Objection]:
    """Where our group is unknown or has no access: a group goes freely only when another keeps the same rights.

    The API does not say how the account came to its rights, only which it has. Where no group can have given them, the
    login itself has them as a person, and any person may be it.
    """
    if not isinstance(site.observed.permissions, tuple):
        return
    changes = {_principal(change): change for change in site.of(Scope.PRINCIPAL, "permissions")}
    refused = {one for one, (kind, _) in verdicts(site).items() if kind is Removal.REFUSED}
    seen = by_principal(site.observed.permissions)
    ours = _rights(site)
    if site.own_group is None and any(_covers(bits_of(roles), ours) for roles in _groups_left(seen, changes)):
        return
    for principal, change in sorted(changes.items()):
        free = not takes_away(change) or _is_gated(site, change) or not _lost(change) & ours
        told = principal in refused or principal == site.own_group
        no_login = principal in seen and not seen[principal].accepted
        if free or told or no_login or not may_be_ours(principal, own=site.own_group, there=there):
            continue
        yield Objection(
            measured="no user group left with the rights the account has",
            limit="at least 1",
            message=f"taking access from {principal} may take it from ourselves",
            remedy="write `after: ownerAccepted` if this is a hand-over, list it under entries, or name our own group "
            "in fleet.yaml",
        )


def _is_gated(site: Site, change: Change) -> bool:
    return _gate(site, change) is RemovalGate.OWNER_ACCEPTED


def _rights(site: Site) -> int:
    """What of the account's rights lets it manage the site; all of it when nobody told."""
    roles = site.observed.roles
    return MANAGE if roles is None else roles & MANAGE


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
    return bits_of(change.before) & ~bits_of(change.after)


def _principal(change: Change) -> str:
    return change.target.principal or ""
