"""A server on loopback that answers with any bytes, as no decent server would."""

import contextlib
import gzip
import json
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.live.client import Client
from reconciler.live.exchange import Exchange
from reconciler.live.login import Credentials, Login
from reconciler.live.network import NetworkTransport
from reconciler.live.rate import Pace
from reconciler.live.repeat import Repeat
from reconciler.live.session import Session
from reconciler.model.secret import Secret
from tests.live.cloud import Lines, VirtualClock

PASSWORD = "CANARY-password"
TOKEN = "CANARY-token"

Script = Callable[[socket.socket], None]
"""Writes an answer, or what passes for one; when it returns, the next request may come, unless it closed the socket."""


def says(data: bytes) -> Script:
    """Exactly these bytes, and the connection stays."""
    return lambda link: link.sendall(data)


def hangs_up_after(data: bytes) -> Script:
    """Exactly these bytes, and the connection ends."""

    def script(link: socket.socket) -> None:
        link.sendall(data)
        link.shutdown(socket.SHUT_RDWR)

    return script


def answer(body: bytes, *headers: str, status: str = "200 OK", media: str = "application/json") -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", f"Content-Type: {media}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def as_json(data: object) -> Script:
    """What a decent server says."""
    return says(answer(json.dumps(data).encode()))


def zipped(body: bytes) -> Script:
    """The same, packed."""
    return says(answer(gzip.compress(body), "Content-Encoding: gzip"))


@dataclass
class Server:
    """Where it is and what it was asked."""

    url: str
    scripts: dict[str, Script]
    seen: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


@contextmanager
def serving(scripts: Mapping[str, Script]) -> Iterator[Server]:
    """Answer by method and path; an unknown path gets a 404, the login a token unless a script says otherwise."""
    listener = socket.create_server(("127.0.0.1", 0))
    login = as_json({"access_token": TOKEN, "token_type": "bearer"})
    server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", {"POST /oauth/token": login, **scripts})
    links: list[socket.socket] = []
    threading.Thread(target=_accept, args=(listener, server, links), daemon=True).start()
    try:
        yield server
    finally:
        for one in (listener, *links):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _accept(listener: socket.socket, server: Server, links: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            link, _ = listener.accept()
            links.append(link)
            threading.Thread(target=_talk, args=(link, server), daemon=True).start()


def _talk(link: socket.socket, server: Server) -> None:
    with contextlib.suppress(OSError):
        while head := _request(link):
            call = " ".join(head.split(" ")[:2]).partition("?")[0]
            server.heads.append(head)
            server.seen.append(call)
            server.scripts.get(call, says(answer(b"", status="404 Not Found")))(link)


def _request(link: socket.socket) -> str:
    head, _ = _whole_request(link)
    return head.decode("latin-1")


def _whole_request(link: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = link.recv(65536)
        if not more:
            return b"", b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += link.recv(65536)
    return head, body


@contextmanager
def client_of(url: str, *, longest_s: float = 20.0) -> Iterator[tuple[Client, Lines]]:
    """Our own client over real sockets, without waiting between repeats; and the lines that it logs."""
    clock, log = VirtualClock(), Lines()
    exchange = Exchange(
        NetworkTransport(),
        base_url=url,
        agent="reconciler-test",
        clock=clock,
        pace=Pace(clock, rate=9.8),
        log=log,
        longest_s=longest_s,
    )
    credentials = Credentials(username="CANARY-user", password=Secret(PASSWORD))
    login = Login(exchange, credentials=credentials, clock=clock, hint="ZAPTEC_USERNAME and ZAPTEC_PASSWORD")
    with contextlib.closing(exchange):
        yield Client(Session(exchange, login=login, repeat=Repeat(clock, jitter=random.Random(1)))), log


Tamper = Callable[[str, bytes], bytes | None]
"""From a call and its true answer, head and all, to what is said instead; None lets it pass."""


@contextmanager
def in_the_middle(of: str, tamper: Tamper) -> Iterator[Server]:
    """Somebody between us and a served sandbox, who passes requests on and changes answers."""
    upstream = of.removeprefix("http://").partition(":")
    host, port = upstream[0], int(upstream[2])
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", {})

    def pass_on(link: socket.socket) -> None:
        with contextlib.suppress(OSError), link, socket.create_connection((host, port)) as onward:
            head, body = _whole_request(link)
            call = " ".join(head.decode("latin-1").split(" ")[:2]).partition("?")[0]
            server.seen.append(call)
            first, _, rest = head.partition(b"\r\n")
            onward.sendall(first + b"\r\nConnection: close\r\n" + rest + b"\r\n\r\n" + body)
            truth = b"".join(iter(lambda: onward.recv(65536), b""))
            said = tamper(call, truth)
            link.sendall(truth if said is None else said)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = listener.accept()
                threading.Thread(target=pass_on, args=(link,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
