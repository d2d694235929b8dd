"""How old findings are and what happened to them since the last run; alerts are about that.

The limits below, and for what waits those of `model.waiting`, are the only places that say when something is overdue.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from reconciler.model.finding import (
    Aged,
    Ageing,
    Finding,
    FindingKind,
    Severity,
    Transition,
    TransitionKind,
)
from reconciler.model.ledger import Ledger, LedgerEvent, LedgerLine, Noted, RunNoted, Standing, standings_of
from reconciler.model.waiting import REMIND_AFTER
from reconciler.model.words import setting
from reconciler.records import dataclass

OVERDUE_AFTER = {
    Severity.S0: (timedelta(days=1),),
    Severity.S1: (timedelta(days=1),),
    Severity.S2: (timedelta(days=3),),
    Severity.S3: (timedelta(days=14),),
    Severity.S4: (timedelta(days=90),),
}
"""Ages at which a finding is told of again."""

_TRANSITIONS = {
    LedgerEvent.OPENED: TransitionKind.NEW,
    LedgerEvent.REOPENED: TransitionKind.BACK,
    LedgerEvent.WORSE: TransitionKind.WORSE,
    LedgerEvent.BETTER: TransitionKind.BETTER,
    LedgerEvent.OVERDUE: TransitionKind.OVERDUE,
    LedgerEvent.CLOSED: TransitionKind.RESOLVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One drift run, as far as ages depend on it.

    Attributes:
        at: When the live state was read.
        compared, desired: Installations.
        looked_at: Whether the run would have found a former finding if it were still there.
        desired_digest: Over the files; the same moment compared with other files is another run.
    """

    at: datetime
    compared: int
    desired: int
    looked_at: Callable[[Noted], bool]
    selection: str | None = None
    desired_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aging:
    """Findings with their ages, what happened to them, and the lines that the ledger must grow by."""

    findings: tuple[Aged, ...]
    transitions: tuple[Transition, ...]
    lines: tuple[LedgerLine, ...]


def age(findings: Sequence[Finding], ledger: Ledger, run: Run) -> Aging:
    """Compare the findings of a run with what the ledger knows.

    The same run a second time says the same again; only its lines are not needed then (`Ledger.has`).
    Suppressed findings have no age: what is suppressed is resolved, and comes back when the exception ends.
    """
    before = ledger.before(run.at, run.desired_digest).lines
    former = standings_of(before)
    opened = {one.fingerprint: one for one in findings if one.kind is not FindingKind.SUPPRESSED}
    events = [line for one in opened.values() for line in _events(one, former.get(one.fingerprint), run.at)]
    gone = [one for key, one in former.items() if one.is_open and key not in opened]
    events += [_closed(one, run.at) for one in gone if run.looked_at(one.last)]
    unseen = tuple(sorted(one.last.fingerprint for one in gone if not run.looked_at(one.last)))
    lines: tuple[LedgerLine, ...] = (*sorted(events, key=_line_key), _run_line(opened.values(), run, unseen))
    after = standings_of((*before, *lines))
    return Aging(
        findings=tuple(Aged(finding=one, ageing=_ageing(after.get(one.fingerprint), one)) for one in findings),
        transitions=tuple(sorted((_transition(line, former) for line in events), key=_transition_key)),
        lines=lines,
    )


def limits_of(finding: Finding) -> tuple[timedelta, ...]:
    """The ages at which somebody must hear of it again; what waits for a person or a device has its own."""
    waits = finding.kind in (FindingKind.PENDING, FindingKind.WAITING)
    return REMIND_AFTER if waits else OVERDUE_AFTER[finding.severity]


def what_of(finding: Finding) -> str:
    """What a finding is about, in words: a setting of a thing, or the thing itself."""
    target = finding.target
    if finding.setting:
        return setting(target, finding.setting)
    return target.subject or "the installation"


def _events(finding: Finding, known: Standing | None, at: datetime) -> Iterable[Noted]:
    """New or back, worse or better, and overdue, in this order."""
    is_open = known is not None and known.is_open
    since = known.first_seen_at if known is not None and is_open else at
    level = _level(finding, since, at)
    before = known.last.level if known is not None and is_open else 0
    if known is None:
        yield _noted(finding, LedgerEvent.OPENED, at)
    elif not is_open:
        yield _noted(finding, LedgerEvent.REOPENED, at)
    elif known.last.severity is not finding.severity:
        worse = finding.severity.value < known.last.severity.value
        yield _noted(finding, LedgerEvent.WORSE if worse else LedgerEvent.BETTER, at, level=min(level, before))
    if level > before:
        yield _noted(finding, LedgerEvent.OVERDUE, at, level=level)


def _level(finding: Finding, since: datetime, at: datetime) -> int:
    start = min(since, finding.since) if finding.since is not None else since
    return sum(at - start >= limit for limit in limits_of(finding))


def _noted(finding: Finding, event: LedgerEvent, at: datetime, *, level: int = 0) -> Noted:
    return Noted(
        at=at,
        event=event,
        fingerprint=finding.fingerprint,
        managed=finding.kind is not FindingKind.UNMANAGED,
        target=finding.target,
        installation_name=finding.installation_name,
        what=what_of(finding),
        severity=finding.severity,
        level=level,
    )


def _closed(standing: Standing, at: datetime) -> Noted:
    last = standing.last
    return Noted(
        at=at,
        event=LedgerEvent.CLOSED,
        fingerprint=last.fingerprint,
        managed=last.managed,
        target=last.target,
        installation_name=last.installation_name,
        what=last.what,
        severity=last.severity,
    )


def _run_line(findings: Iterable[Finding], run: Run, unseen: tuple[str, ...]) -> RunNoted:
    counts = [0, 0, 0, 0, 0]
    order = list(Severity)
    for one in findings:
        counts[order.index(one.severity)] += 1
    first, second, third, fourth, fifth = counts
    return RunNoted(
        at=run.at,
        open_by_severity=(first, second, third, fourth, fifth),
        compared=run.compared,
        desired=run.desired,
        selection=run.selection,
        unseen=unseen,
        desired_digest=run.desired_digest,
    )


def _ageing(standing: Standing | None, finding: Finding) -> Ageing | None:
    if standing is None or finding.kind is FindingKind.SUPPRESSED:
        return None
    return Ageing(
        first_seen_at=standing.first_seen_at,
        last_seen_at=standing.last_seen_at,
        times_seen=standing.times_seen,
        flaps=standing.flaps,
    )


def _transition(line: Noted, former: Mapping[str, Standing]) -> Transition:
    known = former.get(line.fingerprint)
    was = known.last.severity if known is not None and known.last.severity is not line.severity else None
    return Transition(
        kind=_TRANSITIONS[line.event],
        fingerprint=line.fingerprint,
        at=line.at,
        severity=line.severity,
        installation_id=line.target.installation_id,
        installation_name=line.installation_name,
        what=line.what,
        was=was,
    )


_EVENT_ORDER = list(LedgerEvent)
_KIND_ORDER = (
    TransitionKind.NEW,
    TransitionKind.BACK,
    TransitionKind.WORSE,
    TransitionKind.OVERDUE,
    TransitionKind.BETTER,
    TransitionKind.RESOLVED,
)


def _line_key(line: Noted) -> tuple[object, ...]:
    return (line.target.sort_key, line.fingerprint, _EVENT_ORDER.index(line.event))


def _transition_key(one: Transition) -> tuple[object, ...]:
    return (_KIND_ORDER.index(one.kind), one.severity.value, one.installation_id, one.what, one.fingerprint)
