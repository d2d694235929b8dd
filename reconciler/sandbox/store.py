"""The world on disk, held by one process at a time."""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock

from reconciler.sandbox import holding
from reconciler.sandbox.errors import SandboxError, WorldHeld, WorldUnreachableError
from reconciler.sandbox.operations import REPLACING, operate
from reconciler.sandbox.remote import operate_remotely
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World

LARGE_WORLD = 500_000
POLLED_EVERY_S = 0.02


def first_world() -> World:
    """What a sandbox starts with: the fixture, at wall time."""
    return fixture_world(now=float(int(time.time())))


class SandboxFile:
    """The file that keeps the world, usually `.reconciler/sandbox.json`.

    Beside it lie a lock and, while somebody holds it, a note who that is. A command that has just begun to hold it is
    waited for, at most `patience_s` seconds of wall time.
    """

    def __init__(
        self, path: Path, *, first: Callable[[], World] = first_world, patience_s: float = holding.PATIENCE_S
    ) -> None:
        self.path = path
        self._first = first
        self._patience_s = patience_s
        self._note = path.with_suffix(".holder.json")
        self._lock = filelock.FileLock(path.with_suffix(".lock"), timeout=0, thread_local=False, mode=0o600)

    @contextlib.contextmanager
    def hold(self) -> Iterator[World]:
        """The world, for this process alone; saved at the end whatever happens.

        World time moves on to wall time when that is later, and then stands still.

        Raises:
            WorldHeld: Another process has it.
            SandboxError: The file is not a world, or cannot be read or written.
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
            WorldUnreachableError: The folder cannot be used.
        """
        self._acquire()
        try:
            self.announce(url)
            yield
        finally:
            with contextlib.suppress(OSError):  # only people read it; the lock is what counts
                self._note.unlink(missing_ok=True)
            self._lock.release()

    def announce(self, url: str | None) -> None:
        """Note who holds the world."""
        write_atomically(self._note, holding.note(url))

    def load(self) -> World:
        """The world of the file, or the first one when there is none.

        Raises:
            SandboxError: The file is not a world, or cannot be read.
        """
        try:
            return World.from_json(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self._first()
        except OSError as error:
            raise WorldUnreachableError(self.path, error) from error
        except (ValueError, RecursionError) as error:
            raise SandboxError(f"{self.path} cannot be read: {error}") from error

    def save(self, world: World) -> None:
        """Write the world; the file is never seen half written.

        Raises:
            WorldUnreachableError: The disk said no.
        """
        write_atomically(self.path, world.to_json())

    def operate(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out an operation here, or where the world is being served.

        What replaces the world does so even when the one in the file is broken.

        Raises:
            WorldHeld: A process that serves nothing has the world.
            SandboxError: The operation cannot be done.
        """
        try:
            if name in REPLACING:
                return self._replace(name, arguments)
            with self.hold() as world:
                return operate(world, name, arguments)
        except WorldHeld as held:
            if held.url is None:
                raise
            return operate_remotely(held.url, name, arguments)

    def _replace(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        with self.locked():
            try:
                world = self.load()  # only for its time, which never goes backwards
            except WorldUnreachableError:
                raise
            except SandboxError:
                world = self._first()
            world.sleep_until(time.time())
            outcome = operate(world, name, arguments)
            self.save(world)
            return outcome

    def _acquire(self) -> None:
        give_up_at = time.monotonic() + self._patience_s
        while not self._try_to_acquire():
            holder = holding.read_note(self._note)
            if time.monotonic() >= give_up_at or not holding.ends_soon(holder):
                raise holder
            time.sleep(POLLED_EVERY_S)

    def _try_to_acquire(self) -> bool:
        path = Path(self._lock.lock_file)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A link that somebody put there is never followed, whatever the lock does itself.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
            self._lock.acquire()
        except filelock.Timeout:
            return False
        except OSError as error:
            raise WorldUnreachableError(path, error) from error
        return True


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
    """Replace a file by another content in one go, readable by its owner only.

    Raises:
        WorldUnreachableError: The disk said no.
    """
    try:
        _replace(path, text)
    except OSError as error:
        raise WorldUnreachableError(path, error) from error


def _replace(path: Path, text: str) -> None:
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
