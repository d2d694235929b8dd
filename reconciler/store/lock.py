"""One apply per account on a machine, and who holds it."""

import contextlib
import json
import os
import socket
import time
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

PATIENCE_S = 2.0
SHORT_APPLY = timedelta(seconds=3)
POLLED_EVERY_S = 0.02


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
        abandoned: The run that held it last and ended without giving it back, killed for instance; a fresh plan goes
            on from there.
    """

    holder: Holder
    abandoned: Holder | None


@contextlib.contextmanager
def account_lock(root: Path, account: str, run_id: str, *, patience_s: float = PATIENCE_S) -> Iterator[Held]:
    """Hold an account while the context lasts. It ends with the process, however that ends.

    An apply that has just begun is waited for, because in the sandbox most are over in a moment.

    Args:
        root: The folder that holds `fleet/`.
        account: Name of the account in fleet.yaml.
        run_id: The run that wants it.
        patience_s: Longest wait, in seconds of the machine's time.

    Raises:
        LockedError: Another apply holds it; says which, since when and for how long.
        ReconcilerError: The lock cannot be made.
    """
    lock, holder_file = _files(root, account)
    give_up_at = time.monotonic() + patience_s
    while not _acquired(lock):
        other = _read_holder(holder_file)
        if time.monotonic() >= give_up_at or not _ends_soon(other):
            raise _locked(account, other)
        time.sleep(POLLED_EVERY_S)
    try:
        abandoned = _read_holder(holder_file)
        holder = Holder(pid=os.getpid(), host=socket.gethostname(), run_id=run_id, since=utc_now())
        write_atomically(holder_file, _holder_text(holder))
        yield Held(holder=holder, abandoned=abandoned)
    finally:
        with contextlib.suppress(OSError):  # only people read it; the lock is what counts
            holder_file.unlink(missing_ok=True)
        lock.release()


def _acquired(lock: FileLock) -> bool:
    path = Path(lock.lock_file)
    try:
        # A link that somebody put there is never followed, whatever the lock does itself.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError as error:
        raise unwritable(path, error) from error
    return True


def _ends_soon(holder: Holder | None) -> bool:
    """Whether an apply has only just begun, so that it may be over in a moment; one that asks or waits is not."""
    if holder is None or not holder.is_alive:
        return True
    return utc_now() - holder.since <= SHORT_APPLY


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
        remedy = "wait for it to end, or stop it and plan again: a fresh plan shows what is left to do"
    return LockedError(f"the account is held by {who}", where=f"account {account}", remedy=remedy)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min ago" if hours else f"{minutes} min ago"
