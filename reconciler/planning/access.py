"""Who may do what: which wishes differ, and which removals are safe now, later, or never.

Only people count as owners who have accepted: a user group that owns a site is usually our own, and says nothing about
whether somebody can manage the site without us. The API does not tell which group the caller belongs to; `group` of
the account in fleet.yaml may. Taking a group away with `after: ownerAccepted` is the normal hand-over; taking away a
group that is or may be ours without that gate is what the guard `own-access` is for.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from reconciler.model.change import Change
from reconciler.model.desired import DesiredPermissions, GuardLimits, PermissionMode, RemovalGate
from reconciler.model.observed import ObservedPermission
from reconciler.model.plan import Gate, Step
from reconciler.model.principal import one_spelling
from reconciler.model.settings import ROLE_BITS
from reconciler.planning.normalise import ordered_roles
from reconciler.records import dataclass

PERSON = "person:"
GROUP = "userGroup:"
OWNER = "owner"
_BITS = dict(ROLE_BITS)
MANAGE = _BITS["owner"] | _BITS["service"]
"""What lets an account manage an installation, as bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Owners once every change is done.

    Attributes:
        secure: People who own the site now, have accepted, and stay owners.
        granted: People whom the changes make owner; a new one must accept first.
        invited: People invited as owner by an earlier run who have not accepted.
        groups: User groups that stay owners.
        named: People whom the file makes owner; access that waits for an owner waits for each of them.
    """

    secure: frozenset[str]
    granted: frozenset[str]
    invited: frozenset[str]
    groups: frozenset[str]
    named: frozenset[str] = frozenset()

    @property
    def missing(self) -> frozenset[str]:
        """Whom the file makes owner, and who was not seen to accept."""
        return self.named - self.secure

    @property
    def accepted(self) -> int:
        """Owners of any kind who need no further acceptance."""
        return len(self.secure) + len(self.groups)


class Removal(StrEnum):
    """What becomes of taking access away."""

    FREE = "free"
    GATED = "gated"
    WAITING = "waiting"
    REFUSED = "refused"


def is_group(principal: str) -> bool:
    """Whether it is a company's team rather than a person."""
    return principal.startswith(GROUP)


def is_identified(principal: str, known: frozenset[str] | None) -> bool:
    """Whether a principal can be told from others: people need an entry in the directory, of which `known` has the ids.

    Without a directory (None) nobody can be told.
    """
    if not principal.startswith(PERSON):
        return True
    return known is not None and principal.removeprefix(PERSON) in known


def by_principal(permissions: Iterable[ObservedPermission]) -> Mapping[str, ObservedPermission]:
    """Observed permissions by identity."""
    return {one_spelling(one.principal): one for one in permissions}


def gates_of(permissions: DesiredPermissions) -> Mapping[str, RemovalGate]:
    """Principals that must not be there, with what must be seen first. An entry wins over a removal."""
    entries = {one_spelling(entry.principal) for entry in permissions.entries}
    absent = {one_spelling(one.principal): one.gate for one in permissions.absent}
    return {principal: gate for principal, gate in absent.items() if principal not in entries}


def others(permissions: DesiredPermissions, observed: Iterable[str]) -> tuple[str, ...]:
    """Who has access besides the entries and must lose it: with `exclusive` everybody not listed."""
    entries = {one_spelling(entry.principal) for entry in permissions.entries}
    absent = gates_of(permissions)
    unlisted = permissions.mode is PermissionMode.EXCLUSIVE
    return tuple(sorted(one for one in observed if one not in entries and (unlisted or one in absent)))


def bits_of(roles: object) -> int:
    """Roles as the cloud counts them; 0 where there are none."""
    return sum(_BITS.get(role, 0) for role in roles) if isinstance(roles, tuple) else 0


def gains_owner(change: Change) -> bool:
    """Whether a principal becomes owner."""
    return _has_owner(change.after) and not _has_owner(change.before)


def loses_owner(change: Change) -> bool:
    """Whether an owner stops being one."""
    return _has_owner(change.before) and not _has_owner(change.after)


def takes_away(change: Change) -> bool:
    """Whether access shrinks: everything, the owner role, or roles without any in return."""
    before, after = _roles(change.before), _roles(change.after)
    removed = not isinstance(change.after, tuple)
    return removed or loses_owner(change) or (bool(before - after) and not after - before)


def named_owners(permissions: DesiredPermissions | None) -> frozenset[str]:
    """People whom the file makes owner."""
    entries = () if permissions is None else permissions.entries
    people = {one_spelling(entry.principal) for entry in entries if OWNER in entry.roles}
    return frozenset(one for one in people if not is_group(one))


def owners_have(owners: Iterable[str]) -> str:
    """`person:c-1 and person:c-2 have`: who must accept; `an owner has` when it is nobody in particular."""
    named = sorted(owners)
    return f"{' and '.join(named)} {'has' if len(named) == 1 else 'have'}" if named else "an owner has"


def giving(observed: Iterable[ObservedPermission], roles: int | None) -> tuple[str, ...]:
    """Who has at least the account's own rights to manage, so that the account may have them from there.

    Args:
        observed: Who has access.
        roles: What the account may do; None when nobody told, which counts as everything.
    """
    ours = MANAGE if roles is None else roles & MANAGE
    return tuple(one.principal for one in observed if bits_of(one.roles) & ours == ours)


def may_be_ours(principal: str, *, own: str | None, there: Collection[str]) -> bool:
    """Whether taking this access away may take it from ourselves.

    The API does not tell how the account came to its access: by our group where that has access, else as a person.
    While nobody told which group is ours, or that one cannot have given us what we may do there (it may be mistyped),
    any group may be it. Where no group can be, it was a person.

    Args:
        principal: Who loses access.
        own: Our own group; None when nobody told.
        there: Who has access with the account's rights (`giving`).
    """
    if is_group(principal):
        return own == principal or own not in there
    return own not in there if own is not None else not any(map(is_group, there))


def owners_after(
    observed: Mapping[str, ObservedPermission], changes: Iterable[Change], *, named: frozenset[str] = frozenset()
) -> Owners:
    """Who owns the site once these changes of permissions are done; `named` are those whom the file makes owner."""
    changed = {change.target.principal or "": _roles(change.after) for change in changes}
    final = {principal: ordered_roles(one.roles) for principal, one in observed.items()} | changed
    owners = {principal for principal, roles in final.items() if OWNER in roles}
    people = {principal for principal in owners if not is_group(principal)}
    before = {one for one in people if one in observed and OWNER in observed[one].roles}
    secure = {one for one in before if observed[one].accepted}
    return Owners(
        secure=frozenset(secure),
        granted=frozenset(people - before),
        invited=frozenset(before - secure),
        groups=frozenset(owners - people),
        named=named,
    )


def needed_owners(
    change: Change, owners: Owners, *, accepted: bool, gate: RemovalGate | None, limits: GuardLimits
) -> int:
    """How many secure owners must remain before this access may be taken away; 0 when it does not matter.

    Args:
        change: Takes access away.
        owners: As they will be.
        accepted: Whether the principal has accepted its present access.
        gate: What the file asks for.
        limits: Fewest accepted owners.
    """
    needed = 1 if gate is RemovalGate.OWNER_ACCEPTED else 0
    if loses_owner(change) and accepted:
        person = not is_group(change.target.principal or "")
        needed = max(needed, limits.min_accepted_owners if person else 0, 0 if owners.groups else 1)
    return needed


def removal(owners: Owners, needed: int, *, gate: RemovalGate | None = None) -> Removal:
    """Whether taking access away is free, must wait within the plan, must wait for a person, or can never happen."""
    if needed == 0:
        return Removal.FREE
    if gate is RemovalGate.OWNER_ACCEPTED and owners.missing:
        if not owners.missing <= owners.granted | owners.invited:
            return Removal.REFUSED
        return Removal.GATED if owners.missing & owners.granted else Removal.WAITING
    if len(owners.secure) >= needed:
        return Removal.GATED
    if owners.granted and len(owners.secure | owners.granted | owners.invited) >= needed:
        return Removal.GATED
    return Removal.WAITING if len(owners.secure | owners.invited) >= needed else Removal.REFUSED


def gate_is_open(
    step: Step,
    changes: Iterable[Change],
    *,
    observed: Iterable[ObservedPermission],
    limits: GuardLimits,
    wish: DesiredPermissions | None,
) -> bool:
    """Whether the access that a step takes away may go now; a step that takes none away is always open.

    A step without a gate is looked at as well: somebody whose invitation was to be taken back may have accepted it.
    Where nobody is on the way, the guard `last-owner` decides instead.

    Args:
        step: The step that is about to run.
        changes: All changes of permissions of the plan at that site, so that owners about to leave do not count.
        observed: Permissions as just read.
        limits: Fewest accepted owners.
        wish: Who shall have access, and what the file itself gates.
    """
    seen = by_principal(observed)
    every = tuple(changes)
    owners = owners_after(seen, every, named=named_owners(wish))
    gated = step.gate is Gate.OWNER_ACCEPTED
    declared = {} if wish is None else gates_of(wish)
    for change in every:
        if change.id not in step.change_ids or not takes_away(change):
            continue
        if owners.missing and declared.get(change.target.principal or "") is RemovalGate.OWNER_ACCEPTED:
            return False
        present = seen.get(change.target.principal or "")
        needed = needed_owners(
            change,
            owners,
            accepted=gated or (present is not None and present.accepted),
            gate=RemovalGate.OWNER_ACCEPTED if gated else None,
            limits=limits,
        )
        left_to_guards = not gated and removal(owners, needed) is Removal.REFUSED
        if len(owners.secure) < needed and not left_to_guards:
            return False
    return True


def _roles(value: object) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _has_owner(value: object) -> bool:
    return OWNER in _roles(value)
