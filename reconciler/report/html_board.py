"""Half a page for a board: plain sentences, no names of settings, commands or severities."""

from dataclasses import dataclass

from reconciler.model.finding import DriftReport, FindingKind, Severity, TransitionKind
from reconciler.report import wording
from reconciler.report.html_findings import FindingRow
from reconciler.report.html_views import in_order

MOST_NAMES = 5
_GROUP = "userGroup:"

_MATTERS = {
    Severity.S0: "a fuse could be overloaded",
    Severity.S1: "somebody could be locked out, or has access who should not have it",
    Severity.S2: "people cannot charge, or only slowly",
    Severity.S3: "bills or connected services may be wrong, or we cannot see whether they are right",
    Severity.S4: "something is left over that nobody notices",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """Sentences in the order in which a board asks.

    Attributes:
        looked: How much was looked at; always first.
        answer: The answer to `is everything all right?`.
        matters: What is wrong, worst first, with the names of a few sites.
        changed: Since the report before.
        to_do: What waits for people.
    """

    looked: str
    answer: str
    matters: tuple[str, ...]
    changed: tuple[str, ...]
    to_do: tuple[str, ...]


def number(value: int) -> str:
    """`9 962` with a space that does not break."""
    return f"{value:,}".replace(",", "\u00a0")


def sites(count: int) -> str:
    """`1 site`, `9 962 sites`."""
    return f"{number(count)} site{'' if count == 1 else 's'}"


def board_of(report: DriftReport, rows: tuple[FindingRow, ...]) -> BoardView:
    """The view for a board."""
    return BoardView(
        looked=_looked(report),
        answer=_answer(report),
        matters=tuple(_matters(rows)),
        changed=tuple(_changed(report)),
        to_do=tuple(_to_do(report, rows)),
    )


def _looked(report: DriftReport) -> str:
    counts = report.coverage.installations
    when = f"{report.observed_at:%d %B %Y at %H:%M} UTC".lstrip("0")
    if counts.compared == counts.desired:
        return f"We looked at all {sites(counts.desired)} on {when}."
    part = f"{number(counts.compared)} of {sites(counts.desired)}"
    return f"We looked at {part} on {when}; {sites(counts.desired - counts.compared)} could not be looked at."


def _answer(report: DriftReport) -> str:
    compared = report.coverage.installations.compared
    good = min(in_order(report), compared)
    if compared == 0:
        return "Nothing can be said about whether everything is as agreed."
    if good == compared:
        return "Wherever we looked, everything is as agreed."
    return f"At {sites(good)} everything is as agreed; at {sites(compared - good)} something is different."


def _matters(rows: tuple[FindingRow, ...]) -> list[str]:
    said = []
    for severity, words in _MATTERS.items():
        names = {row.installation: row.name for row in rows if row.severity is severity and row.is_open}
        if names:
            named = f": {wording.listed(sorted(names.values()))}" if len(names) <= MOST_NAMES else ""
            said.append(f"At {sites(len(names))} {words}{named}.")
    return said


def _changed(report: DriftReport) -> list[str]:
    counts = dict.fromkeys(TransitionKind, 0)
    for one in report.transitions:
        counts[one.kind] += 1
    came = counts[TransitionKind.NEW] + counts[TransitionKind.BACK]
    said = (
        (came, f"{number(came)} came up since the last report."),
        (counts[TransitionKind.WORSE], f"{number(counts[TransitionKind.WORSE])} became worse."),
        (counts[TransitionKind.RESOLVED], f"{number(counts[TransitionKind.RESOLVED])} solved since the last report."),
    )
    return [text for count, text in said if count]


def _must_answer(row: FindingRow) -> bool:
    """Whether somebody must act; a group whose access goes later need not, and neither does the site as a whole."""
    return row.kind is FindingKind.WAITING and row.place != "" and not row.place.startswith(_GROUP)


def _to_do(report: DriftReport, rows: tuple[FindingRow, ...]) -> list[str]:
    waiting = {(row.installation, row.place): row.name for row in rows if _must_answer(row)}
    places = {installation: name for (installation, _), name in waiting.items()}
    ending = len(report.ending)
    said = []
    if waiting:
        named = f": {wording.listed(sorted(places.values()))}" if len(places) <= MOST_NAMES else ""
        said.append(f"We wait for {wording.counted(len(waiting), 'answer')} of people at {sites(len(places))}{named}.")
    if ending:
        verb = "ends" if ending == 1 else "end"
        said.append(f"{wording.counted(ending, 'agreed exception')} {verb} soon: go on with it, or stop?")
    return said
