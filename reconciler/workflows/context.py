"""What one apply carries along: plan, files, the way to each account, limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import Plan
from reconciler.model.ports import Clock, Origins, Progress
from reconciler.planning.make import Policy
from reconciler.workflows.invitations import Invitations
from reconciler.workflows.ports import Executor, Observer, RunLog
from reconciler.workflows.resume import Earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The part of a plan that belongs to one installation."""

    installation_id: str
    account: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The way to one account: what reads, what writes, and whose time counts."""

    observer: Observer
    executor: Executor
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When to stop early.

    Attributes:
        max_failures: Stop writing after that many failed changes; None never stops.
        side_by_side: How many installations at a time.
        waves: Sizes of the waves as `parse_waves` takes them, for instance `5,10%,rest`; empty for a run in one go.
    """

    max_failures: int | None = None
    side_by_side: int = 8
    waves: str = ""

    @property
    def sites_at_a_time(self) -> int:
        """No more than may fail, so that a run stops in time."""
        return min(self.side_by_side, self.max_failures or self.side_by_side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Everything one apply needs. `make_policy` gives the policy of this moment (its time moves on).

    Attributes:
        earlier: What the run did before it was interrupted; filled, this apply is its resume.
        invitations: Paces them; None lets all through.
    """

    plan: Plan
    desired: DesiredFleet
    origins: Origins
    reach: Mapping[str, Reach]
    make_policy: Callable[[datetime], Policy]
    log: RunLog
    limits: Limits
    progress: Progress
    stop: Event
    earlier: Earlier = field(default_factory=Earlier)
    invitations: Invitations | None = None


@dataclass(frozen=True, slots=True)
class FirstLooks:
    """What each site was like before this run wrote anything there, by installation id; filled by many threads."""

    observed: dict[str, ObservedInstallation] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)

    def keep(self, observed: ObservedInstallation, plan: Plan) -> None:
        """Remember the first look at one site."""
        self.observed[observed.id] = observed
        self.plans[observed.id] = plan
