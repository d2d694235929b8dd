"""Which installations a plan for a part of the fleet has surely not looked at, told from its selection in words."""

from collections.abc import Sequence
from itertools import takewhile

from reconciler.loading.select import matches
from reconciler.model.desired import DesiredFleet, DesiredInstallation

_ACCOUNT = "account "
_WITHOUT = "without "


def outside_of(selection: str, fleet: DesiredFleet, sites: Sequence[DesiredInstallation]) -> frozenset[str]:
    """Ids of those sites that are surely not part of a selection.

    The words are resolved against the files of today. Whatever means nothing there any more may have meant every site,
    for instance one whose file was renamed, or a name with a comma in it.

    Args:
        selection: As `select` describes it: `account main, kaia*, without Elveveien 12`.
        fleet: All that the files declare.
        sites: Those to judge.
    """
    accounts, words = _accounts_of(selection.split(", "), fleet)
    taken = [word for word in words if not word.startswith(_WITHOUT)]
    left_out = [word.removeprefix(_WITHOUT) for word in words if word.startswith(_WITHOUT)]
    clear = all(_means_something(word, fleet) for word in (*taken, *left_out))
    return frozenset(
        site.id
        for site in sites
        if (accounts and site.account not in accounts)
        or (clear and taken and not _any_means(taken, site, fleet))
        or (clear and _any_means(left_out, site, fleet))
    )


def _accounts_of(words: list[str], fleet: DesiredFleet) -> tuple[frozenset[str], list[str]]:
    known = {f"{_ACCOUNT}{account.name}" for account in fleet.accounts}
    named = list(takewhile(lambda word: word in known, words))
    return frozenset(word.removeprefix(_ACCOUNT) for word in named), words[len(named) :]


def _means_something(word: str, fleet: DesiredFleet) -> bool:
    return any(matches(site, word, fleet.path) for site in fleet.installations)


def _any_means(words: Sequence[str], site: DesiredInstallation, fleet: DesiredFleet) -> bool:
    return any(matches(site, word, fleet.path) for word in words)
