"""What `onboard status` reads: the links on disk, what our accounts see, and who has not granted yet."""

from collections.abc import Sequence

from reconciler import __version__
from reconciler.cli.onboard_files import load_the_fleet
from reconciler.cli.options import current_globals
from reconciler.cli.wiring import Access, connected
from reconciler.errors import UsageProblemError
from reconciler.model.consent import IssuedLink, Onboardings
from reconciler.model.desired import Account, DesiredFleet
from reconciler.model.observed import Breadth
from reconciler.store.nonces import Links
from reconciler.workflows.onboard_status import not_granted, statuses


def standing() -> Onboardings:
    """Everything about links of the chosen accounts.

    Raises:
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    fleet = load_the_fleet()
    accounts = _accounts(fleet.desired)
    names = {one.name for one in accounts}
    links = [link for link in Links(current_globals().root).all() if link.account in names]
    keys = {one.name: _keys(one, links) for one in accounts}
    with connected(accounts, access=Access.READ_ONLY) as connections:
        visible = {
            name: frozenset(site.id for site in observer.observe([], breadth=Breadth.ACCOUNT).installations)
            for name, observer in connections.observers.items()
        }
        asked = {name: live.observer for name, live in connections.accounts.items()}
        now = connections.clock.now()
        return Onboardings(
            tool_version=__version__,
            created_at=now,
            links=statuses(links, visible, fleet.files, now=now),
            not_granted=not_granted(asked, keys),
        )


def _accounts(desired: DesiredFleet) -> list[Account]:
    found = [one for one in desired.accounts if current_globals().chooses(one.name)]
    if not found:
        raise UsageProblemError(
            "there is no account of that name", where="--account", remedy="see `accounts:` in fleet.yaml"
        )
    return found


def _keys(account: Account, links: Sequence[IssuedLink]) -> frozenset[str]:
    """The user groups that asked for an account, and its own."""
    asked = {link.lookup_key for link in links if link.account == account.name}
    return frozenset(asked | ({account.group} if account.group is not None else set()))
