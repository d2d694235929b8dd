"""The worksheet in a real browser: by keyboard, on a phone, in the dark, on paper, without its script."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconciler.model.ticks import Progress, Sight, Tick
from reconciler.report.worksheet import Worksheet, worksheet
from reconciler.report.worksheet_page import worksheet_html
from tests.browser import axe
from tests.browser.chromium import Tab
from tests.report.samples import HOSTILE_PLAN, NOW, P_AUTH, P_MODE, PORTAL

ALL = tuple(change.id for change in PORTAL.changes)
SEEN = Tick(at=NOW + timedelta(days=1), sight=Sight.READ)
HALF = Progress(
    change_ids=ALL,
    ticks={P_MODE.id: SEEN, P_AUTH.id: SEEN},
    asked_at=dict.fromkeys(ALL, NOW - timedelta(days=8)),
    looked_at=SEEN.at,
)
SHEET = worksheet(PORTAL, frozenset(ALL), progress=HALF)
COPY = "document.querySelector('button[data-copy]')"
BUTTONS = "[...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).length"
TICKED = "[...document.querySelectorAll('input:checked')].map((one) => one.id)"
Write = Callable[[Worksheet], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a worksheet to a file."""

    def written(sheet: Worksheet) -> Path:
        path = tmp_path / "worksheet.html"
        path.write_text(worksheet_html(sheet), encoding="utf-8")
        return path

    return written


class TestAnotherSheet:
    @pytest.mark.parametrize(
        ("name", "made_at"),
        [("worksheet.html", NOW + timedelta(days=90)), ("later/worksheet.html", SHEET.created_at)],
        ids=["made later", "of another run"],
    )
    def test_nothing_is_ticked_that_was_ticked_elsewhere(
        self, tab: Tab, write: Write, name: str, made_at: datetime
    ) -> None:
        """The same changes asked for again are a new job, whatever somebody did then."""
        first = write(SHEET)
        tab.open(first)
        before = tab.run(TICKED)
        tab.run(
            "[...document.querySelectorAll('input[id]')].filter((one) => !one.disabled).forEach((one) => one.click())"
        )
        ticked = tab.run(TICKED)
        other = first.parent / name
        other.parent.mkdir(exist_ok=True)
        other.write_text(worksheet_html(replace(SHEET, created_at=made_at)), encoding="utf-8")

        tab.open(other)

        assert len(ticked) > len(before)
        assert tab.run(TICKED) == before


class TestOpening:
    def test_nothing_complains_and_nothing_is_fetched(self, tab: Tab, write: Write) -> None:
        """The policy, the hashes and the script fit together."""
        tab.open(write(SHEET))

        assert tab.complaints() == []
        assert tab.run(BUTTONS) > 5

    @pytest.mark.parametrize(
        "sheet", [SHEET, worksheet(HOSTILE_PLAN, frozenset(one.id for one in HOSTILE_PLAN.changes))]
    )
    def test_nothing_is_wider_than_a_phone(self, tab: Tab, write: Write, sheet: Worksheet) -> None:
        """At 320 pixels nobody scrolls sideways, whatever somebody called an installation."""
        tab.window(width=320)
        tab.open(write(sheet))

        assert tab.run("document.documentElement.scrollWidth") == 320
        assert tab.complaints() == []


class TestCopying:
    def test_a_button_copies_the_serial(self, tab: Tab, write: Write) -> None:
        """With Enter; a screen reader hears it."""
        tab.open(write(SHEET))
        tab.run("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
        tab.run(f"{COPY}.focus()")
        tab.press("Enter")

        tab.wait_until("document.getElementById('said').textContent === 'Copied ZAP012347'")
        assert tab.run("window.copied") == "ZAP012347"
        assert tab.run(f"{COPY}.textContent") == "Copied"
        assert tab.run("document.querySelectorAll('input:checked').length") == tab.run(
            "document.querySelectorAll('input[checked]').length"
        )

    def test_a_browser_without_a_clipboard_copies_the_old_way(self, tab: Tab, write: Write) -> None:
        """And where that fails too it says so, because the text can be selected."""
        tab.open(write(SHEET))
        tab.run("navigator.clipboard.writeText = () => Promise.reject(new Error())")
        tab.run("document.execCommand = () => { window.selected = String(getSelection()) ; return false; }")
        tab.run(f"{COPY}.click()")

        tab.wait_until("document.getElementById('said').textContent === 'Could not copy ZAP012347'")
        assert tab.run(f"document.activeElement === {COPY}") is True


class TestTicks:
    def test_what_was_read_is_ticked_and_cannot_be_unticked_by_hand(self, tab: Tab, write: Write) -> None:
        """One box of the tool's own per step; a person's boxes are others."""
        tab.open(write(SHEET))

        own = tab.run("[...document.querySelectorAll('.seen input')].map((one) => [one.disabled, one.checked])")
        assert own == [[True, True], *[[True, False]] * 6]
        assert tab.run("document.querySelectorAll('.done').length") == 1

    def test_what_a_person_ticked_is_still_there_after_a_reload(self, tab: Tab, write: Write) -> None:
        """The plan writes the page anew while somebody works from it."""
        path = write(SHEET)
        tab.open(path)
        tab.run("localStorage.clear()")
        before = tab.run(TICKED)
        tab.run("document.querySelector('#b1-2-1').focus()")
        tab.press(" ")
        tab.open(path)

        assert set(tab.run(TICKED)) == {*before, "b1-2-1"}


class TestWithoutScript:
    def test_everything_but_copying_is_there(self, tab: Tab, write: Write) -> None:
        """No button that does nothing; boxes tick, values can be selected."""
        tab.script(enabled=False)
        tab.open(write(SHEET))
        tab.run("document.querySelector('#b1-2-1').focus()")
        tab.press(" ")

        assert tab.run(BUTTONS) == 0
        assert tab.run("document.querySelector('#b1-2-1').checked") is True
        assert "ZAP012347" in tab.run("document.body.innerText")


class TestPaper:
    def test_paper_has_boxes_and_no_buttons(self, tab: Tab, write: Write) -> None:
        """Nobody copies from paper."""
        tab.window(width=794, media="print")
        tab.open(write(SHEET))

        assert tab.run(BUTTONS) == 0
        assert tab.run("document.querySelector('#b1-2-1').checkVisibility()") is True
        assert "Done by" in tab.run("document.body.innerText")


@pytest.mark.skipif(axe.found() is None, reason="no axe-core: set AXE_CORE to axe.min.js or install axe-core-python")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_axe_has_nothing_to_say(tab: Tab, write: Write, width: int, dark: bool) -> None:
    """Contrast, labels, order and headings, as far as a machine can tell."""
    script = axe.found()
    assert script is not None
    tab.window(width=width, dark=dark)
    tab.open(write(SHEET))

    assert axe.violations(tab, script) == []
