"""One request, one answer: the only place that touches the transport.

Requests go straight to the httpx transport, not through `httpx.Client`: no redirects, no cookies, no proxies, no
`.netrc` and nothing else from the environment can then change where a token goes, and it costs a third of the CPU.
What comes back is bounded in size, also once it is unpacked, and in time, however slowly it drips.
"""

import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx

from reconciler.live import network
from reconciler.live.failures import CallError, PassingError
from reconciler.live.prepared import PLAIN, Place, Reading, headers_of
from reconciler.live.rate import InFlight, Pace
from reconciler.live.request_log import RequestLog, request_line
from reconciler.model.ports import Clock
from reconciler.model.secret import Secret
from reconciler.model.value import Reason
from reconciler.records import dataclass

LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes, unpacked. A hundred installations with a logo of 100 kB each still fit."""

LONGEST_S = 120.0
"""Seconds of real time from the connection to the last byte; ten megabytes take 40 s over a poor line."""

TIMEOUTS_S = {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 60.0}
_GZIP = 31  # zlib's number for gzip with its checksum
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_COUNTS = frozenset({b"content-encoding", b"content-type", b"retry-after"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `query` and `body` never appear in messages or logs."""

    method: str
    path: str
    query: str = ""
    body: Secret | None = None
    content_type: str = JSON

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """What came back.

    Attributes:
        body: Empty when the answer is no 200 and its body is of no use.
        media: The media type that it claims, in lower case; empty when it claims none.
        retry_after_s: Seconds for which the cloud asked, None when it did not.
    """

    status: int
    body: bytes
    media: str = ""
    retry_after_s: float | None = None


class Exchange:
    """Sends requests of one account at its pace; thread safe.

    Args:
        base_url: Scheme and host; every request goes there and nowhere else.
        agent: How we identify ourselves, as Zaptec's guidelines ask.
        longest_s: Seconds that one exchange may take in all.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        base_url: str,
        agent: str,
        clock: Clock,
        pace: Pace,
        log: RequestLog | None,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._transport = transport
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._pace = pace
        self._in_flight = InFlight(rate=pace.rate)
        self._log = log
        self._longest_s = longest_s
        self._headers = {"Accept": JSON, "Accept-Encoding": "gzip", "User-Agent": agent}
        self._last: tuple[Secret, Place] | None = None

    def send(self, call: Call, *, token: Secret | None = None) -> Answer:
        """Send once, when pace and places allow.

        Raises:
            PassingError: No answer: connection lost, time-out.
            CallError: An answer that is too large or cannot be unpacked.
        """
        request = self._request(call, token)
        result, took_s = "no answer", None
        self._in_flight.enter()
        try:
            left_at_s = self._pace.wait()
            try:
                answer = self._exchange(call, request)
                result = str(answer.status)
            finally:
                took_s = self._clock.now().timestamp() - left_at_s
        finally:
            self._in_flight.leave(took_s)
            if self._log is not None and took_s is not None:
                self._log.write(request_line(str(call), result=result, took_s=took_s))
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            self._pace.pause(1.0 if answer.retry_after_s is None else answer.retry_after_s)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _request(self, call: Call, token: Secret | None) -> httpx.Request:
        target = call.path + (f"?{call.query}" if call.query else "")
        if call.method == "GET" and call.body is None and token is not None and PLAIN.fullmatch(target):
            return Reading(self._place(token), target, TIMEOUTS_S)
        headers = self._headers if token is None else self._with(token)
        content = None
        if call.body is not None:
            headers = {**headers, "Content-Type": call.content_type}
            content = call.body.reveal().encode()
        url = f"{self._base_url}{target}"
        return httpx.Request(call.method, url, headers=headers, content=content, extensions={"timeout": TIMEOUTS_S})

    def _place(self, token: Secret) -> Place:
        last = self._last
        if last is None or last[0] is not token:
            self._last = last = token, Place(self._base_url, self._with(token))
        return last[1]

    def _with(self, token: Secret) -> dict[str, str]:
        return {**self._headers, "Authorization": f"Bearer {token.reveal()}"}

    def _exchange(self, call: Call, request: httpx.Request) -> Answer:
        # The causes are dropped on purpose: their texts may quote a header, and a header holds the token.
        with network.within(self._longest_s):
            try:
                return self._answer(self._transport.handle_request(request))
            except _UnusableError as error:
                raise CallError(error.what, call=str(call), reason=Reason.BAD_ANSWER) from None
            except (OSError, httpx.TransportError, httpx.StreamError) as error:
                if network.is_over():
                    what = f"the answer did not end within {self._longest_s:g} s"
                    raise CallError(what, call=str(call), reason=Reason.NOT_ANSWERED) from None
                if isinstance(error, TimeoutError | httpx.TimeoutException):
                    raise PassingError("no answer in time", call=str(call)) from None
                raise PassingError(f"the connection failed ({type(error).__name__})", call=str(call)) from None

    def _answer(self, response: httpx.Response) -> Answer:
        told = _told(response)
        try:
            body = _body(response, told.get(b"content-encoding", ""))
        except _UnusableError:
            if response.status_code == httpx.codes.OK:
                raise
            body = b""  # the status says enough
        finally:
            response.close()
        return Answer(
            status=response.status_code,
            body=body,
            media=told.get(b"content-type", "").partition(";")[0].strip().lower(),
            retry_after_s=self._retry_after_s(told.get(b"retry-after")),
        )

    def _retry_after_s(self, text: str | None) -> float | None:
        if text is None:
            return None
        try:
            return max(0.0, float(text)) if text.strip().isdigit() else self._until(parsedate_to_datetime(text))
        except (ValueError, OverflowError):
            return None

    def _until(self, moment: datetime) -> float:
        at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (at - self._clock.now()).total_seconds())


class _UnusableError(Exception):
    """A body that must not or cannot be taken."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def _told(response: httpx.Response) -> dict[bytes, str]:
    """The headers that count; one that comes several times is joined as usual."""
    found: dict[bytes, str] = {}
    for raw_name, raw in headers_of(response):
        name = raw_name.lower()
        if name in _COUNTS:
            value = raw.decode("latin-1")
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _body(response: httpx.Response, packing: str) -> bytes:
    """The bytes, unpacked no further than the limit, so that a bomb never goes off."""
    packing = packing.strip().lower()
    if packing not in ("", "identity", "gzip"):
        raise _UnusableError("the answer is packed in a way that nobody asked for")
    parts = _in_time(response)
    size, kept = 0, []
    for part in _unpacked(parts) if packing == "gzip" else parts:
        size += len(part)
        if size > LARGEST_ANSWER:
            raise _UnusableError("the answer is too large")
        kept.append(part)
    return b"".join(kept)


def _in_time(response: httpx.Response) -> Iterator[bytes]:
    """The parts as they come in, also those of a transport that knows no sockets. Raises TimeoutError."""
    for part in cast("httpx.SyncByteStream", response.stream):
        if network.is_over():
            raise TimeoutError
        yield part


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    most, began = LARGEST_ANSWER + 1, False
    for packed in parts:
        try:
            part = unpacker.decompress(packed, most)
        except zlib.error:
            raise _UnusableError("the answer cannot be unpacked") from None
        most, began = most - len(part), began or bool(packed)
        yield part
    if began and (not unpacker.eof or unpacker.unused_data):
        raise _UnusableError("the answer is cut off, or something stands behind it")
