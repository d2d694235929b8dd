"""The ledger of drift runs, from its branch and back; only ever forward."""

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from reconciler.cli.ledger_branch import LedgerBranch
from reconciler.errors import ReconcilerError
from reconciler.store.files import make_private_folder, read_ordinary, unreadable, write_atomically
from reconciler.store.ledger import goes_on_from, read_ledger

NAME = "ledger.jsonl"


def pull_ledger(file: Path, *, branch: str, checkout: Path) -> str:
    """Fetch the ledger into a file, whose folder is made; what to say about it.

    Raises:
        ReconcilerError: The branch cannot be read, or its ledger is broken.
    """
    make_private_folder(file.absolute().parent)
    content = LedgerBranch(branch=branch, checkout=checkout).read(NAME)
    if content is None:
        return f"there is no ledger on {branch} yet"
    write_atomically(file, _text(content, branch))
    return f"{len(read_ledger(file).lines)} lines of the ledger"


def push_ledger(file: Path, *, branch: str, checkout: Path, now: datetime) -> str:
    """Put a file in the place of the ledger; what to say about it. Only what is too old by now may be missing in it.

    Raises:
        ReconcilerError: One of them is broken, or the branch has lines that the file does not go on from.
    """
    mine = read_ledger(file)  # tells of a broken chain before anything is asked
    try:
        content = read_ordinary(file)
    except OSError as error:
        raise unreadable(file, error) from error
    if mine.head is None or mine.head.encode() not in content.rstrip(b"\n").rpartition(b"\n")[2]:
        raise ReconcilerError(
            "it does not end with a finished run, or its last line was changed",
            where=str(file),
            remedy="run `reconciler drift --ledger` again: it drops what is unfinished and goes on",
        )

    def following(there: bytes | None) -> bytes | None:
        if there is None:
            return content
        with _written(there, branch) as former:
            if read_ledger(former).head == mine.head:
                return None
            if goes_on_from(file, former, now=now):
                return content
        raise ReconcilerError(
            "its lines do not go on from those on the branch: another run wrote there, or they were changed",
            where=f"{file} and {NAME} on {branch}",
            remedy="run the workflow `drift` again; if nothing else ran, see who wrote to the branch",
        )

    done = LedgerBranch(branch=branch, checkout=checkout).write(NAME, following, why="Remember a drift run\n")
    return f"the ledger is on {branch}" if done else "the branch has every line already"


@contextlib.contextmanager
def _written(content: bytes, branch: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        file = Path(folder) / NAME
        write_atomically(file, _text(content, branch))
        yield file


def _text(content: bytes, branch: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReconcilerError(
            "it is not text", where=f"{NAME} on {branch}", remedy="see who wrote to the branch, and go back to before"
        ) from error
