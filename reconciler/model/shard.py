"""A shard: whole accounts of a fleet, how long they take to read, and what lets its documents be joined."""

from reconciler.model.desired import WholeFleet
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Something that a file of another shard names and an account of this one shows.

    Attributes:
        serial: Of a charger that is elsewhere than its file says; None for the installation itself.
        account: The one that shows it.
        installation_id, installation_name: Where it is seen.
    """

    serial: str | None
    account: str
    installation_id: str
    installation_name: str

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Installations first, then chargers; each by place and account."""
        return (self.serial or "", self.installation_id, self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What a document says about the shard that it is about; sightings are sorted."""

    whole: WholeFleet
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTime:
    """The fewest requests for one account, as far as files tell: what it shows besides comes on top.

    Attributes:
        installations, chargers: In its files.
        rate: Requests per second.
        plan_requests: For a plan or drift report that raises no maximum current.
        snapshot_requests: For a snapshot, which reads every state, circuit and permission.
    """

    account: str
    installations: int
    chargers: int
    rate: float
    plan_requests: int
    snapshot_requests: int

    @property
    def plan_minutes(self) -> float:
        """At the account's rate, whatever the connection allows."""
        return minutes(self.plan_requests, self.rate)

    @property
    def snapshot_minutes(self) -> float:
        """The same for a snapshot."""
        return minutes(self.snapshot_requests, self.rate)


def minutes(requests: int, rate: float) -> float:
    """How long so many requests take at so many per second."""
    return requests / rate / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedShard:
    """Accounts that one runner reads side by side, each at its own rate; at least one, sorted by name."""

    accounts: tuple[ReadingTime, ...]

    @property
    def name(self) -> str:
        """The first account, and how many come with it; no other shard has that."""
        more = len(self.accounts) - 1
        return f"{self.accounts[0].account}+{more}" if more else self.accounts[0].account

    @property
    def plan_minutes(self) -> float:
        """As long as the slowest of them."""
        return max(one.plan_minutes for one in self.accounts)

    @property
    def snapshot_minutes(self) -> float:
        """The same for a snapshot."""
        return max(one.snapshot_minutes for one in self.accounts)
