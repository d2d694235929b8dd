"""A world behind HTTP in a process of its own, with the latency of a real cloud: `python -m tests.bench.served WORLD`.

Prints its address, and on SIGTERM one line of JSON: how many requests came, when, and with which status they went.
"""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from reconciler.sandbox.admin import PREFIX, with_admin
from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import HOST, QuickHandler
from reconciler.sandbox.world import World
from tests.bench.processes import PYTHON, ROOT, environment

LONGEST_S = 600.0


class Watched:
    """An application that waits before and after each answer and remembers when requests came."""

    def __init__(self, app: Callable[..., Iterable[bytes]], *, latency_s: float) -> None:
        self._app = app
        self._latency_s = latency_s
        self._guard = threading.Lock()
        self._came: list[float] = []
        self._statuses: Counter[str] = Counter()
        self._logins = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; those about the world itself are neither delayed nor counted."""
        if environ["PATH_INFO"].startswith(PREFIX):
            return self._app(environ, start_response)
        came = time.monotonic()
        time.sleep(self._latency_s / 2)
        statuses: list[str] = []

        def started(status: str, headers: list[tuple[str, str]], *further: Any) -> Any:
            statuses.append(status[:3])
            return start_response(status, headers, *further)

        parts = b"".join(self._app(environ, started))
        time.sleep(self._latency_s / 2)
        with self._guard:
            self._statuses.update(statuses)
            if environ["REQUEST_METHOD"] == "GET":
                self._came.append(came)
        return [parts]

    def told(self) -> dict[str, Any]:
        """Reads, seconds between the first and the last, and statuses of all requests."""
        came = sorted(self._came)
        return {
            "reads": len(came),
            "between_s": came[-1] - came[0] if came else 0.0,
            "statuses": dict(sorted(self._statuses.items())),
        }


@dataclass(slots=True, kw_only=True)
class Serving:
    """A running server; `seen` is what it told at its end."""

    url: str
    process: subprocess.Popen[str]
    seen: dict[str, Any]


@contextlib.contextmanager
def serving(world: Path, *, latency_ms: int = 0, time_scale: float = 1.0, limited: bool = False) -> Iterator[Serving]:
    """Serve a world as long as the block lasts."""
    command = [PYTHON, "-m", "tests.bench.served", str(world), "--latency", str(latency_ms), "--scale", str(time_scale)]
    process = subprocess.Popen(
        [*command, *(["--limited"] if limited else [])], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        one = Serving(url=process.stdout.readline().strip(), process=process, seen={})
        assert one.url, "the sandbox does not serve"
        yield one
        process.terminate()
        out, _ = process.communicate(timeout=LONGEST_S)
        one.seen = json.loads(out)
    finally:
        process.kill()
        process.wait(LONGEST_S)


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.served", description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("--latency", type=int, default=0, metavar="MS")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--limited", action="store_true")
    options = parser.parse_args(arguments)
    world = World.from_json(options.world.read_text(encoding="utf-8"))
    world.data["rate_limited"] = options.limited
    world.run_clock(options.scale)
    watched = Watched(with_admin(world, create_app(world)), latency_s=options.latency / 1000)
    server = make_server(HOST, 0, watched, threaded=True, request_handler=QuickHandler)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://{HOST}:{server.port}\n")
    sys.stdout.flush()
    stop.wait()
    sys.stdout.write(json.dumps(watched.told()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
