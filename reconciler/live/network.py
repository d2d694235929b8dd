"""Real sockets: certificates are checked, nothing is read from the environment, and no exchange outlasts its deadline.

A read time-out of a socket begins anew with every byte, so a server that sends one byte a minute would hold us for
ever: in its headers, in its body, or with 1xx answers without end. Here every wait is cut to what is left of the whole.

What HTTP means is h11's business. The pool of httpcore looks through all its connections twice for every request, under
one lock; who asks from sixteen threads and for one host needs no more than a stack of those that are free.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from functools import cached_property
from select import POLLIN, poll
from typing import cast

import h11
import httpx

from reconciler.live.prepared import PORTS, Origin, RawHeaders, Reading, Received, origin_of

KEPT_FOR_S = 5.0
"""Seconds that a connection may be idle and still be used."""
LARGEST_HEAD = 100 * 1024
PIECE = 64 * 1024

NOTHING: Iterable[bytes] = ()
_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


class within:  # noqa: N801  reads as what it is, a context
    """Everything that this thread waits for inside must be over after so many seconds of real time."""

    __slots__ = ("_seconds", "_token")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._token = _ends_at.set(time.monotonic() + self._seconds)

    def __exit__(self, *_error: object) -> None:
        _ends_at.reset(self._token)


def is_over() -> bool:
    """Whether the time of the exchange that this thread is in has run out."""
    return time.monotonic() >= _ends_at.get()


class NetworkTransport(httpx.BaseTransport):
    """HTTP/1.1 over TCP and TLS with reused connections; nothing is repeated and no redirect followed down here.

    Proxy variables, `.netrc` and `SSL_CERT_FILE` are ignored on purpose: whoever can set a variable in CI could
    otherwise read the token. How many connections there are is up to whoever asks side by side.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._idle: list[_Line] = []
        self._open: set[_Line] = set()
        self._last: tuple[RawHeaders, h11.Request] | None = None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made for the first connection that needs it: reading all certificates takes a while."""
        context = httpx.create_ssl_context(verify=True, trust_env=False)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and return as soon as the headers of the answer are there.

        Raises:
            httpx.TransportError: No connection, no answer in time, or no HTTP.
        """
        timeouts = request.extensions.get("timeout", {})
        if isinstance(request, Reading):
            place = request.place
            origin, target, headers, content = place.origin, request.target.encode(), place.headers, NOTHING
        else:
            origin, target, headers = origin_of(request.url), request.url.raw_path, request.headers.raw
            content = cast("Iterable[bytes]", request.stream)
        event = self._event(request.method, target, headers)
        line = self._line_to(origin, timeouts.get("connect"))
        try:
            line.send(event, content, timeouts.get("write"))
            answer = line.head(timeouts.get("read"))
        except BaseException:
            self._drop(line)
            raise
        stream = _Body(line, timeouts.get("read"), self._give_back)
        return Received(answer.status_code, answer.headers.raw_items(), stream)

    def close(self) -> None:
        """Close all connections."""
        with self._guard:
            lines = list(self._open)
            self._idle.clear()
        for line in lines:
            self._drop(line)

    def _event(self, method: str, target: bytes, headers: RawHeaders) -> h11.Request:
        """The head of the request; the headers of nearly all are the same, and are checked once."""
        last = self._last
        known = last is not None and last[0] == headers
        try:
            event = h11.Request(
                method=method, target=target, headers=last[1].headers if last is not None and known else headers
            )
        except h11.LocalProtocolError:
            raise httpx.LocalProtocolError("this is no request") from None
        if not known:
            self._last = headers, event
        return event

    def _line_to(self, origin: Origin, timeout_s: float | None) -> "_Line":
        now = time.monotonic()
        while True:
            with self._guard:
                line = self._idle.pop() if self._idle else None
            if line is None:
                break
            if line.origin == origin and line.is_fresh(now):
                return line
            self._drop(line)
        tls = self._tls if origin[0] == "https" else None
        line = _Line(origin, _connected(origin, tls, timeout_s))
        with self._guard:
            self._open.add(line)
        return line

    def _give_back(self, line: "_Line") -> None:
        if not line.is_free():
            self._drop(line)
            return
        with self._guard:
            self._idle.append(line)

    def _drop(self, line: "_Line") -> None:
        with self._guard:
            self._open.discard(line)
        line.close()


def _connected(origin: Origin, tls: ssl.SSLContext | None, timeout_s: float | None) -> socket.socket:
    scheme, host, port = origin
    if scheme not in PORTS:
        raise httpx.UnsupportedProtocol("neither http nor https")
    try:
        link = socket.create_connection((host, port), _cut(timeout_s))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is None:
            return link
        try:
            link.settimeout(_cut(timeout_s))
            return tls.wrap_socket(link, server_hostname=host)
        except BaseException:
            link.close()
            raise
    except TimeoutError:
        raise httpx.ConnectTimeout("no connection in time") from None
    except OSError:
        raise httpx.ConnectError("no connection") from None


class _Line:
    """One connection, used by one thread at a time."""

    def __init__(self, origin: Origin, link: socket.socket) -> None:
        self.origin = origin
        self._link = link
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._free_since = 0.0
        self._waits_s = link.gettimeout()
        self._readable = poll()
        self._readable.register(link, POLLIN)

    def is_fresh(self, now: float) -> bool:
        """Whether it can be used again: an idle one that has something to say was hung up, or lies."""
        return now - self._free_since <= KEPT_FOR_S and not self._readable.poll(0)

    def send(self, head: h11.Request, content: Iterable[bytes], timeout_s: float | None) -> None:
        """Send a request in one piece. Raises httpx.TransportError."""
        try:
            parts = [self._http.send(head), *(self._http.send(h11.Data(data=part)) for part in content)]
            parts.append(self._http.send(h11.EndOfMessage()))
        except h11.LocalProtocolError:
            raise httpx.LocalProtocolError("this is no request") from None
        try:
            self._wait_at_most(timeout_s)
            self._link.sendall(b"".join(part or b"" for part in parts))
        except TimeoutError:
            raise httpx.WriteTimeout("not sent in time") from None
        except OSError:
            return  # a server may hang up once it has seen enough, and its answer tells why

    def head(self, timeout_s: float | None) -> h11.Response:
        """Wait for the answer; what only announces it is passed over. Raises httpx.TransportError."""
        while True:
            event = self._next(timeout_s)
            if isinstance(event, h11.Response):
                return event

    def body(self, timeout_s: float | None) -> Iterator[bytes]:
        """The parts of the answer as they come in. Raises httpx.TransportError."""
        while True:
            event = self._next(timeout_s)
            if not isinstance(event, h11.Data):
                return
            yield bytes(event.data)

    def is_free(self) -> bool:
        """Whether the answer is read to its end, nothing stands behind it, and both sides keep the connection."""
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not done or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        self._free_since = time.monotonic()
        return True

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._link.close()

    def _wait_at_most(self, timeout_s: float | None) -> None:
        wait_s = _cut(timeout_s)
        if wait_s != self._waits_s:
            self._waits_s = wait_s
            self._link.settimeout(wait_s)

    def _next(self, timeout_s: float | None) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                data = self._read(timeout_s)
                if not data and self._http.their_state is h11.SEND_RESPONSE:
                    raise httpx.RemoteProtocolError("the server hung up without an answer")
                self._http.receive_data(data)
        except h11.RemoteProtocolError:
            raise httpx.RemoteProtocolError("the answer is no HTTP") from None
        return event

    def _read(self, timeout_s: float | None) -> bytes:
        try:
            self._wait_at_most(timeout_s)
            return self._link.recv(PIECE)
        except TimeoutError:
            raise httpx.ReadTimeout("nothing came in time") from None
        except OSError:
            raise httpx.ReadError("the connection broke") from None


class _Body(httpx.SyncByteStream):
    """The rest of an answer. Closing it hands the connection back, or hangs up when something is left unread."""

    def __init__(self, line: _Line, timeout_s: float | None, give_back: Callable[[_Line], None]) -> None:
        self._line: _Line | None = line
        self._timeout_s = timeout_s
        self._give_back = give_back

    def __iter__(self) -> Iterator[bytes]:
        return iter(()) if self._line is None else self._line.body(self._timeout_s)

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            self._give_back(line)


def _cut(timeout_s: float | None) -> float | None:
    """What may still be waited for; None for ever.

    Raises:
        TimeoutError: Nothing.
    """
    left_s = _ends_at.get() - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    if timeout_s is not None and timeout_s < left_s:
        return timeout_s
    return left_s if left_s < float("inf") else None
