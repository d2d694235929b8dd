"""What really happened to each change, and the proof."""

from datetime import datetime
from enum import StrEnum

from reconciler.model.plan_origin import Owed
from reconciler.records import dataclass

INTERRUPTED = "the run was interrupted before this"
"""Why a change was not reached, in words, when somebody ended the run."""

LEFT = "accepted, and our own access went with it, which confirms it"
"""How the removal of our own access ended, in words, when nothing about it is left open."""

ACCESS_WENT = "taken away, and our own access went with it"
"""How such a removal ended, in words, when its answer never came."""

UNACCEPTED = "sent and visible; not accepted when our own access went, and nobody can look any more"
"""How an invitation ended, in words, at an installation that the run left."""


class OutcomeKind(StrEnum):
    """Outcome of one change; each is counted from the journal, never from the plan."""

    DONE = "done"
    ALREADY = "already"
    PENDING = "pending"
    WAITING = "waiting"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened to one change. `detail` is one sentence without secrets."""

    change_id: str
    step_id: str
    kind: OutcomeKind
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof after an apply: what a second plan over the touched installations found.

    Attributes:
        converged: True only when the second plan needs nothing more from a machine, and nothing was unreadable.
        observed_digest: Over the values read back.
        second_plan_changes: Changes on routes a machine can take that the second plan still holds.
        open_reasons: What else keeps it from having converged, in words.
    """

    converged: bool
    desired_digest: str
    observed_digest: str
    second_plan_changes: int
    requests_read: int
    requests_write: int
    started_at: datetime
    finished_at: datetime
    open_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One part of the installations of a run; the next part starts only after a healthy one.

    Attributes:
        number: Counted from 1.
        installations: How many it held.
        healthy: Whether the next wave might start; None when this wave was not started.
        reasons: Why not, in words; empty when healthy or not started.
    """

    number: int
    installations: int
    healthy: bool | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One apply. Paths are relative to the folder beside `fleet/`.

    Attributes:
        rollback: The plan that brings back what the run changed; None when the run changed nothing.
        waves: In order; empty when the run was not split.
        not_reviewed: The plan of what was left as it is because no reviewed plan held it; None when there is nothing.
        owed: What reviewers decided and the run could not do yet, sorted; a later run may.
    """

    run_id: str
    plan_digest: str
    accounts: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    receipt: Receipt | None = None
    residual_plan: str | None = None
    worksheet: str | None = None
    rollback: str | None = None
    waves: tuple[Wave, ...] = ()
    not_reviewed: str | None = None
    owed: tuple[Owed, ...] = ()

    def count(self, kind: OutcomeKind) -> int:
        """How many changes ended that way."""
        return sum(outcome.kind is kind for outcome in self.outcomes)

    @property
    def was_interrupted(self) -> bool:
        """Whether somebody ended the run before it came to everything, so that a resume goes on with it."""
        return any(INTERRUPTED in outcome.detail for outcome in self.outcomes)


class WriteStatus(StrEnum):
    """What is known from the answer alone; an accepted write is not yet a proven one."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAnswer:
    """How the cloud answered one write. `detail` is one sentence naming the call, never a body with secrets."""

    status: WriteStatus
    detail: str = ""
