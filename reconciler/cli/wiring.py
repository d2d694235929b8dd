"""Join the parts: accounts to clouds, credentials, people, secrets, clocks. Nothing else knows all of them."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.clouds import Opened, open_cloud
from reconciler.cli.credentials import SecretStore
from reconciler.cli.options import current_globals
from reconciler.cli.output import is_terminal
from reconciler.cli.pins import check_pins
from reconciler.live.account import Access, LiveAccount, open_account
from reconciler.model.desired import Account, Cloud
from reconciler.model.people import People, Person
from reconciler.model.ports import Clock, Progress
from reconciler.records import dataclass
from reconciler.report.escape import for_terminal
from reconciler.report.progress import NoProgress, TerminalProgress
from reconciler.workflows.ports import Finder, Observer, Surveyor

if TYPE_CHECKING:
    from reconciler.workflows.context import Reach

__all__ = ["Access", "Connections", "connected", "progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Open accounts by name, and what belongs to them.

    Attributes:
        born_at: When the sandbox's world was made, None as soon as a real cloud takes part.
    """

    accounts: Mapping[str, LiveAccount]
    clocks: Mapping[str, Clock]
    people: People | None
    born_at: datetime | None

    @property
    def clock(self) -> Clock:
        """The time that plans carry: world time in the sandbox."""
        return self.clocks[min(self.clocks)]

    @property
    def clouds(self) -> Mapping[str, str]:
        """Account name and cloud."""
        return {name: live.account.cloud.value for name, live in self.accounts.items()}

    @property
    def observers(self) -> Mapping[str, Observer]:
        """The reading side of each account."""
        return {name: account.observer for name, account in self.accounts.items()}

    @property
    def surveyors(self) -> Mapping[str, Surveyor]:
        """Who reads everything of each account."""
        return {name: account.observer for name, account in self.accounts.items()}

    @property
    def finders(self) -> Mapping[str, Finder]:
        """Who finds chargers by serial in each account."""
        return {name: account.observer for name, account in self.accounts.items()}

    @property
    def reach(self) -> "Mapping[str, Reach]":
        """Both sides of each account; only accounts opened for writing have them."""
        from reconciler.workflows.context import Reach

        return {
            name: Reach(observer=account.observer, executor=account.executor, clock=self.clocks[name])
            for name, account in self.accounts.items()
        }

    @property
    def people_known(self) -> frozenset[str] | None:
        """Ids in the directory of people; None without one."""
        return None if self.people is None else frozenset(person.id for person in self.people.entries)

    @property
    def writes(self) -> int:
        """Requests sent so far that could change something."""
        return sum(account.requests.write for account in self.accounts.values())


class RequestEcho:
    """Request lines on stderr; used with -v only."""

    def write(self, line: str) -> None:
        """Show one redacted line."""
        sys.stderr.write(for_terminal(line) + "\n")


@contextlib.contextmanager
def connected(accounts: Sequence[Account], *, access: Access) -> Iterator[Connections]:
    """Open accounts (at least one); close them and save the sandbox at the end.

    Raises:
        LoginError: Credentials are missing.
        LockedError: Another process holds the sandbox world.
    """
    check_pins(accounts)
    with contextlib.ExitStack() as stack:
        opened: dict[Cloud, Opened] = {}
        for cloud in sorted({account.cloud for account in accounts}):
            opened[cloud] = stack.enter_context(open_cloud(cloud, root=current_globals().root))
        people = _people(opened)
        live = {
            account.name: stack.enter_context(
                contextlib.closing(open_live(account, opened[account.cloud], people=people, access=access))
            )
            for account in accounts
        }
        clocks = {account.name: opened[account.cloud].clock for account in accounts}
        born = {one.born_at for one in opened.values()}
        yield Connections(accounts=live, clocks=clocks, people=people, born_at=born.pop() if len(born) == 1 else None)


def open_live(account: Account, opened: Opened, *, people: People | None, access: Access) -> LiveAccount:
    """One account over an open cloud.

    Raises:
        LoginError: Credentials are missing.
    """
    return open_account(
        account,
        transport=opened.transport(),
        base_url=opened.base_url,
        credentials=opened.credentials(account),
        clock=opened.clock,
        people=people,
        concurrency=current_globals().concurrency,
        mode=access,
        progress=progress(),
        secrets=SecretStore(),
        log=RequestEcho() if current_globals().verbosity else None,
    )


def _people(opened: Mapping[Cloud, Opened]) -> People | None:
    """The operator's directory; the sandbox brings its own."""
    path = os.environ.get("FLEET_PEOPLE")
    if path:
        from reconciler.loading.people import load_people

        return load_people(Path(path))
    if set(opened) == {Cloud.SANDBOX}:
        from reconciler.sandbox.people import people

        entries = (Person(id=id_, email=email, name=name, language=lang) for id_, email, name, lang in people())
        return People(entries=tuple(entries))
    return None


def progress() -> Progress:
    """A progress bar on a terminal, nothing elsewhere."""
    return TerminalProgress() if is_terminal(sys.stderr) else NoProgress()
