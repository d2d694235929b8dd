"""httpx's requests and answers, put together only as far as somebody looks at them.

A read of a large fleet is the same request fifty thousand times but for its path, and three headers of the answer
count. Parsing its URL, checking its headers and folding those of the answer took a fifth of our time. The network needs
none of it; everybody else, such as a simulated cloud in this process, sees whole requests and answers.
"""

import re
from typing import Any

import httpx

RawHeaders = list[tuple[bytes, bytes]]
Origin = tuple[str, str, int]
"""Scheme, host and port."""

PORTS = {"http": 80, "https": 443}

PLAIN = re.compile(r"(?:/[A-Za-z0-9_~-]+)+(?:\?[A-Za-z0-9_=&-]+)?")
"""A path with its query in which httpx would change nothing; anything else goes the long way."""


def origin_of(url: httpx.URL) -> Origin:
    """Where requests to it go; a port of 0 is none."""
    return url.scheme, url.host, url.port or PORTS.get(url.scheme, 0)


class Place:
    """Where reads go, and the headers that they all have; checked by httpx once."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        whole = httpx.Request("GET", f"{base_url}/", headers=headers)
        self.base_url = base_url
        self.origin = origin_of(whole.url)
        self.headers: RawHeaders = whole.headers.raw


class Reading(httpx.Request):
    """A GET of a plain path at a known place."""

    def __init__(self, place: Place, target: str, timeouts: dict[str, float]) -> None:
        self.method = "GET"
        self.place = place
        self.target = target
        self.extensions = {"timeout": timeouts}

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__
        if "url" not in made and not name.startswith("__"):
            url = self.place.base_url + self.target
            made.update(httpx.Request("GET", url, headers=self.place.headers, extensions=self.extensions).__dict__)
        if name in made:
            return made[name]
        raise AttributeError(name)


class Received(httpx.Response):
    """The head of an answer from the network, and the stream of its body."""

    def __init__(self, status_code: int, headers: RawHeaders, stream: httpx.SyncByteStream) -> None:
        self.status_code = status_code
        self.raw_headers = headers
        self.stream = self._body = stream

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__
        if "headers" not in made and not name.startswith("__"):
            whole = httpx.Response(self.status_code, headers=self.raw_headers, stream=self.stream)
            made.update(whole.__dict__)
        if name in made:
            return made[name]
        raise AttributeError(name)

    def close(self) -> None:
        """Hand the connection back."""
        self.is_closed = True
        self._body.close()


def headers_of(response: httpx.Response) -> RawHeaders:
    """The headers as they came in."""
    return response.raw_headers if isinstance(response, Received) else response.headers.raw
