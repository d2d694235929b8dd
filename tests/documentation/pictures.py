"""Pictures for the documentation, drawn by headless Chromium: `python -m tests.documentation.pictures`.

Beside each picture the digest of the text that it was drawn from is kept, so that a test notices an old one.
"""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from markdown_it import MarkdownIt

from reconciler.live.account import Access
from reconciler.loading.load import load_fleet
from reconciler.loading.select import select
from reconciler.model.desired import DesiredCharger, DesiredFleet, DesiredInstallation
from reconciler.model.digest import digest_of
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import BaseReference
from reconciler.planning.cause import with_causes
from reconciler.planning.make import make_plan
from reconciler.report.comment import plan_comment
from reconciler.report.html_page import drift_html
from reconciler.sandbox.seed import fixture_world
from reconciler.workflows.plan import observe_fleet
from tests.browser.chromium import Tab, browser, found
from tests.properties.machine import Machine
from tests.report.drift_samples import report

CHECKOUT = Path(__file__).resolve().parents[2]
DIGESTS = Path(__file__).with_name("pictures.json")
SITES = ("Bakkegata 7",)
_PAGE = """<!doctype html><meta charset="utf-8"><title>Comment</title><style>
body {{ margin: 0; padding: 16px; font: 14px/1.5 "Liberation Sans", Arial, sans-serif; color: #1f2328; }}
article {{ border: 1px solid #d1d9e0; border-radius: 6px; }}
header {{ background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; }}
div {{ padding: 0 16px 8px; }}
h3 {{ font-size: 17.5px; margin: 16px 0; }}
code {{ background: #eff1f3; border-radius: 6px; padding: 2px 5px; }}
code {{ font-family: "Liberation Mono", monospace; font-size: 12px; }}
details {{ margin: 12px 0; }}
table {{ border-collapse: collapse; }}
td:first-child, td code {{ white-space: nowrap; }}
td, th {{ border: 1px solid #d1d9e0; padding: 6px 10px; }}
blockquote {{ border-left: 4px solid #d1d9e0; color: #59636e; margin: 0 0 16px; padding: 0 16px; }}
</style><article><header><b>github-actions</b> (bot) commented</header><div>{body}</div></article>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is drawn: the tool's own text, how it becomes a page, and how much of the page is shown."""

    text: Callable[[], str]
    page: Callable[[str], str]
    width: int
    height: int | None
    prepare: str = "0"


def comment() -> str:
    """The comment on a pull request that raises one charger of the example fleet, against the first world."""
    loaded = load_fleet(CHECKOUT / "fleet", today=date(2026, 1, 15))
    assert loaded.desired is not None
    base = replace(select(loaded.desired, selectors=SITES, exclude=()), path="fleet")
    head = replace(base, installations=tuple(_raised(site) for site in base.installations))
    machine = Machine(world=fixture_world(), desired=head)
    with closing(machine.open(Access.READ_ONLY)) as live:
        observed = observe_fleet(head, {"main": live.observer})
        policy = machine.policy(machine.clock().now())

    def planned(desired: DesiredFleet) -> Plan:
        return make_plan(desired, observed, policy, loaded.origins)

    reference = BaseReference(commit="1f0c9ab2d4" * 4)
    plan = with_causes(planned(head), base=planned(base), applied=None, reference=reference)
    return plan_comment(replace(plan, selection=None))  # as for a fleet of just this site


def _raised(site: DesiredInstallation) -> DesiredInstallation:
    """Two amperes more at the first charger that has a limit."""
    first = next(one for one in site.chargers if "maxCurrent" in dict(one.settings))
    chargers = (_more(one) if one is first else one for one in site.chargers)
    return replace(site, chargers=tuple(chargers))


def _more(charger: DesiredCharger) -> DesiredCharger:
    settings = {**dict(charger.settings), "maxCurrent": 20.0}
    return replace(charger, settings=tuple(sorted(settings.items())))


def as_page(markdown: str) -> str:
    """Our own Markdown about as GitHub shows it."""
    return _PAGE.format(body=MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


PICTURES: Mapping[str, Picture] = {
    "pull-request-comment.png": Picture(text=comment, page=as_page, width=1000, height=None),
    "drift-report.png": Picture(
        text=lambda: drift_html(report(300, every=3)),
        page=str,
        width=1000,
        height=860,
        prepare="document.getElementById('now').remove()",  # it depends on the day
    ),
}


def digests() -> dict[str, str]:
    """Of the texts as the tool writes them now."""
    return {name: digest_of(picture.text()) for name, picture in sorted(PICTURES.items())}


def draw() -> None:
    """Draw all pictures anew and note what they were drawn from."""
    chromium = found()
    if chromium is None:
        sys.exit("There is no chromium, chromium-browser or google-chrome on the PATH.")
    with TemporaryDirectory() as folder, browser(chromium) as started:
        for name, picture in PICTURES.items():
            page = Path(folder) / "page.html"
            page.write_text(picture.page(picture.text()), encoding="utf-8")
            tab = Tab(started)
            tab.window(width=picture.width)
            tab.open(page)
            tab.run(picture.prepare)
            height = picture.height or tab.run("Math.ceil(document.documentElement.getBoundingClientRect().height)")
            tab.window(width=picture.width, height=height)
            tab.picture(CHECKOUT / "docs" / name)
            tab.close()
    DIGESTS.write_text(json.dumps(digests(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    draw()
