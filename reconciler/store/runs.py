"""The folder of one apply: its journal and every document that it writes."""

import difflib
import itertools
import os
import re
import secrets
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.store.files import (
    make_private_folder,
    read_ordinary,
    sync_folder,
    unreadable,
    unwritable,
    write_atomically,
)
from reconciler.store.journal import JournalWriter, Record, read_journal
from reconciler.store.layout import JOURNAL, PLAN, is_run_id, latest, run_ids, runs_folder, state_folder
from reconciler.store.moments import utc_now

ROLLBACK = "rollback.json"
RESULT = "result.json"
NOT_REVIEWED = "not-reviewed.json"

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def new_run_id(now: datetime) -> str:
    """A fresh id that sorts by time, for instance 20261121T063000Z-3f2a."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class RunFolder:
    """`.reconciler/runs/<run id>/` beside the fleet; each call is on disk when it returns.

    Use it as a context manager, or call `close`. Several threads may share it.
    """

    def __init__(self, root: Path, run_id: str, *, now: Callable[[], datetime]) -> None:
        """Open the journal in an existing folder; use `create` or `resume`."""
        self.run_id = run_id
        self.path = runs_folder(root) / run_id
        self._root = root
        self._journal = JournalWriter(self.path / JOURNAL, now=now)

    @classmethod
    def create(cls, root: Path, run_id: str, *, now: Callable[[], datetime] = utc_now) -> Self:
        """Start a run.

        Args:
            root: The folder that holds `fleet/`.
            run_id: From `new_run_id`.
            now: World time in the sandbox.

        Raises:
            ReconcilerError: A run of that id exists, or the folder cannot be made.
        """
        if not is_run_id(run_id):
            raise ValueError(f"{run_id!r} is not a run id")
        state_folder(root)
        runs = runs_folder(root)
        make_private_folder(runs)
        try:
            (runs / run_id).mkdir(mode=0o700)
            sync_folder(runs)
        except OSError as error:
            raise unwritable(runs / run_id, error) from error
        return cls(root, run_id, now=now)

    @classmethod
    def resume(cls, root: Path, run_id: str, *, now: Callable[[], datetime] = utc_now) -> Self:
        """Open the folder of an earlier run and go on in its journal.

        Raises:
            UsageProblemError: There is no such run; names the nearest.
            ReconcilerError: Its journal is garbled, or something that cannot be kept lies in place of its result.
        """
        path = runs_folder(root) / _known(root, run_id) / RESULT
        if os.path.lexists(path):
            _check_to_be_kept(path)
        return cls(root, run_id, now=now)

    def record(self, event: str, data: Mapping[str, object]) -> None:
        """Append one event to the journal.

        Raises:
            ReconcilerError: It is not on disk; do not go on writing to the cloud.
        """
        self._journal.append(event, data)

    def write_file(self, name: str, text: str) -> str:
        """Write a file of the run and return its path, relative to the folder that holds `fleet/`.

        Raises:
            ReconcilerError: The disk said no.
        """
        if not _FILE_NAME.fullmatch(name) or name == JOURNAL:
            raise ValueError(f"{name!r} cannot be the name of a file in a run folder")
        write_atomically(self.path / name, text)
        return self.shown(name)

    def keep(self, name: str) -> None:
        """Copy a file aside before it is written anew: `result.json` to `result-1.json`, next time `result-2.json`.

        Nothing happens when there is none yet, or when the last copy is the same. A copy that cannot be read is a name
        that is taken.

        Raises:
            ReconcilerError: The disk said no.
        """
        path = self.path / name
        if not self.has(name):
            return
        copies = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(1))
        kept = list(itertools.takewhile(os.path.lexists, copies))
        text = _text_of(path)
        if not kept or _text_or_none(kept[-1]) != text:
            write_atomically(path.with_stem(f"{path.stem}-{len(kept) + 1}"), text)

    def set_aside(self, name: str) -> None:
        """Give a file, or something odd in its place, the first free name: `residual.json` is `residual-1.json` then.

        Nothing happens when there is none.

        Raises:
            ReconcilerError: The disk said no.
        """
        path = self.path / name
        if not os.path.lexists(path):
            return
        names = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(1))
        try:
            path.rename(next(one for one in names if not os.path.lexists(one)))
            sync_folder(self.path)
        except OSError as error:
            raise unwritable(path, error) from error

    def shown(self, name: str) -> str:
        """The path of a file of the run, relative to the folder that holds `fleet/`."""
        return (self.path / name).relative_to(self._root).as_posix()

    def has(self, name: str) -> bool:
        """Whether a file of the run was written."""
        return (self.path / name).is_file()

    def records(self) -> tuple[Record, ...]:
        """Every event so far, also those from before an interruption."""
        return read_journal(self.path / JOURNAL).records

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _text_of(path: Path) -> str:
    try:
        return read_ordinary(path).decode("utf-8", "replace")
    except OSError as error:
        raise unreadable(path, error) from error


def _text_or_none(path: Path) -> str | None:
    try:
        return _text_of(path)
    except ReconcilerError:
        return None


def _check_to_be_kept(path: Path) -> None:
    """Found out before anything is written to the cloud, because afterwards the result would have nowhere to go."""
    if path.is_symlink() or not path.is_file():
        raise ReconcilerError(
            "this is not an ordinary file, and the result of the run belongs there",
            where=str(path),
            remedy=f"move it away, then resume again: mv {shlex.quote(str(path))} {shlex.quote(str(path))}.odd",
        )
    _text_of(path)


def run_path(root: Path, run_id: str) -> Path:
    """The folder of an earlier run, to read its documents.

    Raises:
        UsageProblemError: There is no such run; names the nearest.
    """
    return runs_folder(root) / _known(root, run_id)


def run_named(root: Path, text: str) -> str:
    """The id of the run that somebody names: by its id, by the path of its folder, or as `last`.

    Raises:
        UsageProblemError: There is no such run here; names the nearest.
    """
    if text == "last":
        return latest(root) or _known(root, text)
    folder = Path(text)
    if is_run_id(folder.name) and folder.resolve().parent == runs_folder(root).resolve():
        return _known(root, folder.name)
    if is_run_id(folder.name) and len(folder.parts) > 1:
        raise UsageProblemError(
            "that run belongs to another fleet folder",
            where=text[:200],
            remedy=f"name its fleet with --fleet; the runs of this one are in {runs_folder(root)}",
        )
    return _known(root, text)


def _known(root: Path, run_id: str) -> str:
    known = run_ids(root)
    if run_id in known:
        return run_id
    near = difflib.get_close_matches(run_id, known, n=1) or known[-1:]
    raise UsageProblemError(
        "there is no run of that id",
        where=run_id[:80],
        remedy=f"did you mean {near[0]}?" if near else f"there are no runs in {runs_folder(root)} yet",
    )


def is_begun(root: Path, run_id: str) -> bool:
    """Whether a run came as far as writing its plan down; before that it wrote nothing anywhere."""
    return is_run_id(run_id) and (runs_folder(root) / run_id / PLAN).is_file()
