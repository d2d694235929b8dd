"""`onboard listen`: the small page on loopback that receives one redirect."""

import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

from reconciler.cli import onboard_listen
from reconciler.cli.main import run as run_command_line
from reconciler.model.consent import Outcome
from reconciler.report.onboard_words import PERSON
from tests.acceptance.conftest import Shop
from tests.acceptance.onboarding import ELVEVEIEN, NABOLAGET, grant, link, new_files, nonce_of, withhold

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Page:
    """What a browser got."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Browser:
    """Talks to the listening command, which ends by itself."""

    port: int
    thread: threading.Thread
    told: list[str]
    ended: dict[str, Any] = field(default_factory=dict)

    def open(self, path: str, **headers: str) -> Page:
        """Open an address."""
        return self._send("GET", path, None, headers)

    def press(self, path: str, form: dict[str, str], **headers: str) -> Page:
        """Press the button."""
        return self._send("POST", path, urlencode(form), {**FORM, **headers})

    def raw(self, request: str) -> str:
        """Send bytes as they are and say that nothing more comes; the answer's first line."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as one:
            one.sendall(request.encode())
            one.shutdown(socket.SHUT_WR)
            return one.recv(200).decode().partition("\r\n")[0]

    def hang_up(self, request: str) -> None:
        """Send bytes and break the connection off, so that the other side is told of it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.sendall(request.encode())

    def code(self) -> int:
        """How the command ended."""
        self.thread.join(timeout=20)
        code: int = self.ended["code"]
        return code

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Page(answer.status, answer.read().decode(), dict(answer.getheaders()))
        finally:
            connection.close()


@contextmanager
def listening(shop: Shop, *arguments: str) -> Iterator[Browser]:
    """The command in a thread of its own, and a browser."""
    told: list[str] = []
    shop.monkeypatch.setattr(onboard_listen, "say", told.append)
    ended: dict[str, Any] = {}

    def run() -> None:
        ended["code"] = run_command_line(["onboard", "listen", "--port", "0", "--timeout", "15", *arguments])

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
    found = re.search(re.escape("http://127.0.0.1:") + r"(\d+)", told[0])
    assert found is not None
    yield Browser(port=int(found[1]), thread=thread, told=told, ended=ended)
    thread.join(timeout=20)
    assert not thread.is_alive()


def fields(page: Page) -> dict[str, str]:
    """The hidden fields of a form."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


class TestListen:
    def test_opening_changes_nothing_and_the_button_ends_it(self, shop: Shop) -> None:
        """The serial from the box chooses the charger; none stands on any page."""
        withhold(shop, NABOLAGET)
        nonce = nonce_of(link(shop, "--lang", "no"))
        grant(shop, NABOLAGET)
        path = f"/{nonce}?success=true&installationId={NABOLAGET}"

        with listening(shop) as browser:
            opened = [browser.open(path) for _ in range(3)]
            assert new_files(shop) == []
            wrong = browser.press(path, {**fields(opened[0]), "serial": "ZAP999999"})
            done = browser.press(path, {**fields(wrong), "serial": "zap 012348"})

        assert browser.code() == 0
        assert PERSON["no"][Outcome.GRANTED].message in done.text
        assert not re.search("ZAP0[0-9]", "".join(page.text for page in (*opened, wrong, done)))
        assert "ZAP012348" in new_files(shop)[0].read_text()
        assert shop.plan(NABOLAGET).document["changes"] == []

    def test_the_only_charger_needs_its_serial_as_well(self, shop: Shop) -> None:
        """Whoever knows the id of an installation need not stand in front of its box."""
        withhold(shop, ELVEVEIEN)
        nonce = nonce_of(link(shop))
        grant(shop, ELVEVEIEN)

        with listening(shop) as browser:
            page = browser.open(f"/x/{nonce}?success=true&installationId={ELVEVEIEN}")
            empty = browser.press(f"/x/{nonce}", {**fields(page), "serial": ""})
            assert new_files(shop) == []
            browser.press(f"/x/{nonce}", {**fields(empty), "serial": "ZAP012345"})

        assert browser.code() == 0
        assert len(new_files(shop)) == 1

    def test_a_no_ends_it_as_well(self, shop: Shop) -> None:
        """After the button, in plain words."""
        nonce = nonce_of(link(shop))

        with listening(shop) as browser:
            page = browser.open(f"/{nonce}?success=false")
            done = browser.press(f"/{nonce}", fields(page))

        assert browser.code() == 4
        assert PERSON["en"][Outcome.DENIED].message in done.text
        assert "serial" not in page.text

    def test_a_forged_address_is_told_and_the_right_one_still_awaited(self, shop: Shop) -> None:
        """Whoever finds the port cannot end the wait."""
        withhold(shop, ELVEVEIEN)
        nonce = nonce_of(link(shop))
        grant(shop, ELVEVEIEN)

        with listening(shop) as browser:
            forged = browser.press(f"/{'A' * 32}", {"success": "true", "installationId": ELVEVEIEN})
            assert new_files(shop) == []
            browser.press(f"/{nonce}", {"success": "true", "installationId": ELVEVEIEN, "serial": "ZAP012345"})

        assert PERSON["en"][Outcome.FORGED].message in forged.text
        assert browser.code() == 0

    def test_only_loopback_names_and_our_own_form_count(self, shop: Shop) -> None:
        """A name that somebody let point here, a form of another page, a body without end."""
        nonce = nonce_of(link(shop))

        with listening(shop) as browser:
            other_host = browser.open(f"/{nonce}?success=false", Host="partner.example")
            other_origin = browser.press(f"/{nonce}", {"success": "false"}, Origin="https://evil.example")
            other_kind = browser.press(f"/{nonce}", {"success": "false"}, **{"Content-Type": "text/plain"})
            too_long = browser.press(f"/{nonce}", {"success": "false", "x": "y" * 5_000})
            nothing = [browser.open(path).status for path in ("/", "/favicon.ico", "/a/b?success=true")]
            done = browser.press(f"/{nonce}", {"success": "false"}, Origin=f"http://127.0.0.1:{browser.port}")

        assert (other_host.status, other_origin.status, other_kind.status, too_long.status) == (421, 403, 403, 413)
        assert nothing == [404, 404, 404]
        assert done.status == 200

    def test_a_form_that_was_cut_off_is_no_answer(self, shop: Shop) -> None:
        """The connection broke in the middle; the link stays open and we go on waiting."""
        nonce = nonce_of(link(shop))
        head = f"POST /{nonce} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n"

        with listening(shop) as browser:
            cut_off = browser.raw(f"{head}Host: 127.0.0.1:{browser.port}\r\n\r\nsuccess=true&install")
            done = browser.press(f"/{nonce}", {"success": "false"})

        assert " 400 " in cut_off
        assert PERSON["en"][Outcome.DENIED].message in done.text
        assert browser.code() == 4

    @pytest.mark.parametrize(
        "cut", [{"success": "true"}, {"success": "tr"}, {}, {"success": "true", "installationId": "2f"}]
    )
    def test_an_address_that_was_cut_off_is_told_and_the_whole_one_still_awaited(
        self, shop: Shop, cut: dict[str, str]
    ) -> None:
        """Whoever comes back with half an address comes back once more; the link stays open."""
        withhold(shop, ELVEVEIEN)
        nonce = nonce_of(link(shop))
        grant(shop, ELVEVEIEN)

        with listening(shop) as browser:
            page = browser.open(f"/{nonce}?{urlencode(cut)}")
            half = browser.press(f"/{nonce}", fields(page))
            assert new_files(shop) == []
            whole = {"success": "true", "installationId": ELVEVEIEN, "serial": "ZAP012345"}
            done = browser.press(f"/{nonce}", whole)

        assert PERSON["en"][Outcome.MISSING].message in half.text
        assert PERSON["en"][Outcome.GRANTED].message in done.text
        assert browser.code() == 0
        assert [line for line in browser.told if line.startswith("missing: link ")] != []

    def test_a_browser_that_goes_early_leaves_no_trace(self, shop: Shop) -> None:
        """Tabs are closed while they load; a terminal full of our own code helps nobody."""
        nonce = nonce_of(link(shop))

        with listening(shop) as browser:
            for request in (
                f"GET /{nonce}?success=false HTTP/1.1\r\nHost: ",
                "GET /",
                f"POST /{nonce} HTTP/1.1\r\nHost: ",
            ):
                browser.hang_up(request)
                browser.hang_up(f"{request}127.0.0.1:{browser.port}\r\n\r\n")
            browser.press(f"/{nonce}", {"success": "false"})

        seen = shop.capsys.readouterr()
        assert browser.code() == 4
        assert "Traceback" not in seen.err + seen.out

    def test_headers_keep_the_page_to_itself(self, shop: Shop) -> None:
        """The address carries the nonce: no referrer elsewhere, no cache, no frame, no script."""
        nonce = nonce_of(link(shop))

        with listening(shop) as browser:
            page = browser.open(f"/{nonce}?success=false")
            browser.press(f"/{nonce}", fields(page))

        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")

    def test_nobody_coming_ends_as_closed(self, shop: Shop) -> None:
        """With its own message and code 4."""
        ended = shop.run("onboard", "listen", "--port", "0", "--timeout", "1")

        assert ended.code == 4
        assert "closed: " in ended.err

    def test_a_port_that_is_taken_is_said(self, shop: Shop) -> None:
        """With the way out."""
        with listening(shop) as browser:
            taken = run_command_line(["onboard", "listen", "--port", str(browser.port)])
            browser.press(f"/{nonce_of(link(shop))}", {"success": "false"})

        assert taken == 64


@pytest.mark.parametrize("command", ["link", "accept", "listen", "cancel", "status"])
def test_each_command_has_help(shop: Shop, command: str) -> None:
    """And says what it exits with or writes."""
    assert shop.run("onboard", command, "--help").code == 0
