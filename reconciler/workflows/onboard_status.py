"""Where links stand that went out: what redirects told, and what lists tell about those that never came back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from reconciler.model.consent import IssuedLink, LinkState, LinkStatus, NotGranted, Outcome
from reconciler.planning.consent_claims import others_who_may, taken_since
from reconciler.records import dataclass


class Grants(Protocol):
    """Zaptec's own filter; one per account."""

    def not_granted(self, lookup_key: str) -> tuple[tuple[str, str], ...]:
        """Id and name of every installation that our account sees and that user group does not."""
        ...


def statuses(
    links: Sequence[IssuedLink], visible: Mapping[str, frozenset[str]], files: Mapping[str, str], *, now: datetime
) -> tuple[LinkStatus, ...]:
    """Where each link stands; what became visible since tells of grants that no redirect told.

    Args:
        links: By time of issue.
        visible: By account: the ids that it sees now.
        files: Installation id and file of everything that has one.
        now: Decides what has expired.
    """
    found = candidates(links, visible, files)
    return tuple(_seen(_status(link, _Others(links=links, found=found, now=now), files), visible) for link in links)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Others:
    """What a link is judged beside: all links, what each unanswered one may have brought, and the time."""

    links: Sequence[IssuedLink]
    found: Mapping[str, tuple[str, ...]]
    now: datetime


def _seen(one: LinkStatus, visible: Mapping[str, frozenset[str]]) -> LinkStatus:
    is_hidden = one.link.claimed_id not in visible.get(one.link.account, frozenset())
    return replace(one, is_withdrawn=one.file is not None and is_hidden)


def candidates(
    links: Sequence[IssuedLink], visible: Mapping[str, Collection[str]], files: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """By digest of each unanswered link: the ids that it may have brought, none when nothing new is visible."""
    return {
        link.digest: _found_since(link, visible.get(link.account, ()), {*files, *taken_since(link, links)})
        for link in links
        if link.state is LinkState.ISSUED
    }


def _status(link: IssuedLink, beside: _Others, files: Mapping[str, str]) -> LinkStatus:
    file = files.get(link.claimed_id or "")
    match link.state:
        case LinkState.GRANTED:
            return LinkStatus(link=link, outcome=Outcome.GRANTED, file=file)
        case LinkState.DENIED:
            return LinkStatus(link=link, outcome=Outcome.DENIED)
        case LinkState.CLAIMED:
            return LinkStatus(link=link, outcome=Outcome.NOT_YET_READABLE, file=file)
        case LinkState.CANCELLED:
            return LinkStatus(link=link, outcome=Outcome.CANCELLED)
        case LinkState.NEEDS_REVIEW:
            return LinkStatus(link=link, outcome=link.outcome or Outcome.NEEDS_REVIEW, file=file)
        case LinkState.ISSUED:
            return _unanswered(link, beside)


def _unanswered(link: IssuedLink, beside: _Others) -> LinkStatus:
    found = beside.found[link.digest]
    if not found:
        told = link.outcome or Outcome.CLOSED
        if beside.now >= link.expires_at:
            return LinkStatus(link=link, outcome=Outcome.EXPIRED)
        return LinkStatus(link=link, outcome=told, waits_since=link.issued_at)
    is_sure = len(found) == 1 and not others_who_may(link, found[0], beside.links, now=beside.now)
    return LinkStatus(link=link, outcome=Outcome.GRANTED if is_sure else Outcome.NEEDS_REVIEW, found=found)


def _found_since(link: IssuedLink, visible: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """What an unanswered link may have brought: the installation that it names, or all that are new and nobody's."""
    if link.installation_id is not None:
        is_new = link.installation_id in visible and link.installation_id not in link.visible
        return (link.installation_id,) if is_new else ()
    return tuple(sorted(set(visible) - set(link.visible) - set(known)))


def not_granted(asked: Mapping[str, Grants], keys: Mapping[str, Collection[str]]) -> tuple[NotGranted, ...]:
    """What has not been granted yet, by account and lookup key, per Zaptec's own filter.

    Raises:
        CloudError: A login or a list failed.
    """
    return tuple(
        NotGranted(account=account, lookup_key=key, installation_id=found, name=name)
        for account in sorted(asked)
        for key in sorted(keys.get(account, ()))
        for found, name in asked[account].not_granted(key)
    )
