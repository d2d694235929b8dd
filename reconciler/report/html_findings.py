"""Findings in words, one flat row each: what the page shows, in the template and in its data."""

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from reconciler.model.change import Target
from reconciler.model.finding import Aged, DriftReport, Executor, Finding, FindingKind, Severity, TransitionKind
from reconciler.model.value import Observation
from reconciler.records import dataclass
from reconciler.report import wording
from reconciler.report.escape import cut, visible

VALUE_CELLS = 120
TEXT_CELLS = 400
_LONGEST_SERIAL = 40  # Zaptec's have nine characters

KINDS = {
    FindingKind.CHANGED: "changed",
    FindingKind.MISSING: "missing",
    FindingKind.UNMANAGED: "without a file",
    FindingKind.PENDING: "pending: a device must act",
    FindingKind.WAITING: "waiting: a person must act",
    FindingKind.BLOCKED: "blocked",
    FindingKind.UNREADABLE: "not readable",
    FindingKind.SUPPRESSED: "tolerated for a while",
    FindingKind.NON_CONVERGING: "does not stay as written",
}

EXECUTORS = {
    Executor.API: "by API",
    Executor.PARTNER: "by partner call",
    Executor.PORTAL: "in the Portal",
    Executor.PERSON: "a person",
    Executor.DEVICE: "the device",
    Executor.NOBODY: "nobody for now",
}

TRANSITIONS = {
    TransitionKind.NEW: "new",
    TransitionKind.WORSE: "worse",
    TransitionKind.BACK: "back again",
    TransitionKind.OVERDUE: "overdue",
    TransitionKind.BETTER: "better",
    TransitionKind.RESOLVED: "resolved",
}

_NO_RESTORE = {
    FindingKind.PENDING: "it is sent already; the device must take it over",
    FindingKind.WAITING: "it is asked for already; a person must act",
    FindingKind.BLOCKED: "not before the next step is done",
    FindingKind.UNREADABLE: "not before it can be read",
    FindingKind.SUPPRESSED: "take the exception out of the file, then apply",
    FindingKind.MISSING: "bring the charger back; nothing can be written to it",
    FindingKind.NON_CONVERGING: "not before somebody found out who writes it; apply refuses it (P332)",
    FindingKind.UNMANAGED: "no file says what it should be",
}


_ACTUAL = {
    FindingKind.MISSING: "not seen",
    FindingKind.UNMANAGED: "there",
    FindingKind.WAITING: "invited, not accepted yet",
}
"""Instead of a value, where nothing was read; nothing here says that a thing is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding in words, visible and cut, not yet escaped for HTML.

    Attributes:
        news: What happened to it since the last run; empty when nothing did.
        since_min: Minutes since 1970; -1 when not known.
        seen: Number of runs; 0 without a ledger.
        cars: Cars plugged in; -1 when not known.
        label: The setting alone; `what` has the charger or the person in front.
        place: Serial or person; empty for the installation itself.
        target: Installation id or serial, as the commands name it.
        adopt, restore: A command; when there is none, `adopt_not` and `restore_not` say what else.
    """

    severity: Severity
    kind: FindingKind
    group: str
    news: str
    since_min: int
    seen: int
    flaps: int
    cars: int
    name: str
    installation: str
    labels: str
    label: str
    place: str
    what: str
    setting: str
    wanted: str
    actual: str
    why: str
    who: str
    next: str
    file: str
    code: str
    note: str
    target: str
    adopt: str
    adopt_not: str
    restore: str
    restore_not: str

    @property
    def kind_words(self) -> str:
        """The kind as people say it."""
        return KINDS[self.kind]

    @property
    def since(self) -> str:
        """First seen, in UTC; empty when not known."""
        return "" if self.since_min < 0 else wording.time(moment_of(self.since_min))

    @property
    def is_open(self) -> bool:
        """Whether it counts; what an exception tolerates does not."""
        return self.kind is not FindingKind.SUPPRESSED


def moment_of(minutes: int) -> datetime:
    """The time so many minutes after 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)


def rows_of(report: DriftReport) -> tuple[FindingRow, ...]:
    """All findings, worst first."""
    news = {one.fingerprint: TRANSITIONS[one.kind] for one in report.transitions}
    labels = {site.installation_id: labels_of(site.labels) for site in report.sites}
    return tuple(_row(one, news, labels) for one in report.findings)


def labels_of(labels: tuple[tuple[str, str], ...]) -> str:
    """`region=oslo, segment=home`."""
    return cut(", ".join(f"{key}={value}" for key, value in labels), VALUE_CELLS)


def name_of(text: str) -> str:
    """A name that can be shown: visible, cut, never empty."""
    return cut(text) or "(no name)"


def _row(aged: Aged, news: Mapping[str, str], labels: Mapping[str, str]) -> FindingRow:
    one, ageing = aged.finding, aged.ageing
    since = one.since or (None if ageing is None else ageing.first_seen_at)
    adopt, restore = _adopt(one), _restore(one)
    is_unmanaged = one.kind is FindingKind.UNMANAGED
    return FindingRow(
        severity=one.severity,
        kind=one.kind,
        group=cut(one.group, VALUE_CELLS),
        news=news.get(one.fingerprint, ""),
        since_min=-1 if since is None else int(since.timestamp() // 60),
        seen=0 if ageing is None else ageing.times_seen,
        flaps=0 if ageing is None else ageing.flaps,
        cars=-1 if one.cars is None else one.cars,
        name=name_of(one.installation_name),
        installation=cut(one.target.installation_id),
        labels=labels.get(one.target.installation_id, ""),
        label=_label(one),
        place=cut(one.target.subject, VALUE_CELLS),
        what=cut(_what(one), VALUE_CELLS),
        setting=cut(one.setting, VALUE_CELLS),
        wanted=_value(one, one.wanted) or ("no file says" if is_unmanaged else "as in the file"),
        actual=_value(one, one.actual) or _ACTUAL.get(one.kind, "not read"),
        why=cut(one.why, TEXT_CELLS),
        who=EXECUTORS[one.next_step.executor],
        next=cut(one.next_step.text.replace("`", ""), TEXT_CELLS),
        file="" if one.origin is None else cut(str(one.origin), VALUE_CELLS),
        code=cut(one.code),
        note=_note(one),
        target=_target(one.target),
        adopt=adopt,
        adopt_not="" if adopt else _adopt_not(one),
        restore=restore,
        restore_not="" if restore else _NO_RESTORE.get(one.kind, "no change of a plan restores it"),
    )


def _what(finding: Finding) -> str:
    """`ZAP012345 Maximum current`; the thing itself when the whole of it is meant."""
    target = finding.target
    if finding.setting == "name":
        return "Name"
    if finding.setting:
        return wording.setting(target, finding.setting)
    match target:
        case Target(charger=str(serial)):
            return f"Charger {serial}"
        case Target(principal=str(principal)):
            return f"Access of {principal}"
        case _:
            return "The whole installation"


def _label(finding: Finding) -> str:
    row = wording.row_of(finding.target, finding.setting)
    return cut(finding.setting.capitalize() if row is None else row.label, VALUE_CELLS)


def _value(finding: Finding, value: Observation | None) -> str:
    row = wording.row_of(finding.target, finding.setting) if finding.setting else None
    return cut(wording.value(row, value), VALUE_CELLS)


def _note(finding: Finding) -> str:
    exception = finding.exception
    if exception is None:
        return ""
    return cut(f"until {exception.until.isoformat()}, {exception.owner}: {exception.reason}", TEXT_CELLS)


def _target(target: Target) -> str:
    """For a command line: quoted, so that no name runs anything or reads as an option; never cut."""
    serial = visible(target.charger or "")
    is_usable = 0 < len(serial) <= _LONGEST_SERIAL and not serial.startswith("-")
    return shlex.quote(serial if is_usable else cut(target.installation_id))


def _adopt(finding: Finding) -> str:
    return f"reconciler adopt {_target(finding.target)}" if finding.adoptable else ""


def _adopt_not(finding: Finding) -> str:
    if finding.kind is FindingKind.UNMANAGED:
        return "not before our account can read it"
    return "edit the file by hand" if finding.origin is not None else "nothing is known to adopt"


def _restore(finding: Finding) -> str:
    if finding.change_id is None or finding.kind is FindingKind.NON_CONVERGING:
        return ""
    return f"reconciler apply {_target(finding.target)}"
