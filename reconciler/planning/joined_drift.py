"""Drift reports of shards as the one report that the whole fleet would have given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from reconciler.errors import InvalidDocumentError
from reconciler.model.finding import Aged, DriftReport, EndingException, Finding, FindingKind, Severity, SiteSummary
from reconciler.planning.drift_words import GROUPS, person, worst_by_site
from reconciler.planning.inspect import SEEN_NOWHERE, seen_in
from reconciler.planning.joining import Seen, Told, check_joinable, is_whole, seen_in_shards, summed
from reconciler.planning.severity_named import MISSING, MOVED


def joined_drift(reports: Sequence[tuple[str, DriftReport]]) -> DriftReport:
    """One report out of one per shard, without ages: these come from one ledger.

    Args:
        reports: Each with the file that it stands in.

    Raises:
        InvalidDocumentError: They do not fit together, an account is missing, or one was aged by a ledger.
    """
    told = [_told(where, report) for where, report in reports]
    parts = [report for _, report in reports]
    if is_whole(told):
        return parts[0]
    for where, report in reports:
        _check_unaged(report, where)
    whole = check_joinable(told)
    seen = seen_in_shards(one.shard for one in parts)
    findings = sorted(
        (_told_by_all(aged.finding, seen) for one in parts for aged in one.findings), key=lambda one: one.sort_key
    )
    worst = worst_by_site(findings)
    return replace(
        parts[0],
        created_at=min(one.created_at for one in parts),
        observed_at=min(one.observed_at for one in parts),
        accounts=tuple(sorted(chain(*(one.accounts for one in parts)), key=lambda one: one.name)),
        desired_path=min(one.desired_path for one in parts),
        desired_digest=whole.digest,
        selection=None,
        coverage=summed([one.coverage for one in parts]),
        sites=tuple(_judged(site, worst) for site in sorted(chain(*(one.sites for one in parts)), key=_place)),
        findings=tuple(Aged(finding=one) for one in _each_stray_once(findings)),
        ending=tuple(sorted(chain(*(one.ending for one in parts)), key=_ending_key)),
        shard=None,
    )


def _told(where: str, report: DriftReport) -> Told:
    return Told(
        where=where,
        tool_version=report.tool_version,
        commit=report.commit,
        selection=report.selection,
        shard=report.shard,
        accounts=tuple(one.name for one in report.accounts),
        sites=frozenset(_place(site) for site in report.sites),
        coverage=report.coverage,
    )


def _check_unaged(report: DriftReport, where: str) -> None:
    if report.ledger_head is not None or report.trend or report.transitions:
        raise InvalidDocumentError(
            "its ages come from a ledger, and the ledger of a fleet is one",
            where=where,
            remedy="join the snapshots of the shards and compare once: reconciler drift --snapshot FILE --ledger FILE",
        )


def _place(site: SiteSummary) -> tuple[str, str]:
    return site.account, site.installation_id


def _ending_key(one: EndingException) -> tuple[int, str, str]:
    return one.days_left, one.exception.installation_id, one.exception.setting


def _told_by_all(finding: Finding, seen: Seen) -> Finding:
    """The same with what another shard shows of it: a charger that is missing here may only have moved there."""
    place = seen.chargers.get(finding.target.charger or "")
    if finding.code != MISSING.code or place is None:
        return finding
    words = finding.next_step.text.replace(SEEN_NOWHERE, seen_in(place.installation_name, place.installation_id))
    return replace(finding, severity=MOVED.severity, why=MOVED.why, code=MOVED.code, next_step=person(words))


def _judged(site: SiteSummary, worst: Mapping[tuple[str, str], Mapping[str, Severity]]) -> SiteSummary:
    found = worst.get(_place(site), {})
    return replace(site, worst=tuple((group, found[group]) for group in GROUPS if group in found))


def _each_stray_once(findings: Sequence[Finding]) -> Iterable[Finding]:
    """An installation without a file that several accounts show is one finding, of the first of them."""
    known: set[str] = set()
    for one in findings:
        if one.kind is FindingKind.UNMANAGED and one.target.charger is None:
            if one.target.installation_id in known:
                continue
            known.add(one.target.installation_id)
        yield one
