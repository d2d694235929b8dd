"""A drift report as CSV for auditors and spreadsheets: one line per finding."""

import csv
from io import StringIO

from reconciler.model.finding import Aged, DriftReport
from reconciler.report import drift_words as words
from reconciler.report import wording
from reconciler.report.escape import for_csv
from reconciler.report.json_parts import moment

COLUMNS = (
    "fingerprint",
    "severity",
    "kind",
    "code",
    "account",
    "installationId",
    "installationName",
    "charger",
    "principal",
    "setting",
    "wanted",
    "actual",
    "why",
    "nextExecutor",
    "next",
    "file",
    "line",
    "cars",
    "firstSeen",
    "lastSeen",
    "timesSeen",
    "flaps",
    "exceptionUntil",
    "exceptionOwner",
    "evidenceTime",
)


def drift_csv(report: DriftReport) -> str:
    """All findings, also suppressed ones; lines end as RFC 4180 has it, and no cell is a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for aged in report.findings:
        writer.writerow([for_csv(cell) for cell in _cells(aged, report)])
    return out.getvalue()


def _cells(aged: Aged, report: DriftReport) -> list[str]:
    one, age = aged.finding, aged.ageing
    row = wording.row_of(one.target, one.setting) if one.setting else None
    return [
        one.fingerprint,
        one.severity.value,
        one.kind.value,
        one.code,
        one.target.account,
        one.target.installation_id,
        one.installation_name,
        one.target.charger or "",
        one.target.principal or "",
        one.setting,
        wording.value(row, one.wanted),
        wording.value(row, one.actual),
        one.why,
        words.EXECUTORS[one.next_step.executor],
        one.next_step.text,
        one.origin.file if one.origin else "",
        str(one.origin.line) if one.origin else "",
        "" if one.cars is None else str(one.cars),
        (moment(age.first_seen_at) or "") if age else "",
        (moment(age.last_seen_at) or "") if age else "",
        str(age.times_seen) if age else "",
        str(age.flaps) if age else "",
        one.exception.until.isoformat() if one.exception else "",
        one.exception.owner if one.exception else "",
        moment(report.observed_at) or "",
    ]
