"""Connections: used again while they are good for it, and never believed for more than was asked on them."""

import json
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from reconciler.live.network import NetworkTransport
from tests.hostile.servers import Script, answer, hangs_up_after, says, serving

HERE = says(answer(json.dumps("here").encode()))
POISON = answer(json.dumps("poison").encode())


@pytest.fixture
def transport() -> Iterator[NetworkTransport]:
    """Our own, closed at the end."""
    opened = NetworkTransport()
    yield opened
    opened.close()


def asked(transport: NetworkTransport, url: str, *, method: str = "GET", content: bytes | None = None) -> object:
    """What the server says, read to its end."""
    found = transport.handle_request(httpx.Request(method, url, content=content))
    found.read()
    found.close()
    return found.json()


def on_links(script: Script, links: list[socket.socket]) -> Script:
    """The same answer; on which connection is noted."""

    def noting(link: socket.socket) -> None:
        links.append(link)
        script(link)

    return noting


class TestKept:
    def test_requests_one_after_another_use_one_connection(self, transport: NetworkTransport) -> None:
        """Reads and writes alike; a handshake for each would cost more than the request."""
        links: list[socket.socket] = []
        script = on_links(HERE, links)
        with serving({"GET /a": script, "POST /b": script}) as server:
            said = [asked(transport, f"{server.url}/a") for _ in range(2)]
            said.append(asked(transport, f"{server.url}/b", method="POST", content=b"{}"))

        assert said == ["here"] * 3
        assert len(set(links)) == 1

    def test_one_that_the_server_ended_is_not_used_again(self, transport: NetworkTransport) -> None:
        """A write on it would be uncertain for no reason."""
        with serving({"GET /a": hangs_up_after(answer(b'"here"'))}) as server:
            first = asked(transport, f"{server.url}/a")
            time.sleep(0.1)  # until the end of the connection has come through
            second = asked(transport, f"{server.url}/a")

        assert (first, second) == ("here", "here")

    def test_an_answer_that_comes_along_is_not_the_next_one(self, transport: NetworkTransport) -> None:
        """Two answers to one question: the connection ends, and the next question is asked on another."""
        with serving({"GET /a": says(answer(b'"here"') + POISON), "GET /b": HERE}) as server:
            said = [asked(transport, f"{server.url}/{path}") for path in ("a", "b", "a", "b")]

        assert said == ["here"] * 4

    def test_a_half_read_answer_takes_its_connection_along(self, transport: NetworkTransport) -> None:
        """Its rest would be read as the next answer."""
        links: list[socket.socket] = []
        with serving({"GET /a": on_links(says(answer(b" " * 200_000 + b'"here"')), links)}) as server:
            transport.handle_request(httpx.Request("GET", f"{server.url}/a")).close()
            said = asked(transport, f"{server.url}/a")

        assert said == "here"
        assert len(set(links)) == 2

    def test_each_host_has_connections_of_its_own(self, transport: NetworkTransport) -> None:
        """A token for one never reaches another."""
        with serving({"GET /a": HERE}) as one, serving({"GET /a": HERE}) as other:
            for server in (one, other, one):
                asked(transport, f"{server.url}/a")

        assert (len(one.seen), len(other.seen)) == (2, 1)


class TestHeaders:
    def test_other_headers_are_checked_again(self, transport: NetworkTransport) -> None:
        """A token with a line break would be a header of its own; it is refused also after one that was fine."""
        with serving({"GET /a": HERE}) as server:
            for token in ("good", "better"):
                headers = {"Authorization": token}
                transport.handle_request(httpx.Request("GET", f"{server.url}/a", headers=headers)).close()
            bad = httpx.Request("GET", f"{server.url}/a", headers={"Authorization": "x\r\nHost: evil.example"})
            with pytest.raises(httpx.LocalProtocolError):
                transport.handle_request(bad)

        assert ["good" in head for head in server.heads] == [True, False]
        assert ["better" in head for head in server.heads] == [False, True]

    def test_another_scheme_is_refused(self, transport: NetworkTransport) -> None:
        """Only http and https leave, whatever a URL says."""
        with pytest.raises(httpx.UnsupportedProtocol):
            transport.handle_request(httpx.Request("GET", "ftp://localhost/a"))
