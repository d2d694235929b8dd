"""The drift report in a real browser, by keyboard, in the dark, on a phone, without its script."""

import csv
import io
import json
from dataclasses import replace
from statistics import median

import pytest

from reconciler.model.finding import DriftReport
from reconciler.report.html_page import MOST_SHOWN
from tests.browser import axe
from tests.browser.chromium import Tab
from tests.browser.conftest import Save
from tests.report.drift_samples import EVERY_KIND, KINDS, aged, finding, report, report_of, summary

VIEWS = ("overview", "findings", "map", "oncall", "board", "audit")
LIMIT_S = 2.0
FOUND = "document.getElementById('found').textContent.replaceAll('\\u00a0', ' ')"
FOCUS = "document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40)"
SHOWN = "[...document.querySelectorAll('main > section')].filter((one) => one.checkVisibility()).map((one) => one.id)"
CARDS = "[...document.querySelectorAll('#list > li')].length"


class TestOpening:
    @pytest.mark.parametrize("sites", [0, 1, 3, 150])
    def test_nothing_complains_and_nothing_is_fetched(self, tab: Tab, save: Save, sites: int) -> None:
        """The policy, the hashes and the script fit together."""
        tab.open(save(report(sites)))

        assert tab.complaints() == []
        assert tab.run(SHOWN) == ["overview"]

    def test_a_link_opens_its_view(self, tab: Tab, save: Save) -> None:
        """Somebody mails `drift.html#oncall`."""
        tab.open(save(EVERY_KIND), fragment="#oncall")

        assert tab.run(SHOWN) == ["oncall"]

    @pytest.mark.parametrize("view", VIEWS)
    def test_nothing_is_wider_than_a_phone(self, tab: Tab, save: Save, view: str) -> None:
        """At 320 pixels nobody scrolls sideways, but for the map in its own frame."""
        tab.window(width=320)
        tab.open(save(EVERY_KIND), fragment=f"#{view}")

        assert tab.run("document.documentElement.scrollWidth") == 320

    @pytest.mark.parametrize("width", [320, 380])
    def test_no_number_breaks_on_a_phone(self, tab: Tab, save: Save, width: int) -> None:
        """Half a number is a wrong number: every cell with one is one line high, in each view."""
        tab.window(width=width)
        tab.open(save(_many()))

        for view in ("overview", "map"):
            tab.run(f"document.querySelector('[href=\"#{view}\"]').click()")
            assert tab.run(_CELLS % view) > 5
            assert tab.run(_BROKEN % view) == []
        assert tab.run("document.documentElement.scrollWidth") == width

    def test_what_a_name_says_does_not_run(self, tab: Tab, save: Save) -> None:
        """Neither in the plain page nor in what the script draws."""
        name = "<img src=x onerror=\"document.title='taken'\"></script><script>document.title='taken'</script>"
        one = replace(finding(1, KINDS[0], name=name, serial=name), why=name)

        tab.open(save(report_of([summary(1, [one], name=name)], [aged(one, 1)])), fragment="#findings")
        assert tab.run("document.title").startswith("Drift report")
        assert tab.run("document.querySelectorAll('img').length") == 0
        assert tab.complaints() == []


_CELLS = "document.querySelectorAll('#%s :is(.number, .sum)').length"
_BROKEN = """[...document.querySelectorAll('#%s :is(.number, .sum, .heat, .unknown)')].filter((one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const tops = [...range.getClientRects()].filter((box) => box.width > 0).map((box) => box.bottom);
  return Math.max(...tops) - Math.min(...tops) > 8;
}).map((one) => one.textContent)"""
"""Cells whose text takes more than one line."""


def _many() -> DriftReport:
    """A thousand times the numbers of a small fleet, in the trend and in the ages."""
    made = report(150)
    points = tuple(replace(one, open_by_severity=(1234, 12345, 9876, 54321, 1639)) for one in made.trend)
    return replace(made, trend=points)


class TestKeyboard:
    def test_arrows_go_through_the_views(self, tab: Tab, save: Save) -> None:
        """Tab reaches the row of views once; arrows, Home and End move in it."""
        tab.open(save(EVERY_KIND))

        tab.press("Tab")
        assert tab.run(FOCUS) == "tab-overview"
        tab.press("ArrowRight")
        assert (tab.run(FOCUS), tab.run(SHOWN)) == ("tab-findings", ["findings"])
        tab.press("End")
        assert (tab.run(FOCUS), tab.run(SHOWN)) == ("tab-audit", ["audit"])
        tab.press("ArrowRight")
        assert (tab.run(FOCUS), tab.run(SHOWN)) == ("tab-overview", ["overview"])
        tab.press("ArrowLeft", "Home")
        assert tab.run(SHOWN) == ["overview"]

    def test_tab_follows_the_page(self, tab: Tab, save: Save) -> None:
        """From the views into the filter, from left to right, into the first finding, and back."""
        tab.open(save(EVERY_KIND), fragment="#findings")
        tab.run("document.getElementById('tab-findings').focus()")
        order = []
        for _ in range(12):
            tab.press("Tab")
            order.append(
                tab.run("document.activeElement.id || document.activeElement.value || document.activeElement.tagName")
            )

        assert order == ["search", "S0", "S1", "S2", "S3", "S4", "kind", "group", "who", "news", "order", "BUTTON"]
        tab.press("Tab")
        assert tab.run("document.activeElement.tagName") == "SUMMARY"
        tab.press("Tab", shift=True)
        assert tab.run("document.activeElement.type") == "reset"

    def test_search_and_open_without_a_mouse(self, tab: Tab, save: Save) -> None:
        """Type, see the number change, go to the finding, open it with Enter."""
        tab.open(save(EVERY_KIND), fragment="#findings")
        tab.press("Tab")

        tab.type("kaia access")
        tab.wait_until(f"{FOUND} === '1 finding of 12.'")
        tab.press(*["Tab"] * 12, "Enter")
        assert tab.run("document.querySelector('#list details').open") is True
        assert "refused by owners" in tab.run("document.querySelector('#list dl').innerText")

    def test_a_severity_is_taken_out_with_space(self, tab: Tab, save: Save) -> None:
        """And comes back with Clear."""
        tab.open(save(EVERY_KIND), fragment="#findings")
        tab.press(*["Tab"] * 4, " ")

        tab.wait_until(f"{FOUND} === '5 findings of 12.'")
        tab.run("document.querySelector('#filter [type=reset]').focus()")
        tab.press("Enter")
        tab.wait_until(f"{FOUND} === '10 findings of 12.'")

    def test_a_site_of_the_map_leads_to_its_findings(self, tab: Tab, save: Save) -> None:
        """With Enter on its name."""
        tab.open(save(EVERY_KIND), fragment="#map")
        tab.run("document.querySelector('#map-rows a').focus()")
        tab.press("Enter")

        assert (tab.run(SHOWN), tab.run(FOUND)) == (["findings"], "1 finding of 12.")


class TestContent:
    def test_what_the_script_draws_is_what_the_plain_page_says(self, tab: Tab, save: Save) -> None:
        """Same words, same order, with and without script."""
        path = save(EVERY_KIND)
        words = (
            "[...document.querySelectorAll('#list > li')].map((one) => one.textContent.replace(/\\s+/g, ' ').trim())"
        )
        tab.script(enabled=False)
        tab.open(path)
        plain = tab.run(words)
        tab.script(enabled=True)
        tab.open(path)
        tab.run("document.querySelector('[value=S4]').click(); document.getElementById('kind').value = 'all'")
        tab.run("document.getElementById('filter').dispatchEvent(new Event('input'))")

        tab.wait_until(f"{FOUND} === '12 findings of 12.'")
        assert tab.run(words) == plain

    def test_the_table_for_auditors_is_complete_and_harmless(self, tab: Tab, save: Save) -> None:
        """Every finding is in it; no cell is a formula."""
        name = '=HYPERLINK("x"), "quoted"'
        one = finding(1, KINDS[0], name=name)
        tab.open(save(report_of([summary(1, [one])], [aged(one, 3), aged(finding(2, KINDS[1]), 0)])), fragment="#audit")
        tab.run("document.getElementById('csv').addEventListener('click', (event) => event.preventDefault())")
        tab.run("document.getElementById('csv').click()")

        # `fetch` is forbidden by the policy; the text is read where the page made it.
        text = tab.run(_CSV)
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert [row["installationName"] for row in rows] == ["Bakkegata 2", f"'{name}"]
        assert rows[1]["firstSeen"] == "2026-01-12T06:00:00Z"
        assert rows[1]["restore"] == "reconciler apply ZAP000001"


_CSV = """new Promise((done) => {
  const made = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    blob.arrayBuffer().then((bytes) => done(decoder.decode(bytes)));
    return made.call(URL, blob);
  };
  document.getElementById("csv").click();
})"""


class TestWithoutScript:
    def test_the_essentials_are_there(self, tab: Tab, save: Save) -> None:
        """Totals, the worst findings, the map, those on call and the board: all views below each other."""
        made = report(400)
        tab.script(enabled=False)
        tab.open(save(made))

        assert tab.run(SHOWN) == list(VIEWS)
        assert tab.run(CARDS) == MOST_SHOWN
        assert tab.run("document.getElementById('filter').checkVisibility()") is False
        assert "We looked at" in tab.run("document.getElementById('board').innerText")

    def test_paper_shows_every_view(self, tab: Tab, save: Save) -> None:
        """Also the ones that the screen hides, and what is folded in."""
        tab.window(width=794, media="print")
        tab.open(save(EVERY_KIND))

        assert tab.run(SHOWN) == list(VIEWS)
        assert tab.run("document.querySelector('#list dl').checkVisibility({contentVisibilityAuto: false})") is True


class TestTenThousand:
    def test_it_opens_and_filters_in_two_seconds(self, tab: Tab, save: Save) -> None:
        """The page of the size test, far more wrong than it can hold: usually opened in time, and every filter is."""
        path = save(report(10_000, per_site=4))
        opened = [tab.open(path, fragment="#findings") for _ in range(3)]
        filtered = [tab.run(_FILTERED % json.dumps(text)) for text in ("elveveien", "zap 16 a", "oslo")]

        figures = f"opened in {median(opened):.2f} s, filtered in {max(filtered):.2f} s"
        print(f"{path.stat().st_size / 1e6:.1f} MB, {figures}")  # noqa: T201  the figure is asked for
        assert median(opened) < LIMIT_S
        assert max(filtered) < LIMIT_S
        assert tab.complaints() == []


_FILTERED = """new Promise((done) => {
  const start = performance.now();
  new MutationObserver(() => { document.body.offsetHeight; done((performance.now() - start) / 1000); })
    .observe(document.getElementById("list"), { childList: true });
  document.getElementById("search").value = %s;
  document.getElementById("filter").dispatchEvent(new Event("input"));
})"""


@pytest.mark.skipif(axe.found() is None, reason="no axe-core: set AXE_CORE to axe.min.js or install axe-core-python")
class TestForEverybody:
    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_axe_has_nothing_to_say(self, tab: Tab, save: Save, *, dark: bool) -> None:
        """Every view, with everything unfolded."""
        script = axe.found()
        assert script is not None
        tab.window(width=1200, dark=dark)
        tab.open(save(EVERY_KIND))
        found = []
        for view in VIEWS:
            tab.run(f"document.querySelector('[href=\"#{view}\"]').click()")
            tab.run("for (const one of document.querySelectorAll('details')) one.open = true")
            found += axe.violations(tab, script)

        assert found == []
