"""Only a plan that was just made tells which modes wait at this moment; an old one would tell of another day."""

from dataclasses import dataclass, field, replace

import pytest

from reconciler.cli.clouds import WorldClock
from reconciler.live.account import LiveAccount
from reconciler.model.change import Target
from reconciler.model.plan import PendingItem, Plan, Rollback
from reconciler.model.under_way import SwitchWait
from reconciler.planning.policy import Policy
from reconciler.workflows.context import Apply, PlanMade
from reconciler.workflows.resume import Earlier, earlier_part
from tests.builders import MAIN, NOW
from tests.workflows.test_waves import Waved, first_serial, street

ASKED = ("asked", {"accepted": [], "waves": "", "max_failures": None})
STARTED = ("started", {"accepted": [], "waves": "", "max_failures": None})


@dataclass
class Noting(Waved):
    """The first home waits as the plan says, the second one waited in an earlier run."""

    plan_made: PlanMade = PlanMade.IN_THIS_RUN
    earlier: Earlier = field(default_factory=Earlier)

    def policy(self, now: object) -> Policy:
        """With the wait of the second home."""
        second = self.desired.installations[1]
        wait = SwitchWait(account=MAIN, installation_id=second.id, mode="native", since=NOW)
        return replace(super().policy(self.clock().now()), switch_waits=(wait,))

    def _run(self, plan: Plan, live: LiveAccount, clock: WorldClock) -> Apply:
        return replace(super()._run(plan, live, clock), plan_made=self.plan_made, earlier=self.earlier)

    def notes(self) -> list[str]:
        """Notes about modes that wait, or do not any more."""
        return [name for name, _ in self.log.events if name in ("switch-waits", "switched")]


def waiting_home() -> tuple[Noting, Plan]:
    """A plan that holds no change, and leaves one mode waiting."""
    made = street(homes=2)
    machine = Noting(world=made.world, desired=made.desired)
    first = machine.desired.installations[0]
    item = PendingItem(
        target=Target(account=MAIN, installation_id=first.id, charger=first_serial(machine)),
        installation_name=first.name,
        setting="authentication.mode",
        before="ocppCloud",
        after="native",
        reason="a car is charging",
    )
    return machine, replace(machine.plan(), changes=(), steps=(), pending=(item,))


class TestNotes:
    def test_a_plan_of_this_run_is_noted(self) -> None:
        """One home waits, the other one does not any more."""
        machine, plan = waiting_home()

        machine.apply(plan)

        assert machine.notes() == ["switched", "switch-waits"]

    def test_a_saved_plan_is_not(self) -> None:
        """Somebody may have switched since, or a wait may have begun."""
        machine, plan = waiting_home()
        machine.plan_made = PlanMade.BEFORE

        machine.apply(plan)

        assert machine.notes() == []

    @pytest.mark.parametrize("journal", [[ASKED], [ASKED, STARTED]], ids=["planned", "started"])
    def test_the_plan_of_an_interrupted_run_is_not(self, journal: list[tuple[str, dict[str, object]]]) -> None:
        """However far the run came: its plan is from before the interruption."""
        machine, plan = waiting_home()
        machine.earlier = earlier_part(journal)

        machine.apply(plan)

        assert machine.notes() == []

    def test_the_way_back_from_a_run_is_not(self) -> None:
        """It was made from another plan, without looking."""
        machine, plan = waiting_home()

        machine.apply(replace(plan, rollback=Rollback(run_id="r")))

        assert machine.notes() == []
