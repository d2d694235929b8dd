"""Side by side, and yet the same each time: who may send the next request is drawn, not left to the machine.

Only one thread runs at a time. It gives way when it wants to send something; when all others want that too, one of them
is drawn. A thread that waits for the one login of an account asks for no turn; its lock is ours, so we know of it. So a
seed stands for one way in which the requests of several installations mix, and no clock has a say in it.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY_MOVES_S = 300.0
"""Real time after which a run is given up: some lock is unknown to us. It never decides who is drawn."""


class Turns:
    """Draws who comes next. Also the progress of an apply, which tells how many installations are under way."""

    def __init__(self, dice: random.Random, *, workers: int) -> None:
        self._dice = dice
        self._most = workers
        self._changed = threading.Condition()
        self._workers = 0
        self._queued = 0
        self._waiting: list[str] = []
        self._drawn: str | None = None

    def take(self, request: str) -> None:
        """Return when it is the turn of this request.

        Raises:
            RuntimeError: Nobody moves any more.
        """
        with self._changed:
            if self._workers < 2:
                return
            self._waiting.append(request)
            self._draw_if_all_wait()
            while self._drawn != request:
                self._wait()
            self._drawn = None

    def one_at_a_time(self) -> "Queue":
        """A lock whose waiters are known."""
        return Queue(self)

    @contextmanager
    def task(self, label: str, *, total: int) -> Iterator["Turns"]:
        """All installations start."""
        del label, total
        with self._changed:
            self._workers = self._most
        try:
            yield self
        finally:
            with self._changed:
                self._workers = 0

    def advance(self, steps: int = 1) -> None:
        """One installation has ended."""
        del steps
        with self._changed:
            self._workers -= 1
            self._draw_if_all_wait()

    def _wait(self) -> None:
        if not self._changed.wait(NOBODY_MOVES_S):
            raise RuntimeError(f"nobody moves: {self._waiting} wait for a turn, {self._queued} for the login")

    def _draw_if_all_wait(self) -> None:
        if self._drawn is None and self._waiting and len(self._waiting) + self._queued >= self._workers:
            self._drawn = self._dice.choice(sorted(self._waiting))
            self._waiting.remove(self._drawn)
            self._changed.notify_all()


class Queue:
    """Stands in for a lock of the product that is held while a request is on its way."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._places: list[object] = []

    def __enter__(self) -> None:
        turns, place = self._turns, object()
        with turns._changed:
            self._places.append(place)
            if self._places[0] is place:
                return
            turns._queued += 1
            turns._draw_if_all_wait()
            while self._places[0] is not place:
                turns._wait()

    def __exit__(self, *_: object) -> None:
        turns = self._turns
        with turns._changed:
            del self._places[0]
            if self._places:
                turns._queued -= 1  # at once, so that nobody is drawn before the next one has gone on
                turns._changed.notify_all()
