"""A page on loopback: it shows what a redirect says, and hands a confirmed claim to whoever waits for it."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from urllib.parse import parse_qsl, urlencode, urlsplit

from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.model.consent import Claim
from reconciler.planning.consent_claims import claim_of
from reconciler.report.onboard_page import Served

HOST = "127.0.0.1"
LARGEST_FORM = 4_096
"""Bytes; a form has three short fields."""

PATIENCE_S = 20
SENDING_S = 5.0
ANSWER_S = 300.0
"""How long a browser may wait for its page: the cloud's 30 s, and an operator who picks a charger."""


class Asking:
    """One page that a browser asks for.

    Attributes:
        claim: What its address or its form says.
        serial: What the person typed; may be empty.
        confirms: Whether the button was pressed; opening an address changes nothing.
    """

    def __init__(self, claim: Claim, *, serial: str, confirms: bool) -> None:
        self.claim = claim
        self.serial = serial
        self.confirms = confirms
        self._reply: Queue[Served] = Queue(maxsize=1)
        self._sent = threading.Event()

    def reply(self, page: Served) -> None:
        """Give the browser its page, and wait a moment until it has it: the process may end right after."""
        self._reply.put(page)
        self._sent.wait(SENDING_S)

    def page(self) -> Served:
        """The page, once it is there. Raises queue.Empty when nobody gave one in time."""
        return self._reply.get(timeout=ANSWER_S)

    def sent(self) -> None:
        """The browser has its page, or is gone."""
        self._sent.set()


@contextlib.contextmanager
def served(port: int) -> Iterator[tuple[str, "Queue[Asking]"]]:
    """Serve on loopback while the context lasts; the address, and what browsers ask.

    Raises:
        UsageProblemError: The port cannot be used.
    """
    questions: Queue[Asking] = Queue()
    handler = type("_BoundHandler", (_Handler,), {"questions": questions})
    try:
        server = _Server((HOST, port), handler)
    except OSError as error:
        raise UsageProblemError(
            f"port {port} cannot be used: {os.strerror(error.errno or 0)}",
            where="--port",
            remedy="choose another, or 0 for a free one",
        ) from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}", questions
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """A browser that goes early is no error of ours."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing for a connection that broke; anything else is a mistake of ours, and the base class shows it."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the base class's own words


class _Handler(BaseHTTPRequestHandler):
    """GET shows, POST confirms; everything else is refused before it is looked at."""

    questions: "Queue[Asking]"
    timeout = PATIENCE_S
    server_version = "reconciler"
    sys_version = ""

    def do_GET(self) -> None:
        """Show what a redirect says."""
        if self._is_for_us():
            self._ask(self.path, serial="", confirms=False)

    def do_POST(self) -> None:
        """Confirm it; the form carries what the address said."""
        if not self._is_for_us() or not self._is_our_form():
            return
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_FORM:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        data = self.rfile.read(length)
        if len(data) < length:  # the browser went in the middle: half an answer is none
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        body = data.decode("ascii", "replace")
        form = parse_qsl(body, keep_blank_values=True)
        claimed = [(name, value) for name, value in form if name in {"success", "installationId"}]
        serial = next((value for name, value in form if name == "serial"), "")
        self._ask(f"{urlsplit(self.path).path}?{urlencode(claimed)}", serial=serial[:40], confirms=True)

    def _ask(self, url: str, *, serial: str, confirms: bool) -> None:
        try:
            claim = claim_of(url)
        except ReconcilerError:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        asking = Asking(claim, serial=serial, confirms=confirms)
        self.questions.put(asking)
        try:
            self._show(asking.page())
        except Empty:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        finally:
            asking.sent()

    def _is_for_us(self) -> bool:
        """A name that somebody let point to this machine must not reach the page (DNS rebinding)."""
        port = self.connection.getsockname()[1]
        if self.headers.get_all("Host") not in ([f"{HOST}:{port}"], [f"localhost:{port}"]):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        return True

    def _is_our_form(self) -> bool:
        """A form of another page must not press our button."""
        origin, host = self.headers.get("Origin"), self.headers.get("Host")
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if origin not in (None, f"http://{host}") or kind != "application/x-www-form-urlencoded":
            self._refuse(HTTPStatus.FORBIDDEN)
            return False
        return True

    def _show(self, page: Served) -> None:
        data = page.html.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", page.policy)
        self._common()
        self.wfile.write(data)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self._common()

    def _common(self) -> None:
        for name, value in (
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "same-origin"),  # with no-referrer our own form would come without its origin
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's word
        """Nothing: an address carries a nonce, which belongs into no log."""
