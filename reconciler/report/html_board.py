"""Half a page for a board: plain sentences, no names of settings, commands or severities."""

from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.finding import DriftReport, FindingKind, Severity, TransitionKind
from reconciler.records import dataclass
from reconciler.report import wording
from reconciler.report.html_findings import FindingRow
from reconciler.report.html_views import in_order

MOST_NAMES = 5
_GROUP = "userGroup:"

_MATTERS = {
    Severity.S0: "a fuse could be overloaded",
    Severity.S1: "somebody could be locked out, or has access who should not",
    Severity.S2: "people may be unable to charge",
    Severity.S3: "something is not as agreed",
    Severity.S4: "something small is left over",
}
_UNSEEN = "we cannot see whether everything is right"
_CAUSES = {
    "D204": "our access is gone, so we cannot look",
    "D307": "a charger is nowhere to be seen",
    "D401": "cars may draw more than agreed",
    "D402": "cars charge slower than agreed",
    "D403": "chargers count on a connection that they should not need",
    "D404": "bills or connected services may be wrong",
    "D405": "a charger is registered at another site",
    "D406": _UNSEEN,
    "D407": _UNSEEN,
    "D408": "an invitation has not been accepted yet",
}
"""By rule, where the severity alone says too little or something else."""

_DECISIONS = {
    FindingKind.CHANGED: "Decide at {}: put back what was agreed, or agree to what is there",
    FindingKind.NON_CONVERGING: "Find out who keeps changing {} back",
    FindingKind.BLOCKED: "Decide at {} how to put it right safely",
    FindingKind.MISSING: "Find out what became of a charger at {}",
    FindingKind.UNREADABLE: "Ask for access to {}, so that we can look",
}
"""What somebody must decide about what is urgent; the other kinds wait for a device or a person already."""

_FUSES = "Put right at once what could overload a fuse at {}"
_URGENT = (Severity.S0, Severity.S1, Severity.S2)


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
    """By cause, worst first."""
    found: dict[tuple[Severity, str], dict[str, str]] = {}
    for row in rows:
        if row.is_open:
            words = _CAUSES.get(row.code, _MATTERS[row.severity])
            found.setdefault((row.severity, words), {})[row.installation] = row.name
    order = sorted(found.items(), key=lambda one: (one[0][0].value, -len(one[1]), one[0][1]))
    return [f"At {sites(len(names))} {words}{_named(names)}." for (_, words), names in order]


def _named(names: Mapping[str, str]) -> str:
    """`: Elveveien 12 and Kaia`, by installation; empty when they are too many for a sentence."""
    return f": {wording.listed(sorted(names.values()))}" if len(names) <= MOST_NAMES else ""


def _changed(report: DriftReport) -> list[str]:
    counts = dict.fromkeys(TransitionKind, 0)
    for one in report.transitions:
        counts[one.kind] += 1
    came = counts[TransitionKind.NEW] + counts[TransitionKind.BACK]
    solved = counts[TransitionKind.RESOLVED]
    said = (
        (came, f"{number(came)} came up since the last report."),
        (counts[TransitionKind.WORSE], f"{number(counts[TransitionKind.WORSE])} became worse."),
        (solved, f"{number(solved)} {'was' if solved == 1 else 'were'} solved since the last report."),
    )
    return [text for count, text in said if count]


def _must_answer(row: FindingRow) -> bool:
    """Whether somebody must act; a group whose access goes later need not, and neither does the site as a whole."""
    return row.kind is FindingKind.WAITING and row.place != "" and not row.place.startswith(_GROUP)


def _to_do(report: DriftReport, rows: tuple[FindingRow, ...]) -> list[str]:
    waiting = {(row.installation, row.place): row.name for row in rows if _must_answer(row)}
    places = {installation: name for (installation, _), name in waiting.items()}
    ending = len(report.ending)
    said = [*_decisions(rows)]
    if waiting:
        answers = f"{number(len(waiting))} answer{'' if len(waiting) == 1 else 's'}"
        said.append(f"We wait for {answers} of people at {sites(len(places))}{_named(places)}.")
    if ending:
        words = "agreed exception ends" if ending == 1 else "agreed exceptions end"
        said.append(f"{number(ending)} {words} soon: go on, or stop?")
    return said


def _decisions(rows: Iterable[FindingRow]) -> Iterator[str]:
    """What is urgent and goes on until somebody decides, one sentence for each kind of decision."""
    found: dict[str, dict[str, str]] = {_FUSES: {}, **{words: {} for words in _DECISIONS.values()}}
    for row in rows:
        if row.severity in _URGENT and row.kind in _DECISIONS:
            words = _FUSES if row.severity is Severity.S0 else _DECISIONS[row.kind]
            found[words][row.installation] = row.name
    for words, names in found.items():
        if names:
            yield f"{words.format(sites(len(names)))}{_named(names)}."
