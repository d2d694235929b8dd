"""What can go wrong when somebody works on the sandbox itself."""

import difflib
import shlex
from collections.abc import Iterable
from pathlib import Path

START_AFRESH = "`reconciler sandbox reset` puts the first world back"


class SandboxError(Exception):
    """An operation on the sandbox that cannot be done; the text says why, `remedy` what to do."""

    def __init__(self, what: str, *, remedy: str = START_AFRESH) -> None:
        super().__init__(what)
        self.remedy = remedy


class CallerError(SandboxError):
    """The world is fine, but what was asked of it does not fit."""

    def __init__(self, what: str, *, remedy: str = "see `reconciler sandbox --help`") -> None:
        super().__init__(what, remedy=remedy)


class UnknownThingError(CallerError):
    """No installation, charger, person or setting of this name."""


class WorldUnreachableError(SandboxError):
    """The files of the world cannot be read or written; `path` is the one."""

    def __init__(self, path: Path, error: OSError) -> None:
        remedy = "see what lies there and whether the disk is full"
        if isinstance(error, PermissionError):
            folder = shlex.quote(str(path.parent))
            remedy = f"see who owns it; after a sudo run it may be root, then: sudo chown -R $USER {folder}"
        super().__init__(f"the world cannot be read or written: {error.strerror or error}", remedy=remedy)
        self.path = path


class WorldHeld(SandboxError):  # noqa: N818 - named by what it says
    """Another process holds the world.

    `pid` is 0 when it has not written its name down yet. `url` is set when that process serves the world and takes
    operations there.
    """

    def __init__(self, *, pid: int, since: str, url: str | None) -> None:
        super().__init__(
            f"process {pid} has held the sandbox since {since}" if pid else "another command has the sandbox",
            remedy="wait until it ends, then try again",
        )
        self.pid = pid
        self.since = since
        self.url = url


def nearest(word: str, known: Iterable[str], *, else_say: str) -> str:
    """A remedy that names the known word which is most like a mistyped one."""
    by_folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return f"did you mean {by_folded[near[0]]}?" if near else else_say
