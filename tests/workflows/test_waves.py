"""Large applies begin small: the next installations come only while those before are healthy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cli.clouds import WorldClock
from reconciler.errors import UsageProblemError
from reconciler.live.account import LiveAccount
from reconciler.model.desired import Route
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.portal import find_installation, set_value
from reconciler.sandbox.world import World
from reconciler.workflows.context import Apply, Limits, Site
from reconciler.workflows.waves import WaveSize, in_waves, parse_waves
from tests.builders import MAIN, account, fleet, wants, wants_charger
from tests.properties.machine import Machine, MemoryLog

Happening = Callable[[World], None]


def site(number: int) -> Site:
    return Site(installation_id=f"i{number:03}", account=MAIN, changes=())


def sizes_of(total: int, text: str) -> list[int]:
    return [len(wave) for wave in in_waves([site(number) for number in range(total)], parse_waves(text))]


class TestSizes:
    def test_numbers_percentages_and_the_rest_are_understood(self) -> None:
        """As operators write them."""
        assert parse_waves("5, 10%,rest") == (WaveSize(count=5), WaveSize(percent=10.0), WaveSize())

    @pytest.mark.parametrize(
        "text",
        ["", "5", "5,10%", "rest,5", "rest,rest", "0,rest", "-1,rest", "5,,rest", "0%,rest", "101%,rest", "ten,rest",
         "5;rest", "1e3,rest", "5.5,rest", "٥,rest", "5,rest,"],
    )  # fmt: skip
    def test_anything_else_is_a_mistake_that_says_how_to_write_it(self, text: str) -> None:
        """A wave that silently means something else is worse than none."""
        with pytest.raises(UsageProblemError) as caught:
            parse_waves(text)

        assert "--waves 5,10%,rest" in caught.value.remedy

    @pytest.mark.parametrize(
        ("total", "text", "sizes"),
        [
            (300, "5,10%,rest", [5, 30, 265]),
            (14, "1,10%,rest", [1, 2, 11]),
            (3, "5,10%,rest", [3]),
            (6, "5,10%,rest", [5, 1]),
            (1, "10%,rest", [1]),
            (10, "rest", [10]),
            (0, "5,rest", []),
            (7, "100%,rest", [7]),
            (1000, "0.5%,rest", [5, 995]),
        ],
    )
    def test_waves_hold_what_was_asked_for_and_none_is_empty(self, total: int, text: str, sizes: list[int]) -> None:
        """A percentage is one of all installations of the plan, rounded up."""
        assert sizes_of(total, text) == sizes

    @given(
        st.integers(0, 400), st.lists(st.integers(1, 60) | st.integers(1, 100).map(lambda one: f"{one}%"), max_size=4)
    )
    def test_every_site_is_in_exactly_one_wave_in_its_order(self, total: int, sizes: list[object]) -> None:
        """Nothing is left out, nothing comes twice."""
        sites = [site(number) for number in range(total)]

        waves = in_waves(sites, parse_waves(",".join(map(str, [*sizes, "rest"]))))

        assert [one for wave in waves for one in wave] == sites
        assert all(waves)


@dataclass
class Story(MemoryLog):
    """A journal beside which something happens in the world at its first event of a kind."""

    world: World | None = None
    happenings: dict[str, Happening] = field(default_factory=dict)

    def record(self, event: str, data: Mapping[str, object]) -> None:
        """Keep the event, then let happen what belongs to it."""
        super().record(event, data)
        happening = self.happenings.pop(event, None)
        if happening is not None and self.world is not None:
            happening(self.world)


@dataclass
class Waved(Machine):
    """Applies in waves of one, two and the rest, while something happens."""

    happenings: dict[str, Happening] = field(default_factory=dict)
    limits: Limits = field(default_factory=lambda: Limits(side_by_side=1, waves="1,2,rest"))
    log: Story = field(default_factory=Story)
    stop: Event = field(default_factory=Event)

    def _run(self, plan: Plan, live: LiveAccount, clock: WorldClock) -> Apply:
        self.log = Story(world=self.world, happenings=dict(self.happenings))
        return replace(super()._run(plan, live, clock), log=self.log, limits=self.limits, stop=self.stop)

    def waves(self) -> list[tuple[int, bool]]:
        """Number of each wave that was looked at, and whether it was healthy."""
        return [(data["wave"], data["healthy"]) for event, data in self.log.events if event == "wave-ended"]

    def reasons(self) -> list[str]:
        """Why the last wave was not healthy."""
        return [data["reasons"] for event, data in self.log.events if event == "wave-ended"][-1]


def street(happenings: Mapping[str, Happening] | None = None, *, homes: int = 5) -> Waved:
    """Homes with one charger each, all of which go from 10 to 8 A."""
    made = generated_world(homes, homes, seed=7, drift=0.0)
    made.world.data["rate_limited"] = False
    files = []
    for one in made.desired:
        for serial in one["chargers"]:
            set_value(made.world, serial, setting="maxCurrent", value=10.0)
            set_value(made.world, serial, setting="online", value=True)
        chargers = [wants_charger(serial, maxCurrent=8.0) for serial in one["chargers"]]
        files.append(wants(*chargers, site=one["id"], name=one["name"]))
    routes = account(authentication=Route.PARTNER)
    made.world.sleep_until(made.world.now() + 60)
    return Waved(world=made.world, desired=fleet(*files, accounts=(routes,)), happenings=dict(happenings or {}))


def first_serial(machine: Machine, number: int = 0) -> str:
    """The charger of one home, counted in the order of the plan."""
    return machine.desired.installations[number].chargers[0].serial


def by_home(plan: Plan, outcomes: tuple[Outcome, ...]) -> list[OutcomeKind]:
    """One outcome per home, in the order of the plan."""
    kinds = {one.change_id: one.kind for one in outcomes}
    return [kinds[change.id] for change in plan.changes]


DONE, NOT_REACHED = OutcomeKind.DONE, OutcomeKind.NOT_REACHED


class TestHealth:
    def test_healthy_waves_lead_to_the_end(self) -> None:
        """Everything is done, and each wave was looked at once."""
        machine = street()
        plan = machine.plan()

        outcomes, proof = machine.apply(plan)

        assert by_home(plan, outcomes) == [DONE] * 5
        assert machine.waves() == [(1, True), (2, True), (3, True)]
        assert proof.receipt.converged

    def test_a_charger_that_goes_offline_stops_the_next_wave(self) -> None:
        """The first home shows what would happen to all others."""
        machine = street()
        serial = first_serial(machine)
        machine.happenings["outcome"] = lambda world: set_value(world, serial, setting="online", value=False)
        plan = machine.plan()

        outcomes, _ = machine.apply(plan)

        assert by_home(plan, outcomes) == [DONE, NOT_REACHED, NOT_REACHED, NOT_REACHED, NOT_REACHED]
        assert machine.waves() == [(1, False)]
        assert machine.reasons() == [f"{serial} went offline"]

    def test_a_charger_that_was_offline_before_stops_nothing(self) -> None:
        """It is known; what was sent there is pending."""
        machine = street()
        set_value(machine.world, first_serial(machine), setting="online", value=False)
        plan = machine.plan()

        outcomes, _ = machine.apply(plan)

        assert by_home(plan, outcomes) == [OutcomeKind.PENDING, DONE, DONE, DONE, DONE]
        assert machine.waves() == [(1, True), (2, True), (3, True)]

    def test_a_conflict_stops_the_next_wave(self) -> None:
        """Somebody else is at work there."""
        machine = street()
        plan = machine.plan()
        set_value(machine.world, first_serial(machine), setting="maxCurrent", value=13.0)

        outcomes, _ = machine.apply(plan)

        assert by_home(plan, outcomes)[0] is OutcomeKind.CONFLICT
        (reason,) = machine.reasons()
        assert reason.endswith("1 change ended as conflict")

    def test_a_site_that_is_not_shown_any_more_stops_the_next_wave(self) -> None:
        """Something took our access, and it was not this run."""
        machine = street()
        first = machine.desired.installations[0].id

        def gone(world: World) -> None:
            find_installation(world, first)["permissions"] = []

        machine.happenings["outcome"] = gone
        plan = machine.plan()

        outcomes, _ = machine.apply(plan)

        assert by_home(plan, outcomes)[1:] == [NOT_REACHED] * 4
        assert any("not visible any more" in reason or "cannot be read" in reason for reason in machine.reasons())

    def test_a_site_that_could_not_even_be_looked_at_stops_the_next_wave(self) -> None:
        """Whatever hides this one may hide the others."""
        machine = street()
        first = machine.desired.installations[0].id
        plan = machine.plan()
        find_installation(machine.world, first)["permissions"] = []

        outcomes, _ = machine.apply(plan)

        assert by_home(plan, outcomes) == [NOT_REACHED] * 5
        (reason,) = machine.reasons()
        assert reason.endswith("the whole installation cannot be read (access withdrawn?)")

    def test_a_refusal_that_was_not_there_before_stops_the_next_wave(self) -> None:
        """Here the rights of the account were taken away while it wrote."""
        machine = street()
        first = machine.desired.installations[0].id

        def reduced(world: World) -> None:
            for one in find_installation(world, first)["permissions"]:
                one["roles"] = 1
            set_value(world, first_serial(machine), setting="maxCurrent", value=10.0)

        machine.happenings["outcome"] = reduced
        plan = machine.plan()

        machine.apply(plan)

        assert machine.waves() == [(1, False)]
        assert any("refused by role-missing" in one or "cannot be read" in one for one in machine.reasons())

    def test_a_warning_that_was_there_before_stops_nothing(self) -> None:
        """Whoever accepted the plan knows it: here the cloud calls the home otherwise than the file."""
        machine = street()
        files = tuple(replace(one, name="Another name") for one in machine.desired.installations)
        machine.desired = replace(machine.desired, installations=files)
        plan = machine.plan()
        assert plan.warnings

        machine.apply(plan)

        assert machine.waves() == [(1, True), (2, True), (3, True)]

    def test_looking_at_a_home_costs_three_requests(self) -> None:
        """The installation, its chargers, and the state of the one that the run touched; no list of the whole fleet."""
        machine = street()
        seen: list[int] = []
        count: Happening = lambda world: seen.append(len(world.log))  # noqa: E731  named for its type
        machine.happenings = {"outcome": count, "wave-ended": count}
        plan = machine.plan()

        machine.apply(plan)

        after_the_write, after_the_look = seen
        assert after_the_look - after_the_write == 3

    def test_interrupting_ends_all_waves(self) -> None:
        """Ctrl-C during the first wave; nobody looks any more, and the rest is not reached."""
        machine = street()
        machine.happenings["before-write"] = lambda _: machine.stop.set()
        plan = machine.plan()

        outcomes, _ = machine.apply(plan)

        assert by_home(plan, outcomes) == [DONE] + [NOT_REACHED] * 4
        assert machine.waves() == []
