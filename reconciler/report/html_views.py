"""What single readers want of a drift report: who is on call, a board, and whoever looks at the map of the fleet."""

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model.finding import DriftReport, FindingKind, Severity, SiteSummary, Transition, TransitionKind
from reconciler.records import dataclass
from reconciler.report.escape import cut
from reconciler.report.html_findings import TRANSITIONS, FindingRow, labels_of, name_of

URGENT = (Severity.S0, Severity.S1, Severity.S2)
MOST_PLACES = 12
MOST_LABELS = 40
MOST_NEWS = 20
_HERE = "\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGroup:
    """Urgent findings with one cause.

    Attributes:
        cars: Cars plugged in at these places; -1 when nobody knows.
        setting: What they all are about; empty for things as a whole.
        places: `Elveveien 12, ZAP000123`, the first of them.
        command: Looks at all of them at once; empty when they are too many for one line.
    """

    severity: Severity
    title: str
    kind: str
    setting: str
    wanted: str
    actual: str
    findings: int
    sites: int
    cars: int
    since: str
    who: str
    next: str
    code: str
    places: tuple[str, ...]
    command: str

    @property
    def more(self) -> int:
        """Places that are not listed."""
        return self.findings - len(self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened to findings since the last run; `more` are not listed."""

    kind: str
    total: int
    shown: tuple[tuple[Severity, str, str, str], ...]

    @property
    def more(self) -> int:
        """How many are only counted."""
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One group of settings: what is open, else what was not read, else compared and in order.

    Attributes:
        worst: The worst open severity.
        sites: At how many sites the worst open finding is that bad (1 for a single site).
        unread: At how many sites something of it was not read.
    """

    worst: Severity | None
    sites: int = 1
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A site, or all sites with one label."""

    name: str
    installation: str
    labels: str
    chargers: int
    sites: int
    cells: tuple[HeatCell, ...]


def causes_of(rows: Iterable[FindingRow]) -> tuple[CauseGroup, ...]:
    """S0 to S2, grouped by rule, setting and kind; worst first, then where cars are plugged in."""
    grouped: dict[tuple[str, ...], list[FindingRow]] = {}
    for row in rows:
        if row.severity in URGENT and row.is_open:
            key = (row.severity.value, row.code, row.setting, row.kind.value)
            grouped.setdefault(key, []).append(row)
    groups = [_cause(members) for members in grouped.values()]
    return tuple(sorted(groups, key=lambda one: (one.severity.value, -one.cars, -one.findings, one.title)))


def _cause(rows: Sequence[FindingRow]) -> CauseGroup:
    first = rows[0]
    targets = list(dict.fromkeys(row.target for row in rows))
    cars = {row.target: row.cars for row in rows if row.cars >= 0}
    named = sorted({row.since for row in rows if row.since})
    nexts = {row.next.replace(row.target, _HERE).replace(row.installation, _HERE) for row in rows}
    return CauseGroup(
        severity=first.severity,
        title=first.why,
        kind=first.kind_words,
        setting=first.label,
        wanted=_common([row.wanted for row in rows]),
        actual=_common([row.actual for row in rows]),
        findings=len(rows),
        sites=len({row.installation for row in rows}),
        cars=sum(cars.values()) if cars else -1,
        since=" to ".join(dict.fromkeys((named[0], named[-1]))) if named else "",
        who=_common([row.who for row in rows]),
        next=first.next if len(rows) == 1 else next(iter(nexts)).replace(_HERE, "…") if len(nexts) == 1 else "",
        code=first.code,
        places=tuple(", ".join(filter(None, (row.name, row.place))) for row in rows[:MOST_PLACES]),
        command=f"reconciler plan {' '.join(targets)}" if len(targets) <= MOST_PLACES else "",
    )


def _common(texts: Sequence[str]) -> str:
    found = list(dict.fromkeys(texts))
    return found[0] if len(found) == 1 else f"{found[0]} and {len(found) - 1} more"


def news_of(transitions: Sequence[Transition]) -> tuple[News, ...]:
    """Grouped by what happened, alarms first."""
    order = [kind for kind in TransitionKind if kind is not TransitionKind.RESOLVED]
    return tuple(
        _news(kind, members)
        for kind in (*order, TransitionKind.RESOLVED)
        if (members := [one for one in transitions if one.kind is kind])
    )


def _news(kind: TransitionKind, members: Sequence[Transition]) -> News:
    members = sorted(members, key=lambda one: (one.severity.value, one.installation_name))
    shown = [
        (one.severity, "" if one.was is None else one.was.value, name_of(one.installation_name), cut(one.what, 120))
        for one in members[:MOST_NEWS]
    ]
    return News(kind=TRANSITIONS[kind], total=len(members), shown=tuple(shown))


def worst_sites(report: DriftReport, most: int) -> tuple[HeatRow, ...]:
    """Sites with findings, and those that could not be read, worst first."""
    chosen = [site for site in report.sites if site.worst or site.unread or not site.compared]
    chosen.sort(key=lambda site: (min((level for _, level in site.worst), default="S9"), -len(site.worst), site.name))
    return tuple(_heat_row(site, report.groups) for site in chosen[:most])


def unread_of(site: SiteSummary, groups: Sequence[str]) -> frozenset[str]:
    """Groups of which something was not read; an older document tells that only for a whole installation."""
    told = frozenset(site.unread)
    return told if told or site.compared else frozenset(groups)


def _heat_row(site: SiteSummary, groups: Sequence[str]) -> HeatRow:
    worst, unread = dict(site.worst), unread_of(site, groups)
    return HeatRow(
        name=name_of(site.name),
        installation=cut(site.installation_id),
        labels=labels_of(site.labels),
        chargers=site.chargers,
        sites=1,
        cells=tuple(HeatCell(worst=worst.get(group), unread=int(group in unread)) for group in groups),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMap:
    """One row per label that several sites share; at most 40, those with most sites.

    Attributes:
        alone: How many labels are left out because only one site has them.
        more: How many are left out because there are too many.
    """

    rows: tuple[HeatRow, ...]
    alone: int
    more: int


def by_label(report: DriftReport) -> LabelMap:
    """The map by label."""
    members: dict[tuple[str, str], list[SiteSummary]] = {}
    for site in report.sites:
        for label in site.labels:
            members.setdefault(label, []).append(site)
    shared = sorted((one for one in members.items() if len(one[1]) > 1), key=lambda one: (-len(one[1]), one[0]))
    return LabelMap(
        rows=tuple(_label_row(label, sites, report.groups) for label, sites in sorted(shared[:MOST_LABELS])),
        alone=len(members) - len(shared),
        more=max(0, len(shared) - MOST_LABELS),
    )


def _label_row(label: tuple[str, str], sites: Sequence[SiteSummary], groups: Sequence[str]) -> HeatRow:
    found: dict[str, list[Severity]] = {}
    unread: Counter[str] = Counter()
    for site in sites:
        unread.update(unread_of(site, groups))
        for group, level in site.worst:
            found.setdefault(group, []).append(level)
    levels = {group: found.get(group, []) for group in groups}
    return HeatRow(
        name=labels_of((label,)),
        installation="",
        labels="",
        chargers=sum(site.chargers for site in sites),
        sites=len(sites),
        cells=tuple(
            HeatCell(worst=min(ones, default=None), sites=sum(one is min(ones) for one in ones), unread=unread[group])
            for group, ones in levels.items()
        ),
    )


def in_order(report: DriftReport) -> int:
    """Compared sites where nothing is open."""
    return sum(site.compared and not site.worst for site in report.sites)


def open_kinds(rows: Iterable[FindingRow]) -> dict[FindingKind, int]:
    """How many findings of each kind, in the order of the kinds; none is left out."""
    counts = dict.fromkeys(FindingKind, 0)
    for row in rows:
        counts[row.kind] += 1
    return {kind: count for kind, count in counts.items() if count}
