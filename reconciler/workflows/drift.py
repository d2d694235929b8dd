"""One drift run: findings of a plan and what it was made of, their ages, and the report."""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.model.change import Target
from reconciler.model.desired import DesiredFleet, DesiredInstallation, Deviation, Origin
from reconciler.model.finding import Aged, DriftReport, EndingException, Finding, SiteSummary
from reconciler.model.ledger import Ledger, LedgerLine
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Plan
from reconciler.model.ports import Origins
from reconciler.model.verified_write import VerifiedWrite
from reconciler.planning.adoptable import FileRules
from reconciler.planning.ageing import Aging, Run, age
from reconciler.planning.drift import findings_of
from reconciler.planning.drift_words import GROUPS, group_of, worst_by_site
from reconciler.planning.inspect import inspect
from reconciler.planning.looked import looked_of
from reconciler.planning.lookup import Lookup
from reconciler.planning.policy import Policy
from reconciler.records import dataclass

Place = tuple[str, str]
Gap = tuple[Target, str]
"""What could not be compared; the setting is empty where something could not be read."""

REMIND_DAYS = 14
"""So many days before its end an exception is in every report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRun:
    """What a drift report is made of.

    Attributes:
        observed: What the plan was made of.
        seen: All that is known of the same moment; the same as `observed` for a live run.
        exceptions: Where the end of each exception stands.
        rules: What the files may not say; without them nothing of the kind is known.
    """

    desired: DesiredFleet
    observed: ObservedFleet
    seen: ObservedFleet
    plan: Plan
    policy: Policy
    origins: Origins
    verified: Sequence[VerifiedWrite] = ()
    exceptions: Sequence[tuple[Deviation, Origin]] = ()
    rules: FileRules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """The report, and the lines that the ledger must grow by."""

    report: DriftReport
    lines: tuple[LedgerLine, ...]


def drift_of(run: DriftRun, ledger: Ledger | None) -> Drifted:
    """Compare and age. Without a ledger there are no ages, no transitions and no trend."""
    lookup = Lookup(desired=run.desired, observed=run.observed, policy=run.policy, origins=run.origins)
    findings = findings_of(lookup, run.plan, verified=run.verified, seen=run.seen, rules=run.rules)
    aging = Aging(findings=tuple(Aged(finding=one) for one in findings), transitions=(), lines=())
    before = Ledger()
    if ledger is not None:
        before = ledger.before(run.observed.observed_at, run.desired.digest)
        aging = age(findings, before, _aged_run(run, lookup))
    report = DriftReport(
        tool_version=run.policy.tool_version,
        created_at=run.policy.now,
        observed_at=run.observed.observed_at,
        accounts=run.plan.accounts,
        desired_path=run.desired.path,
        desired_digest=run.desired.digest,
        commit=run.desired.commit,
        selection=run.desired.selection,
        coverage=run.plan.coverage,
        groups=GROUPS,
        sites=_sites(run, lookup, findings),
        findings=aging.findings,
        transitions=aging.transitions,
        trend=Ledger(lines=(*before.lines, *aging.lines)).trend,
        ending=tuple(_ending(run)),
        ledger_head=None if ledger is None else ledger.head,
        shard=run.plan.shard,
    )
    return Drifted(report=report, lines=aging.lines)


def _aged_run(run: DriftRun, lookup: Lookup) -> Run:
    looked = looked_of(lookup, run.plan)
    counts = run.plan.coverage.installations
    return Run(
        at=run.observed.observed_at,
        compared=counts.compared,
        desired=counts.desired,
        looked_at=lambda noted: looked.at(noted.target, managed=noted.managed),
        selection=run.desired.selection,
        desired_digest=run.desired.digest,
    )


def _sites(run: DriftRun, lookup: Lookup, findings: Iterable[Finding]) -> tuple[SiteSummary, ...]:
    worst = worst_by_site(findings)
    gaps = _gaps(run.plan)
    summaries = []
    for site in run.desired.installations:
        observed = lookup.installations.get((site.account, site.id))
        found = worst.get((site.account, site.id), {})
        lost = gaps.get((site.account, site.id), frozenset())
        unread = _unread(site, lookup, lost)
        summary = SiteSummary(
            installation_id=site.id,
            account=site.account,
            name=site.name,
            labels=site.labels,
            chargers=len(site.chargers if observed is None else observed.chargers),
            compared=not any(one.charger is None for one, setting in lost if not setting),
            worst=tuple((group, found[group]) for group in GROUPS if group in found),
            unread=tuple(group for group in GROUPS if group in unread),
        )
        summaries.append(summary)
    return tuple(sorted(summaries, key=lambda one: (one.account, one.installation_id)))


def _gaps(plan: Plan) -> Mapping[Place, frozenset[Gap]]:
    """What could not be compared, by place; of what nobody can verify the setting too."""
    gaps: dict[Place, set[Gap]] = {}
    for item in plan.unreadable:
        gaps.setdefault((item.target.account, item.target.installation_id), set()).add((item.target, ""))
    for note in plan.unverifiable:
        gaps.setdefault((note.target.account, note.target.installation_id), set()).add((note.target, note.setting))
    return {place: frozenset(found) for place, found in gaps.items()}


def _unread(site: DesiredInstallation, lookup: Lookup, lost: frozenset[Gap]) -> frozenset[str]:
    """Columns of which nobody can say that they are in order; all of them where the site was not seen."""
    if (site.account, site.id) not in lookup.installations:
        return frozenset(GROUPS)
    settings = {setting for _, setting in lost if setting}
    if any(not setting for _, setting in lost):
        settings |= inspect(site, lookup).unread
    return frozenset(group_of(setting) for setting in settings)


def _ending(run: DriftRun) -> Iterable[EndingException]:
    """Exceptions of the chosen installations that end soon, the next one first."""
    today = run.policy.now.date()
    chosen = {site.id for site in run.desired.installations}
    found = [
        EndingException(exception=one, days_left=(one.until - today).days, origin=origin)
        for one, origin in run.exceptions
        if one.installation_id in chosen and 0 <= (one.until - today).days <= REMIND_DAYS
    ]
    key = lambda one: (one.days_left, one.exception.installation_id, one.exception.setting)  # noqa: E731  used once
    return sorted(found, key=key)
