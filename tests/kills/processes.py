"""The real processes: the reconciler as somebody would start it, and the sandbox that it talks to."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kills.fleet import SECRET, SECRET_NAME
from tests.kills.proxy import HOST

ROOT = Path(__file__).parents[2]
LONGEST_S = 120.0
KILLED = -signal.SIGKILL
PROGRAM = (sys.executable, "-m", "reconciler")


def environment(home: Path, url: str = "") -> dict[str, str]:
    """What a command may see: a home and a state folder of its own, the served sandbox, one secret."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    told = {"RECONCILER_SANDBOX_URL": url} if url else {}
    places = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": str(ROOT)}
    return {**kept, **places, **told, SECRET_NAME: SECRET, "COLUMNS": "100", "PYTHONUTF8": "1"}


class Victim:
    """One `python -m reconciler …` that can be stopped and killed from any thread; tests may give another program."""

    def __init__(
        self, *arguments: str, folder: Path, env: Mapping[str, str], name: str, program: Sequence[str] = PROGRAM
    ) -> None:
        self.output = folder / f"{name}.txt"
        self._guard = threading.Lock()
        self._is_dying = False
        with self.output.open("wb") as file:
            command = [*program, *arguments]
            self._process = subprocess.Popen(command, cwd=folder, env=dict(env), stdout=file, stderr=file)

    def is_dying(self) -> bool:
        """Whether somebody has begun to kill it."""
        return self._is_dying

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Freeze it (SIGSTOP); when this returns, none of its threads runs any more."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            self._process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def go_on(self) -> None:
        """Let a frozen one run again."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, frozen or not; returns when it is gone."""
        with self._guard:
            self._is_dying = True
            self._process.kill()
            self._process.wait(LONGEST_S)

    def ended(self, within_s: float = LONGEST_S) -> int | None:
        """Its exit code; None when it still runs after that many seconds."""
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    def text(self) -> str:
        """What it said on stdout and stderr."""
        return self.output.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running `reconciler sandbox serve`; its world is in `file` once it was stopped."""

    port: int
    file: Path
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """End it as Ctrl-C would; it saves its world."""
        self.process.terminate()
        self.process.wait(LONGEST_S)


@contextlib.contextmanager
def serving(folder: Path, *, time_scale: float) -> Iterator[Served]:
    """Serve the world that lies in the folder; it is gone when the block ends, whatever happened."""
    command = [*PROGRAM, "sandbox", "serve", "--port", "0", "--time-scale", str(time_scale)]
    file = folder / ".reconciler" / "sandbox.json"
    process = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(rf"http://{re.escape(HOST)}:(\d+)", process.stdout.readline())
        assert found is not None, "the sandbox does not serve"
        yield Served(port=int(found[1]), file=file, process=process)
    finally:
        process.kill()
        process.wait(LONGEST_S)
        if process.stdout is not None:
            process.stdout.close()
