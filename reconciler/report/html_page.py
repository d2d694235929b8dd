"""A drift report as one HTML file: nothing is loaded from elsewhere, and what matters works without its script."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reconciler.model.finding import DriftReport, FindingKind, Severity
from reconciler.records import dataclass
from reconciler.report import wording
from reconciler.report.escape import cut, visible
from reconciler.report.html_board import board_of, number
from reconciler.report.html_charts import BAR, HEIGHT, WIDTH, ages_of, trend_of
from reconciler.report.html_data import MOST_FINDINGS, data_of
from reconciler.report.html_findings import EXECUTORS, KINDS, TRANSITIONS, FindingRow, name_of, rows_of
from reconciler.report.html_views import by_label, causes_of, in_order, news_of, open_kinds, worst_sites

MOST_SHOWN = 200
"""Findings in plain HTML; the script shows the others."""

MOST_SITES = 50
"""Rows of the heat map at once."""

_WORKFLOW_COMMAND = re.compile(r"#(?=#\w*\[)")  # whoever prints the page into a log of CI


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """An exception that ends soon, in words."""

    days: str
    until: str
    what: str
    who: str
    reason: str
    file: str


def drift_html(report: DriftReport) -> str:
    """The page. The same report gives the same bytes; below 15 MB for 10 000 installations."""
    rows = rows_of(report)
    style, script = _asset("drift.css"), _asset("drift.js")
    page = _templates().get_template("drift.html.j2")
    text = page.render(
        report=report,
        rows=rows[:MOST_SHOWN],
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
        data=data_of(report, rows),
        **_totals(report, rows),
        **_views(report, rows),
        **_WORDS,
    )
    return _WORKFLOW_COMMAND.sub("&#35;", text)


def _totals(report: DriftReport, rows: Sequence[FindingRow]) -> dict[str, object]:
    counts = report.coverage.installations
    both = (counts, report.coverage.chargers)
    good = min(in_order(report), counts.compared)
    return {
        "total": len(rows),
        "left_out": max(0, len(rows) - MOST_FINDINGS),
        "counts": [(severity, report.counted(severity)) for severity in Severity],
        "kinds": [(KINDS[kind], count) for kind, count in open_kinds(rows).items() if kind is not FindingKind.CHANGED],
        "good": good,
        "share": _share(good, counts.compared),
        "is_partial": any(one.compared < one.desired for one in both),
        "age": _age(report.created_at - report.observed_at),
    }


def _views(report: DriftReport, rows: tuple[FindingRow, ...]) -> dict[str, object]:
    return {
        "news": news_of(report.transitions),
        "trend": trend_of(report.trend),
        "ages": ages_of(rows, report.observed_at),
        "ending": [_ending(report, index) for index in range(len(report.ending))],
        "heat": worst_sites(report, MOST_SITES),
        "labels": by_label(report),
        "causes": causes_of(rows),
        "board": board_of(report, rows),
        "blank": _BLANK,
    }


_WORDS = {
    "WIDTH": WIDTH,
    "HEIGHT": HEIGHT,
    "BAR": BAR,
    "KINDS": list(KINDS.values()),
    "EXECUTORS": list(EXECUTORS.values()),
    "TRANSITIONS": list(TRANSITIONS.values()),
}

_BLANK = FindingRow(
    severity=Severity.S4,
    kind=FindingKind.CHANGED,
    group="",
    news="",
    since_min=-1,
    seen=0,
    flaps=0,
    cars=-1,
    name="",
    installation="",
    labels="",
    label="",
    place="",
    what="",
    setting="",
    wanted="",
    actual="",
    why="",
    who="",
    next="",
    file="",
    code="",
    note="",
    target="",
    adopt="",
    adopt_not="",
    restore="",
    restore_not="",
)
"""What the script fills in."""


def _share(good: int, compared: int) -> str:
    """Rounded down, so that 100 % means all."""
    if compared == 0:
        return ""
    tenths = 1000 * good // compared
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def _age(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return wording.counted(minutes, "minute")
    return wording.counted(minutes // 60, "hour") if minutes < 2880 else wording.counted(minutes // 1440, "day")


def _ending(report: DriftReport, index: int) -> _Ending:
    ending = report.ending[index]
    exception = ending.exception
    name = next((site.name for site in report.sites if site.installation_id == exception.installation_id), "")
    place = name_of(name or exception.installation_id)
    return _Ending(
        days="today" if ending.days_left == 0 else f"in {wording.counted(ending.days_left, 'day')}",
        until=exception.until.isoformat(),
        what=cut(f"{place}: {exception.charger or ''} {exception.setting}".replace("  ", " "), 120),
        who=name_of(exception.owner),
        reason=cut(exception.reason, 200),
        file=cut(str(ending.origin), 120),
    )


def _asset(name: str) -> str:
    """A file beside the template, byte for byte: no template language is read in it."""
    return _LOADER.get_source(_templates(), name)[0]


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


_LOADER = PackageLoader("reconciler.report")


@lru_cache
def _templates() -> Environment:
    environment = Environment(
        loader=_LOADER,
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=lambda text: cut(visible(text), 120), n=number, time=wording.time)
    environment.filters["plural"] = lambda count, noun: f"{number(count)} {noun}{'' if count == 1 else 's'}"
    return environment
