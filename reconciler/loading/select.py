"""Chooses a part of the fleet by file, folder, id, name, serial or label."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from reconciler.errors import UsageProblemError
from reconciler.loading.files import printable
from reconciler.loading.fingerprint import desired_digest
from reconciler.loading.nearest import nearest
from reconciler.loading.not_found import looks_like_a_path, nearest_path
from reconciler.loading.selector import Selector, selector_of, words_of
from reconciler.model.desired import DesiredFleet, DesiredInstallation, WholeFleet


def select(
    fleet: DesiredFleet, *, selectors: Sequence[str], exclude: Sequence[str], accounts: Sequence[str] = ()
) -> DesiredFleet:
    """The installations that match any selector and no exclusion; the fleet itself when nothing is asked for.

    A serial chooses its whole installation. The digest of a part is over that part. Accounts alone are a shard.

    Raises:
        UsageProblemError: Something matches nothing, or nothing is left.
    """
    if not selectors and not exclude and not accounts:
        return fleet
    candidates = _of_accounts(fleet, accounts)
    wanted = _ids(candidates, selectors, fleet) if selectors else {site.id for site in candidates}
    unwanted = _ids(candidates, exclude, fleet)
    chosen = tuple(site for site in candidates if site.id in wanted - unwanted)
    if not chosen:
        raise UsageProblemError(
            "the selection is empty",
            where=_described(selectors, exclude, accounts),
            remedy="exclude less; `reconciler plan` without a selector takes the whole fleet",
        )
    part = _part(fleet, chosen, _described(selectors, exclude, accounts))
    return part if selectors or exclude else _as_shard(part, fleet)


def matches(site: DesiredInstallation, selector: str, fleet_path: str) -> bool:
    """Whether one selector means this installation; of a file the name alone is enough."""
    return _is_meant(selector_of((selector,), fleet_path), site)


def _is_meant(asked: Selector, site: DesiredInstallation) -> bool:
    serials = [charger.serial for charger in site.chargers]
    return asked.means(words_of(site.id, site.name, site.file), site.file, serials=serials, labels=site.labels)


def _of_accounts(fleet: DesiredFleet, accounts: Sequence[str]) -> tuple[DesiredInstallation, ...]:
    if not accounts:
        return fleet.installations
    names = [known.name for known in fleet.accounts]
    for account in accounts:
        if account not in names:
            near, known = nearest(account, names), ", ".join(names)
            raise UsageProblemError(
                f"fleet.yaml has no account {printable(account)}",
                where="--account",
                remedy=f"did you mean {near}? known: {known}" if near else f"known: {known}",
            )
    return tuple(site for site in fleet.installations if site.account in accounts)


def _ids(sites: tuple[DesiredInstallation, ...], selectors: Iterable[str], fleet: DesiredFleet) -> set[str]:
    found: set[str] = set()
    for selector in selectors:
        asked = selector_of((selector,), fleet.path)
        matching = {site.id for site in sites if _is_meant(asked, site)}
        if not matching:
            raise UsageProblemError(
                f"{printable(selector)} matches no installation",
                where="the selection",
                remedy=_did_you_mean(selector, sites),
            )
        found |= matching
    return found


def _stem(site: DesiredInstallation) -> str:
    return os.path.basename(site.file).removesuffix(".yaml")


def _known_words(sites: tuple[DesiredInstallation, ...]) -> Iterator[str]:
    for site in sites:
        yield from (site.name, site.id, _stem(site))
        yield from (charger.serial for charger in site.chargers)
        yield from (f"{key}={value}" for key, value in site.labels)


def _files_and_folders(sites: tuple[DesiredInstallation, ...]) -> Iterator[str]:
    for site in sites:
        yield site.file
        yield from (str(folder) for folder in list(PurePosixPath(site.file).parents)[:-3])


def _did_you_mean(word: str, sites: tuple[DesiredInstallation, ...]) -> str:
    if looks_like_a_path(word):
        near = nearest_path(word, _files_and_folders(sites))
    else:
        near = nearest(word, _known_words(sites))
    hint = f"did you mean {near}? " if near else ""
    return f"{hint}use a file, a folder, an installation id or name (with * if you like), a serial, or label=value"


def _described(selectors: Sequence[str], exclude: Sequence[str], accounts: Sequence[str]) -> str:
    parts = [account_words(accounts)] if accounts else []
    return printable(", ".join([*parts, *selectors, *(f"without {name}" for name in exclude)]))


def account_words(accounts: Iterable[str]) -> str:
    """How a selection of accounts is told, in the same words whatever their order was."""
    return ", ".join(f"account {name}" for name in sorted(set(accounts)))


def _part(fleet: DesiredFleet, chosen: tuple[DesiredInstallation, ...], description: str) -> DesiredFleet:
    ids = {site.id for site in chosen}
    accounts = {site.account for site in chosen}
    part = replace(
        fleet,
        accounts=tuple(account for account in fleet.accounts if account.name in accounts),
        installations=chosen,
        deviations=tuple(deviation for deviation in fleet.deviations if deviation.installation_id in ids),
        attestations=tuple(attestation for attestation in fleet.attestations if attestation.installation_id in ids),
        selection=description,
    )
    return replace(part, digest=desired_digest(part))


def _as_shard(part: DesiredFleet, fleet: DesiredFleet) -> DesiredFleet:
    used = {site.account for site in part.installations}
    whole = WholeFleet(
        digest=fleet.digest,
        accounts=tuple(sorted({site.account for site in fleet.installations})),
        installations=len(fleet.installations),
        chargers=sum(len(site.chargers) for site in fleet.installations),
        limits=fleet.limits,
    )
    return replace(part, shard_of=whole, others=tuple(site for site in fleet.installations if site.account not in used))
