"""Progress bars on stderr for a terminal, and nothing anywhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.model import ports
from reconciler.report.escape import for_terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class _Still:
    def advance(self, steps: int = 1) -> None:
        """Nothing moves."""


class NoProgress:
    """For logs, pipes and tests."""

    @contextmanager
    def task(self, label: str, *, total: int) -> Iterator[ports.Ticker]:  # noqa: ARG002  the Protocol names them
        """Show nothing."""
        yield _Still()


class _Bar:
    def __init__(self, progress: "Progress", task: "TaskID") -> None:
        self._progress = progress
        self._task = task

    def advance(self, steps: int = 1) -> None:
        """That many more are done; threads may call it."""
        self._progress.advance(self._task, steps)


class TerminalProgress:
    """One bar per task; it is gone when the task is done, so that the result stands alone."""

    @contextmanager
    def task(self, label: str, *, total: int) -> Iterator[ports.Ticker]:
        """Show one bar while the context lasts."""
        from rich.console import Console  # noqa: PLC0415  where nobody looks, nothing that draws is loaded
        from rich.progress import (  # noqa: PLC0415  as above
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            yield _Bar(progress, progress.add_task(for_terminal(label), total=total))
