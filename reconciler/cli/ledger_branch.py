"""A branch of its own for what workflows remember: fetched and pushed by git, without a work tree.

It has no history in common with the files. Nothing is stored on this machine: the objects lie in a temporary folder,
and credentials come from `gh` for the one process that needs them.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.records import dataclass
from reconciler.report.escape import cut, for_terminal

PATIENCE_S = 120
_TRIES = 5
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?")
_USER_IN_URL = re.compile(r"//[^/@\s]*@")
_WHO = {
    "GIT_AUTHOR_NAME": "reconciler",
    "GIT_AUTHOR_EMAIL": "reconciler@bot.example",
    "GIT_COMMITTER_NAME": "reconciler",
    "GIT_COMMITTER_EMAIL": "reconciler@bot.example",
}

Next = Callable[[bytes | None], bytes | None]
"""From what stands on the branch to what shall stand there; None to leave it. May refuse by raising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBranch:
    """A branch of the repository that the checkout came from.

    Attributes:
        checkout: Its `origin` is where the branch is.
    """

    branch: str
    checkout: Path

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.branch) or ".." in self.branch or self.branch.endswith((".", ".lock")):
            raise ReconcilerError(
                f"{self.branch!r} is no name for this branch",
                where="--branch",
                remedy="use letters, digits, dots, dashes and at most one slash",
            )

    def read(self, name: str) -> bytes | None:
        """A file of the branch; None when there is no such branch or file.

        Raises:
            ReconcilerError: git is missing, or cannot reach the repository.
        """
        with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
            store = _Store(folder=Path(folder), remote=self._remote())
            return store.content(store.fetched(self.branch), name)

    def write(self, name: str, following: Next, *, why: str) -> bool:
        """Replace one file of the branch, on top of whatever is there; False when it stays as it is.

        A push that loses a race is tried again from the new state.

        Raises:
            ReconcilerError: As `read`; `following` refused; or the push was refused.
        """
        remote = self._remote()
        for left in reversed(range(_TRIES)):
            with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
                store = _Store(folder=Path(folder), remote=remote)
                tip = store.fetched(self.branch)
                content = following(store.content(tip, name))
                if content is None:
                    return False
                done = store.pushed(self.branch, store.commit(tip, name, content, why=why))
                if done.returncode == 0:
                    return True
                if not left or not _lost_race(done):
                    raise _failed(done, "push")
        raise AssertionError("the last try either pushes or raises")

    def _remote(self) -> str:
        done = _git("-C", str(self.checkout), "remote", "get-url", "origin")
        if done.returncode:
            raise _failed(done, "remote get-url origin")
        return done.stdout.decode("utf-8", "replace").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """A repository without files in a temporary folder."""

    folder: Path
    remote: str

    def fetched(self, branch: str) -> str | None:
        """The commit at the end of the branch; None when there is no such branch."""
        self._must("init", "--quiet", "--bare", str(self.folder))
        reference = f"refs/heads/{branch}"
        listed = self._must("ls-remote", "--heads", "--end-of-options", self.remote, reference)
        if not listed.strip():
            return None
        self._must("fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", self.remote, reference)
        return self._must("rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()

    def content(self, tip: str | None, name: str) -> bytes | None:
        """A file of that commit."""
        if tip is None or not self._must("ls-tree", "-z", tip, "--", name):
            return None
        return self._must("cat-file", "blob", f"{tip}:{name}")

    def commit(self, tip: str | None, name: str, content: bytes, *, why: str) -> str:
        """A commit on top of that one, in which one file is different."""
        blob = self._must("hash-object", "-w", "--stdin", asked=content).strip()
        entries = [] if tip is None else self._must("ls-tree", "-z", tip).split(b"\0")
        kept = [one for one in entries if one and one.partition(b"\t")[2] != name.encode()]
        tree = self._must("mktree", "-z", asked=b"\0".join([*kept, b"100644 blob %s\t%s" % (blob, name.encode()), b""]))
        parents = [] if tip is None else ["-p", tip]
        made = self._must("commit-tree", tree.decode().strip(), *parents, asked=why.encode(), env=_WHO)
        return made.decode().strip()

    def pushed(self, branch: str, commit: str) -> subprocess.CompletedProcess[bytes]:
        """Only ever forward: git refuses what would drop a commit of somebody else."""
        target = f"{commit}:refs/heads/{branch}"
        return self._run("push", "--quiet", "--porcelain", "--end-of-options", self.remote, target)

    def _must(self, *arguments: str, asked: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        done = self._run(*arguments, asked=asked, env=env)
        if done.returncode:
            raise _failed(done, arguments[0])
        return done.stdout

    def _run(
        self, *arguments: str, asked: bytes = b"", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return _git("-C", str(self.folder), *_credentials(), *arguments, asked=asked, env=env)


def _credentials() -> list[str]:
    """The `gh` command hands out its token when git asks for it; elsewhere git uses what the user has set up."""
    if not os.environ.get("GH_TOKEN"):
        return []
    return ["-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential"]


def _git(
    *arguments: str, asked: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    settings = ["-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=false"]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "ZAPTEC", "FLEET_SECRET"))}
    try:
        return subprocess.run(  # noqa: S603  a list, no shell
            ["git", *settings, *arguments],  # noqa: S607  git as the user has it on the PATH
            input=asked,
            env={**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(env or {})},
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReconcilerError(
            f"git cannot be run or does not end: {type(error).__name__}",
            where="git",
            remedy="see that git is installed and that the repository can be reached",
        ) from error


def _lost_race(done: subprocess.CompletedProcess[bytes]) -> bool:
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return any(sign in said for sign in ("fetch first", "non-fast-forward", "cannot lock ref", "already exists"))


def _failed(done: subprocess.CompletedProcess[bytes], what: str) -> ReconcilerError:
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    said = cut(for_terminal(_USER_IN_URL.sub("//", lines[-1] if lines else "it does not say why")), 300)
    return ReconcilerError(
        f"git said no: {said}",
        where=f"git {what}",
        remedy="run it in a checkout whose origin you may read; to push, the job needs contents: write and GH_TOKEN",
    )
