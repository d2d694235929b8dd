"""What the ledger of drift runs remembers: events of findings and runs, one line each, and what they add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum

from reconciler.model.change import Target
from reconciler.model.finding import Severity, TrendPoint
from reconciler.records import dataclass


class LedgerEvent(StrEnum):
    """What happened to a finding."""

    OPENED = "opened"
    REOPENED = "reopened"
    WORSE = "worse"
    BETTER = "better"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One event of one finding.

    Attributes:
        managed: False for live things without a file.
        what: The thing in words, for instance `ZAP012345 Maximum current`.
        level: How many limits of its age it has passed.
    """

    at: datetime
    event: LedgerEvent
    fingerprint: str
    managed: bool
    target: Target
    installation_name: str
    what: str
    severity: Severity
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNoted:
    """The end of one drift run; every open finding was seen in it, except those that it did not look at.

    Attributes:
        open_by_severity: Open findings, S0 to S4; suppressed ones do not count.
        compared, desired: Installations.
        unseen: Fingerprints of open findings that this run did not look at.
        desired_digest: Over the files that it compared with; None in lines of before it was written down.
    """

    at: datetime
    open_by_severity: tuple[int, int, int, int, int]
    compared: int
    desired: int
    selection: str | None = None
    unseen: tuple[str, ...] = ()
    desired_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What all lines say about one finding.

    Attributes:
        last: Its latest event.
        first_seen_at: Since when it has been open without a break.
        is_open: False once it was resolved.
    """

    last: Noted
    first_seen_at: datetime
    last_seen_at: datetime
    times_seen: int
    flaps: int
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """The head of a ledger whose older lines were taken out, with what was open at that time."""

    at: datetime
    standings: tuple[Standing, ...]


LedgerLine = Noted | RunNoted | Pruned


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The lines of a ledger, oldest first.

    Attributes:
        head: Hash of the last line; None when there is none.
    """

    lines: tuple[LedgerLine, ...] = ()
    head: str | None = None

    @property
    def last_run_at(self) -> datetime | None:
        """When the latest run looked."""
        return next((line.at for line in reversed(self.lines) if isinstance(line, RunNoted)), None)

    @property
    def trend(self) -> tuple[TrendPoint, ...]:
        """Open findings at the end of each run of the whole fleet."""
        return tuple(
            TrendPoint(at=line.at, open_by_severity=line.open_by_severity)
            for line in self.lines
            if isinstance(line, RunNoted) and line.selection is None
        )

    def has(self, at: datetime, desired_digest: str) -> bool:
        """Whether the latest run compared what was live at that moment with those same files."""
        last = next((line for line in reversed(self.lines) if isinstance(line, RunNoted)), None)
        return last is not None and last.at == at and last.desired_digest in (None, desired_digest)

    def before(self, at: datetime, desired_digest: str) -> "Ledger":
        """The ledger as it was before that run, also when that is its latest one; without its head."""
        lines = tuple(line for line in self.lines if line.at <= at)
        if not self.has(at, desired_digest):
            return Ledger(lines=lines)
        ends = [index for index, line in enumerate(lines[:-1]) if isinstance(line, RunNoted | Pruned)]
        return Ledger(lines=lines[: ends[-1] + 1] if ends else ())


@dataclass(slots=True)
class _Tally:
    standings: dict[str, Standing] = field(default_factory=dict)

    def take(self, line: LedgerLine) -> None:
        match line:
            case Pruned():
                self.standings = {one.last.fingerprint: one for one in line.standings}
            case RunNoted():
                self._seen(line)
            case Noted():
                self.standings[line.fingerprint] = self._after(line)

    def _seen(self, run: RunNoted) -> None:
        unseen = frozenset(run.unseen)
        for key, one in self.standings.items():
            if one.is_open and key not in unseen:
                self.standings[key] = replace(one, times_seen=one.times_seen + 1, last_seen_at=run.at)

    def _after(self, line: Noted) -> Standing:
        known = self.standings.get(line.fingerprint)
        if known is None:
            closed = line.event is LedgerEvent.CLOSED
            return Standing(
                last=line, first_seen_at=line.at, last_seen_at=line.at, times_seen=0, flaps=0, is_open=not closed
            )
        match line.event:
            case LedgerEvent.CLOSED:
                return replace(known, last=line, is_open=False)
            case LedgerEvent.OPENED | LedgerEvent.REOPENED:
                flaps = known.flaps + 1
                return replace(known, last=line, first_seen_at=line.at, last_seen_at=line.at, flaps=flaps, is_open=True)
            case LedgerEvent.WORSE | LedgerEvent.BETTER | LedgerEvent.OVERDUE:
                return replace(known, last=line)


def standings_of(lines: Iterable[LedgerLine]) -> Mapping[str, Standing]:
    """What the lines add up to, by fingerprint; resolved findings stay, so that one that comes back is known."""
    tally = _Tally()
    for line in lines:
        tally.take(line)
    return tally.standings
