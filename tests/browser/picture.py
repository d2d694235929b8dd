"""The picture of a drift report for the documentation: `python -m tests.browser.picture FILE.png`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.report.html_page import drift_html
from tests.browser.chromium import Tab, browser, found
from tests.report.drift_samples import report


def take(path: Path) -> None:
    """Draw a fleet of 300 sites, on the view that a reader sees first."""
    chromium = found()
    if chromium is None:
        sys.exit("There is no chromium, chromium-browser or google-chrome on the PATH.")
    with TemporaryDirectory() as folder, browser(chromium) as started:
        page = Path(folder) / "drift.html"
        page.write_text(drift_html(report(300, every=3)), encoding="utf-8")
        tab = Tab(started)
        tab.window(width=1000, height=860)
        tab.open(page)
        tab.run("document.getElementById('now').remove()")  # it depends on the day
        tab.picture(path)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
