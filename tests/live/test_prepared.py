"""What is put together late is the same as what httpx puts together at once."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.live.prepared import PLAIN, Place, Reading, Received, headers_of, origin_of

HEADERS = {"Accept": "application/json", "Authorization": "Bearer CANARY-token"}
BASE = "http://127.0.0.1:4711"


def reading(target: str, base_url: str = BASE) -> Reading:
    """A prepared GET."""
    return Reading(Place(base_url, HEADERS), target, {"read": 1.0})


def whole(target: str, base_url: str = BASE) -> httpx.Request:
    """The same by httpx."""
    return httpx.Request("GET", base_url + target, headers=HEADERS, extensions={"timeout": {"read": 1.0}})


class TestReading:
    @given(target=st.from_regex(PLAIN, fullmatch=True))
    def test_every_plain_path_goes_out_as_httpx_would_send_it(self, target: str) -> None:
        """Nothing in it is escaped, folded or cut."""
        assert target.encode() == whole(target).url.raw_path

    @pytest.mark.parametrize(
        "target", ["/a/../b", "/a b", "/a#b", "/a%zz", "//evil.example/a", "/a?b#c", "", "a", "/a\n"]
    )
    def test_anything_else_goes_the_long_way(self, target: str) -> None:
        """What becomes of it is for httpx to say."""
        assert PLAIN.fullmatch(target) is None

    @pytest.mark.parametrize("base_url", [BASE, "https://api.example", "http://localhost"])
    def test_others_see_the_same_request(self, base_url: str) -> None:
        """A simulated cloud in this process, and whatever else stands between."""
        mine, theirs = reading("/api/chargers?PageSize=100", base_url), whole("/api/chargers?PageSize=100", base_url)

        assert (mine.method, mine.url, mine.extensions) == (theirs.method, theirs.url, theirs.extensions)
        assert mine.headers.raw == theirs.headers.raw
        assert mine.place.headers == theirs.headers.raw
        assert mine.place.origin == origin_of(theirs.url)
        assert mine.read() == theirs.read() == b""

    def test_it_prints_no_header(self) -> None:
        """One of them is the token."""
        assert "CANARY" not in repr(reading("/a")) + repr(reading("/a").place)

    def test_a_name_that_httpx_does_not_have_is_none_of_ours(self) -> None:
        """Asking for it is an error and no endless search."""
        with pytest.raises(AttributeError):
            _ = reading("/a").nothing_of_the_kind


class Once(httpx.SyncByteStream):
    """A body in two parts that knows whether it was closed."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from (b'"he', b're"')

    def close(self) -> None:
        """Note it."""
        self.closed = True


class TestReceived:
    def test_others_see_the_same_answer(self) -> None:
        """Headers in any casing, and the body."""
        raw = [(b"Content-Type", b"application/json"), (b"X-Twice", b"a"), (b"x-twice", b"b")]
        mine, theirs = Received(200, list(raw), Once()), httpx.Response(200, headers=raw, stream=Once())

        assert mine.headers == theirs.headers
        assert mine.headers["X-Twice"] == "a, b"
        assert headers_of(mine) == headers_of(theirs) == raw
        assert (mine.read(), mine.json()) == (b'"here"', "here")

    def test_closing_it_closes_its_stream(self) -> None:
        """Also when nobody looked at it."""
        stream = Once()
        Received(200, [], stream).close()

        assert stream.closed
