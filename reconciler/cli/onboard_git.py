"""`--pr`: a branch and a commit of one new file. git runs without a shell, nothing is ever pushed."""

import shlex
import subprocess
from pathlib import Path

from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.records import dataclass
from reconciler.report.escape import cut, for_terminal

FOLDER = "onboard"
"""Branches of ours are called so, with a slash and the name of the file behind."""

_PATIENCE_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was committed, and where.

    Attributes:
        back: What leads to where we were.
    """

    branch: str
    commit: str
    back: str


def check_repository(fleet: Path) -> None:
    """Look before anything is read whether a commit could be made: in a repository, nothing staged below the fleet.

    Raises:
        UsageProblemError: It could not.
    """
    if _git(fleet, "rev-parse", "--is-inside-work-tree") is None:
        raise UsageProblemError(
            "the fleet is not in a git repository", where=str(fleet), remedy="leave --pr out, or `git init` first"
        )
    if _exists(fleet, FOLDER):
        raise UsageProblemError(
            f"a branch is called {FOLDER}, so there can be no branch {FOLDER}/…",
            where="git",
            remedy=f"rename it (`git branch -m {FOLDER} …`), then run the same again",
        )
    staged = _git(fleet, "diff", "--cached", "--name-only", "-z", "--", "installations")
    if staged is None or staged:
        shown = ", ".join((staged or "git does not say").split("\0")[:3]).strip(", ")
        raise UsageProblemError(
            f"there is something staged already: {shown}",
            where="git index",
            remedy="commit it or take it back (`git restore --staged`), so that the new commit holds the new file only",
        )


def commit_new(path: Path, *, name: str) -> Prepared:
    """Make the branch `onboard/<file>` from where we are, and commit one file that git does not know yet.

    Raises:
        UsageProblemError: The branch is there already, or git knows the file.
        ReconcilerError: git did not do it; the file stays where it is.
    """
    folder, branch = path.parent, f"{FOLDER}/{path.stem}"
    if _exists(folder, branch):
        raise UsageProblemError(
            f"the branch {branch} is there already; the file is written, but not committed",
            where=str(path),
            remedy="commit the file yourself, or delete that branch and run the same with --pr again",
        )
    if is_known(path):
        raise UsageProblemError("git knows this file already", where=str(path), remedy="commit it yourself")
    back = _way_back(folder)
    _done(folder, "switch", "--quiet", "--create", branch)
    try:
        _done(folder, "add", "--", path.name)
        _done(folder, "commit", "--quiet", "--only", "-m", _message(path, name), "--", path.name)
    except ReconcilerError:
        _git(folder, "restore", "--staged", "--", path.name)
        _git(folder, *back)
        _git(folder, "branch", "--quiet", "-D", branch)
        raise
    commit = (_git(folder, "rev-parse", "HEAD") or "").strip()
    return Prepared(branch=branch, commit=commit, back=shlex.join(["git", *(one for one in back if one != "--quiet")]))


def is_known(path: Path) -> bool:
    """Whether git has the file, committed or staged."""
    return bool(_git(path.parent, "ls-files", "--", path.name))


def _exists(folder: Path, branch: str) -> bool:
    return _git(folder, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}") is not None


def _way_back(folder: Path) -> tuple[str, ...]:
    """To the branch we are on, or to the commit where there is none."""
    branch = (_git(folder, "symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()
    if branch:
        return "switch", "--quiet", branch
    return "switch", "--quiet", "--detach", (_git(folder, "rev-parse", "HEAD") or "").strip()


def _message(path: Path, name: str) -> str:
    return f"Onboard {cut(for_terminal(name)) or path.stem}\n\nIts owner has given our user group access."


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None when it fails or there is no git."""
    found = _run(folder, arguments)
    return None if found is None or found.returncode != 0 else found.stdout


def _done(folder: Path, *arguments: str) -> None:
    found = _run(folder, arguments)
    if found is None or found.returncode != 0:
        said = "git does not start" if found is None else cut(_one_line(found.stderr) or _one_line(found.stdout), 500)
        raise ReconcilerError(
            f"git {arguments[0]} failed: {said}",
            where=str(folder),
            remedy="the file is written: repair that and run the same with --pr again, or commit it yourself",
        )


def _one_line(text: str) -> str:
    """What git said, without its line ends: an error message is one line."""
    return " ".join(text.split())


def _run(folder: Path, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str] | None:
    # A folder of the fleet may be made to look like a repository of its own; it is none.
    command = ["git", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        return subprocess.run(  # noqa: S603  no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
