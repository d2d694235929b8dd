"""What a broken or malicious server says over real sockets is an error that names the call, and never believed."""

import gzip
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.errors import CloudError, LoginError
from reconciler.live.failures import CallError, RefusedError, UncertainError
from reconciler.live.network import NetworkTransport
from reconciler.live.together import Together
from tests.hostile.servers import (
    PASSWORD,
    TOKEN,
    Script,
    answer,
    as_json,
    client_of,
    hangs_up_after,
    says,
    serving,
    zipped,
)
from tests.live.answers import CHARGER, CIRCUIT, HIERARCHY, SITE
from tests.live.cloud import NoBar

HERE = f"GET /api/installation/{SITE}/hierarchy"
WRITE = f"POST /api/chargers/{CHARGER}/update"
LOGIN = "POST /oauth/token"
GOOD = json.dumps(HIERARCHY).encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SHORT_S = 0.6


def drips(head: bytes, unit: bytes) -> Script:
    """A byte now and then, for ever: no single wait is long."""

    def script(link: socket.socket) -> None:
        link.sendall(head)
        while True:
            link.sendall(unit)
            time.sleep(0.02)

    return script


def pours(head: bytes, unit: bytes) -> Script:
    """As much as the line takes, for ever."""

    def script(link: socket.socket) -> None:
        link.sendall(head)
        while True:
            link.sendall(unit)

    return script


BROKEN: dict[str, Script] = {
    "cut off": hangs_up_after(OK + b"Content-Length: 500\r\n\r\n" + GOOD[:40]),
    "whole JSON, but shorter than promised": hangs_up_after(OK + b"Content-Length: 5000\r\n\r\n" + GOOD),
    "chunks without an end": hangs_up_after(CHUNKED + b"%x\r\n%s\r\n" % (len(GOOD), GOOD)),
    "a chunk of no size": hangs_up_after(CHUNKED + b"zz\r\n" + GOOD + b"\r\n0\r\n\r\n"),
    "a chunk of any size": hangs_up_after(CHUNKED + b"f" * 40 + b"\r\n" + GOOD),
    "no HTTP": hangs_up_after(b"CANARY says hello\r\n\r\n"),
    "another protocol": hangs_up_after(b"SSH-2.0-CANARY\r\n"),
    "nothing at all": hangs_up_after(b""),
    "a length below zero": hangs_up_after(OK + b"Content-Length: -1\r\n\r\n" + GOOD),
    "two lengths": hangs_up_after(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n" + GOOD),
    "a NUL in a header": hangs_up_after(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\n[]"),
    "a bare line feed in a header": hangs_up_after(b"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\n[]"),
    "a megabyte of headers": hangs_up_after(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n" + GOOD),
    "a status below 100": hangs_up_after(answer(GOOD, status="99 CANARY")),
    "a switch of protocols": hangs_up_after(b"HTTP/1.1 101 CANARY\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + GOOD),
    "a status above all others": says(answer(GOOD, status="999 CANARY")),
    "a part": says(answer(GOOD, status="206 Partial Content")),
    "not modified": says(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "several choices": says(answer(GOOD, status="300 Multiple Choices")),
    "no content, with content": hangs_up_after(answer(GOOD, status="204 No Content")),
    "a page": says(answer(b"<html>CANARY</html>", media="text/html")),
    "JSON that says it is a page": says(answer(GOOD, media="text/html; charset=utf-8")),
    "JSON that says it is a picture": says(answer(GOOD, media="image/png")),
    "another character set": says(answer(GOOD.decode().encode("utf-16"), media="application/json; charset=utf-16")),
    "NUL bytes": says(answer(b"\x00" * 100)),
    "a second value behind the first": says(answer(GOOD + b" {}")),
    "a million brackets": says(answer(b"[" * 1_000_000)),
    "a bomb": says(answer(gzip.compress(b" " * 100_000_000), "Content-Encoding: gzip")),
    "a bomb in a bomb": says(answer(gzip.compress(gzip.compress(GOOD)), "Content-Encoding: gzip, gzip")),
    "packed and cut off": says(answer(gzip.compress(GOOD)[:-5], "Content-Encoding: gzip")),
    "packed and followed by more": says(answer(gzip.compress(GOOD) * 2, "Content-Encoding: gzip")),
    "packed with a wrong checksum": says(answer(gzip.compress(GOOD)[:-8] + b"CANARY!!", "Content-Encoding: gzip")),
    "packed in a way that nobody asked for": says(answer(GOOD, "Content-Encoding: br")),
    "a body without end": pours(OK + b"\r\n", b" " * 65536),
    "a member twice": says(answer(GOOD[:-1] + b', "Circuits": []}')),
    "about another installation": as_json({**HIERARCHY, "Id": CIRCUIT}),
}
ENDLESS: dict[str, Script] = {
    "a byte of a header now and then": drips(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "a byte of the body now and then": drips(OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "a chunk now and then": drips(CHUNKED, b"1\r\n \r\n"),
    "blanks until the end of time": drips(OK + b"\r\n", b" "),
    "please wait, for ever": pours(b"", b"HTTP/1.1 103 Early Hints\r\nX: CANARY\r\n\r\n"),
    "silence": lambda link: time.sleep(3),
}


def read(script: Script, *, longest_s: float = 20.0) -> tuple[CallError, str]:
    """How a read fails that is answered so, and what was logged of it."""
    with (
        serving({HERE: script}) as server,
        client_of(server.url, longest_s=longest_s) as (client, log),
        pytest.raises(CallError) as caught,
    ):
        client.hierarchy(SITE)
    return caught.value, "\n".join(log.lines)


class TestReads:
    @pytest.mark.parametrize(
        "packed", [as_json(HIERARCHY), zipped(GOOD), says(b"HTTP/1.1 103 Hints\r\n\r\n" + answer(GOOD))]
    )
    def test_a_decent_answer_is_read(self, packed: Script) -> None:
        """Plain, packed, or after a hint: the other tests fail for the reason that they name."""
        with serving({HERE: packed}) as server, client_of(server.url) as (client, _):
            found = client.hierarchy(SITE)

        assert found.circuit_of == {CHARGER: CIRCUIT}

    @pytest.mark.parametrize("name", BROKEN)
    def test_a_broken_answer_is_an_error_that_names_the_call(self, name: str) -> None:
        """It has a remedy, says nothing of what the server said, and shows no secret."""
        error, logged = read(BROKEN[name])

        assert error.where == HERE
        assert error.remedy
        assert "CANARY" not in str(error) + logged

    @pytest.mark.parametrize("name", ENDLESS)
    def test_an_answer_that_never_ends_is_given_up(self, name: str) -> None:
        """However little each wait is, the whole has a deadline; it is not tried eight times."""
        began = time.monotonic()

        error, _ = read(ENDLESS[name], longest_s=SHORT_S)

        assert error.what == f"the answer did not end within {SHORT_S:g} s"
        assert error.where == HERE
        assert time.monotonic() - began < SHORT_S + 2


class TestWrites:
    @pytest.mark.parametrize("name", sorted({*BROKEN} - {"no content, with content", "about another installation"}))
    def test_a_broken_answer_to_a_write_never_counts_as_failed(self, name: str) -> None:
        """A 200 that was received says accepted, anything else is uncertain; it is sent once and read back."""
        with serving({WRITE: BROKEN[name]}) as server, client_of(server.url) as (client, _):
            try:
                client.set_charger_limit(CHARGER, max_current_a=16)
            except CallError as error:
                failure = error
                assert isinstance(failure, UncertainError)
                assert "CANARY" not in str(failure)
                assert failure.where == WRITE

        assert server.seen.count(WRITE) == 1

    @pytest.mark.parametrize("name", ENDLESS)
    def test_a_write_whose_answer_never_ends_is_uncertain(self, name: str) -> None:
        """Nobody sends it again."""
        with (
            serving({WRITE: ENDLESS[name]}) as server,
            client_of(server.url, longest_s=SHORT_S) as (client, _),
            pytest.raises(UncertainError),
        ):
            client.set_charger_limit(CHARGER, max_current_a=16)

        assert server.seen.count(WRITE) == 1

    def test_a_refusal_with_an_unusable_body_is_still_a_refusal(self) -> None:
        """The status of a 403 says enough."""
        refusal = says(answer(b"CANARY", "Content-Encoding: br", status="403 Forbidden"))
        with (
            serving({WRITE: refusal}) as server,
            client_of(server.url) as (client, _),
            pytest.raises(RefusedError, match="403"),
        ):
            client.set_charger_limit(CHARGER, max_current_a=16)


STATUSES = ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")


@pytest.mark.parametrize("status", STATUSES)
class TestRedirects:
    def test_a_read_does_not_follow_it(self, status: str) -> None:
        """The other host never hears of us, least of all the token."""
        with serving({}) as elsewhere:
            target = elsewhere.url.replace("127.0.0.1", "localhost")

            error, _ = read(says(answer(b"{}", f"Location: {target}/CANARY", status=status)))

        assert elsewhere.heads == []
        assert "redirect" in error.what
        assert error.where == HERE

    def test_a_write_does_not_follow_it(self, status: str) -> None:
        """It is uncertain, and sent nowhere else."""
        with serving({}) as elsewhere:
            script = says(answer(b"{}", f"Location: {elsewhere.url}/CANARY", status=status))
            with (
                serving({WRITE: script}) as server,
                client_of(server.url) as (client, _),
                pytest.raises(UncertainError),
            ):
                client.set_charger_limit(CHARGER, max_current_a=16)

        assert elsewhere.heads == []
        assert server.seen.count(WRITE) == 1

    def test_the_login_does_not_follow_it(self, status: str) -> None:
        """A 307 would carry user name and password along; they are not blamed either."""
        with serving({}) as elsewhere:
            script = says(answer(b"{}", f"Location: {elsewhere.url}/CANARY", status=status))
            with (
                serving({LOGIN: script}) as server,
                client_of(server.url) as (client, _),
                pytest.raises(LoginError) as caught,
            ):
                client.hierarchy(SITE)

        assert elsewhere.heads == []
        assert caught.value.where == LOGIN
        assert status[:3] in caught.value.what
        assert "password" not in caught.value.remedy

    def test_a_loop_ends_at_once(self, status: str) -> None:
        """A server that points to itself is asked once."""
        script = says(answer(b"{}", f"Location: {HERE[4:]}", status=status))
        with serving({HERE: script}) as server, client_of(server.url) as (client, _), pytest.raises(CallError):
            client.hierarchy(SITE)

        assert server.seen.count(HERE) == 1


class TestLogin:
    @pytest.mark.parametrize("name", sorted({*BROKEN} - {"a member twice", "about another installation"}))
    def test_a_broken_answer_is_no_token(self, name: str) -> None:
        """Nothing is sent to the cloud without a login, and neither name nor password is shown."""
        with (
            serving({LOGIN: BROKEN[name]}) as server,
            client_of(server.url) as (client, log),
            pytest.raises(CloudError) as caught,
        ):
            client.hierarchy(SITE)

        assert caught.value.where == LOGIN
        assert server.seen.count(HERE) == 0
        assert "CANARY" not in str(caught.value) + "\n".join(log.lines)

    @pytest.mark.parametrize("name", ENDLESS)
    def test_one_that_never_ends_is_given_up(self, name: str) -> None:
        """Once, not five times."""
        with (
            serving({LOGIN: ENDLESS[name]}) as server,
            client_of(server.url, longest_s=SHORT_S) as (client, _),
            pytest.raises(CallError, match="did not end within"),
        ):
            client.hierarchy(SITE)

        assert server.seen == [LOGIN]


def page(index: int) -> dict[str, object]:
    """A row of a list, another one for each number."""
    return {"Id": f"{index:08x}-0000-4000-8000-000000000000", "DeviceId": f"ZAP{index:06d}"}


class TestLists:
    @pytest.mark.parametrize("pages", [10**9, 10_001, 10**18, 2**62])
    def test_more_pages_than_anybody_has_are_not_walked(self, pages: int) -> None:
        """The number is an error, not a loop."""
        script = as_json({"Pages": pages, "Data": [page(1)]})

        with (
            serving({"GET /api/chargers": script}) as server,
            client_of(server.url) as (client, _),
            Together(workers=1, progress=NoBar()) as together,
            pytest.raises(CallError, match="pages") as caught,
        ):
            client.chargers(together)

        assert caught.value.where == "GET /api/chargers"
        assert server.seen.count("GET /api/chargers") == 1

    def test_the_same_page_again_and_again_ends_the_walk(self) -> None:
        """Three walks of two pages, not three of ten thousand."""
        script = as_json({"Pages": 10_000, "Data": [page(1)]})

        with (
            serving({"GET /api/chargers": script}) as server,
            client_of(server.url) as (client, _),
            Together(workers=1, progress=NoBar()) as together,
            pytest.raises(CallError) as caught,
        ):
            client.chargers(together)

        assert "changed during each" in caught.value.what
        assert caught.value.where == "GET /api/chargers"
        assert server.seen.count("GET /api/chargers") <= 3 * 3


class TestMixedUp:
    def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(self) -> None:
        """Bytes behind an answer must not become the state of another charger."""
        other = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"
        states = [{"ChargerId": CHARGER, "StateId": 510, "ValueAsString": "6"}]
        planted = answer(json.dumps(states).encode()) * 2
        scripts = {f"GET /api/chargers/{one}/state": says(planted) for one in (CHARGER, other)}

        with serving(scripts) as server, client_of(server.url) as (client, _):
            first = client.charger_state(CHARGER)
            with pytest.raises(CallError, match="another object"):
                client.charger_state(other)

        assert dict(first)["maxCurrent"] == 6.0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody vouches for, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with openssl")
    made = tmp_path_factory.mktemp("tls") / "both.pem"
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = [openssl, "req", *options, *names, "-keyout", str(made), "-out", str(made.with_suffix(".crt"))]
    subprocess.run(command, check=True, capture_output=True)
    made.write_text(made.read_text() + made.with_suffix(".crt").read_text())
    return made


@pytest.fixture
def impostor(certificate: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Somebody in the middle who shows that certificate; the port, and what arrived after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    arrived: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        try:
            link, _ = listener.accept()
            with context.wrap_socket(link, server_side=True) as safe:
                arrived.append(safe.recv(65536))
        except OSError:
            return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield listener.getsockname()[1], arrived
    listener.close()
    thread.join(5)


class TestSomebodyInTheMiddle:
    def test_a_certificate_that_nobody_vouches_for_gets_nothing(self, impostor: tuple[int, list[bytes]]) -> None:
        """Neither token nor password leaves: the connection ends with the handshake."""
        port, arrived = impostor
        request = httpx.Request("POST", f"https://127.0.0.1:{port}/oauth/token", content=PASSWORD)

        with pytest.raises(httpx.ConnectError):
            NetworkTransport().handle_request(request)

        assert arrived == []

    def test_a_variable_cannot_vouch_for_it(
        self, impostor: tuple[int, list[bytes]], certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever can set SSL_CERT_FILE in CI gets no further."""
        port, arrived = impostor
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        headers = {"Authorization": f"Bearer {TOKEN}"}

        with pytest.raises(httpx.ConnectError):
            NetworkTransport().handle_request(httpx.Request("GET", f"https://localhost:{port}/", headers=headers))

        assert arrived == []
