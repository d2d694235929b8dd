"""Writes text files so that a reader finds the old text or the new one, never a piece of either."""

import contextlib
import errno
import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciler.errors import ReconcilerError

LARGEST_FILE = 1024 * 1024 * 1024
"""Bytes; the journal of a run over ten thousand chargers has a hundredth of it."""


def write_atomically(path: Path, text: str, *, within: Path | None = None) -> None:
    """Replace the file's text; it is on disk when this returns.

    An existing file keeps its mode. A symlink is followed only to a file below `within`.

    Args:
        path: Its folder must exist.
        text: Written as UTF-8, line ends as they are.
        within: Folder that the file must not leave; the file's own folder when left out.

    Raises:
        ReconcilerError: The path leads out of the folder, is no regular file, or the disk said no.
    """
    try:
        _replace(_destination(path, within=within or path.parent), text)
    except OSError as error:
        raise unwritable(path, error) from error


def read_ordinary(path: Path, *, start: int = 0) -> bytes:
    """The bytes of an ordinary file, from `start` on. A link is not followed, and a pipe or a device never waited for.

    Raises:
        OSError: It is something else, larger than any of ours, or cannot be read.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
        if status.st_size > LARGEST_FILE:
            raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE} bytes", str(path))
        stream.seek(start)
        return stream.read()


def unwritable(path: Path, error: OSError) -> ReconcilerError:
    """The error for a file or folder that the system did not let us write."""
    return ReconcilerError(
        f"the file cannot be written: {error.strerror or error}", where=str(path), remedy=_remedy(path, error)
    )


def unreadable(path: Path, error: OSError) -> ReconcilerError:
    """The error for a file or folder that the system did not let us read."""
    return ReconcilerError(
        f"it cannot be read: {error.strerror or error}", where=str(path), remedy=_remedy(path, error)
    )


def _remedy(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        folder = shlex.quote(str(path.parent))
        return f"see who owns it; after a sudo run it may be root, then: sudo chown -R $USER {folder}"
    return "check that the folder exists, that you may write there, and that the disk has space"


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can read, parents too; an existing one stays as it is.

    Raises:
        ReconcilerError: Something else has that name, or the disk said no.
    """
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(0, "something that is not a folder has this name")
    except OSError as error:
        raise unwritable(path, error) from error


def sync_folder(folder: Path) -> None:
    """Bring the folder's list of names onto the disk, so that a new or renamed file survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _destination(path: Path, *, within: Path) -> Path:
    real = path.resolve()
    if not real.is_relative_to(within.resolve()):
        raise ReconcilerError(
            "a symlink leads out of the folder, so nothing was written",
            where=str(path),
            remedy=f"remove the link, or let it point to a file below {within}",
        )
    if real.exists() and not real.is_file():
        raise ReconcilerError(
            "this is not a regular file, so nothing was written",
            where=str(path),
            remedy="choose the name of an ordinary file",
        )
    return real


def _replace(path: Path, text: str) -> None:
    with _temporary_beside(path) as (descriptor, temporary):
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), _mode_for(path))
            os.fsync(file.fileno())
        temporary.replace(path)
    sync_folder(path.parent)


@contextlib.contextmanager
def _temporary_beside(path: Path) -> Iterator[tuple[int, Path]]:
    """A new file under a name of its own, so that what a crash left behind is never in the way."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        yield descriptor, temporary
    finally:
        temporary.unlink(missing_ok=True)


def _mode_for(path: Path) -> int:
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    return 0o666 & ~_umask()


def _umask() -> int:
    # There is no call that reads the mask without setting it, except in Linux's own list of a process.
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Umask:")).split()[1], 8)
    return 0o022
