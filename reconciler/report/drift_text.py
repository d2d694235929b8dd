"""A drift report for a terminal: how much was compared first, then what is wrong, worst first, by cause."""

from reconciler.model.finding import Aged, DriftReport, Finding, FindingKind, Severity, TransitionKind
from reconciler.report import drift_words as words
from reconciler.report import wording
from reconciler.report.drift_words import CauseGroup
from reconciler.report.escape import name
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

_TONES = {Severity.S0: Tone.BAD, Severity.S1: Tone.BAD, Severity.S2: Tone.CHANGE, Severity.S3: Tone.OPEN}
_LABEL = 10


def drift_text(
    report: DriftReport, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE, least: Severity = Severity.S3
) -> str:
    """The report for people; `least` is the mildest severity that is shown, milder ones are counted."""
    page = Page(Look(width=max(40, width), color=color, glyphs=glyphs))
    _header(page, report)
    groups = words.groups_of(report.findings)
    shown = [group for group in groups if group.severity.value <= least.value]
    for group in shown:
        page.blank()
        _group(page, group, report)
    _resolved(page, report)
    _ending(page, report)
    _suppressed(page, report)
    _foot(page, hidden=sum(len(group.members) for group in groups if group not in shown), empty=not groups)
    return str(page)


def _header(page: Page, report: DriftReport) -> None:
    page.line(("Drift of ", Tone.STRONG), (words.where(report), Tone.STRONG))
    if report.selection is not None:
        page.line(("PARTIAL: ", Tone.BAD), f"only {name(report.selection)} was selected")
    gaps = report.coverage.installations.unreadable or report.coverage.chargers.unreadable
    page.line((words.coverage(report), Tone.BAD if gaps else Tone.PLAIN))
    page.blank()
    for severity, number in words.tally(report):
        tone = _TONES.get(severity, Tone.QUIET) if number else Tone.QUIET
        page.line((f"{severity.value} {number:>5}  ", tone), (severity.meaning, tone))
    for label, text in (
        ("Also", words.beside(report)),
        ("News", words.QUIET if words.is_quiet(report) else words.news(report)),
    ):
        if text:
            page.labelled((label, Tone.STRONG), text, cells=_LABEL)


def _group(page: Page, group: CauseGroup, report: DriftReport) -> None:
    head = (f"{group.severity.value}  {words.title(group)}", _TONES.get(group.severity, Tone.STRONG))
    page.apart([head], [(f"{words.how_many(group.members)} ({group.code})", Tone.QUIET)])
    page.labelled(("why", Tone.QUIET), group.why, cells=6, indent=4)
    if span := words.window(group.members, report.observed_at):
        page.labelled(("seen", Tone.QUIET), f"first {span}", cells=6, indent=4)
    shown, more = words.shown(group.members)
    steps = {one.finding.next_step.text for one in group.members}
    for aged in shown:
        _member(page, aged, group, report, own_step=len(steps) > 1)
    if more:
        page.line((f"and {more} more; `--format json` has them all", Tone.QUIET), indent=4)
    if len(steps) == 1:
        _next(page, group.first, indent=4)


def _member(page: Page, aged: Aged, group: CauseGroup, report: DriftReport, *, own_step: bool) -> None:
    one = aged.finding
    age = words.since(aged, report.created_at)
    who = name(one.installation_name)
    page.line(
        (who, Tone.STRONG), (f"  {words.subject(one)}", Tone.PLAIN), (f"  {age}" if age else "", Tone.OPEN), indent=4
    )
    facts = [words.values(one), one.why if one.why != group.why else "", str(one.origin) if one.origin else ""]
    cars = f"{one.cars} plugged in" if one.cars and len(group.members) > 1 else ""
    text = "; ".join(part for part in (*facts, cars) if part)
    if text:
        page.line(text, indent=6)
    if own_step:
        _next(page, one, indent=6)


def _next(page: Page, one: Finding, *, indent: int) -> None:
    executor = words.EXECUTORS[one.next_step.executor]
    page.labelled(("next", Tone.GOOD), (f"{executor}: ", Tone.STRONG), one.next_step.text, cells=6, indent=indent)


def _resolved(page: Page, report: DriftReport) -> None:
    gone = [one for one in report.transitions if one.kind is TransitionKind.RESOLVED]
    if gone:
        page.blank()
        page.line(("Resolved since the last run", Tone.GOOD))
    for one in gone[:10]:
        page.line(f"{one.severity.value}  {name(one.installation_name)}  {one.what}", indent=4)
    if len(gone) > 10:
        page.line((f"and {len(gone) - 10} more", Tone.QUIET), indent=4)


def _ending(page: Page, report: DriftReport) -> None:
    if report.ending:
        page.blank()
        page.line(("Exceptions that end within 14 days", Tone.OPEN))
    names = {site.installation_id: site.name for site in report.sites}
    for one in report.ending:
        exception = one.exception
        what = " ".join(part for part in (exception.charger, exception.setting) if part)
        site = name(names.get(exception.installation_id, exception.installation_id))
        left = wording.days_left(one.days_left)
        page.line(f"{left}  {site}  {what}: {exception.reason} ({exception.owner}; {one.origin})", indent=4)


def _suppressed(page: Page, report: DriftReport) -> None:
    tolerated = [one for one in report.findings if one.finding.kind is FindingKind.SUPPRESSED]
    if tolerated:
        page.blank()
        page.line(("Suppressed by an exception", Tone.QUIET))
    for aged in tolerated:
        one = aged.finding
        page.line(f"{name(one.installation_name)}  {words.subject(one)}: {words.values(one)}", indent=4)
        page.line((one.next_step.text, Tone.QUIET), indent=6)


def _foot(page: Page, *, hidden: int, empty: bool) -> None:
    if hidden:
        page.blank()
        page.line((f"S4 hidden: {hidden} (--all)", Tone.QUIET))
    elif empty:
        page.blank()
        page.line(("Nothing is open.", Tone.GOOD))
