"""Holds the accounts of a run, and tells of a run that was killed while it held one."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.cli.clouds import SANDBOX_USERNAME, sandbox_path
from reconciler.cli.credentials import credentials_of, required_credentials
from reconciler.cli.output import say
from reconciler.live.account import ZAPTEC_URL
from reconciler.model.desired import Account, Cloud
from reconciler.report.escape import for_terminal
from reconciler.store.lock import Held, Holder, account_lock, machine_lock
from reconciler.store.runs import is_begun


@contextlib.contextmanager
def held(accounts: Sequence[Account], *, root: Path, run_id: str) -> Iterator[None]:
    """Hold each account beside this fleet, and each login on this machine.

    Raises:
        LockedError: Another apply holds one of them.
        LoginError: An account of the real cloud has no credentials.
    """
    logins = {login_of(account, root): account.name for account in accounts}
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(account_lock(root, account.name, run_id)) for account in accounts]
        found += [
            stack.enter_context(machine_lock(login, name, root=root, run_id=run_id))
            for login, name in sorted(logins.items())
        ]
        _tell_of_abandoned(found, root=root, run_id=run_id)
        yield


def login_of(account: Account, root: Path) -> tuple[str, ...]:
    """Who logs in where: the same for the same user at the same cloud, whatever the account is called.

    Raises:
        LoginError: An account of the real cloud has no credentials.
    """
    if account.cloud is Cloud.ZAPTEC:
        return (account.cloud.value, ZAPTEC_URL, _folded(required_credentials(account).username))
    url = os.environ.get("RECONCILER_SANDBOX_URL")
    if not url:
        return (account.cloud.value, str(sandbox_path(root).resolve()))
    credentials = credentials_of(account)
    username = SANDBOX_USERNAME if credentials is None else credentials.username
    # It is on loopback under whatever name, so the port tells which one it is.
    return (account.cloud.value, urlsplit(url).netloc.rpartition(":")[2], _folded(username))


def _folded(username: str) -> str:
    return username.strip().casefold()


def _tell_of_abandoned(found: Sequence[Held], *, root: Path, run_id: str) -> None:
    runs = {(one.abandoned.run_id, one.abandoned.root): one.abandoned for one in found if one.abandoned is not None}
    for one in runs.values():
        if one.run_id != run_id and is_begun(one.root, one.run_id):
            say(for_terminal(_abandoned(one, root)))


def _abandoned(holder: Holder, root: Path) -> str:
    run = holder.run_id
    where = "" if holder.root == root else f" in {holder.root}"
    return (
        f"note: run {run}{where} ended in the middle of its work; `reconciler apply --resume {run}` goes on there and "
        "tells what became of each of its changes"
    )
