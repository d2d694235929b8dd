"""Paces invitations: a person gets a mail for each, and providers hold back mails that leave by the hundred."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from reconciler.model.attest import permissions_digest
from reconciler.model.change import Change
from reconciler.model.desired import DesiredInstallation, Route
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import Plan
from reconciler.model.principal import one_spelling
from reconciler.model.under_way import Invited
from reconciler.planning.access import by_principal, is_group

WINDOW = timedelta(hours=24)


class Invitations:
    """How many invitations an account may still cause today; several threads may share it.

    Args:
        limit: Per account in 24 hours.
        sent: How many left in the last 24 hours, by account.
        free_at: When the next one may leave once the limit is reached, by account; in 24 hours where it is not known.
    """

    def __init__(self, limit: int, sent: Mapping[str, int], free_at: Mapping[str, datetime]) -> None:
        self._limit = limit
        self._sent = Counter(sent)
        self._free_at = dict(free_at)
        self._lock = Lock()

    def take(self, account: str) -> str:
        """Count one more; empty when it may be sent, otherwise why not and when to go on."""
        with self._lock:
            if self._sent[account] < self._limit:
                self._sent[account] += 1
                return ""
        at = self._free_at.get(account)
        when = "in 24 hours" if at is None else f"after {at:%Y-%m-%d %H:%M} UTC"
        return f"the {self._limit} invitations of this day are used up (invitationsPerDay); apply again {when}"


def invitations(limit: int, invited: Iterable[Invited], now: datetime) -> Invitations:
    """What may still be sent, counting what earlier runs sent in the last 24 hours."""
    recent: dict[str, list[datetime]] = {}
    for one in sorted(invited, key=lambda one: one.at):
        if now - one.at < WINDOW:
            recent.setdefault(one.account, []).append(one.at)
    # With the limit used up, the next may leave when enough of the oldest are a day old.
    free_at = {account: times[max(0, len(times) - limit)] + WINDOW for account, times in recent.items() if limit}
    return Invitations(limit, {account: len(times) for account, times in recent.items()}, free_at)


def unaccepted(changes: Iterable[Change], fresh: Plan) -> tuple[str, ...]:
    """Ids of changes whose access is as it should be and waits for its person, as a fresh plan tells."""
    waiting = {(item.target, item.setting) for item in fresh.waiting}
    return tuple(change.id for change in changes if (change.target, change.setting) in waiting)


def wish_at(site: DesiredInstallation, seen: ObservedInstallation | None) -> Mapping[str, object]:
    """What a file wishes, and who of it was not seen to have accepted: written down before our own access may go."""
    entries = () if site.permissions is None else site.permissions.entries
    there = seen.permissions if seen is not None and isinstance(seen.permissions, tuple) else ()
    accepted = {principal for principal, one in by_principal(there).items() if one.accepted}
    people = sorted({one_spelling(one.principal) for one in entries if not is_group(one.principal)} - accepted)
    return {"permissions": permissions_digest(site), "people": people}


def is_invitation(change: Change) -> bool:
    """Whether a request of ours makes the cloud write to a person: access for one who has none, by partner call."""
    principal = change.target.principal
    gives = isinstance(change.after, tuple) and not isinstance(change.before, tuple)
    return principal is not None and not is_group(principal) and gives and change.route is Route.PARTNER
