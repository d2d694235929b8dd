"""One browser for all tests of a worker; they are skipped where there is none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.model.finding import DriftReport
from reconciler.report.html_page import drift_html
from tests.browser.chromium import Chromium, Tab, browser, found

Save = Callable[[DriftReport], Path]


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
