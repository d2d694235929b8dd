"""Who holds the world: the note beside the lock, and whether it is worth waiting for its end."""

import contextlib
import json
import os
import time
from datetime import datetime
from pathlib import Path

from reconciler.sandbox import moments
from reconciler.sandbox.errors import WorldHeld

PATIENCE_S = 2.0
SHORT_COMMAND_S = 3.0


def note(url: str | None) -> str:
    """The text that says that this process holds the world from now on."""
    return json.dumps({"pid": os.getpid(), "since": moments.with_offset(time.time()), "url": url})


def read_note(path: Path) -> WorldHeld:
    """Who holds the world; process 0 when nobody who still runs has written it down."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        match json.loads(path.read_text(encoding="utf-8")):
            case {"pid": int(pid), "since": str(since), "url": str() | None as url} if _runs(pid):
                return WorldHeld(pid=pid, since=since, url=url)
    return WorldHeld(pid=0, since="a moment ago", url=None)


def ends_soon(holder: WorldHeld) -> bool:
    """Whether this is a command that has only just begun; one that serves, asks or works for long is not."""
    if holder.url is not None:
        return False
    if holder.pid == 0:
        return True
    with contextlib.suppress(ValueError):
        return time.time() - datetime.fromisoformat(holder.since).timestamp() <= SHORT_COMMAND_S
    return False


def _runs(pid: int) -> bool:
    """False only when the process is known to be gone: killed, it could not take its note away."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
