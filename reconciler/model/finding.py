"""What a drift run found: where reality and the files differ, how bad it is, since when, and both ways out."""

from datetime import datetime
from enum import StrEnum

from reconciler.model.change import Target
from reconciler.model.desired import Deviation, Origin, Route
from reconciler.model.digest import short_id_of
from reconciler.model.plan import Coverage, PlanAccount
from reconciler.model.shard import Shard
from reconciler.model.value import Absent, Observation, Value
from reconciler.records import dataclass


class FindingKind(StrEnum):
    """What is different about a thing."""

    CHANGED = "changed"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    PENDING = "pending"
    WAITING = "waiting"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"
    SUPPRESSED = "suppressed"
    NON_CONVERGING = "non-converging"


class Severity(StrEnum):
    """How bad it is; the order of the members is from worst to least."""

    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"

    @property
    def meaning(self) -> str:
        """In words that need no table."""
        return _MEANINGS[self]


_MEANINGS = {
    Severity.S0: "could exceed a fuse",
    Severity.S1: "lock-out or unwanted access",
    Severity.S2: "people cannot charge",
    Severity.S3: "billing or integration is wrong",
    Severity.S4: "leftovers",
}


class Executor(StrEnum):
    """Who takes the next step."""

    API = "api"
    PARTNER = "partner"
    PORTAL = "portal"
    PERSON = "person"
    DEVICE = "device"
    NOBODY = "nobody"

    @classmethod
    def of_route(cls, route: Route) -> "Executor":
        """Who carries out a change of that route."""
        return cls(route.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do about a finding, in one sentence, and who does it."""

    executor: Executor
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as the files say.

    Attributes:
        setting: Name in the table of settings; empty when the whole target is meant.
        wanted: None when no file says anything about it.
        actual: None when nothing was read.
        why: Why it matters, in one clause.
        group: Column of the heat map (`Setting.group` in words, see `planning.drift`).
        origin: Where the wish stands; None when no file says anything.
        change_id: The change that restores the file's value; None when no change does.
        adoptable: Whether `adopt` could write the live value to the file.
        exception: The exception that suppresses it; only for SUPPRESSED.
        cars: Cars plugged in at the target now; None when not known.
        code: The rule that decides the severity, for `explain` (D1xx to D5xx).
        since: Known start from elsewhere than the ledger, for instance when an invitation was sent.
    """

    kind: FindingKind
    severity: Severity
    target: Target
    installation_name: str
    setting: str
    wanted: Value | Absent | None
    actual: Observation | None
    why: str
    next_step: NextStep
    group: str
    origin: Origin | None = None
    change_id: str | None = None
    adoptable: bool = False
    exception: Deviation | None = None
    cars: int | None = None
    code: str = ""
    since: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Stable over runs: kind family, target and setting; values, severities and wording do not count.

        A thing that is first changed and then pending or non-converging is the same finding.
        """
        target = self.target
        family = "unmanaged" if self.kind is FindingKind.UNMANAGED else "managed"
        return short_id_of(
            [family, target.account, target.installation_id, target.charger, target.principal, self.setting]
        )

    @property
    def sort_key(self) -> tuple[str, tuple[str, str, str, str], str, str]:
        """Worst first, then by target and setting."""
        return (self.severity.value, self.target.sort_key, self.setting, self.kind.value)


class TransitionKind(StrEnum):
    """What happened to a finding since the last run; alerts are about these."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    RESOLVED = "resolved"
    OVERDUE = "overdue"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """What the ledger knows about an open finding.

    Attributes:
        times_seen: In how many drift runs, this one included.
        flaps: How often it had gone and came back.
    """

    first_seen_at: datetime
    last_seen_at: datetime
    times_seen: int
    flaps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step in the life of a finding. `finding` is what it was last when it is RESOLVED."""

    kind: TransitionKind
    fingerprint: str
    at: datetime
    severity: Severity
    installation_id: str
    installation_name: str
    what: str
    was: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A finding with its age; `ageing` is None in a run without a ledger."""

    finding: Finding
    ageing: Ageing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """Open findings at the end of one earlier drift run, by severity (S0 to S4)."""

    at: datetime
    open_by_severity: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSummary:
    """One installation of the fleet for lists and the heat map, also when nothing is wrong there.

    Attributes:
        worst: By group: the worst severity found there. Groups without a finding are left out.
        compared: False when something of the installation itself could not be read, as coverage counts it.
        unread: Groups in which something that the file declares was not read, so that nothing is known of it.
    """

    installation_id: str
    account: str
    name: str
    labels: tuple[tuple[str, str], ...]
    chargers: int
    compared: bool
    worst: tuple[tuple[str, Severity], ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingException:
    """An exception that ends soon; `days_left` counts from today, 0 is the last day."""

    exception: Deviation
    days_left: int
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Everything one drift run says. All tuples are sorted.

    Attributes:
        observed_at: When the live state was read; for a snapshot its own time.
        groups: Columns of the heat map in order.
        trend: Oldest first, at most the last 400 days; this run is the last point.
        ledger_head: Hash of the last line of the ledger after this run; None without one.
        shard: The fleet that it is a shard of, when it is about exactly whole accounts of one.
    """

    tool_version: str
    created_at: datetime
    observed_at: datetime
    accounts: tuple[PlanAccount, ...]
    desired_path: str
    desired_digest: str
    commit: str | None
    selection: str | None
    coverage: Coverage
    groups: tuple[str, ...]
    sites: tuple[SiteSummary, ...]
    findings: tuple[Aged, ...] = ()
    transitions: tuple[Transition, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    ending: tuple[EndingException, ...] = ()
    ledger_head: str | None = None
    shard: Shard | None = None

    def counted(self, severity: Severity) -> int:
        """Open findings of one severity; suppressed ones do not count."""
        return sum(
            aged.finding.severity is severity and aged.finding.kind is not FindingKind.SUPPRESSED
            for aged in self.findings
        )
