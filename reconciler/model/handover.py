"""Hand-overs: what is asked for, what stands in the way, which files it takes, and how far each one is."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from reconciler.model.desired import DesiredInstallation, Origin
from reconciler.model.exit import Condition
from reconciler.model.handover_stage import Stage
from reconciler.model.observed import ObservedInstallation
from reconciler.model.secret import Secret
from reconciler.records import dataclass

PROFILE = "handover"
"""The profile that a file of a hand-over lists."""


class Order(StrEnum):
    """When the new owner is invited.

    The order is one of files: a plan always grants first. With `seed` the file says nothing about permissions until the
    settings are done; the second `start` names the owner.
    """

    INVITE_FIRST = "invite-first"
    SEED = "seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One charger that shall go to its owner.

    Attributes:
        owner: `person:<id>`.
        max_current_a: Per phase, 6 to 32.
        postcode: Where the charger should be, when somebody knows it; it never prints.
        wave: Becomes the label `wave`.
        origin: The row of a list; None from the command line.
    """

    serial: str
    owner: str
    max_current_a: float = 16.0
    order: Order = Order.INVITE_FIRST
    postcode: Secret | None = None
    wave: str | None = None
    origin: Origin | None = None


class Weight(StrEnum):
    """Whether a remark keeps a hand-over from starting."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that the look before a hand-over found; `code` is the same in every release."""

    code: str
    weight: Weight
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A file in `released/`: its serials and the people who are owners there."""

    file: str
    installation_id: str
    name: str
    serials: frozenset[str]
    owners: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """What a file says of a hand-over that has begun.

    Attributes:
        owners: People who shall own the installation, sorted.
        leaves: Whether our group must go once an owner has accepted.
        uninvited: Whether the file leaves permissions out until the settings are done (`Order.SEED`).
    """

    owners: tuple[str, ...]
    leaves: bool
    uninvited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that is known where a charger is.

    Attributes:
        site: As our account sees it; None when it does not.
        file: The file that lists the serial or declares the installation.
        under: What that file says of a hand-over; None when it says nothing of one.
        released: The file of a hand-over that is over.
    """

    site: ObservedInstallation | None = None
    file: DesiredInstallation | None = None
    under: Under | None = None
    released: Released | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the file of a hand-over shall say.

    Attributes:
        serial: The one that was asked for; `serials` holds the others of the same file, too.
        current_a: Never above the circuit.
        owner: None while the invitation has to wait (`Order.SEED`).
        group: Our own group, as permissions name it.
        waits_for_idle: Whether the mode has to change, which a plan does only while the chargers are idle.
    """

    serial: str
    serials: tuple[str, ...]
    current_a: float
    owner: str | None
    group: str
    wave: str | None
    waits_for_idle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDraft:
    """A file as it would be, not written yet.

    Attributes:
        file: From the fleet's own folder on, `fleet/installations/x.yaml`.
        path: From the fleet folder on, `installations/x.yaml`.
        before: None when there is no such file yet.
        instead_of: Path and text of the file that goes when this one is there; None when none goes.
    """

    file: str
    path: str
    before: str | None
    after: str
    instead_of: tuple[str, str] | None = None


class Action(StrEnum):
    """What became of a request or of a file."""

    NEW = "new"
    PATCHED = "patched"
    UNCHANGED = "unchanged"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one charger.

    Attributes:
        origin: Where the request stands, when it stands in a list.
        next_step: What the operator does now.
    """

    serial: str
    owner: str | None
    installation_id: str | None
    name: str
    file: str
    action: Action
    remarks: tuple[Remark, ...] = ()
    next_step: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One run of `handover start` or `handover finish`; rows as they were asked for.

    Attributes:
        drafts: Files to write, a profile that is missing first; nothing of them is written yet.
        turning: Installations whose hand-over begins or ends with these files: what was attested of them before, and
            what earlier runs did there, says nothing about the next.
        still_open: How far the hand-overs are that nobody asked to end and that are not over.
    """

    tool_version: str
    created_at: datetime
    rows: tuple[Row, ...]
    drafts: tuple[FileDraft, ...] = field(default=(), repr=False)
    turning: frozenset[str] = frozenset()
    still_open: tuple["Stage", ...] = ()

    def count(self, action: Action) -> int:
        """How many rows ended so."""
        return sum(row.action is action for row in self.rows)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """A row that could not go makes the whole a part, and so does what is still open."""
        found = {_OPEN[stage] for stage in self.still_open if stage in _OPEN}
        found |= {Condition.REFUSED} if self.count(Action.REFUSED) else set()
        return tuple(condition for condition in Condition if condition in found)


class Tense(StrEnum):
    """Whether the files of a batch are written, so that nothing speaks of what would be as if it were so."""

    DONE = "done"
    WOULD = "would"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far one hand-over is.

    Attributes:
        owners: People who shall own it, sorted.
        accepted: Those of them who were seen to have accepted.
        invited_at: When the oldest invitation that nobody has accepted left, as far as that can be read.
        asked_at: Where it cannot: when a worksheet first asked for what is still open.
        age_days: Whole days since the one or the other; None when nobody is waited for.
        reminders: How many ages of `model.waiting.REMIND_AFTER` are over: 1 and 2 remind, 3 escalates.
        blocks: Why it does not go on, in words.
        next_step: For the operator.
        owner_step: For the person; empty when nothing is asked of anybody yet.
    """

    installation_id: str
    name: str
    account: str
    file: str
    serials: tuple[str, ...]
    owners: tuple[str, ...]
    stage: Stage
    wave: str = ""
    accepted: tuple[str, ...] = ()
    invited_at: datetime | None = None
    asked_at: datetime | None = None
    age_days: int | None = None
    reminders: int = 0
    blocks: tuple[str, ...] = ()
    next_step: str = ""
    owner_step: str = ""


_OPEN = {
    Stage.SETTINGS: Condition.NOT_REACHED,
    Stage.INVITE: Condition.NOT_REACHED,
    Stage.LEAVING: Condition.NOT_REACHED,
    Stage.WAITING: Condition.WAITING,
    Stage.PENDING: Condition.PENDING,
    Stage.BLOCKED: Condition.REFUSED,
    Stage.LOST: Condition.UNREADABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverStatus:
    """All hand-overs under way, sorted by file; `released` counts the files of those that are over."""

    tool_version: str
    created_at: datetime
    standings: tuple[Standing, ...]
    released: int

    def count(self, stage: Stage) -> int:
        """How many are that far."""
        return sum(one.stage is stage for one in self.standings)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is open, in the order of `Condition`; what is done and not filed away yet is not open."""
        found = {_OPEN[one.stage] for one in self.standings if one.stage in _OPEN}
        return tuple(condition for condition in Condition if condition in found)
