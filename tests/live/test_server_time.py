"""The time of the server, whatever it sends."""

from datetime import UTC, datetime

import httpx
import pytest

from reconciler.live.server_time import DateWatch


@pytest.mark.parametrize(
    ("date", "seen"),
    [
        ("Mon, 04 May 2026 12:00:00 GMT", datetime(2026, 5, 4, 12, tzinfo=UTC)),
        ("Mon, 04 May 2026 14:00:00 +0200", datetime(2026, 5, 4, 12, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("Mon, 04 May 99999 12:00:00 GMT", None),
    ],
)
def test_a_date_is_remembered_and_nonsense_is_not(date: str, seen: datetime | None) -> None:
    """A strange header never stops a read."""
    watch = DateWatch(httpx.MockTransport(lambda _: httpx.Response(200, headers={"Date": date})))

    answer = watch.handle_request(httpx.Request("GET", "https://cloud.example/"))

    assert answer.status_code == 200
    assert watch.server_time == seen
