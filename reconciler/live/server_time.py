"""What time the server says it is, read off answers that are needed anyway."""

import contextlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx


class DateWatch(httpx.BaseTransport):
    """Passes requests on and remembers the time of the last answer; None as long as none told it."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport
        self.server_time: datetime | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on; a date that is none is not remembered."""
        answer = self._transport.handle_request(request)
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            if "Date" in answer.headers:
                self.server_time = parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
        return answer

    def close(self) -> None:
        """Close what is underneath."""
        self._transport.close()
