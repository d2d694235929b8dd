"""Real sockets: certificates are checked, nothing is read from the environment, and no exchange outlasts its deadline.

A read time-out of a socket begins anew with every byte, so a server that sends one byte a minute would hold us for
ever: in its headers, in its body, or with 1xx answers without end. Here every wait is cut to what is left of the whole.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from reconciler.live.rate import MOST_IN_FLIGHT

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
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(verify=True, trust_env=False),
            max_connections=MOST_IN_FLIGHT,
            max_keepalive_connections=MOST_IN_FLIGHT,
            keepalive_expiry=5.0,
            http1=True,
            http2=False,
            retries=0,
            network_backend=_Sockets(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and return as soon as the headers of the answer are there.

        Raises:
            httpx.TransportError: No connection, no answer in time, or no HTTP.
        """
        url = request.url
        with _as_httpx():
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


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
