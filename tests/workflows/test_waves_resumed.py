"""A resume does not walk past the look after a wave: a site is compared with what it was before the run wrote there."""

from dataclasses import dataclass, field, replace

import pytest

from reconciler.cli.clouds import WorldClock
from reconciler.live.account import LiveAccount
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.portal import set_value
from reconciler.workflows.apply import waves_of
from reconciler.workflows.context import Apply
from reconciler.workflows.resume import Earlier, Event, earlier_part
from tests.workflows.test_waves import DONE, NOT_REACHED, Waved, by_home, first_serial, street


@dataclass
class Resumed(Waved):
    """Goes on from what the journal of its earlier runs tells."""

    journal: list[Event] = field(default_factory=list)
    ran: list[Apply] = field(default_factory=list)

    def _run(self, plan: Plan, live: LiveAccount, clock: WorldClock) -> Apply:
        run = replace(super()._run(plan, live, clock), earlier=earlier_part(self.journal))
        self.ran.append(run)
        return run

    def resume(self, plan: Plan, *, after: str = "") -> tuple[Outcome, ...]:
        """Go on; `after` is the last event that the process lived to write down."""
        told: list[Event] = [*self.log.events]
        names = [name for name, _ in told]
        self.journal += told[: len(told) - names[::-1].index(after)] if after else told
        self.happenings = {}
        outcomes, _ = self.apply(plan)
        return outcomes


def lost_after_the_first_home() -> tuple[Resumed, Plan, str]:
    """A street whose first charger went offline after it was written to, so that the run stopped there."""
    made = street()
    machine = Resumed(world=made.world, desired=made.desired)
    serial = first_serial(machine)
    machine.happenings["outcome"] = lambda world: set_value(world, serial, setting="online", value=False)
    plan = machine.plan()
    machine.apply(plan)
    assert machine.waves() == [(1, False)]
    return machine, plan, serial


class TestUnhealthyWave:
    def test_while_it_is_unhealthy_a_resume_stops_there_again(self) -> None:
        """Nothing more is written, for the same reason, however often somebody tries."""
        machine, plan, serial = lost_after_the_first_home()
        written = len(machine.written)

        for _ in range(2):
            outcomes = machine.resume(plan)

            assert by_home(plan, outcomes) == [DONE] + [NOT_REACHED] * 4
            assert machine.waves() == [(1, False)]
            assert machine.reasons() == [f"{serial} went offline"]
        assert len(machine.written) == written

    def test_when_it_is_repaired_a_resume_goes_on(self) -> None:
        """Looked at again, and found to be as it was before the run."""
        machine, plan, serial = lost_after_the_first_home()
        set_value(machine.world, serial, setting="online", value=True)

        outcomes = machine.resume(plan)

        assert by_home(plan, outcomes) == [DONE] * 5
        assert machine.waves() == [(1, True), (2, True), (3, True)]

    def test_the_result_of_a_resume_tells_how_each_wave_stands_now(self) -> None:
        """The first is unhealthy still, the others were not started."""
        machine, plan, _ = lost_after_the_first_home()

        machine.resume(plan)

        told = earlier_part([*machine.journal, *machine.log.events])
        assert [wave.healthy for wave in waves_of(machine.ran[-1], told)] == [False, None, None]

    def test_other_sizes_of_waves_do_not_forget_it(self) -> None:
        """The home is in another wave then, and still not as it was."""
        machine, plan, serial = lost_after_the_first_home()
        machine.limits = replace(machine.limits, waves="2,rest")

        outcomes = machine.resume(plan)

        assert by_home(plan, outcomes) == [DONE, DONE] + [NOT_REACHED] * 3
        assert machine.reasons() == [f"{serial} went offline"]

    def test_a_healthy_wave_is_not_looked_at_again(self) -> None:
        """Nothing is left to do there."""
        made = street()
        machine = Resumed(world=made.world, desired=made.desired)
        machine.happenings["wave-ended"] = lambda _: machine.stop.set()
        plan = machine.plan()
        machine.apply(plan)
        machine.stop.clear()

        outcomes = machine.resume(plan)

        assert by_home(plan, outcomes) == [DONE] * 5
        assert machine.waves() == [(2, True), (3, True)]


class TestCutInAnotherWay:
    def test_the_first_wave_is_looked_at_before_the_second_is_written(self) -> None:
        """A number that was healthy means other sites now, among them one that nobody has looked at."""
        made = street()
        machine = Resumed(world=made.world, desired=made.desired)
        plan = machine.plan()
        machine.apply(plan)
        names = [name for name, _ in machine.log.events]
        second = names.index("wave-ended", names.index("wave-ended") + 1)
        del machine.log.events[second:]  # killed after the second wave was written to and before the look at it
        lost = first_serial(machine, 2)
        set_value(machine.world, lost, setting="online", value=False)
        for home in (3, 4):  # the last wave was not written to yet
            set_value(machine.world, first_serial(machine, home), setting="maxCurrent", value=10.0)
        written = len(machine.written)
        machine.limits = replace(machine.limits, waves="3,rest")

        outcomes = machine.resume(plan)

        assert by_home(plan, outcomes) == [DONE] * 3 + [NOT_REACHED] * 2
        assert machine.waves() == [(1, False)]
        assert machine.reasons() == [f"{lost} went offline"]
        assert len(machine.written) == written

    def test_waves_that_were_all_healthy_are_healthy_in_other_sizes(self) -> None:
        """None of them is called interrupted beside a receipt that says converged."""
        made = street()
        machine = Resumed(world=made.world, desired=made.desired)
        plan = machine.plan()
        machine.apply(plan)
        machine.limits = replace(machine.limits, waves="2,rest")

        machine.resume(plan)

        told = earlier_part([*machine.journal, *machine.log.events])
        assert machine.waves() == [(1, True), (2, True)]
        assert [wave.healthy for wave in waves_of(machine.ran[-1], told)] == [True, True]


class TestKilledBeforeTheLook:
    @pytest.mark.parametrize("last", ["looked", "before-write", "after-write", "outcome"])
    def test_a_charger_that_was_lost_meanwhile_stops_the_resume(self, last: str) -> None:
        """It was online before the run, whenever the process ended: that is what the journal holds."""
        machine, plan, serial = lost_after_the_first_home()

        outcomes = machine.resume(plan, after=last)

        assert by_home(plan, outcomes)[1:] == [NOT_REACHED] * 4
        assert machine.waves() == [(1, False)]
        assert f"{serial} went offline" in machine.reasons()

    def test_a_wave_that_ended_badly_without_a_write_is_looked_at_too(self) -> None:
        """A conflict before the kill is a conflict after it."""
        made = street()
        machine = Resumed(world=made.world, desired=made.desired)
        plan = machine.plan()
        set_value(machine.world, first_serial(machine), setting="maxCurrent", value=13.0)
        machine.apply(plan)

        outcomes = machine.resume(plan, after="outcome")

        assert by_home(plan, outcomes) == [OutcomeKind.CONFLICT] + [NOT_REACHED] * 4
        assert machine.waves() == [(1, False)]


class TestJournal:
    def test_a_site_is_written_down_before_its_first_write_and_once(self) -> None:
        """A resume looks again, and keeps what was there first."""
        machine, plan, serial = lost_after_the_first_home()
        names = [name for name, _ in machine.log.events]
        assert names.index("looked") < names.index("before-write")

        machine.resume(plan)

        ((_, data),) = [one for one in [*machine.journal, *machine.log.events] if one[0] == "looked"]
        assert data["installation"] == machine.desired.installations[0].id
        assert (data["shown"], data["online"]) == ([serial], [serial])
        assert f"{serial} maxCurrent" in data["readable"]

    def test_a_run_in_one_go_writes_no_look_down(self) -> None:
        """Nobody would compare with it."""
        machine = street()
        machine.limits = replace(machine.limits, waves="")

        machine.apply(machine.plan())

        assert "looked" not in [name for name, _ in machine.log.events]

    def test_the_first_look_counts_and_a_garbled_one_says_nothing(self) -> None:
        """What a later one saw may be the damage."""
        first = ("looked", {"installation": "i", "shown": ["a"], "online": ["a"], "readable": 3, "objections": ["P1"]})
        later = ("looked", {"installation": "i", "shown": ["a"], "online": []})

        look = earlier_part([first, later]).looks["i"]

        assert (look.shown, look.online, look.readable, look.objections) == ({"a"}, {"a"}, frozenset(), {"P1"})
        assert Earlier().looks == {}
