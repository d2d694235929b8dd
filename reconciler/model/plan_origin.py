"""Where a plan comes from: a snapshot, the commits it was compared with, and policy that does not count yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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
