"""Real sockets: certificates are checked, nothing is read from the environment, and no exchange outlasts its deadline.

A read time-out of a socket begins anew with every byte, so a server that sends one byte a minute would hold us for
ever: in its headers, in its body, or with 1xx answers without end. Here every wait is cut to what is left of the whole.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

KEPT_FOR_S = 5.0
"""Seconds that a connection may be idle and still be used."""
_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))

_Options = Iterable[Any]
_SAME_NAME = (
    "ConnectError",
    "ConnectTimeout",
    "LocalProtocolError",
    "PoolTimeout",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "UnsupportedProtocol",
    "WriteError",
    "WriteTimeout",
)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything that this thread waits for inside must be over after so many seconds of real time."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def is_over() -> bool:
    """Whether the time of the exchange that this thread is in has run out."""
    return time.monotonic() >= _ends_at.get()


class NetworkTransport(httpx.BaseTransport):
    """HTTP/1.1 over TCP and TLS with reused connections; nothing is repeated and no redirect followed down here.

    Proxy variables, `.netrc` and `SSL_CERT_FILE` are ignored on purpose: whoever can set a variable in CI could
    otherwise read the token.
    """

    def __init__(self) -> None:
        self._tls = httpx.create_ssl_context(verify=True, trust_env=False)
        self._sockets = _Sockets()
        self._guard = threading.Lock()
        self._idle: list[httpcore.HTTPConnection] = []
        self._open: set[httpcore.HTTPConnection] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and return as soon as the headers of the answer are there.

        Raises:
            httpx.TransportError: No connection, no answer in time, or no HTTP.
        """
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        connection = self._connection_to(asked.url.origin)
        try:
            with _as_httpx():
                answer = connection.handle_request(asked)
        except BaseException:
            self._drop(connection)
            raise
        body = _Body(answer, done=lambda: self._give_back(connection))
        return httpx.Response(answer.status, headers=answer.headers, stream=body)

    def close(self) -> None:
        """Close all connections."""
        with self._guard:
            connections = list(self._open)
            self._idle.clear()
        for connection in connections:
            self._drop(connection)

    def _connection_to(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        """The one that was free last, or a new one.

        A pool of httpcore looks through all its connections twice for every request, under one lock; who asks from as
        many threads as there may be requests, and one host only, needs no more than a stack.
        """
        while True:
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._new(origin)
            if connection.can_handle_request(origin) and not connection.has_expired():
                return connection
            self._drop(connection)

    def _new(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        connection = httpcore.HTTPConnection(
            origin,
            ssl_context=self._tls,
            keepalive_expiry=KEPT_FOR_S,
            http1=True,
            http2=False,
            retries=0,
            network_backend=self._sockets,
        )
        with self._guard:
            self._open.add(connection)
        return connection

    def _drop(self, connection: httpcore.HTTPConnection) -> None:
        with self._guard:
            self._open.discard(connection)
        connection.close()

    def _give_back(self, connection: httpcore.HTTPConnection) -> None:
        if connection.is_idle():
            with self._guard:
                self._idle.append(connection)
        else:
            self._drop(connection)


class _Body(httpx.SyncByteStream):
    """Closing it hands the connection back, or hangs up when something is left unread."""

    def __init__(self, answer: httpcore.Response, *, done: Callable[[], None]) -> None:
        self._answer = answer
        self._done = done

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        """Once; whatever closes it again finds nothing to do."""
        done, self._done = self._done, _nothing
        self._answer.close()
        done()


def _nothing() -> None:
    """It was closed before."""


@contextmanager
def _as_httpx() -> Iterator[None]:
    """The same failure under the name that the rest of this package knows; the text may quote a header and is dropped.

    Raises:
        httpx.TransportError: Whatever went wrong.
    """
    try:
        yield
    except Exception as error:
        name = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _SAME_NAME), None)
        if name is None:
            raise
        raise getattr(httpx, name)("the exchange failed") from None


class _Sockets(httpcore.NetworkBackend):
    """Opens sockets whose every wait ends with the exchange."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(host, port, _cut(timeout), local_address, socket_options)
        return _Stream(stream)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _cut(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _cut(timeout_s: float | None) -> float | None:
    """What may still be waited for; None for ever.

    Raises:
        httpcore.ReadTimeout: Nothing.
    """
    left_s = _ends_at.get() - time.monotonic()
    if left_s <= 0:
        raise httpcore.ReadTimeout
    waits = [wait_s for wait_s in (timeout_s, left_s) if wait_s is not None and wait_s < float("inf")]
    return min(waits, default=None)
