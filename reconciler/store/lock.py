"""One apply per account on a machine, and who holds it."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from reconciler.errors import LockedError
from reconciler.store.files import make_private_folder, unwritable, write_atomically
from reconciler.store.layout import state_folder
from reconciler.store.moments import from_text, to_text, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock; `since` is the machine's time, also in the sandbox."""

    pid: int
    host: str
    run_id: str
    since: datetime

    @property
    def is_alive(self) -> bool:
        """False only when its process is known to be gone; of another machine nothing is known."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lock that we hold.

    Attributes:
        abandoned: The run that held it last and ended without giving it back, killed for instance; it can be resumed.
    """

    holder: Holder
    abandoned: Holder | None


@contextlib.contextmanager
def account_lock(root: Path, account: str, run_id: str) -> Iterator[Held]:
    """Hold an account while the context lasts. It ends with the process, however that ends.

    Args:
        root: The folder that holds `fleet/`.
        account: Name of the account in fleet.yaml.
        run_id: The run that wants it.

    Raises:
        LockedError: Another apply holds it; says which, since when and for how long.
    """
    lock, holder_file = _files(root, account)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise _locked(account, _read_holder(holder_file)) from None
    except OSError as error:
        raise unwritable(Path(lock.lock_file), error) from error
    try:
        abandoned = _read_holder(holder_file)
        holder = Holder(pid=os.getpid(), host=socket.gethostname(), run_id=run_id, since=utc_now())
        write_atomically(holder_file, _holder_text(holder))
        yield Held(holder=holder, abandoned=abandoned)
    finally:
        holder_file.unlink(missing_ok=True)
        lock.release()


def _files(root: Path, account: str) -> tuple[FileLock, Path]:
    folder = state_folder(root) / "locks"
    make_private_folder(folder)
    name = f"account-{quote(account, safe='')}"
    # A lock of the operating system on the file, not the file itself: it cannot outlive its process.
    return FileLock(folder / f"{name}.lock", mode=0o600), folder / f"{name}.json"


def _holder_text(holder: Holder) -> str:
    data = {"pid": holder.pid, "host": holder.host, "run": holder.run_id, "since": to_text(holder.since)}
    return json.dumps(data, sort_keys=True, indent=2) + "\n"


def _read_holder(path: Path) -> Holder | None:
    """Who is written down; None when nobody is, or a crash left something unreadable."""
    try:
        match json.loads(path.read_bytes()):
            case {"pid": int(pid), "host": str(host), "run": str(run_id), "since": str(since)}:
                return Holder(pid=pid, host=host, run_id=run_id, since=from_text(since))
            case _:
                return None
    except (OSError, ValueError, RecursionError):
        return None


def _locked(account: str, holder: Holder | None) -> LockedError:
    if holder is None or not holder.is_alive:  # it has the lock and is just about to write its name down
        who, remedy = "another apply that has just started", "wait for it to end, then try again"
    else:
        age = _age(utc_now() - holder.since)
        since = f"{holder.since:%Y-%m-%dT%H:%M:%SZ} ({age})"
        who = f"run {holder.run_id}, process {holder.pid} on {holder.host}, since {since}"
        remedy = f"wait for it to end, or stop it and go on with `reconciler apply --resume {holder.run_id}`"
    return LockedError(f"the account is held by {who}", where=f"account {account}", remedy=remedy)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min ago" if hours else f"{minutes} min ago"
