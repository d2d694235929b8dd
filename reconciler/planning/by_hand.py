"""Wishes about people that no call reads: in the open, until a person's word covers them or they are waited for."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time

from reconciler.model.change import Change
from reconciler.model.desired import Account, Attestation, DesiredInstallation, PermissionMode, RemovalGate
from reconciler.model.plan import UnverifiableItem, WaitingItem
from reconciler.model.principal import one_spelling
from reconciler.model.value import ABSENT, Absent
from reconciler.planning.access import OWNER, gates_of, is_group, named_owners, owners_have
from reconciler.planning.attested import ours_of, unlisted_ours, word_on
from reconciler.planning.lookup import Lookup
from reconciler.planning.normalise import ordered_roles
from reconciler.planning.site import route_of
from reconciler.planning.wanted import PERMISSIONS
from reconciler.planning.wishes import NO_CALL, NO_WISHES, Place, Wish, Wishes, unverifiable
from reconciler.records import dataclass

ASKED = "a worksheet asks for it; attest it once the Portal shows it"
NOT_ACCEPTED = "invited in the Portal; attest it with --accepted once the owner has accepted"
AFTER_OWNER = "loses access once {} accepted, which somebody must attest (--accepted)"
LEAVES = "the owner has accepted; taking this group out in the Portal is the last step"
UNLISTED = "our account sees the installation, so it has access, and the file, which shuts others out, does not list it"
STAYS = "our account still sees the installation, so nobody's word says that this group is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is known of one place that nobody can read.

    Attributes:
        word: A person's word for exactly these permissions that still holds.
        gates: Who must go, with what must be seen first.
        ours: Whose removal may be that of our own access.
        asked: Since when a worksheet asks for each.
        owners: People whom the file makes owner.
    """

    word: Attestation | None
    gates: Mapping[str, RemovalGate]
    ours: frozenset[str]
    asked: Mapping[str, datetime]
    owners: frozenset[str]

    @property
    def word_at(self) -> datetime | None:
        """The first moment of the day of the word."""
        return None if self.word is None else datetime.combine(self.word.attested_on, time(tzinfo=UTC))


def wishes_by_hand(place: Place, lookup: Lookup) -> Wishes:
    """Every wish that no word covers, each waited for since a worksheet asked for it, else told as not verifiable.

    Whether somebody who must leave an installation is its last owner is not known either, so people go only after an
    owner accepted, and so does every group that is or may be ours. That one no word covers: our account still looks.
    A charger keeps the owners of its installation.
    """
    wishes = _all(place)
    told = _told(place, wishes, lookup)
    unread = wishes if told.word is None else {one: wish for one, wish in wishes.items() if one in told.ours}
    ours = _unlisted(place, told, lookup)
    if told.word is not None and not unread and not ours:
        return NO_WISHES
    waiting = tuple(_waiting(place, unread, told))
    waited = {item.target.principal for item in waiting}
    reason = "no documented call reads permissions; attest them once they are set in the Portal"
    items = [unverifiable(place, one, reason) for one in sorted(unread) if one not in waited]
    if place.permissions.mode is PermissionMode.EXCLUSIVE and told.word is None:
        items.append(unverifiable(place, None, "no documented call tells who else has access"))
    free = place.charger is not None
    careful = {
        one: gate if free or (is_group(one) and one not in told.ours) else RemovalGate.OWNER_ACCEPTED
        for one, gate in told.gates.items()
    }
    return Wishes(unread=unread, gates=careful, waiting=waiting, unverifiable=(*items, *ours))


def _unlisted(place: Place, told: _Told, lookup: Lookup) -> tuple[UnverifiableItem, ...]:
    """Our own group, where a word says that nobody has access whom the file does not list."""
    own = lookup.accounts[place.desired.account].own_principal
    unlisted = unlisted_ours(place.permissions, own) if told.word is not None and place.charger is None else ""
    return (unverifiable(place, own, f"{unlisted}: {UNLISTED}"),) if unlisted else ()


def _all(place: Place) -> dict[str, Wish]:
    entries = place.permissions.entries
    wishes = {one_spelling(one.principal): Wish(before=NO_CALL, after=ordered_roles(one.roles)) for one in entries}
    return wishes | {one: Wish(before=NO_CALL, after=ABSENT) for one in gates_of(place.permissions)}


def _told(place: Place, wishes: Mapping[str, Wish], lookup: Lookup) -> _Told:
    desired = place.desired
    account = lookup.accounts[desired.account]
    gates = gates_of(place.permissions)
    asked = _asked(place, wishes, account, lookup.policy.asked)
    return _Told(
        word=word_on(desired, lookup.attestations.get(desired.id, ()), today=lookup.policy.now.date()),
        gates=gates,
        ours=ours_of(place.permissions, account.own_principal) if place.charger is None else frozenset(),
        asked=asked,
        owners=named_owners(place.permissions),
    )


def _asked(
    place: Place, wishes: Mapping[str, Wish], account: Account, asked: Mapping[str, datetime]
) -> dict[str, datetime]:
    """Since when a worksheet asks for each; what none asks for is left out."""
    changes = (_change(place, principal, wish, account) for principal, wish in wishes.items() if asked)
    return {change.target.principal or "": asked[change.id] for change in changes if change.id in asked}


def _change(place: Place, principal: str, wish: Wish, account: Account) -> Change:
    """The change that a plan holds for it, by whose id a worksheet asks; where the wish stands does not matter."""
    return Change(
        target=place.target(principal),
        installation_name=place.desired.name,
        setting=PERMISSIONS,
        before=wish.before,
        after=wish.after,
        route=route_of(account, place.row.route_key),
        file="",
        line=0,
    )


def asked_to_leave(site: DesiredInstallation, account: Account, asked: Mapping[str, datetime]) -> datetime | None:
    """Since when a worksheet asks for the removal of what is or may be our own access; None when none does."""
    if site.permissions is None:
        return None
    place = Place(desired=site, permissions=site.permissions)
    ours = ours_of(site.permissions, account.own_principal)
    wishes = {one: Wish(before=NO_CALL, after=ABSENT) for one in sorted(ours)}
    return min(_asked(place, wishes, account, asked).values(), default=None)


def _waiting(place: Place, unread: Mapping[str, Wish], told: _Told) -> Iterator[WaitingItem]:
    """Who is waited for: everybody whom a worksheet asks about, and after a word its owners and our own group."""
    for principal in sorted(unread):
        since = told.asked.get(principal)
        if told.word is not None or since is not None:
            yield _item(place, principal, _why(principal, unread[principal], told), _since(principal, told))
    if told.word is None or told.word.accepted:
        return
    for principal in sorted(owner for owner in _owners(place) if owner not in unread):
        yield _item(place, principal, NOT_ACCEPTED, told.asked.get(principal) or told.word_at)


def _why(principal: str, wish: Wish, told: _Told) -> str:
    leaves = isinstance(wish.after, Absent) and told.gates.get(principal) is RemovalGate.OWNER_ACCEPTED
    if told.word is not None and told.word.accepted:
        return LEAVES if leaves else STAYS
    if leaves:
        return AFTER_OWNER.format(owners_have(told.owners))
    return ASKED if told.word is None else STAYS


def _since(principal: str, told: _Told) -> datetime | None:
    """When it was asked for; what comes after the owner could not begin before somebody said that he has accepted."""
    asked, word_at = told.asked.get(principal), told.word_at
    known = [one for one in (asked, word_at if told.word is not None and told.word.accepted else None) if one]
    return max(known, default=word_at)


def _owners(place: Place) -> Iterator[str]:
    """People who shall own the place and for whom somebody else must leave it."""
    if RemovalGate.OWNER_ACCEPTED not in gates_of(place.permissions).values():
        return
    for entry in place.permissions.entries:
        if OWNER in entry.roles and not is_group(entry.principal):
            yield one_spelling(entry.principal)


def _item(place: Place, principal: str, reason: str, since: datetime | None) -> WaitingItem:
    return WaitingItem(
        target=place.target(principal),
        installation_name=place.desired.name,
        setting=PERMISSIONS,
        reason=reason,
        since=since,
    )
