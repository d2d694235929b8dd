"""Writes files of the fleet folder: atomically, never outside of it, and only over what was read before."""

from pathlib import Path, PurePosixPath

from reconciler.errors import ReconcilerError
from reconciler.store.files import read_ordinary, sync_folder, unreadable, unwritable, write_atomically


def write_fleet_file(fleet: Path, relative: str, *, before: str | None, after: str) -> Path:
    """Write one file and return its path.

    Args:
        fleet: The fleet folder.
        relative: From there on, with slashes.
        before: What the file must hold now; None when there must be none.
        after: What it shall hold, line ends as they are.

    Raises:
        ReconcilerError: The path leads out of the fleet, the file is not as it was, or the disk said no.
    """
    path = fleet / _inside(relative)
    if _text_of(path) != before:
        raise ReconcilerError(
            "somebody has changed the file meanwhile, so it was not written" if before is not None else _THERE,
            where=str(path),
            remedy="look at it, then run the command again",
        )
    if before is None:
        _make_folders(path.parent, fleet)
    write_atomically(path, after, within=fleet)
    return path


def _inside(relative: str) -> PurePosixPath:
    parts = PurePosixPath(relative)
    if parts.is_absolute() or ".." in parts.parts:
        raise ReconcilerError(
            "this file would lie outside of the fleet, so nothing was written",
            where=relative,
            remedy="name a file below the fleet folder",
        )
    return parts


_THERE = "a file of that name is there already, so nothing was written"


def _text_of(path: Path) -> str | None:
    try:
        return read_ordinary(path).decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error if isinstance(error, OSError) else OSError("it is not UTF-8")) from error


def _make_folders(folder: Path, fleet: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unreadable(folder, error) from error
    if not folder.resolve().is_relative_to(fleet.resolve()):
        raise ReconcilerError(
            "a symlink leads out of the fleet, so nothing was written", where=str(folder), remedy="remove the link"
        )


def move_fleet_file(fleet: Path, relative: str, *, to: str, before: str, after: str) -> Path:
    """Write a file under another name, then take the first one away; a crash leaves both, and running again one.

    Args:
        fleet: The fleet folder.
        relative: From there on, with slashes; it must hold `before`.
        to: The other name; there is no such file, or it holds `after` already.
        before: What the first file holds.
        after: What the other shall hold.

    Raises:
        ReconcilerError: A path leads out of the fleet, a file is not as it was, or the disk said no.
    """
    there = _text_of(fleet / _inside(to))
    path = write_fleet_file(fleet, to, before=there if there == after else None, after=after)
    old = fleet / _inside(relative)
    if _text_of(old) != before:
        raise ReconcilerError(
            "somebody has changed the file meanwhile, so it was not taken away",
            where=str(old),
            remedy="look at it and at the copy, then run the command again",
        )
    try:
        old.unlink()
        sync_folder(old.parent)
    except OSError as error:
        raise unwritable(old, error) from error
    return path
