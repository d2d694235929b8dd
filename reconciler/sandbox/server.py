"""The sandbox over HTTP, on loopback only."""

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from reconciler.sandbox.admin import with_admin
from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import AnswerTimedOut
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World

HOST = "127.0.0.1"
SAVED_EVERY_S = 5.0
HUNG_FOR_S = 60.0
IDLE_FOR_S = 120.0
POLLED_EVERY_S = 0.05
WAITING = 128
LARGEST_KEPT = 1_000_000
"""Bytes of a body after which a connection is kept; all of them are read before anything is answered."""
WITHOUT_BODY = frozenset({"204", "304"})


class QuickHandler(WSGIRequestHandler):
    """Keeps connections as the real cloud does, sends at once, stays silent, and can drop a connection."""

    protocol_version = "HTTP/1.1"
    # Without it each answer of a kept connection waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    timeout = IDLE_FOR_S

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        """Say nothing: the world has its own log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing, and do not work out what could be said."""

    def run_wsgi(self) -> None:
        """Answer one request; the connection is kept only where it is beyond doubt where the request ends."""
        if self.server.socket.fileno() < 0:
            self.close_connection = True  # the server has ended, and its world may be saved already
            return
        size = self._size_of_body()
        if size is None:
            self.close_connection = True
            super().run_wsgi()  # answers, reads what is left, and closes
            return
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True
            return
        environ = {**self.make_environ(), "wsgi.input": BytesIO(body)}
        try:
            parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionError as error:
            self.connection_dropped(error, environ)
        else:
            self._send(status, headers, b"".join(parts))

    def _size_of_body(self) -> int | None:
        """Bytes that follow the headers; None where two readers of the same bytes could disagree."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        certain = self.request_version == "HTTP/1.1" and not self.headers.defects and len(lengths) == 1
        if not certain or "Transfer-Encoding" in self.headers:
            return None
        length = lengths[0]
        plain = length.isascii() and length.isdigit() and len(length) <= len(str(LARGEST_KEPT))
        return int(length) if plain and int(length) <= LARGEST_KEPT else None

    def _send(self, status: str, headers: Headers, content: bytes) -> None:
        """Head and body in one piece, so that the client reads once."""
        lines = [f"HTTP/1.1 {status}", f"Server: {self.version_string()}", f"Date: {self.date_time_string()}"]
        if status[:3] not in WITHOUT_BODY:
            headers.setdefault("Content-Length", str(len(content)))
        lines += [f"{name}: {value}" for name, value in headers]
        lines += ["Connection: close"] if self.close_connection else []
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + content)

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Close the socket without an answer."""
        del environ
        self.close_connection = True
        if isinstance(error, AnswerTimedOut):
            time.sleep(HUNG_FOR_S)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class Served:
    """A running server; `url` is its base address."""

    def __init__(self, world: World, *, port: int = 0) -> None:
        """Take the port; 0 takes a free one.

        Raises:
            OSError: It is taken, or not ours to take.
        """
        app = with_admin(world, create_app(world))
        # A socket of our own, because werkzeug ends the whole process when the port is taken.
        with socket.create_server((HOST, port), backlog=WAITING) as listening:
            self._server: BaseWSGIServer = make_server(
                HOST, port, app, threaded=True, request_handler=QuickHandler, fd=listening.fileno()
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLLED_EVERY_S,), daemon=True)
        self.url = f"http://{HOST}:{self._server.port}"

    def start(self) -> None:
        """Answer requests in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextlib.contextmanager
def running(world: World, *, port: int = 0, time_scale: float = 1.0) -> Iterator[str]:
    """Serve a world as long as the block lasts; the value is the base address."""
    world.run_clock(time_scale)
    served = Served(world, port=port)
    served.start()
    try:
        yield served.url
    finally:
        served.stop()
        world.stop_clock()


def serve(file: SandboxFile, *, port: int, time_scale: float = 1.0, started: Callable[[str], None]) -> None:
    """Serve the file's world until SIGINT or SIGTERM; `started` gets the base address.

    The world is saved every few seconds and at the end. Call it from the main thread.

    Raises:
        WorldHeld: Another process has the world.
        SandboxError: The file is not a world.
        OSError: The port is taken.
    """
    with file.locked():
        world = file.load()
        stop = threading.Event()
        serving = running(world, port=port, time_scale=time_scale)
        with _stopping(stop), _saving(file, world), serving as url:
            file.announce(url)
            started(url)
            while not stop.wait(SAVED_EVERY_S):
                file.save(world)


@contextlib.contextmanager
def _saving(file: SandboxFile, world: World) -> Iterator[None]:
    try:
        yield
    finally:
        file.save(world)


@contextlib.contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    signals = (signal.SIGINT, signal.SIGTERM)
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
