"""Trend and age of open findings as shapes for SVG, each with the numbers that say the same in words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from reconciler.model.finding import Severity, TrendPoint
from reconciler.records import dataclass
from reconciler.report.html_findings import FindingRow

WIDTH = 260
HEIGHT = 36
BAR = 200
_EDGE = 3

_AGES = (("less than a day", 1), ("1 to 7 days", 8), ("8 to 30 days", 31), ("31 to 90 days", 91))
_OLDER = "more than 90 days"
_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendLine:
    """How many findings of one severity were open, run by run.

    Attributes:
        points: For a polyline, in a box of WIDTH by HEIGHT; its area is closed along the bottom.
        x, y: Where the line ends.
    """

    severity: Severity
    points: str
    area: str
    x: float
    y: float
    first: int
    most: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """All severities over the same time."""

    since: datetime
    until: datetime
    runs: int
    lines: tuple[TrendLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a bar."""

    severity: Severity
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeBar:
    """Open findings of one age, by severity (S0 to S4)."""

    label: str
    counts: tuple[int, ...]
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


def trend_of(points: Sequence[TrendPoint]) -> Trend | None:
    """One small line per severity, each with its own scale; None when there is nothing to compare with."""
    if len(points) < 2:
        return None
    lines = [
        _line(severity, [(point.at, point.open_by_severity[index]) for point in points])
        for index, severity in enumerate(Severity)
    ]
    return Trend(since=points[0].at, until=points[-1].at, runs=len(points), lines=tuple(lines))


def _line(severity: Severity, counts: Sequence[tuple[datetime, int]]) -> TrendLine:
    start, end = counts[0][0], counts[-1][0]
    span = max((end - start).total_seconds(), 1)
    most = max(count for _, count in counts)
    room = HEIGHT - 2 * _EDGE
    places = [
        (
            round(_EDGE + (WIDTH - 2 * _EDGE) * (at - start).total_seconds() / span, 1),
            round(HEIGHT - _EDGE - room * count / max(most, 1), 1),
        )
        for at, count in counts
    ]
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    x, y = places[-1]
    bottom = HEIGHT - _EDGE
    return TrendLine(
        severity=severity,
        points=points,
        area=f"{places[0][0]:g},{bottom} {points} {x:g},{bottom}",
        x=x,
        y=y,
        first=counts[0][1],
        most=most,
        last=counts[-1][1],
    )


def ages_of(rows: Sequence[FindingRow], now: datetime) -> tuple[AgeBar, ...]:
    """A bar per age, youngest first; those of unknown age come last, and only when there are any."""
    labels = (*(label for label, _ in _AGES), _OLDER, _UNKNOWN)
    counts = {label: dict.fromkeys(Severity, 0) for label in labels}
    for row in rows:
        if row.is_open:
            counts[_age(row, now)][row.severity] += 1
    if not any(counts[_UNKNOWN].values()):
        del counts[_UNKNOWN]
    most = max(sum(by_severity.values()) for by_severity in counts.values())
    return tuple(_bar(label, by_severity, most) for label, by_severity in counts.items())


def _age(row: FindingRow, now: datetime) -> str:
    if row.since_min < 0:
        return _UNKNOWN
    age = timedelta(seconds=now.timestamp() - 60 * row.since_min)
    return next((label for label, days in _AGES if age < timedelta(days=days)), _OLDER)


def _bar(label: str, counts: dict[Severity, int], most: int) -> AgeBar:
    pieces, x = [], 0.0
    for severity, count in counts.items():
        width = round(BAR * count / max(most, 1), 1)
        if count:
            pieces.append(Piece(severity=severity, x=round(x, 1), width=width))
        x += width
    return AgeBar(label=label, counts=tuple(counts.values()), pieces=tuple(pieces))
