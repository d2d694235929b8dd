"""Protocols that several parts share; they carry no behaviour of their own."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from reconciler.model.desired import Origin


class Clock(Protocol):
    """Wall time of the real cloud, world time of the sandbox."""

    def now(self) -> datetime:
        """Now, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return when that much time has passed."""
        ...


class Progress(Protocol):
    """A progress bar, or nothing."""

    def task(self, label: str, *, total: int) -> AbstractContextManager["Ticker"]:
        """Show one task while the context lasts."""
        ...


class Ticker(Protocol):
    """Moves one progress bar."""

    def advance(self, steps: int = 1) -> None:
        """That many more are done."""
        ...


class Origins(Protocol):
    """Where a desired value was written; asked only for what a plan shows."""

    def find(self, installation_id: str, path: Sequence[str]) -> Origin:
        """File and line of a path in the merged file, for instance ("chargers", "ZAP012345", "maxCurrent").

        Permission entries: ("permissions", "entries", "person:c-1") and ("permissions", "absent", "userGroup:KEY").
        Falls back to the nearest enclosing key that has a place.
        """
        ...
