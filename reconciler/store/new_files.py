"""Writes a set of files that must all be new: all of them or none."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import UsageProblemError
from reconciler.store.files import unwritable, write_atomically


def write_new_files(root: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files below a folder, which is made when missing; returns their paths.

    Args:
        root: Where to.
        files: Path below the root, with slashes, and text.

    Raises:
        UsageProblemError: Something of that name is there already; lists all of it, and nothing was written.
        ReconcilerError: The disk said no; what was written until then is gone again.
    """
    _check_free(root, files)
    written: list[Path] = []
    folders: list[Path] = []
    try:
        for name, text in files.items():
            path = root / name
            folders += _made(path.parent)
            write_atomically(path, text, within=root)
            written.append(path)
    except BaseException:
        _undo(written, folders)
        raise
    return tuple(written)


def _check_free(root: Path, files: Mapping[str, str]) -> None:
    there = [name for name in files if (root / name).is_symlink() or (root / name).exists()]
    there += [f"{name}/.." for name in files if any(_is_link(part, root) for part in (root / name).parents)]
    if root.exists() and not root.is_dir():
        there = [str(root)]
    if there:
        shown = ", ".join(there[:10]) + (f" and {len(there) - 10} more" if len(there) > 10 else "")
        raise UsageProblemError(
            f"this is there already: {shown}; nothing was written",
            where=str(root),
            remedy="name an empty folder, or move these files away first",
        )


def _is_link(folder: Path, root: Path) -> bool:
    return folder.is_relative_to(root) and folder != root and folder.is_symlink()


def _made(folder: Path) -> list[Path]:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    return list(reversed(missing))


def _undo(written: list[Path], folders: list[Path]) -> None:
    for path in written:
        path.unlink(missing_ok=True)
    for folder in reversed(folders):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
