"""Drift reports made by hand, of any size, with every kind of finding in them."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from reconciler.model.change import Target
from reconciler.model.desired import Cloud, Deviation, Origin
from reconciler.model.finding import (
    Aged,
    Ageing,
    DriftReport,
    EndingException,
    Executor,
    Finding,
    FindingKind,
    NextStep,
    Severity,
    SiteSummary,
    Transition,
    TransitionKind,
    TrendPoint,
)
from reconciler.model.plan import Counts, Coverage, PlanAccount
from reconciler.model.value import ABSENT, Absent, Observation, Reason, Unreadable, Value

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
GROUPS = ("Current", "Stand-alone", "Authentication", "Integration", "Access", "Inventory")
STREETS = ("Elveveien", "Fjellveien", "Bakkegata", "Solbakken", "Furulia", "Kaia", "Havnegata", "Åsveien")
REGIONS = ("oslo", "bergen", "trondheim", "stavanger", "tromsø")
SEGMENTS = ("home", "coop", "work", "public")
HOSTILE = "=cmd|'/c calc'!A1 \x1b[31m | ::error::x <img src=x> @everyone `a` [x](http://evil.example)"
EXCEPTION = Deviation(
    installation_id="-",
    setting="maxCurrent",
    charger=None,
    value=None,
    until=date(2026, 1, 25),
    owner="drift team",
    reason="the cable is exchanged",
)
Kinds = tuple[FindingKind, Severity, str, Value | Absent | None, Observation | None, str, str, str]
LESS = Unreadable(reason=Reason.NO_ROLE)
KINDS: tuple[Kinds, ...] = (
    (FindingKind.CHANGED, Severity.S2, "maxCurrent", 16.0, 0.0, "nobody can charge at 0 A", "Current", "D301"),
    (FindingKind.CHANGED, Severity.S0, "maxCurrent", 16.0, 32.0, "above what the cable carries", "Current", "D101"),
    (FindingKind.CHANGED, Severity.S2, "standAlone", False, True, "nobody balances the load", "Stand-alone", "D303"),
    (
        FindingKind.NON_CONVERGING,
        Severity.S2,
        "maxCurrent",
        20.0,
        6.0,
        "somebody else writes it too",
        "Current",
        "D309",
    ),
    (
        FindingKind.CHANGED,
        Severity.S3,
        "authentication.mode",
        "native",
        "webhooks",
        "bills go elsewhere",
        "Authentication",
        "D401",
    ),
    (FindingKind.BLOCKED, Severity.S1, "permissions", ("owner",), ABSENT, "no owner can get in", "Access", "D201"),
    (
        FindingKind.WAITING,
        Severity.S3,
        "permissions",
        ("user", "owner"),
        ("user",),
        "somebody must still act",
        "Access",
        "D408",
    ),
    (
        FindingKind.UNREADABLE,
        Severity.S3,
        "authentication.mode",
        "native",
        LESS,
        "nobody knows",
        "Authentication",
        "D406",
    ),
    (
        FindingKind.PENDING,
        Severity.S2,
        "maxCurrent",
        16.0,
        10.0,
        "the charger has not taken it over",
        "Current",
        "D302",
    ),
    (FindingKind.SUPPRESSED, Severity.S3, "maxCurrent", 16.0, 13.0, "less power than agreed", "Current", "D402"),
    (FindingKind.MISSING, Severity.S2, "", None, None, "the charger is nowhere to be seen", "Inventory", "D307"),
    (FindingKind.UNMANAGED, Severity.S4, "", None, None, "no file says anything about it", "Inventory", "D502"),
)
STEPS = {
    FindingKind.CHANGED: (Executor.PARTNER, "`reconciler apply {}` restores it"),
    FindingKind.NON_CONVERGING: (Executor.PERSON, "find out who else writes it"),
    FindingKind.BLOCKED: (Executor.PERSON, "refused by owners (G101): name another owner first"),
    FindingKind.WAITING: (Executor.PERSON, "the invitation has not been accepted"),
    FindingKind.UNREADABLE: (Executor.PERSON, "give the account Owner or Service there"),
    FindingKind.PENDING: (Executor.DEVICE, "offline; it takes the value over when it is back"),
    FindingKind.SUPPRESSED: (Executor.NOBODY, "tolerated until 2026-01-25 (drift team: the cable is exchanged)"),
    FindingKind.MISSING: (Executor.PERSON, "find out what became of it"),
    FindingKind.UNMANAGED: (Executor.PERSON, "`reconciler adopt {}` writes what is live to a file"),
}


def site_id(number: int) -> str:
    return f"2f0c6f0e-8f4b-4d0e-9a51-{number:012x}"


def site_name(number: int) -> str:
    return f"{STREETS[number % len(STREETS)]} {number}"


def finding(number: int, row: Kinds, *, name: str | None = None, serial: str | None = None) -> Finding:
    """One finding of a site; settings of chargers are at its first one."""
    kind, severity, setting, wanted, actual, why, group, code = row
    at_charger = setting in ("maxCurrent", "standAlone", "")
    serial = serial or f"ZAP{number:06d}"
    principal = "person:c-88121" if setting == "permissions" else None
    target = Target(
        account="main",
        installation_id=site_id(number),
        charger=serial if at_charger else None,
        principal=principal,
    )
    executor, text = STEPS[kind]
    restorable = kind in (FindingKind.CHANGED, FindingKind.NON_CONVERGING)
    return Finding(
        kind=kind,
        severity=severity,
        target=target,
        installation_name=name or site_name(number),
        setting=setting,
        wanted=wanted,
        actual=actual,
        why=why,
        next_step=NextStep(executor=executor, text=text.format(target.charger or target.installation_id)),
        group=group,
        origin=None if kind is FindingKind.UNMANAGED else Origin(file=f"fleet/installations/s{number}.yaml", line=9),
        change_id=f"{number:016x}" if restorable else None,
        adoptable=restorable or kind is FindingKind.UNMANAGED,
        exception=EXCEPTION if kind is FindingKind.SUPPRESSED else None,
        cars=number % 3 if at_charger else None,
        code=code,
    )


def aged(one: Finding, days: int) -> Aged:
    """Seen every morning since so many days ago."""
    ageing = Ageing(
        first_seen_at=NOW - timedelta(days=days), last_seen_at=NOW, times_seen=days + 1, flaps=1 if days > 90 else 0
    )
    return Aged(finding=one, ageing=ageing)


def summary(number: int, found: list[Finding], *, name: str | None = None, compared: bool = True) -> SiteSummary:
    worst: dict[str, Severity] = {}
    for one in found:
        if one.kind is not FindingKind.SUPPRESSED:
            worst[one.group] = min(worst.get(one.group, one.severity), one.severity)
    return SiteSummary(
        installation_id=site_id(number),
        account="main",
        name=name or site_name(number),
        labels=(("region", REGIONS[number % 5]), ("segment", SEGMENTS[number % 4])),
        chargers=1 + number % 7,
        compared=compared,
        worst=tuple(sorted(worst.items())),
    )


def report(sites: int, *, every: int = 1, per_site: int = 2) -> DriftReport:
    """A fleet of so many sites; each `every`th has `per_site` findings, one in a hundred could not be read."""
    random = Random(7)
    found: list[Aged] = []
    summaries = []
    for number in range(sites):
        rows = random.choices(KINDS, k=per_site) if number % every == 0 else []
        here = [finding(number, row) for row in {row[2:3] + row[:1]: row for row in rows}.values()]
        summaries.append(summary(number, here, compared=number % 100 != 99))
        found += [aged(one, random.choice((0, 0, 1, 3, 12, 43, 120))) for one in here]
    return report_of(summaries, found)


def report_of(sites: list[SiteSummary], found: list[Aged]) -> DriftReport:
    """A report of these sites and findings."""
    ordered = tuple(sorted(found, key=lambda one: one.finding.sort_key))
    compared = sum(site.compared for site in sites)
    chargers = sum(site.chargers for site in sites)
    unread = sum(site.chargers for site in sites if not site.compared)
    return DriftReport(
        tool_version="0.1.0",
        created_at=NOW,
        observed_at=NOW - timedelta(minutes=42),
        accounts=(PlanAccount(name="main", cloud=Cloud.SANDBOX, rate=5.0),),
        desired_path="fleet",
        desired_digest="sha256:" + "ab" * 32,
        commit="0123456789abcdef0123456789abcdef01234567",
        selection=None,
        coverage=Coverage(
            installations=Counts(desired=len(sites), compared=compared, unreadable=len(sites) - compared, unmanaged=2),
            chargers=Counts(desired=chargers, compared=chargers - unread, unreadable=unread, unmanaged=0),
        ),
        groups=GROUPS,
        sites=tuple(sites),
        findings=ordered,
        transitions=_transitions(ordered),
        trend=tuple(_trend(ordered)),
        ending=_ending(sites),
        ledger_head="sha256:" + "cd" * 32,
    )


def _transitions(found: tuple[Aged, ...]) -> tuple[Transition, ...]:
    made = [
        Transition(
            kind=TransitionKind.NEW,
            fingerprint=one.finding.fingerprint,
            at=NOW,
            severity=one.finding.severity,
            installation_id=one.finding.target.installation_id,
            installation_name=one.finding.installation_name,
            what=one.finding.why,
        )
        for one in found
        if one.ageing is not None and one.ageing.first_seen_at == NOW
    ]
    gone = Transition(
        kind=TransitionKind.RESOLVED,
        fingerprint="0" * 16,
        at=NOW,
        severity=Severity.S2,
        installation_id=site_id(1),
        installation_name=site_name(1),
        what="Stand-alone mode is off again",
    )
    return (*made, *([gone] if found else []))


def _trend(found: tuple[Aged, ...]) -> list[TrendPoint]:
    counted = [one.finding for one in found if one.finding.kind is not FindingKind.SUPPRESSED]
    now = [sum(one.severity is level for one in counted) for level in Severity]
    if not found:
        return []
    random = Random(3)
    points = []
    for day in range(59, 0, -1):
        counts = [max(0, round(count * (0.6 + random.random() * 0.7))) for count in now]
        points.append(_point(day, counts))
    return [*points, _point(0, now)]


def _point(day: int, counts: list[int]) -> TrendPoint:
    s0, s1, s2, s3, s4 = counts
    return TrendPoint(at=NOW - timedelta(days=day), open_by_severity=(s0, s1, s2, s3, s4))


def _ending(sites: list[SiteSummary]) -> tuple[EndingException, ...]:
    if not sites:
        return ()
    exception = Deviation(
        installation_id=sites[0].installation_id,
        setting="maxCurrent",
        charger=None,
        value=13.0,
        until=date(2026, 1, 25),
        owner="drift team",
        reason="the cable is exchanged",
    )
    origin = Origin(file="fleet/exceptions.yaml", line=4)
    return (EndingException(exception=exception, days_left=10, origin=origin),)


def every_kind(*, name: str | None = None, more: int = 0) -> DriftReport:
    """One site for each kind of finding, and so many more whose charger is off; all may have the same name."""
    rows = [*enumerate(KINDS), *((len(KINDS) + number, KINDS[0]) for number in range(more))]
    found = [(number, finding(number, row, name=name)) for number, row in rows]
    sites = [summary(number, [one], name=name, compared=number != 7) for number, one in found]
    return report_of(sites, [aged(one, 5 * number % 120) for number, one in found])


EVERY_KIND = every_kind()
