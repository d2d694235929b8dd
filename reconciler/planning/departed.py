"""Which hand-overs are over where our account sees nothing any more, by what the files wish today."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import date, datetime

from reconciler.model.attest import fingerprint_of
from reconciler.model.departure import Departure
from reconciler.model.desired import Account, Attestation, DesiredFleet, DesiredInstallation
from reconciler.model.sighting import Sighting, Sightings, settings_digest
from reconciler.planning.attested import ours_of, words_on
from reconciler.planning.handover_words import GONE, why_lost
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of installations that our account does not see any more.

    Attributes:
        gone: Groups whose access runs of ours took away, as far as no later look speaks against it.
        seen: What our account saw last of each.
        blind: Accounts that show no installation at all.
    """

    gone: tuple[Departure, ...] = ()
    seen: Sightings = field(default_factory=dict)
    blind: frozenset[str] = frozenset()


def departure_of(site: DesiredInstallation, account: Account, gone: Iterable[Departure]) -> Departure | None:
    """How a run took a group away that is or may be ours, with the permissions that the file has now."""
    ours = frozenset() if site.permissions is None else ours_of(site.permissions, account.own_principal)
    return next((one for one in gone if one.is_of(site, ours)), None)


def doubts_about(
    site: DesiredInstallation,
    account: Account,
    known: Known,
    *,
    word: Attestation | None,
    asked_at: datetime | None = None,
) -> tuple[str, ...]:
    """Why nobody knows whether a hand-over came to its good end, in words; nothing where it did.

    A run of ours that took our access away last knows it, unless our account was seen to be let in once more and found
    something open. A person's word counts with what our account saw last; where that does not bear it out, only a word
    about the end itself does (`attest --left`).

    Args:
        site: An installation that our account does not see.
        account: Its account.
        known: What is known besides the files.
        word: What somebody attests of exactly these permissions.
        asked_at: Since when a worksheet asks for the removal of our access.
    """
    left = departure_of(site, account, known.gone)
    seen = known.seen.get((site.account, site.id))
    if left is not None and not left.unaccepted:
        if seen is None or not seen.open or left.at is None or seen.at <= left.at:
            return ()
        if word is None or not word.left:
            return (f"{GONE}, and {_was_open(seen)}",)
    elif word is None or not word.accepted:
        return (why_lost(asked_at, () if left is None else left.unaccepted),)
    against = tuple(_against(word, site, seen, blind=account.name in known.blind))
    return (f"{GONE}, and {'; '.join(against)}",) if against else ()


def _was_open(seen: Sighting) -> str:
    return f"when our account saw it last ({seen.at:%Y-%m-%d %H:%M} UTC), this was open: {', '.join(seen.open)}"


def _against(word: Attestation, site: DesiredInstallation, seen: Sighting | None, *, blind: bool) -> Iterator[str]:
    after = seen is not None and seen.word == fingerprint_of(word)
    if seen is not None and after and seen.unaccepted:
        yield f"after somebody attested it, our account read that {', '.join(seen.unaccepted)} has not accepted"
    if seen is not None and after and word.left:
        yield f"our account saw it again ({seen.at:%Y-%m-%d %H:%M} UTC) after somebody attested the end"
    if word.left:
        return
    if seen is None:
        yield "nothing here tells whether the settings were as the file has them"
    elif seen.wanted != settings_digest(site):
        yield f"the file wants other settings than when our account saw it last ({seen.at:%Y-%m-%d %H:%M} UTC)"
    elif seen.open:
        yield _was_open(seen)
    if blind:
        yield "the account shows no installation at all, as if the login had lost its user group"


def departed(desired: DesiredFleet, known: Known, *, today: date) -> frozenset[tuple[str, str]]:
    """Accounts and ids of installations that would be handed over to the end, were they not seen any more."""
    sites = tuple(leaving(desired))
    words = words_on(sites, desired.attestations, today=today)
    doubts = ((one, doubts_about(one, desired.account(one.account), known, word=words.get(one.id))) for one in sites)
    return frozenset((site.account, site.id) for site, why in doubts if not why)


def leaving(desired: DesiredFleet) -> Iterator[DesiredInstallation]:
    """Installations whose files take a group away that is or may be ours."""
    for site in desired.installations:
        own = desired.account(site.account).own_principal
        if site.permissions is not None and ours_of(site.permissions, own):
            yield site
