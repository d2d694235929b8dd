"""What one apply carries along: plan, files, the way to each account, limits."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum, auto
from threading import Event

from reconciler.model.change import Change
from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import Plan
from reconciler.model.ports import Clock, Origins, Progress
from reconciler.planning.make import Policy
from reconciler.records import dataclass
from reconciler.workflows.first_look import FirstLook, first_look
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


def _nobody_listens(_line: str) -> None:
    """For runs without a terminal."""


class PlanMade(Enum):
    """When the plan of an apply was made: a saved one may tell of a day that is over."""

    IN_THIS_RUN = auto()
    BEFORE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Everything one apply needs. `make_policy` gives the policy of this moment (its time moves on).

    Attributes:
        earlier: What the run did before it was interrupted; filled, this apply is its resume.
        invitations: Paces them; None lets all through.
        tell: Takes one line for the person at the terminal.
        plan_made: Only a plan that was made in this run tells of this moment; that of a resume never does.
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
    tell: Callable[[str], None] = _nobody_listens
    plan_made: PlanMade = PlanMade.IN_THIS_RUN

    @property
    def plan_is_fresh(self) -> bool:
        """Whether what the plan leaves waiting, and what it holds no change for, is so at this moment."""
        made_now = self.plan_made is PlanMade.IN_THIS_RUN and not self.earlier.asked
        return made_now and self.plan.rollback is None

    def wish_of(self, site: Site) -> DesiredInstallation:
        """What the files say of one installation of the plan."""
        return next(one for one in self.desired.installations if one.id == site.installation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLooks:
    """What each site was like before the run wrote anything there; filled by many threads.

    Attributes:
        log: Where a look is written down; None in a run without waves, which compares nothing.
        found: By installation id, those of the interrupted run included.
    """

    log: RunLog | None = None
    found: dict[str, FirstLook] = field(default_factory=dict)

    def keep(self, observed: ObservedInstallation, plan: Plan) -> None:
        """Remember the first look at one site, on disk before in memory; a later one changes nothing."""
        if self.log is None or observed.id in self.found:
            return
        look = first_look(observed, plan)
        self.log.record("looked", {"installation": observed.id, **look.told()})
        self.found[observed.id] = look
