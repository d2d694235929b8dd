"""The files of a lock: never through a link, and what to do about each thing that may lie in their place."""

import contextlib
import errno
import os
import pwd
import shlex
import stat
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.store.files import make_private_folder, unwritable
from reconciler.store.layout import state_folder

_ANEW = "it is made anew"
_OURS = stat.S_IRUSR | stat.S_IWUSR


def lock_folder(root: Path) -> Path:
    """`.reconciler/locks/` beside the fleet, made when missing.

    Raises:
        ReconcilerError: A link or a file lies there, or it cannot be made.
    """
    folder = state_folder(root) / "locks"
    with contextlib.suppress(FileNotFoundError):
        mode = folder.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise _link(folder)
        if not stat.S_ISDIR(mode):
            raise _in_the_way(folder, "not a folder, and the locks need one")
    make_private_folder(folder)
    return folder


def check_ordinary(path: Path) -> None:
    """Whatever lies there is a file of the usual kind; nothing may be missing.

    Raises:
        ReconcilerError: It is a link, a folder, a pipe or a device.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from error
    if stat.S_ISLNK(mode):
        raise _link(path)
    if stat.S_ISDIR(mode):
        raise _in_the_way(path, "a folder, and a file of the lock belongs there")
    if not stat.S_ISREG(mode):
        raise _in_the_way(path, "not an ordinary file")


def unusable(path: Path, error: OSError) -> ReconcilerError:
    """The error for the file of a lock that the system did not let us open or hold."""
    if error.errno in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
        return ReconcilerError(
            f"the disk cannot hold a lock: {error.strerror or error}",
            where=str(path),
            remedy="put the fleet onto a disk that has locks: a local one, or a network disk with a lock service",
        )
    status = _status(path) if isinstance(error, PermissionError) else None
    if status is not None and status.st_uid != os.getuid():
        return _of_somebody_else(path, _user(status.st_uid))
    if status is not None and stat.S_IMODE(status.st_mode) & _OURS != _OURS:
        return ReconcilerError(
            f"the lock cannot be opened: {error.strerror}",
            where=str(path),
            remedy=f"give yourself the rights back: chmod 600 {shlex.quote(str(path))}",
        )
    return unwritable(path, error)


def _of_somebody_else(path: Path, owner: str) -> ReconcilerError:
    return ReconcilerError(
        f"the lock belongs to {owner}, and you may not open it",
        where=str(path),
        remedy=f"make sure that no apply of theirs is running, then remove it: rm {shlex.quote(str(path))} "
        "(with sudo where that is not allowed); after a sudo run of your own it may be root's",
    )


def _link(path: Path) -> ReconcilerError:
    return ReconcilerError(
        "this is a symbolic link, and the files of a lock are never looked for through one",
        where=str(path),
        remedy=f"see who made it and where it leads, then remove it: rm {shlex.quote(str(path))}; {_ANEW}",
    )


def _in_the_way(path: Path, what: str) -> ReconcilerError:
    return ReconcilerError(f"this is {what}", where=str(path), remedy=f"move {shlex.quote(str(path))} away; {_ANEW}")


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"
