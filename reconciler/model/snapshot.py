"""Everything an account showed at one moment, redacted, so that plans can be made without network or credentials."""

from collections.abc import Iterable
from datetime import datetime

from reconciler.model.observed import ObservedCharger, ObservedFleet, ObservedInstallation
from reconciler.model.plan import PlanAccount
from reconciler.model.shard import Shard
from reconciler.model.under_way import Queued, SwitchWait
from reconciler.model.value import Observation, Reason, Unreadable
from reconciler.records import dataclass

_NOTHING_TO_READ = frozenset({Reason.NO_DOCUMENTED_CALL, Reason.NOT_READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotCounts:
    """Objects of one kind: how many are in the snapshot, and of how many something could not be read."""

    visible: int
    unreadable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Live state with all that a plan needs besides the files.

    Attributes:
        observed: Names of chargers are left out: they can be names of people. Its breadth is ACCOUNT.
        selection: How a part was chosen, in the user's words; None for everything visible.
        people_known: Ids in the directory of people when it was taken, None when there was no directory.
        read_floor: Fewest requests that can read all of this.
        queued, switch_waits: What earlier runs left behind, as a plan of that moment knew it.
        shard: The fleet that it is a shard of, when it holds exactly whole accounts of one; then all that they show.
        digest: Over its content, `sha256:...`; filled in where the document is written or read.
    """

    tool_version: str
    observed: ObservedFleet
    accounts: tuple[PlanAccount, ...]
    selection: str | None = None
    people_known: frozenset[str] | None = None
    read_floor: int = 0
    queued: tuple[Queued, ...] = ()
    switch_waits: tuple[SwitchWait, ...] = ()
    shard: Shard | None = None
    digest: str = ""

    @property
    def taken_at(self) -> datetime:
        """When the reading began."""
        return self.observed.observed_at

    @property
    def installations(self) -> SnapshotCounts:
        """How much of the installations is known."""
        sites = self.observed.installations
        lost = _lost_among(sites)
        return SnapshotCounts(
            visible=len(sites),
            unreadable=sum(
                id(one.values) in lost or _is_lost(one.circuits) or _is_lost(one.permissions) for one in sites
            ),
        )

    @property
    def chargers(self) -> SnapshotCounts:
        """How much of the chargers is known."""
        every = [charger for site in self.observed.installations for charger in site.chargers]
        lost = _lost_among(every)
        return SnapshotCounts(
            visible=len(every), unreadable=sum(id(one.values) in lost or _is_lost(one.permissions) for one in every)
        )

    @property
    def is_complete(self) -> bool:
        """Whether everything visible could be read."""
        return not (self.installations.unreadable or self.chargers.unreadable)


def is_incomplete(site: ObservedInstallation) -> bool:
    """Whether something of the installation itself could not be read, although there is a call for it."""
    return _any_unreadable(site.values) or _is_lost(site.circuits) or _is_lost(site.permissions)


def _lost_among(seen: Iterable[ObservedInstallation | ObservedCharger]) -> frozenset[int]:
    """The identities of values that hold something unreadable; thousands share what was read once."""
    kinds = {id(one.values): one.values for one in seen}
    return frozenset(kind for kind, values in kinds.items() if _any_unreadable(values))


def _any_unreadable(values: tuple[tuple[str, Observation], ...]) -> bool:
    return any(_is_lost(value) for _, value in values)


def _is_lost(value: object) -> bool:
    return isinstance(value, Unreadable) and value.reason not in _NOTHING_TO_READ
