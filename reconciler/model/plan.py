"""A plan: changes, the steps that carry them out in safe order, and everything that stands in the way."""

from datetime import datetime
from enum import StrEnum

from reconciler.model.change import Cause, Change, Target
from reconciler.model.desired import Cloud, Route
from reconciler.model.digest import digest_of
from reconciler.model.plan_origin import BaseReference, Owed, PolicyChange, SnapshotReference
from reconciler.model.seen import SiteSeen
from reconciler.model.shard import Shard
from reconciler.model.value import Observation, Unreadable, Value
from reconciler.records import dataclass


class Operation(StrEnum):
    """What one request does. Decides endpoint and body; the table of order lists them too."""

    UPDATE_CHARGER = "update-charger"
    UPDATE_INSTALLATION = "update-installation"
    SWITCH_TO_OCPP_NATIVE = "switch-to-ocpp-native"
    PARTNER_AUTHENTICATION = "partner-authentication"
    PARTNER_STAND_ALONE = "partner-stand-alone"
    PARTNER_PERMISSION = "partner-permission"
    PARTNER_CHARGER_PERMISSION = "partner-charger-permission"
    PORTAL = "portal"


class Gate(StrEnum):
    """What must be seen before a step may run."""

    NOTHING = "nothing"
    OWNER_ACCEPTED = "ownerAccepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request (or one thing for a person to do).

    Attributes:
        target_id: The cloud's id of the charger or installation that the request names.
        method, path: The documented call; None for a partner's adapter and for the Portal.
        change_ids, after: What it carries out, sorted; ids of steps whose effect must have been read back before.
        because, owners: Why it comes after those, in words; who must accept (none: any owner). For reading only.
    """

    id: str
    account: str
    installation_id: str
    target_id: str
    route: Route
    operation: Operation
    method: str | None
    path: str | None
    change_ids: tuple[str, ...]
    after: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    gate: Gate = Gate.NOTHING
    owners: tuple[str, ...] = ()


class GuardScope(StrEnum):
    """A fleet guard refuses the whole run, an installation guard all steps of that site."""

    FLEET = "fleet"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One guard that said no.

    Attributes:
        code, guard: For `explain` (P3xx); id for `--accept GUARD:WHERE` and `acknowledge:`.
        measured, limit: Numbers with unit, or words, as shown.
        held_back: What it keeps out of the plan, in words, one phrase per change.
        file, line: Where the charger, else the installation stands; empty and 0 of a fleet guard.
        cause: Whose doing it is, where the plan was compared with a base.
    """

    code: str
    guard: str
    scope: GuardScope
    account: str | None
    installation_id: str | None
    installation_name: str
    charger: str | None = None
    measured: str
    limit: str
    message: str
    remedy: str
    liftable: bool
    held_back: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    cause: Cause = Cause.FILE

    @property
    def accept(self) -> str | None:
        """What `--accept` takes to lift it; None when nothing does."""
        return f"{self.guard}:{self.installation_id or 'fleet'}" if self.liftable else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingItem:
    """Something a device must still do before a setting is as desired."""

    target: Target
    installation_name: str
    setting: str
    before: Observation
    after: Value | None
    reason: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingItem:
    """Something a person must still do, for instance accept an invitation."""

    target: Target
    installation_name: str
    setting: str
    reason: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableItem:
    """Something declared that could not be compared, and where it stands. `what` names settings in our words."""

    target: Target
    installation_name: str
    what: str
    unreadable: Unreadable
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiableItem:
    """A wish that no call can read; it needs an attestation or a directory of people."""

    target: Target
    installation_name: str
    setting: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWarning:
    """Something worth knowing that changes nothing, with a code for `explain` (P2xx)."""

    code: str
    target: Target
    installation_name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Coverage of one kind of object: desired = compared + unreadable; unmanaged ones are live without a file."""

    desired: int
    compared: int
    unreadable: int
    unmanaged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what the files name could be compared."""

    installations: Counts
    chargers: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Requests used for reading, the fewest possible, and the writes of an apply; logins and repeats excluded."""

    read: int
    write: int
    read_floor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAccount:
    """An account as far as a plan needs it."""

    name: str
    cloud: Cloud
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredReference:
    """Which files a plan was made from."""

    path: str
    commit: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerValue:
    """Configuration of the authentication mode that a plan leaves, as it was seen; only the way back needs it."""

    target: Target
    installation_name: str
    setting: str
    value: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRestored:
    """A change that its rollback cannot take back, and why."""

    target: Target
    installation_name: str
    setting: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Marks a plan as the way back from a run, or as what is left of one.

    Attributes:
        run_id: The run that is taken back.
        lost: What the way back leaves as it is.
        left_by: The run that went this way and left the rest of it; None for the whole way back.
    """

    run_id: str
    lost: tuple[NotRestored, ...] = ()
    left_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a reader or `apply` needs, nothing that can act. All tuples are sorted.

    Attributes:
        valid_until: After this `apply PLAN.json` asks for a new plan.
        selection: How a part of the fleet was chosen, None for all of it.
        accepted: Guards lifted on the command line (GUARD:WHERE), kept for the journal.
        sites: What was seen at the installations with changes; `model.blast` needs it. Left out where nobody looked.
        former: What a change of mode leaves behind, sorted by target and setting.
        circuits: Serial and circuit (the cloud's id) of each charger with a change, as far as known; for the way back.
        rollback: Which run this plan takes back; None for a plan that follows the files.
        snapshot: What it was made from; None when the live cloud was read.
        base: With what it was compared to tell causes apart; None when it was not.
        policy_changes: What the files change about policy against the base; sorted.
        withdrawn: Changes that the base wants and these files do not want any more.
        owed: What is decided with the changes and no step carries out yet: a pull request brings it too. Sorted.
        shard: The fleet that it is a shard of, when it is about exactly whole accounts of one.
    """

    tool_version: str
    created_at: datetime
    valid_until: datetime
    accounts: tuple[PlanAccount, ...]
    desired: DesiredReference
    selection: str | None
    coverage: Coverage
    requests: Requests
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    pending: tuple[PendingItem, ...] = ()
    waiting: tuple[WaitingItem, ...] = ()
    unreadable: tuple[UnreadableItem, ...] = ()
    unverifiable: tuple[UnverifiableItem, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    accepted: tuple[str, ...] = ()
    sites: tuple[SiteSeen, ...] = ()
    former: tuple[FormerValue, ...] = ()
    circuits: tuple[tuple[str, str], ...] = ()
    rollback: Rollback | None = None
    snapshot: SnapshotReference | None = None
    base: BaseReference | None = None
    policy_changes: tuple[PolicyChange, ...] = ()
    withdrawn: tuple[Change, ...] = ()
    owed: tuple[Owed, ...] = ()
    shard: Shard | None = None

    @property
    def digest(self) -> str:
        """Over the sorted ids of the changes; an empty plan has one too."""
        return digest_of(sorted(change.id for change in self.changes))

    def change(self, change_id: str) -> Change:
        """The change with that id."""
        return next(change for change in self.changes if change.id == change_id)

    @property
    def refused_whole(self) -> bool:
        """Whether a fleet guard refuses the run."""
        return any(refusal.scope is GuardScope.FLEET for refusal in self.refusals)
