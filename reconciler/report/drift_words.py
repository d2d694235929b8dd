"""Sentences and groups of a drift report, shared by its texts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from reconciler.model.finding import Aged, DriftReport, Executor, Finding, FindingKind, Severity, TransitionKind
from reconciler.model.value import Unreadable
from reconciler.records import dataclass
from reconciler.report import wording

EXECUTORS = {
    Executor.API: "API",
    Executor.PARTNER: "partner",
    Executor.PORTAL: "Portal",
    Executor.PERSON: "person",
    Executor.DEVICE: "device",
    Executor.NOBODY: "nobody",
}
QUIET = "Nothing happened since the last run."
_SHOWN = 10
"""Things of one cause that a text names; documents name all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGroup:
    """Findings that are wrong in the same way, so that one reading is enough for all."""

    severity: Severity
    kind: FindingKind
    code: str
    setting: str
    why: str
    members: tuple[Aged, ...]

    @property
    def first(self) -> Finding:
        """The one that speaks for all."""
        return self.members[0].finding


def groups_of(findings: Iterable[Aged]) -> tuple[CauseGroup, ...]:
    """Open findings by cause, worst first, then the cause with the most."""
    found: dict[tuple[str, str, str, str], list[Aged]] = {}
    for aged in findings:
        one = aged.finding
        if one.kind is not FindingKind.SUPPRESSED:
            found.setdefault((one.severity.value, one.kind.value, one.code, one.setting), []).append(aged)
    groups = [
        CauseGroup(
            severity=members[0].finding.severity,
            kind=members[0].finding.kind,
            code=code,
            setting=setting,
            why=_common([one.finding.why for one in members]),
            members=tuple(members),
        )
        for (_, _, code, setting), members in found.items()
    ]
    return tuple(sorted(groups, key=lambda one: (one.severity.value, -len(one.members), one.code, one.kind.value)))


def _common(reasons: Sequence[str]) -> str:
    """What all of them say; details of one in brackets are left to its own line."""
    return reasons[0] if len(set(reasons)) == 1 else reasons[0].partition(" (")[0]


def subject(finding: Finding) -> str:
    """What a finding is about, without the installation."""
    if finding.setting == "name":
        return "Name"
    if finding.setting:
        return wording.setting(finding.target, finding.setting)
    return finding.target.subject or "the installation"


def title(group: CauseGroup) -> str:
    """What all of a group have in common, in words."""
    if not group.setting:
        return _THINGS.get(group.kind, "Not readable")
    row = wording.row_of(group.first.target, group.setting)
    label = _LABELS.get(group.setting) or (group.setting if row is None else row.label)
    return label if group.kind is FindingKind.CHANGED else f"{label}, {group.kind.value}"


_LABELS = {"name": "Name", "permissions": "Access"}
_THINGS = {
    FindingKind.MISSING: "Charger missing",
    FindingKind.UNMANAGED: "Without a file",
    FindingKind.UNREADABLE: "Not readable",
}


def how_many(members: Sequence[Aged]) -> str:
    """`17 findings at 16 installations`, and the cars that are plugged in there."""
    sites = len({(one.finding.target.account, one.finding.target.installation_id) for one in members})
    cars = sum(one.finding.cars or 0 for one in members)
    plugged = f", {wording.counted(cars, 'car')} plugged in" if cars else ""
    return f"{wording.counted(len(members), 'finding')} at {wording.counted(sites, 'installation')}{plugged}"


def values(finding: Finding) -> str:
    """`wanted 16 A, actual 0 A`; empty where there are none."""
    row = wording.row_of(finding.target, finding.setting) if finding.setting else None
    if finding.wanted is None and finding.actual is None:
        return ""
    if isinstance(finding.actual, Unreadable) and finding.wanted is None:
        return ""
    wanted = "nothing" if finding.wanted is None else wording.value(row, finding.wanted)
    return f"wanted {wanted}, actual {wording.value(row, finding.actual) or 'not told'}"


def since(aged: Aged, now: datetime) -> str:
    """`for 3 days, seen 4 times`, what is due by then of what waits, and that it had gone before.

    Empty in a run without a ledger and without another source.
    """
    ageing = aged.ageing
    starts = [at for at in (aged.finding.since, ageing.first_seen_at if ageing else None) if at is not None]
    waits = aged.finding.kind in (FindingKind.PENDING, FindingKind.WAITING)
    words = (wording.waited if waits else wording.age)(min(starts, default=None), now)
    if ageing is None:
        return words
    if ageing.times_seen == 1 and min(starts) == ageing.first_seen_at:
        words = "back again" if ageing.flaps else "new"
    seen = f"seen {wording.counted(ageing.times_seen, 'time')}" if ageing.times_seen > 1 else ""
    back = f"came back {wording.counted(ageing.flaps, 'time')}" if ageing.flaps else ""
    return ", ".join(part for part in (words, seen, back) if part)


def window(members: Sequence[Aged], now: datetime) -> str:
    """Since when the members of a group are known, as one span; empty when all are new or one line tells it."""
    starts = sorted(one.ageing.first_seen_at for one in members if one.ageing is not None)
    if len(starts) < 2 or starts[0] == now:
        return ""
    first, last = wording.time(starts[0]), wording.time(starts[-1])
    return first if first == last else f"{first} to {last}"


def shown(members: Sequence[Aged]) -> tuple[Sequence[Aged], int]:
    """The members that a text names, and how many more there are."""
    return members[:_SHOWN], max(0, len(members) - _SHOWN)


def coverage(report: DriftReport) -> str:
    """`Compared 9 of 10 installations, 58 of 59 chargers.` and what has no file."""
    sites, chargers = report.coverage.installations, report.coverage.chargers
    words = (
        f"Compared {sites.compared} of {wording.counted(sites.desired, 'installation')}, "
        f"{chargers.compared} of {wording.counted(chargers.desired, 'charger')}."
    )
    alone = [
        wording.counted(counts.unmanaged, noun)
        for counts, noun in ((sites, "installation"), (chargers, "charger"))
        if counts.unmanaged
    ]
    return f"{words} Without a file: {wording.listed(alone)}." if alone else words


def where(report: DriftReport) -> str:
    """`fleet at 1f0c9ab2d4, account main (sandbox), read 2026-01-15 06:00 UTC`."""
    commit = f" at {report.commit[:10]}" if report.commit else ""
    accounts = [f"{one.name} ({one.cloud.value})" for one in report.accounts]
    noun = "account" if len(accounts) == 1 else "accounts"
    who = f"{noun} {wording.listed(accounts)}" if accounts else "no account"
    return f"{report.desired_path}{commit}, {who}, read {wording.time(report.observed_at)}"


def tally(report: DriftReport) -> list[tuple[Severity, int]]:
    """Open findings of each severity."""
    return [(severity, report.counted(severity)) for severity in Severity]


def beside(report: DriftReport) -> str:
    """`pending 3 (oldest for 43 days), waiting 2, suppressed 1`; empty when there is nothing of the kind."""
    parts = []
    for kind in (FindingKind.PENDING, FindingKind.WAITING, FindingKind.SUPPRESSED, FindingKind.NON_CONVERGING):
        members = [one for one in report.findings if one.finding.kind is kind]
        starts = [one.finding.since or (one.ageing.first_seen_at if one.ageing else None) for one in members]
        oldest = wording.age(min((at for at in starts if at is not None), default=None), report.created_at)
        if members:
            parts.append(f"{kind.value} {len(members)}{f' (oldest {oldest})' if oldest else ''}")
    return ", ".join(parts)


def news(report: DriftReport) -> str:
    """`3 new, 1 resolved`; empty when nothing happened, and in a run without a ledger."""
    counts = [(kind.value, sum(one.kind is kind for one in report.transitions)) for kind in TransitionKind]
    return ", ".join(f"{number} {word}" for word, number in counts if number)


def is_quiet(report: DriftReport) -> bool:
    """Whether a ledger was asked, and nothing happened since its last run."""
    return not report.transitions and (bool(report.trend) or report.ledger_head is not None)
