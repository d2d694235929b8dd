"""One browser for all tests of a worker; they are skipped where there is none."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from reconciler.model.finding import DriftReport
from reconciler.report.html_page import drift_html
from tests.browser.chromium import Chromium, Tab, browser, found

Save = Callable[[DriftReport], Path]


class Partner(BaseHTTPRequestHandler):
    """Where the browser goes in the end."""

    def do_GET(self) -> None:
        """Show the referrer that came along."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"from {self.headers.get('Referer', 'nowhere')}".encode())

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A browser."""
    path = found()
    if path is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    with browser(path) as started:
        yield started


@pytest.fixture
def tab(chromium: Chromium) -> Iterator[Tab]:
    """A new page of it, as wide as a laptop."""
    opened = Tab(chromium)
    opened.window(width=1200)
    yield opened
    opened.close()


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write the page of a report to a file."""

    def saved(report: DriftReport) -> Path:
        path = tmp_path / "drift.html"
        path.write_text(drift_html(report), encoding="utf-8")
        return path

    return saved


@pytest.fixture
def partner() -> Iterator[str]:
    """A page of the partner's on another port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/done/nonce"
    server.shutdown()
    thread.join()
    server.server_close()
