"""Whether documents of shards may be joined: the same files, the same program, and every account exactly once."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from reconciler.errors import InvalidDocumentError
from reconciler.model.desired import WholeFleet
from reconciler.model.plan import Counts, Coverage
from reconciler.model.shard import Shard, Sighting
from reconciler.records import dataclass

_ORDINARY = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)
"""An id or the name of an account as we write it; anything else is not repeated."""


class Missing(StrEnum):
    """What to do about accounts that no document is about."""

    REFUSE = "refuse"
    TELL = "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one document says about itself.

    Attributes:
        where: The file that it stands in.
        commit: Of its files; None where it does not say.
        accounts: Those that it is about, sorted.
        sites: Account and id of the installations that it says something about as its own.
        coverage: None where it does not compare.
    """

    where: str
    tool_version: str
    commit: str | None
    selection: str | None
    shard: Shard | None
    accounts: tuple[str, ...]
    sites: frozenset[tuple[str, str]]
    coverage: Coverage | None = None


def is_whole(told: Sequence[Told]) -> bool:
    """Whether there is one document and it is about the whole fleet already."""
    return len(told) == 1 and told[0].shard is None and told[0].selection is None


def check_joinable(told: Sequence[Told], *, missing: Missing = Missing.REFUSE) -> WholeFleet:
    """The fleet that these shards are of; `is_whole` is for whatever needs no joining.

    Raises:
        InvalidDocumentError: They do not fit together, or an account is missing.
    """
    whole = _same_whole(told)
    for one in told:
        _check_own(one, whole)
    owners: dict[str, str] = {}
    places: dict[str, str] = {}
    for one in told:
        _check_new(one.accounts, owners, one.where, what="account {} is in more than one of them")
        ids = {site for _, site in one.sites}
        _check_new(ids, places, one.where, what="installation {} is in more than one of them")
    left = [name for name in whole.accounts if name not in owners]
    if left and missing is Missing.REFUSE:
        raise _unfit(
            f"nothing is here of account {', '.join(left)}: {len(whole.accounts) - len(left)} of "
            f"{len(whole.accounts)} accounts were given",
            told,
            remedy=f"give the document of each, made with --account {left[0]}{' and so on' if left[1:] else ''}",
        )
    if not left:
        _check_counts(told, whole)
    return whole


def _same_whole(told: Sequence[Told]) -> WholeFleet:
    for one in told:
        if one.shard is None:
            about = "the whole fleet" if one.selection is None else f"a part that is no whole account: {one.selection}"
            raise InvalidDocumentError(
                f"it is about {about}, so it is no shard",
                where=one.where,
                remedy="give documents made with --account and no other selection (`reconciler shards` lists them)",
            )
    shards = [one.shard for one in told if one.shard is not None]
    first = told[0]
    if len({one.tool_version for one in told}) > 1:
        raise _unfit("they were made by different versions of the program", told, remedy="make all with the same one")
    if any(shard.whole != shards[0].whole for shard in shards) or any(one.commit != first.commit for one in told):
        raise _unfit("they were made from different files", told, remedy="make all from the same commit")
    return shards[0].whole


def _check_own(one: Told, whole: WholeFleet) -> None:
    """What a document tells about itself must fit together, whoever wrote it."""
    strange = sorted({account for account, _ in one.sites} - {*one.accounts})
    if strange or not {*one.accounts} <= {*whole.accounts} or not one.accounts:
        raise InvalidDocumentError(
            "it contradicts itself: what it is about does not fit its accounts",
            where=one.where,
            remedy="make it again; documents are not edited by hand",
        )


def _check_new(names: Iterable[str], owners: dict[str, str], where: str, *, what: str) -> None:
    for name in sorted(names):
        if name in owners:
            raise InvalidDocumentError(
                what.format(name if _ORDINARY.fullmatch(name) else "…"),
                where=f"{owners[name]} and {where}",
                remedy="give each shard once; an installation has one file, and so one account",
            )
        owners[name] = where


def _check_counts(told: Sequence[Told], whole: WholeFleet) -> None:
    """All accounts together are all files; otherwise something was left out on the way."""
    counted = [one.coverage for one in told if one.coverage is not None]
    if not counted:
        return
    sites = sum(one.installations.desired for one in counted)
    chargers = sum(one.chargers.desired for one in counted)
    if (sites, chargers) != (whole.installations, whole.chargers):
        raise _unfit(
            f"together they are about {sites} installations and {chargers} chargers, and the files have "
            f"{whole.installations} and {whole.chargers}",
            told,
            remedy="make all of them again; documents are not edited by hand",
        )


def _unfit(what: str, told: Sequence[Told], *, remedy: str) -> InvalidDocumentError:
    return InvalidDocumentError(what, where=", ".join(one.where for one in told), remedy=remedy)


def summed(coverages: Sequence[Coverage]) -> Coverage:
    """Coverage of all shards together."""
    return Coverage(
        installations=_summed([one.installations for one in coverages]),
        chargers=_summed([one.chargers for one in coverages]),
    )


def _summed(counts: Sequence[Counts]) -> Counts:
    return Counts(
        desired=sum(one.desired for one in counts),
        compared=sum(one.compared for one in counts),
        unreadable=sum(one.unreadable for one in counts),
        unmanaged=sum(one.unmanaged for one in counts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What shards show of each other, by what a plan of all accounts would have found first."""

    installations: dict[str, str]
    chargers: dict[str, Sighting]


def seen_in_shards(shards: Iterable[Shard | None]) -> Seen:
    """Which account shows an installation that the account of its file does not, and where moved chargers are."""
    sightings = [one for shard in shards if shard is not None for one in shard.sightings]
    by_account = sorted((one for one in sightings if one.serial is None), key=lambda one: one.account, reverse=True)
    moved = sorted(
        (one for one in sightings if one.serial is not None), key=lambda one: (one.installation_id, one.account)
    )
    return Seen(
        installations={one.installation_id: one.account for one in by_account},
        chargers={one.serial: one for one in moved if one.serial is not None},
    )
