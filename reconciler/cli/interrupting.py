"""Ctrl-C and SIGTERM during an apply: the first ends it in good order, the second at once."""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from threading import Event

from reconciler.cli.output import is_terminal
from reconciler.model.exit import ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_CURSOR_BACK = "\x1b[?25h"
_STDERR = 2


@contextlib.contextmanager
def interruptible(stop: Event, run_id: str) -> Iterator[None]:
    """While the block lasts, the first signal sets `stop` and the second ends the process where it stands.

    Nothing is lost then: what was sent is in the journal, so the run can be resumed.
    """

    def first(_signal: int, _frame: object) -> None:
        stop.set()
        for number in SIGNALS:
            signal.signal(number, second)
        _tell("stopping: what is in flight is finished and read back; Ctrl-C again stops at once")

    def second(_signal: int, _frame: object) -> None:
        cursor = _CURSOR_BACK if is_terminal(sys.stderr) else ""  # a progress bar hides it
        _tell(f"{cursor}stopped at once; what was sent is in the journal: reconciler apply --resume {run_id}")
        os._exit(ExitCode.INTERRUPTED)

    former = [signal.signal(number, first) for number in SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(SIGNALS, former, strict=True):
            signal.signal(number, handler)


def _tell(text: str) -> None:
    """One line on stderr without its buffer, which the signal may have found half written."""
    with contextlib.suppress(OSError):
        io.FileIO(_STDERR, "w", closefd=False).write(f"{text}\n".encode())
