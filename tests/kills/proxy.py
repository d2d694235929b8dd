"""A loopback proxy between the client and the served sandbox: it sees every request and can hold, drop or cut it.

It speaks just enough HTTP/1.1 for the two of them: kept connections, bodies with a length.
"""

import contextlib
import fcntl
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

HOST = "127.0.0.1"
ARRIVES_WITHIN_S = 0.5


class Stage(Enum):
    """How far an exchange is when the trap is asked."""

    REQUEST = "the whole request is here and was not passed on"
    ANSWER = "the whole answer is here and was not passed back"
    DELIVERED = "the answer was passed back"


class Go(Enum):
    """What the trap wants."""

    ON = "as if nothing were"
    DROP = "close the connection and pass nothing on"
    HALF = "pass only the first half of the answer back"


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and what came of it, numbered in the order in which requests arrived.

    Attributes:
        by: Which process sent it, as `Proxy.by` said when it connected.
        delivered: The kernel of the client's side had acknowledged every byte of the answer, and nobody had
            begun to kill the client by then. Only found out for writes.
    """

    number: int
    by: str
    method: str
    path: str
    body: bytes
    forwarded: bool = False
    status: int = 0
    answer: bytes = b""
    delivered: bool = False

    @property
    def is_write(self) -> bool:
        """Whether it asks the simulated cloud to change something."""
        return self.method != "GET" and not self.path.startswith(("/oauth/", "/sandbox/"))


Trap = Callable[[Exchange, Stage], Go]


def no_trap(exchange: Exchange, stage: Stage) -> Go:
    """Let everything pass."""
    del exchange, stage
    return Go.ON


class Proxy:
    """Passes requests on to `port` of this machine; `exchanges` grows while it runs."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._listening = socket.create_server((HOST, 0), backlog=64)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.exchanges: list[Exchange] = []
        self.by = ""
        self.trap: Trap = no_trap
        self.is_dying: Callable[[], bool] = lambda: False
        self.url = f"http://{HOST}:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections and drop those that are open."""
        with self._lock:
            for one in (self._listening, *self._open):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            self._listening.close()

    def writes(self, by: str = "") -> list[Exchange]:
        """All writes so far, of one process or of all."""
        with self._lock:
            return [one for one in self.exchanges if one.is_write and by in ("", one.by)]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                # Kept for the connection: what a killed client had sent may be read when the next one runs already.
                caller = _Caller(by=self.by, trap=self.trap, is_dying=self.is_dying)
                threading.Thread(target=self._serve, args=(client, caller), daemon=True).start()

    def _serve(self, client: socket.socket, caller: "_Caller") -> None:
        # A killed client, a closed proxy and a broken message all end the connection, as they would without us.
        with (
            contextlib.suppress(OSError, ValueError),
            client,
            socket.create_connection((HOST, self._upstream)) as server,
            self._kept(client, server),
        ):
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = _Line(client=client, server=server, answers=server.makefile("rb"), caller=caller)
            coming = client.makefile("rb")
            while (message := _message(coming)) is not None and line.pass_on(message, self._noted(message, caller)):
                pass

    @contextlib.contextmanager
    def _kept(self, *sockets: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.update(sockets)
        try:
            yield
        finally:
            with self._lock:
                self._open.difference_update(sockets)

    def _noted(self, request: "_Message", caller: "_Caller") -> Exchange:
        method, target, _ = request.start.split(" ", 2)
        path = target.partition("?")[0]
        with self._lock:
            number = len(self.exchanges) + 1
            exchange = Exchange(number=number, by=caller.by, method=method, path=path, body=request.body)
            self.exchanges.append(exchange)
        return exchange


def _has_arrived(client: socket.socket) -> bool:
    """Whether the other side's kernel has acknowledged all that was sent; soon, or not at all."""
    give_up_at = time.monotonic() + ARRIVES_WITHIN_S
    while struct.unpack("i", fcntl.ioctl(client.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0]:
        if time.monotonic() >= give_up_at:
            return False
        time.sleep(0.0001)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    by: str
    trap: Trap
    is_dying: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One connection of a client and the one that belongs to it on the other side."""

    client: socket.socket
    server: socket.socket
    answers: BinaryIO
    caller: _Caller

    def pass_on(self, request: "_Message", exchange: Exchange) -> bool:
        """Pass a request on and its answer back; whether the connection goes on."""
        trap = self.caller.trap
        if trap(exchange, Stage.REQUEST) is Go.DROP:
            return False
        exchange.forwarded = True
        self.server.sendall(request.raw)
        answer = _message(self.answers)
        if answer is None:
            return False
        exchange.status, exchange.answer = int(answer.start.split(" ", 2)[1]), answer.body
        if trap(exchange, Stage.ANSWER) is Go.HALF:
            self.client.sendall(answer.raw[: len(answer.raw) // 2])
            trap(exchange, Stage.DELIVERED)
            return False
        self.client.sendall(answer.raw)
        if exchange.is_write:
            exchange.delivered = _has_arrived(self.client) and not self.caller.is_dying()
        trap(exchange, Stage.DELIVERED)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    start: str
    raw: bytes
    body: bytes


def _message(stream: BinaryIO) -> _Message | None:
    """The next request or answer; None at the end.

    Raises:
        ValueError: It has no length, or ends in the middle.
    """
    head = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        head.append(line)
    if not head:
        return None
    if not line:
        raise ValueError("a head that ends in the middle")
    named = {name.strip().lower(): value.strip() for name, _, value in (one.partition(b":") for one in head[1:])}
    if b"transfer-encoding" in named:
        raise ValueError("a body without a length")
    length = int(named.get(b"content-length", b"0"))
    body = stream.read(length)
    if len(body) != length:
        raise ValueError("a body that ends in the middle")
    return _Message(start=head[0].decode("latin-1").strip(), raw=b"".join([*head, b"\r\n", body]), body=body)
