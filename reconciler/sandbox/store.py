"""The world on disk, held by one process at a time."""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock

from reconciler.sandbox import moments
from reconciler.sandbox.errors import SandboxError, WorldHeld
from reconciler.sandbox.operations import operate
from reconciler.sandbox.remote import operate_remotely
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World

LARGE_WORLD = 500_000


def first_world() -> World:
    """What a sandbox starts with: the fixture, at wall time."""
    return fixture_world(now=float(int(time.time())))


class SandboxFile:
    """The file that keeps the world, usually `.reconciler/sandbox.json`.

    Beside it lie a lock and, while somebody holds it, a note who that is.
    """

    def __init__(self, path: Path, *, first: Callable[[], World] = first_world) -> None:
        self.path = path
        self._first = first
        self._note = path.with_suffix(".holder.json")
        self._lock = filelock.FileLock(path.with_suffix(".lock"), timeout=0, thread_local=False)

    @contextlib.contextmanager
    def hold(self) -> Iterator[World]:
        """The world, for this process alone; saved at the end whatever happens.

        World time moves on to wall time when that is later, and then stands still.

        Raises:
            WorldHeld: Another process has it.
            SandboxError: The file is not a world.
        """
        with self.locked():
            world = self.load()
            world.sleep_until(time.time())
            # Whoever kills a run must find the world as the run left it.
            world.on_effect = _Saver(self.path, world).after_write
            try:
                yield world
            finally:
                self.save(world)

    @contextlib.contextmanager
    def locked(self, *, url: str | None = None) -> Iterator[None]:
        """Hold the lock; `url` tells others where operations are taken meanwhile.

        Raises:
            WorldHeld: Another process has it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise self._held() from None
        try:
            self.announce(url)
            yield
        finally:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def announce(self, url: str | None) -> None:
        """Note who holds the world."""
        note = {"pid": os.getpid(), "since": moments.with_offset(time.time()), "url": url}
        write_atomically(self._note, json.dumps(note))

    def load(self) -> World:
        """The world of the file, or the first one when there is none.

        Raises:
            SandboxError: The file is not a world.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return self._first()
        try:
            return World.from_json(text)
        except ValueError as error:
            raise SandboxError(f"{self.path} cannot be read: {error}; remove it to start afresh") from error

    def save(self, world: World) -> None:
        """Write the world; the file is never seen half written."""
        write_atomically(self.path, world.to_json())

    def operate(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out an operation here, or where the world is being served.

        Raises:
            WorldHeld: A process that serves nothing has the world.
            SandboxError: The operation cannot be done.
        """
        try:
            with self.hold() as world:
                return operate(world, name, arguments)
        except WorldHeld as held:
            if held.url is None:
                raise
            return operate_remotely(held.url, name, arguments)

    def _held(self) -> WorldHeld:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            note = {}
        return WorldHeld(pid=note.get("pid", 0), since=note.get("since", "a moment"), url=note.get("url"))


class _Saver:
    """Saves after writes, but spends no more than a tenth of the time on it in large worlds."""

    def __init__(self, path: Path, world: World) -> None:
        self._path = path
        self._world = world
        self._next_at = 0.0

    def after_write(self) -> None:
        """Save now, unless a large world was saved a moment ago."""
        started = time.monotonic()
        if started < self._next_at:
            return
        text = self._world.to_json()
        write_atomically(self._path, text)
        spent = time.monotonic() - started
        self._next_at = started + 10 * spent if len(text) > LARGE_WORLD else 0.0


def write_atomically(path: Path, text: str) -> None:
    """Replace a file by another content in one go, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
