"""Where a plan comes from: a snapshot, the commits it was compared with, and policy that does not count yet."""

from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.model.change import Target, plain
from reconciler.model.value import Absent, Value
from reconciler.records import dataclass

OLD_AFTER = timedelta(hours=36)
"""A nightly snapshot is never older, unless a night failed."""

OLD_SNAPSHOT = "P209"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReference:
    """The snapshot that a plan was made from instead of the live cloud."""

    taken_at: datetime
    digest: str
    selection: str | None = None

    def age_at(self, now: datetime) -> timedelta:
        """How old it was; never negative."""
        return max(timedelta(0), now - self.taken_at)

    def warning_at(self, now: datetime) -> str | None:
        """The code of the warning about its age; None while it is young enough."""
        return OLD_SNAPSHOT if self.age_at(now) > OLD_AFTER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseReference:
    """With which commits a plan was compared.

    Attributes:
        applied: That of the last successful apply, None when not given.
        no_longer_managed: Id and name of installations that have a file on the base and none here, sorted.
    """

    commit: str
    applied: str | None = None
    no_longer_managed: tuple[tuple[str, str], ...] = ()


class Why(StrEnum):
    """Why something that was decided cannot be carried out yet."""

    PENDING = "pending"
    WAITING = "waiting"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A wish that somebody decided about and that no change carries out yet; it stays owed until it is done.

    Attributes:
        after: What is wanted, whatever is live; ABSENT takes a principal's access away.
        why: What it waits for: a device, a person, or that somebody can read what is there.
    """

    target: Target
    installation_name: str
    setting: str
    after: Value | Absent
    why: Why

    @property
    def place(self) -> tuple[Target, str]:
        """What it is about."""
        return self.target, self.setting

    @property
    def wish(self) -> tuple[Target, str, str]:
        """What it is about and what is wanted there, to compare with."""
        return self.target, self.setting, repr(plain(self.after))

    @property
    def sort_key(self) -> tuple[tuple[str, str, str, str], str]:
        """In the order of changes."""
        return self.target.sort_key, self.setting


class PolicyKind(StrEnum):
    """What a fleet may decide about its own safety, the most dangerous first.

    In the plan of a pull request it counts as on its base.
    """

    ALLOWED_HOST = "allowed-host"
    GUARD = "guard"
    BOUND = "bound"
    ACKNOWLEDGEMENT = "acknowledgement"
    ATTESTATION = "attestation"
    EXCEPTION = "exception"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """One piece of policy that the files change; it does not count in this plan.

    Attributes:
        subject: What it is about, for instance `maxChangedInstallations` or `lose-load-balancing at Solbakken`.
        before, after: In words; None where there was or will be nothing.
        file, line: Where the files of the pull request say it, or said it until now; empty and 0 without a place.
    """

    kind: PolicyKind
    subject: str
    before: str | None
    after: str | None
    file: str = ""
    line: int = 0

    @property
    def sort_key(self) -> tuple[int, int, str, str, str]:
        """In the order of `PolicyKind`; what is changed, what is new, what goes; then by subject and what is said."""
        way = 0 if None not in (self.before, self.after) else 1 if self.before is None else 2
        return (list(PolicyKind).index(self.kind), way, self.subject, self.before or "", self.after or "")
