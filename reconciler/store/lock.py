"""One apply per account on a machine, and who holds it.

Two locks: one beside the fleet, for several people who share a checkout, and one per user on the machine, for somebody
who has two checkouts of the same fleet.
"""

import contextlib
import hashlib
import json
import os
import shlex
import socket
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from reconciler.errors import LockedError
from reconciler.model.moments import read_moment
from reconciler.records import dataclass
from reconciler.store.files import read_ordinary, write_atomically
from reconciler.store.layout import machine_folder
from reconciler.store.lock_files import check_ordinary, lock_folder, unusable
from reconciler.store.moments import to_text, utc_now

PATIENCE_S = 2.0
SHORT_APPLY = timedelta(seconds=3)
POLLED_EVERY_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock.

    Attributes:
        since: In the machine's time, also in the sandbox.
        root: The folder that holds `fleet/`.
    """

    pid: int
    host: str
    run_id: str
    since: datetime
    root: Path

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
        abandoned: The run that held it last and ended without giving it back, killed for instance; `--resume` goes on
            from there.
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
    place = _Place(folder=lock_folder(root), name=f"account-{quote(account, safe='')}", account=account)
    with _held(place, _new_holder(root, run_id), patience_s=patience_s) as held:
        yield held


@contextlib.contextmanager
def machine_lock(
    identity: Sequence[str], account: str, *, root: Path, run_id: str, patience_s: float = PATIENCE_S
) -> Iterator[Held]:
    """The same for whoever logs in there as the same user, from any checkout of this user on this machine.

    Args:
        identity: Cloud, address and user name; only a hash of them is written down.
        account: What the account is called here.
        root: The folder that holds `fleet/`, told to whoever has to wait.
        run_id: The run that wants it.
        patience_s: Longest wait, in seconds of the machine's time.

    Raises:
        LockedError: Another apply holds it.
        ReconcilerError: The lock cannot be made.
    """
    name = hashlib.sha256("\0".join(identity).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    place = _Place(folder=machine_folder(), name=f"login-{name}", account=account)
    with _held(place, _new_holder(root, run_id), patience_s=patience_s) as held:
        yield held


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a lock and the note about its holder lie."""

    folder: Path
    name: str
    account: str

    @property
    def note(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.lock"

    def lock(self) -> FileLock:
        # A lock of the operating system on the file, not the file itself: it cannot outlive its process.
        return FileLock(self.file, mode=0o600)


def _new_holder(root: Path, run_id: str) -> Holder:
    return Holder(pid=os.getpid(), host=socket.gethostname(), run_id=run_id, since=utc_now(), root=root)


@contextlib.contextmanager
def _held(place: _Place, holder: Holder, *, patience_s: float) -> Iterator[Held]:
    lock = place.lock()
    give_up_at = time.monotonic() + patience_s
    while not _acquired(lock):
        other = _read_holder(place.note)
        if time.monotonic() >= give_up_at or not _ends_soon(other):
            raise _locked(place, other)
        time.sleep(POLLED_EVERY_S)
    try:
        abandoned = _read_holder(place.note)
        if abandoned is None:
            _clear(place.note)
        write_atomically(place.note, _holder_text(holder))
        yield Held(holder=holder, abandoned=abandoned)
    finally:
        with contextlib.suppress(OSError):  # only people read it; the lock is what counts
            place.note.unlink(missing_ok=True)
        lock.release()


def _clear(note: Path) -> None:
    """Take away a note that tells nothing, with its rights; only while its lock is held."""
    check_ordinary(note)
    try:
        note.unlink(missing_ok=True)
    except OSError as error:
        raise unusable(note, error) from error


def _acquired(lock: FileLock) -> bool:
    path = Path(lock.lock_file)
    check_ordinary(path)
    try:
        # A link that somebody put there is never followed, whatever the lock does itself.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError as error:
        raise unusable(path, error) from error
    return True


def _ends_soon(holder: Holder | None) -> bool:
    """Whether an apply has only just begun, so that it may be over in a moment; one that asks or waits is not."""
    if holder is None or not holder.is_alive:
        return True
    return utc_now() - holder.since <= SHORT_APPLY


def _holder_text(holder: Holder) -> str:
    who = {"pid": holder.pid, "host": holder.host, "run": holder.run_id}
    data = {**who, "since": to_text(holder.since), "root": str(holder.root)}
    return json.dumps(data, sort_keys=True, indent=2) + "\n"


def _read_holder(path: Path) -> Holder | None:
    """Who is written down; None when nobody is, or a crash left something unreadable."""
    try:
        match json.loads(read_ordinary(path)):
            case {"pid": int(pid), "host": str(host), "run": str(run_id), "since": str(since), "root": str(root)}:
                return Holder(pid=pid, host=host, run_id=run_id, since=read_moment(since), root=Path(root))
            case _:
                return None
    except (OSError, ValueError, RecursionError):
        return None


def _locked(place: _Place, holder: Holder | None) -> LockedError:
    wait = "wait for it to end, then try again"
    if holder is not None and holder.is_alive:
        age = _age(utc_now() - holder.since)
        since = f"{holder.since:%Y-%m-%dT%H:%M:%SZ} ({age})"
        who = f"run {holder.run_id}, process {holder.pid} on {holder.host} in {holder.root}, since {since}"
        remedy = (
            f"wait for it to end; if it has to be stopped, `reconciler apply --resume {holder.run_id}` goes on "
            "there, and so does a fresh plan"
        )
    elif holder is None and os.path.lexists(place.note):
        who = f"another apply, whose note {place.note} is garbled or cannot be read"
        remedy = f"`fuser {shlex.quote(str(place.file))}` tells which process that is; {wait}: the note is made anew"
    else:  # it has the lock and is just about to write its name down
        who, remedy = "another apply that has just started", wait
    return LockedError(f"the account is held by {who}", where=f"account {place.account}", remedy=remedy)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min ago" if hours else f"{minutes} min ago"
