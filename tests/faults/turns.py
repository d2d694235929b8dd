"""Side by side, and yet the same each time: who may send the next request is drawn, not left to the machine.

Only one thread runs at a time. It gives way when it wants to send something; when all others want that too, one of them
is drawn. So a seed stands for one way in which the requests of several installations mix.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STUCK_AFTER_S = 0.25
"""A thread that waits for a lock of the product asks for no turn, so the others go on without it."""


class Turns:
    """Draws who comes next. Also the progress of an apply, which tells how many installations are under way."""

    def __init__(self, dice: random.Random, *, workers: int) -> None:
        self._dice = dice
        self._most = workers
        self._changed = threading.Condition()
        self._workers = 0
        self._waiting: list[str] = []
        self._drawn: str | None = None

    def take(self, request: str) -> None:
        """Return when it is the turn of this request."""
        with self._changed:
            if self._workers < 2:
                return
            self._waiting.append(request)
            self._draw_if_all_wait()
            while self._drawn != request:
                if not self._changed.wait(STUCK_AFTER_S) and self._drawn is None:
                    self._draw()
            self._drawn = None

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

    def _draw_if_all_wait(self) -> None:
        if self._drawn is None and self._waiting and len(self._waiting) >= self._workers:
            self._draw()

    def _draw(self) -> None:
        if self._waiting:
            self._drawn = self._dice.choice(sorted(self._waiting))
            self._waiting.remove(self._drawn)
            self._changed.notify_all()
