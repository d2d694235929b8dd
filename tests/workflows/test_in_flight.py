"""The wait of a resume for what was in flight: it says that it waits, and ends when somebody presses Ctrl-C."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from reconciler.cli.clouds import WorldClock
from reconciler.live.account import LiveAccount
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.workflows.context import Apply
from reconciler.workflows.in_flight import AT_A_TIME_S, CLOCK_BEHIND
from reconciler.workflows.resume import Event, earlier_part
from tests.workflows.test_waves import Waved, street


@dataclass
class Watch(WorldClock):
    """World time; the first pause is the moment in which somebody presses Ctrl-C, when one does."""

    machine: "Waiting"

    def now(self) -> datetime:
        """World time, in UTC."""
        return datetime.fromtimestamp(self.machine.world.now(), self.machine.zone)

    def sleep(self, seconds: float) -> None:
        """Move world time on."""
        self.machine.pauses.append(seconds)
        if self.machine.pressed:
            self.machine.stop.set()
        self.machine.world.sleep_until(self.machine.world.now() + seconds)


@dataclass
class Waiting(Waved):
    """Goes on after a run that was killed while its first request was under way."""

    journal: list[Event] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    pressed: bool = False

    def __post_init__(self) -> None:
        """The zone of every time that is told."""
        self.zone = self.clock().now().tzinfo

    def _run(self, plan: Plan, live: LiveAccount, clock: WorldClock) -> Apply:
        run = super()._run(plan, live, clock)
        (name, reach), *_ = run.reach.items()
        watched = {name: replace(reach, clock=Watch(self))}
        return replace(run, reach=watched, earlier=earlier_part(self.journal), tell=self.said.append)

    def words(self) -> str:
        """What was said so far."""
        return "\n".join(self.said)


def killed_at_its_first_request() -> tuple[Waiting, Plan]:
    """A street whose first request had left, or not: the journal ends there."""
    made = street(homes=2)
    machine = Waiting(world=made.world, desired=made.desired)
    plan = machine.plan()
    at = machine.clock().now().isoformat()
    leaves = {"step": plan.steps[0].id, "changes": list(plan.steps[0].change_ids), "leaves_at": at}
    machine.journal = [("asked", {}), ("started", {}), ("before-write", leaves)]
    return machine, plan


class TestWaiting:
    def test_it_says_for_how_long_and_for_what(self) -> None:
        """Nobody takes it for stuck."""
        machine, plan = killed_at_its_first_request()

        machine.apply(plan)

        (line,) = machine.said
        assert line.startswith("waiting 16 s ")
        assert "until what was in flight" in line

    def test_a_run_that_has_nothing_in_flight_says_nothing(self) -> None:
        """It goes on at once."""
        machine, plan = killed_at_its_first_request()
        machine.journal = machine.journal[:2]

        machine.apply(plan)

        assert machine.said == []

    def test_ctrl_c_ends_it_at_once(self) -> None:
        """Nothing was read and nothing is written; what had left is uncertain and said to be so."""
        machine, plan = killed_at_its_first_request()
        machine.pressed = True

        outcomes, _ = machine.apply(plan)

        assert machine.pauses == [AT_A_TIME_S]
        assert machine.written == []
        assert {one.kind for one in outcomes} == {OutcomeKind.UNCERTAIN, OutcomeKind.NOT_REACHED}

    def test_after_ctrl_c_the_next_resume_waits_again(self) -> None:
        """What was not looked at is in flight still."""
        machine, plan = killed_at_its_first_request()
        machine.pressed = True
        machine.apply(plan)
        machine.journal += machine.log.events
        machine.pressed = False
        machine.stop.clear()

        outcomes, _ = machine.apply(plan)

        assert len(machine.said) == 2
        assert {one.kind for one in outcomes} == {OutcomeKind.DONE}


class TestClock:
    def test_a_journal_far_ahead_of_the_clock_is_not_waited_for(self) -> None:
        """One of the two clocks was wrong, and the operator hears which times do not fit."""
        machine, plan = killed_at_its_first_request()
        ahead = machine.clock().now() + CLOCK_BEHIND + timedelta(minutes=1)
        settled = {"change": plan.changes[0].id, "outcome": "done", "settled_at": ahead.isoformat()}
        machine.journal = [*machine.journal[:2], ("outcome", settled)]

        machine.apply(plan)

        assert machine.pauses[:1] != [AT_A_TIME_S]
        assert f"{ahead:%Y-%m-%d %H:%M} UTC" in machine.words()
        assert "clock" in machine.words()
        assert "waiting" not in machine.words()

    def test_a_clock_that_is_a_little_behind_is_waited_for(self) -> None:
        """A sandbox that was killed has lost a little time."""
        machine, plan = killed_at_its_first_request()
        ahead = machine.clock().now() + timedelta(seconds=40)
        settled = {"change": plan.changes[0].id, "outcome": "done", "settled_at": ahead.isoformat()}
        machine.journal = [*machine.journal[:2], ("outcome", settled)]

        machine.apply(plan)

        assert machine.said[0].startswith("waiting 40 s ")


LAST_MOMENT = "9999-12-31T23:59:59.999999+00:00"
BEFORE_ALL_TIME = "0001-01-01T00:00:00+23:59"


class TestTimesThatCannotBe:
    @pytest.mark.parametrize("moment", [LAST_MOMENT, BEFORE_ALL_TIME])
    @pytest.mark.parametrize("answered", [False, True])
    def test_a_damaged_time_of_a_request_stops_no_resume(self, moment: str, *, answered: bool) -> None:
        """It may have left just now at the latest, so that is what is waited for."""
        machine, plan = killed_at_its_first_request()
        name, leaves = machine.journal[-1]
        machine.journal[-1] = (name, {**leaves, "leaves_at": moment})
        if answered:
            machine.journal.append(("after-write", {"step": plan.steps[0].id, "answered_at": moment}))

        outcomes, _ = machine.apply(plan)

        assert {one.kind for one in outcomes} == {OutcomeKind.DONE}

    @pytest.mark.parametrize("moment", [LAST_MOMENT, BEFORE_ALL_TIME])
    def test_a_damaged_time_of_an_outcome_stops_no_resume(self, moment: str) -> None:
        """It is too far away to be waited for."""
        machine, plan = killed_at_its_first_request()
        settled = {"change": plan.changes[0].id, "outcome": "done", "settled_at": moment}
        machine.journal = [*machine.journal[:2], ("outcome", settled)]

        machine.apply(plan)

        assert "waiting" not in machine.words()

    def test_a_run_that_began_before_all_time_has_no_beginning(self) -> None:
        """Its result tells the time of the resume instead."""
        begun: list[Event] = [("started", {"started_at": BEFORE_ALL_TIME})]

        assert earlier_part(begun).started_at is None
