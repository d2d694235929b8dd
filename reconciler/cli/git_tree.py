"""A folder of a commit, written out beside the checkout; a reference is checked before git hears of it."""

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from reconciler.errors import InvalidFilesError, UsageProblemError
from reconciler.loading.files import printable
from reconciler.loading.findings import Finding, make_problem
from reconciler.store.tree import EntryKind, write_entry

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ORDINARY = {"100644": EntryKind.FILE, "100755": EntryKind.FILE, "120000": EntryKind.LINK}
_LONGEST_REFERENCE = 255
_PATIENCE_S = 120


def commit_of(reference: str, *, at: Path, option: str) -> str:
    """The full id of the commit that a reference names.

    Raises:
        UsageProblemError: It is not a plain reference, or there is no such commit.
    """
    plain = reference.isprintable() and not reference.startswith("-") and len(reference) <= _LONGEST_REFERENCE
    if not reference or not plain or reference != reference.strip():
        raise _unknown("this is not the name of a commit", option)
    found = _git(at, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    commit = "" if found is None else found.decode("ascii", "replace").strip()
    if not _COMMIT.fullmatch(commit):
        raise _unknown(f"git knows no commit {reference!r} here", option)
    return commit


def day_of(commit: str, *, at: Path) -> date | None:
    """The day on which a commit was made; None when git does not say."""
    found = _git(at, "show", "--no-patch", "--format=%cs", "--end-of-options", commit)
    try:
        return None if found is None else date.fromisoformat(found.decode("ascii").strip())
    except ValueError:
        return None


def is_ancestor(first: str, second: str, *, at: Path) -> bool:
    """Whether one commit leads to the other; False too when git does not know one of them."""
    return _git(at, "merge-base", "--is-ancestor", "--end-of-options", first, second) is not None


def same_files(first: str, second: str, *, at: Path) -> bool:
    """Whether a folder holds the same at both commits; False too when git does not know one of them or the folder."""
    found = [_git(at, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{one}:./") for one in (first, second)]
    return found[0] is not None and found[0] == found[1]


def commits_between(since: str, until: str, *, at: Path) -> tuple[str, ...]:
    """The commits of a branch after one and up to another, newest first; what a merge brought along is left out.

    Raises:
        UsageProblemError: git does not know them.
    """
    found = _git(at, "rev-list", "--first-parent", "--end-of-options", until, f"^{since}")
    if found is None:
        raise _unknown(f"git knows no way from {since[:10]} to {until[:10]}", "--since")
    return tuple(found.decode("ascii", "replace").split())


def check_place(folder: Path) -> None:
    """Stop where a folder is not what its name says: on another commit, other files would be found by that name.

    A link above the repository is fine: no commit can have brought it.

    Raises:
        InvalidFilesError: A link of the repository leads to the folder.
        UsageProblemError: It belongs to another repository than the folder around it, which we are in.
    """
    path, here = Path(os.path.abspath(folder)), Path.cwd()
    for step in (*reversed(path.parents), path):
        if step.is_symlink() and any(os.path.lexists(above / ".git") for above in step.parents):
            raise _linked(step.relative_to(here) if step.is_relative_to(here) else step)
    if os.path.realpath(folder) != os.path.realpath(path):
        raise _linked(folder)  # `link/../fleet`: by name it is beside the link, in truth where the link leads
    around, own = (_git(place, "rev-parse", "--show-toplevel") for place in (here, _existing(path)))
    if path.is_relative_to(here) and around is not None and around != own:
        raise UsageProblemError(
            "it belongs to another repository than the folder around it, and would bring a base of its own",
            where=str(folder),
            remedy="keep the fleet as ordinary files of this repository, or run the command inside the other one",
        )


def _linked(path: Path) -> InvalidFilesError:
    what = "a symlink on the way to the fleet: the base has other files at that place, or none."
    finding = Finding(code="E012", path=(), what=what, remedy="Replace it by the folder itself.")
    return InvalidFilesError((make_problem(printable(str(path)), finding),))


def _existing(path: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(step for step in (path, *path.parents) if step.is_dir())


@contextlib.contextmanager
def written_out(commit: str, folder: Path) -> Iterator[Path]:
    """The folder as it was at that commit, in a temporary place with the same name; it may be missing there, and here.

    It has passed `check_place`. Only what git stores as a file or a link is written, and no setting of the repository
    counts.

    Raises:
        UsageProblemError: The folder is not in a git repository.
    """
    path = Path(os.path.abspath(folder))
    at = _existing(path)
    prefix = _git(at, "rev-parse", "--show-prefix")
    if prefix is None:
        raise _unknown(f"{folder} is not in a git repository", "--base")
    inside = Path(os.fsdecode(prefix.rstrip(b"\n"))) / path.relative_to(at)
    with tempfile.TemporaryDirectory(prefix="reconciler-") as temporary:
        target = Path(temporary) / (path.name or "fleet")
        entries = list(_entries(commit, "" if inside == Path() else inside.as_posix(), at=at))
        contents = _contents([object_id for _, object_id, _ in entries], at=at)
        for (mode, _, name), data in zip(entries, contents, strict=True):
            write_entry(target / name, data, kind=_ORDINARY[mode])
        yield target


def _entries(commit: str, inside: str, *, at: Path) -> Iterator[tuple[str, str, str]]:
    """Mode, object and path below the folder of everything that is a file or a link."""
    top = f"{commit}:{inside}" if inside else commit
    listed = _git(at, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", top)
    for line in (listed or b"").split(b"\0"):
        head, _, name = line.partition(b"\t")
        parts = head.decode("ascii", "replace").split()
        if name and parts[0] in _ORDINARY:
            yield parts[0], parts[2], os.fsdecode(name)


def _contents(object_ids: Sequence[str], *, at: Path) -> list[bytes]:
    """The bytes of objects, in one go: there may be thousands."""
    asked = "".join(f"{object_id}\n" for object_id in object_ids).encode()
    told = _git(at, "cat-file", "--batch", asked=asked) or b""
    found, place = [], 0
    for object_id in object_ids:
        end = told.find(b"\n", place)
        parts = told[place:end].split()
        if end < 0 or parts[:2] != [object_id.encode(), b"blob"]:
            raise _unknown(f"git cannot show the object {object_id[:10]} of that commit", "--base")
        place = end + 1 + int(parts[2])
        found.append(told[end + 1 : place])
        place += 1
    return found


def _git(folder: Path, *arguments: str, asked: bytes = b"") -> bytes | None:
    """What git says; None when it fails or there is no git."""
    # A folder of the fleet may be made to look like a repository of its own; it is none.
    command = ["git", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        found = subprocess.run(  # noqa: S603  no shell
            command, input=asked, capture_output=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return found.stdout if found.returncode == 0 else None


def _unknown(what: str, option: str) -> UsageProblemError:
    return UsageProblemError(
        what, where=option, remedy="name a branch, tag or commit that git has here, for instance origin/main"
    )
