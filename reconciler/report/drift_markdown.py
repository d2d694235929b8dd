"""A drift report as Markdown, for one issue that is kept up to date; it leaves out details rather than be cut."""

from reconciler.model.finding import Aged, DriftReport, FindingKind, Severity, Transition, TransitionKind
from reconciler.report import drift_words as words
from reconciler.report import marks, wording
from reconciler.report.drift_words import CauseGroup
from reconciler.report.escape import code

MARKER = "<!-- reconciler:drift -->"
"""First line, by which a workflow finds its own issue again."""

BUDGET = 60_000
"""Bytes; GitHub takes 65,536 characters in a body."""

_STEPS = ((10, 200), (3, 50), (0, 20), (0, 5))
"""Things named per cause and other lines per list, from the fullest to the shortest; causes are never left out."""


def drift_markdown(report: DriftReport, *, least: Severity = Severity.S3) -> str:
    """Coverage, counts, what happened, then the causes, worst first; at most `BUDGET` bytes.

    Args:
        report: The report.
        least: The mildest severity that is shown; milder ones are counted.
    """
    text = ""
    for members, lines in _STEPS:
        text = _written(report, least=least, members=members, lines=lines)
        if len(text.encode()) <= BUDGET:
            return text
    return _first_lines(text)


def _first_lines(text: str) -> str:
    """Whole lines from the top; the worst stands there."""
    note = "\n\n_The rest does not fit here; the JSON document and the HTML page have everything._\n"
    kept, used = [], len(note.encode())
    for line in text.splitlines():
        used += len(line.encode()) + 1
        if used > BUDGET:
            break
        kept.append(line)
    return "\n".join(kept) + note


def _written(report: DriftReport, *, least: Severity, members: int, lines: int) -> str:
    groups = words.groups_of(report.findings)
    shown = [group for group in groups if group.severity.value <= least.value]
    parts = [MARKER, _title(report), _head(report), *_news(report, least, lines)]
    parts += [_group(group, report, members=members) for group in shown]
    parts += _resolved(report, lines)
    parts += _ending(report, lines)
    parts += _suppressed(report, lines)
    hidden = sum(len(group.members) for group in groups if group not in shown)
    parts += [f"S4 hidden: {hidden} ({code('--all')})"] if hidden else []
    parts += ["Nothing is open."] if not groups else []
    parts.append(marks.text(words.where(report)))
    return "\n\n".join(parts) + "\n"


def _title(report: DriftReport) -> str:
    counts = [f"{severity.value} {number}" for severity, number in words.tally(report) if number]
    return f"### Drift: {', '.join(counts) or 'nothing is open'}"


def _head(report: DriftReport) -> str:
    gaps = report.coverage.installations.unreadable or report.coverage.chargers.unreadable
    told = marks.text(words.coverage(report))
    lines = [f"**{told}**" if gaps else told]
    if report.selection is not None:
        lines.insert(0, f"**PARTIAL:** only {marks.name(report.selection)} was selected")
    rows = [f"| **{one.value}** | {number} | {one.meaning} |" for one, number in words.tally(report)]
    table = "\n".join(["| | Open | |", "|---|---:|---|", *rows])
    also = [f"**Also:** {marks.text(text)}"] if (text := words.beside(report)) else []
    news = [f"**Since the last run:** {marks.text(text)}"] if (text := words.news(report)) else []
    news = [words.QUIET] if words.is_quiet(report) else news
    return "\n\n".join([*lines, table, *also, *news])


def _news(report: DriftReport, least: Severity, lines: int) -> list[str]:
    """What somebody has not heard yet, the resolved ones apart."""
    shown = (one for one in report.transitions if one.severity.value <= least.value)
    told = [one for one in shown if one.kind is not TransitionKind.RESOLVED]
    return [_folded(f"What happened ({len(told)})", list(map(_happened, told)), lines)] if told else []


def _happened(one: Transition) -> str:
    was = f" (was {one.was.value})" if one.was else ""
    return (
        f"**{one.kind.value}** {one.severity.value}{was}: {marks.name(one.installation_name)}: {marks.text(one.what)}"
    )


def _group(group: CauseGroup, report: DriftReport, *, members: int) -> str:
    head = f"#### {group.severity.value} {marks.text(words.title(group))}"
    explain = code(f"reconciler explain {group.code}")
    count = f"{marks.text(words.how_many(group.members))}: {marks.prose(group.why)} ({explain})"
    steps = {one.finding.next_step.text for one in group.members}
    table = [_row(aged, report) for aged in group.members[:members]]
    parts = [head, count]
    if table:
        parts.append("\n".join([_COLUMNS, "|---|---|---|---|---|---|", *table]))
    if (more := len(group.members) - len(table)) and table:
        parts.append(f"and {more} more")
    if len(steps) == 1 or not table:
        parts.append(
            f"**Next, {words.EXECUTORS[group.first.next_step.executor]}:** {marks.prose(group.first.next_step.text)}"
        )
    return "\n\n".join(parts)


_COLUMNS = "| Installation | What | Wanted | Actual | Since | Next |"


def _row(aged: Aged, report: DriftReport) -> str:
    one = aged.finding
    row = wording.row_of(one.target, one.setting) if one.setting else None
    wanted = wording.value(row, one.wanted)
    actual = wording.value(row, one.actual)
    place = f" {code(str(one.origin))}" if one.origin else ""
    cars = f" ({wording.counted(one.cars, 'car')})" if one.cars else ""
    cells = [
        f"{marks.name(one.installation_name)}{place}",
        f"{marks.text(words.subject(one))}{cars}",
        marks.text(wanted),
        f"**{marks.text(actual)}**" if actual else "",
        marks.text(words.since(aged, report.created_at)),
        f"{words.EXECUTORS[one.next_step.executor]}: {marks.prose(one.next_step.text)}",
    ]
    return f"| {' | '.join(cells)} |"


def _resolved(report: DriftReport, lines: int) -> list[str]:
    gone = [one for one in report.transitions if one.kind is TransitionKind.RESOLVED]
    return [_folded(f"Resolved since the last run ({len(gone)})", list(map(_happened, gone)), lines)] if gone else []


def _ending(report: DriftReport, lines: int) -> list[str]:
    names = {site.installation_id: site.name for site in report.sites}
    rows = []
    for one in report.ending:
        exception = one.exception
        what = " ".join(part for part in (exception.charger, exception.setting) if part)
        site = marks.name(names.get(exception.installation_id, exception.installation_id))
        left = wording.days_left(one.days_left)
        rows.append(f"{left}: {site}: {marks.text(what)} ({marks.text(exception.owner)}), {code(str(one.origin))}")
    return [_folded(f"Exceptions that end within 14 days ({len(rows)})", rows, lines)] if rows else []


def _suppressed(report: DriftReport, lines: int) -> list[str]:
    rows = [
        f"{marks.name(one.installation_name)}: {marks.text(words.subject(one))}: {marks.text(words.values(one))}; "
        f"{marks.prose(one.next_step.text)}"
        for one in (aged.finding for aged in report.findings)
        if one.kind is FindingKind.SUPPRESSED
    ]
    return [_folded(f"Suppressed by an exception ({len(rows)})", rows, lines)] if rows else []


def _folded(title: str, rows: list[str], lines: int) -> str:
    shown = rows[:lines]
    more = [f"and {len(rows) - len(shown)} more"] if len(rows) > len(shown) else []
    return marks.folded(title, [*shown, *more])
