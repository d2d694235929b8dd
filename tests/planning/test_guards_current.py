"""No plan puts more current on a breaker than it has, and raising takes somebody's word."""

from dataclasses import replace
from datetime import date

import pytest

from reconciler.model.plan import GuardScope, Plan
from reconciler.model.value import Reason, Unreadable
from tests.builders import FORBIDDEN, OTHER_SITE, SITE, charger, live, plan_for, policy, wants, wants_charger


def guards(plan: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.guard) for one in plan.refusals]


class TestAboveCircuit:
    def test_a_charger_stays_inside_its_circuit(self) -> None:
        """32 A on a 25 A circuit is refused, and the refusal says what was wanted."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), circuits={"c1": 25.0}))

        assert guards(plan) == [("P318", "above-circuit")]
        refusal = plan.refusals[0]
        assert (refusal.measured, refusal.limit, refusal.charger) == ("32 A", "25 A", "ZAP000001")
        assert refusal.held_back == ("ZAP000001 Maximum current 16 A → 32 A",)
        assert not plan.changes
        assert not plan.steps

    def test_no_flag_lifts_it(self) -> None:
        """Neither the command line nor the file can accept it."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), acknowledged=["above-circuit"])
        seen = live(charger("ZAP000001", maxCurrent=16.0), circuits={"c1": 25.0})

        plan = plan_for(site, seen, by=policy(accepted=[f"above-circuit:{SITE}", "above-circuit:fleet"]))

        assert guards(plan) == [("P318", "above-circuit")]

    def test_a_charger_stays_inside_its_installation(self) -> None:
        """The limit of the installation holds too."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))
        seen = live(charger("ZAP000001", maxCurrent=16.0), settings={"maxCurrent": 20.0}, circuits={"c1": 40.0})

        assert guards(plan_for(site, seen)) == [("P318", "above-circuit")]

    def test_an_installation_does_not_go_below_its_circuits(self) -> None:
        """A circuit may not stand above its installation."""
        plan = plan_for(wants(settings={"maxCurrent": 25.0}), live(circuits={"c1": 40.0}))

        assert guards(plan) == [("P318", "above-circuit")]

    def test_an_installation_does_not_go_below_its_chargers(self) -> None:
        """Nor may a charger that stays where it is."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), settings={"maxCurrent": 25.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=32.0)))

        assert guards(plan) == [("P318", "above-circuit")]

    @pytest.mark.parametrize(
        ("limit", "circuit", "way"),
        [
            (63.0, 25.0, "write at most 25 A, or have circuit c1 raised to 32 A in the Portal first"),
            (20.0, 40.0, "write at most 20 A, or raise maxCurrent of the installation to 32 A first"),
        ],
    )
    def test_the_step_in_between_is_named(self, limit: float, circuit: float, way: str) -> None:
        """What would have to be raised first, and to how much."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))
        seen = live(charger("ZAP000001", maxCurrent=16.0), settings={"maxCurrent": limit}, circuits={"c1": circuit})

        assert plan_for(site, seen).refusals[0].remedy.startswith(way)

    def test_the_step_before_a_lower_installation_is_named(self) -> None:
        """The circuit goes down in the Portal, the charger in the file."""
        site = wants(wants_charger("ZAP000001"), settings={"maxCurrent": 25.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=32.0), circuits={"c1": 40.0}))

        assert [refusal.remedy for refusal in plan.refusals] == [
            "lower circuit c1 to 25 A in the Portal first",
            "write at most 25 A for ZAP000001, and the plan lowers it first",
        ]

    def test_inside_its_circuit_a_charger_is_free(self) -> None:
        """Raising up to the breaker needs nobody's word."""
        site = wants(wants_charger("ZAP000001", maxCurrent=25.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), circuits={"c1": 25.0}))

        assert not plan.refusals
        assert len(plan.changes) == 1


class TestRaiseCircuitUnreadable:
    @pytest.mark.parametrize("circuits", [None, Unreadable(reason=Reason.EMPTY_ANSWER), {"other": 63.0}])
    def test_a_raise_needs_a_known_circuit(self, circuits: object) -> None:
        """Where the circuit cannot be read, a charger does not go up."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), circuits=circuits))

        assert guards(plan) == [("P317", "raise-circuit-unreadable")]

    def test_lowering_needs_no_circuit(self) -> None:
        """Down is always inside."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        assert not plan_for(site, live(charger("ZAP000001", maxCurrent=16.0))).refusals

    def test_an_acknowledgement_lifts_it_until_its_last_day(self) -> None:
        """The file can carry somebody's word, with an end."""
        raised = wants_charger("ZAP000001", maxCurrent=32.0)
        seen = live(charger("ZAP000001", maxCurrent=16.0))

        valid = wants(raised, acknowledged=["raise-circuit-unreadable"], until=date(2026, 5, 4))
        expired = wants(raised, acknowledged=["raise-circuit-unreadable"], until=date(2026, 5, 3))

        assert not plan_for(valid, seen).refusals
        assert guards(plan_for(expired, seen)) == [("P317", "raise-circuit-unreadable")]

    def test_the_command_line_lifts_it_for_one_site(self) -> None:
        """By id."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))
        seen = live(charger("ZAP000001", maxCurrent=16.0))

        plan = plan_for(site, seen, by=policy(accepted=[f"raise-circuit-unreadable:{SITE}"]))

        assert not plan.refusals
        assert plan.accepted == (f"raise-circuit-unreadable:{SITE}",)

    def test_a_name_lifts_nothing(self) -> None:
        """Two installations can share one; the command line turns a name into an id before."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))
        accepted = ["raise-circuit-unreadable:Solbakken", "raise-circuit-unreadable:fleet"]

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0)), by=policy(accepted=accepted))

        assert guards(plan) == [("P317", "raise-circuit-unreadable")]

    def test_another_guard_or_site_lifts_nothing(self) -> None:
        """One acceptance lifts exactly one guard at one place."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), acknowledged=["lose-load-balancing"])
        accepted = [f"raise-circuit-unreadable:{OTHER_SITE}", f"above-circuit:{SITE}"]

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0)), by=policy(accepted=accepted))

        assert guards(plan) == [("P317", "raise-circuit-unreadable")]


class TestRaiseInstallationLimit:
    def test_raising_takes_an_electrician(self) -> None:
        """The cloud cannot know the breaker."""
        plan = plan_for(wants(settings={"maxCurrent": 80.0}), live())

        assert guards(plan) == [("P316", "raise-installation-limit")]
        assert (plan.refusals[0].measured, plan.refusals[0].scope) == ("+17 A", GuardScope.INSTALLATION)

    def test_acknowledged_it_is_planned(self) -> None:
        """With a word in the file it goes up."""
        site = wants(settings={"maxCurrent": 80.0}, acknowledged=["raise-installation-limit"])

        assert len(plan_for(site, live()).changes) == 1

    def test_lowering_above_everything_is_free(self) -> None:
        """Down needs nobody, as long as all circuits and chargers fit."""
        assert not plan_for(wants(settings={"maxCurrent": 50.0}), live(circuits={"c1": 50.0})).refusals


class TestLowerInstallationUnreadable:
    """Only what is known to fit may be left under a lower limit."""

    def test_a_circuit_that_stays_above_is_never_possible(self) -> None:
        """32 A above a circuit of 63 A: no acceptance lifts it."""
        site = wants(settings={"maxCurrent": 32.0}, acknowledged=["above-circuit", "lower-installation-unreadable"])

        plan = plan_for(site, live(circuits={"c1": 63.0}))

        assert guards(plan) == [("P318", "above-circuit")]
        assert not plan.refusals[0].liftable
        assert not plan.changes

    def test_a_charger_that_stays_above_is_never_possible(self) -> None:
        """Also one that cannot be read beside it."""
        site = wants(settings={"maxCurrent": 20.0}, acknowledged=["lower-installation-unreadable"])
        seen = live(charger("ZAP000001", maxCurrent=32.0), charger("ZAP000002"), circuits={"c1": 20.0})

        plan = plan_for(site, seen)

        assert guards(plan) == [("P318", "above-circuit")]

    @pytest.mark.parametrize("circuits", [None, Unreadable(reason=Reason.EMPTY_ANSWER)])
    def test_unread_circuits_may_be_above(self, circuits: object) -> None:
        """Where the hierarchy does not come, nobody knows."""
        plan = plan_for(wants(settings={"maxCurrent": 50.0}), live(circuits=circuits))

        assert guards(plan) == [("P322", "lower-installation-unreadable")]
        assert (plan.refusals[0].limit, plan.refusals[0].liftable) == ("known circuits", True)

    @pytest.mark.parametrize("listed", [True, False])
    @pytest.mark.parametrize("value", [None, FORBIDDEN])
    def test_a_charger_of_unknown_maximum_may_be_above(self, value: Unreadable | None, *, listed: bool) -> None:
        """Not listed, listed without a limit, or not readable: it may stand at 32 A."""
        site = wants(*([wants_charger("ZAP000001")] if listed else []), settings={"maxCurrent": 20.0})
        one = charger("ZAP000001") if value is None else charger("ZAP000001", maxCurrent=value)

        plan = plan_for(site, live(one, circuits={"c1": 20.0}))

        assert guards(plan) == [("P322", "lower-installation-unreadable")]
        assert plan.refusals[0].measured == "1 charger of unknown maximum: ZAP000001"
        assert "write a maxCurrent of at most 20 A for ZAP000001" in plan.refusals[0].remedy

    def test_no_charger_stands_above_32_a(self) -> None:
        """From 32 A on, chargers need not be known."""
        site = wants(settings={"maxCurrent": 32.0})

        assert not plan_for(site, live(charger("ZAP000001"), circuits={"c1": 32.0})).refusals

    def test_a_charger_that_goes_down_as_well_is_known(self) -> None:
        """Its limit is what the plan makes of it, and it comes first."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), settings={"maxCurrent": 20.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=32.0), circuits={"c1": 20.0}))

        assert not plan.refusals
        assert [one.target.charger for one in plan.changes] == [None, "ZAP000001"]
        assert plan.steps[1].after == (plan.steps[0].id,)

    def test_somebody_can_give_a_word(self) -> None:
        """An electrician who knows the circuits lifts it."""
        site = wants(settings={"maxCurrent": 20.0}, acknowledged=["lower-installation-unreadable"])

        assert len(plan_for(site, live(charger("ZAP000001"))).changes) == 1


class TestAvailableCurrentUnreadable:
    """A change of the installation's limit must keep the available current, so it must be known."""

    PARTIAL = Unreadable(reason=Reason.BAD_ANSWER, detail="not all three phases are told")

    @pytest.mark.parametrize("amperes", [50.0, 80.0])
    def test_the_limit_does_not_move_without_it(self, amperes: float) -> None:
        """Up or down, no word of anybody lifts it, because the call could not be sent."""
        lifted = ["available-current-unreadable", "raise-installation-limit"]
        site = wants(settings={"maxCurrent": amperes}, acknowledged=lifted)
        seen = replace(live(circuits={"c1": 50.0}), available_unknown=self.PARTIAL)

        plan = plan_for(site, seen, by=policy(accepted=[f"available-current-unreadable:{SITE}"]))

        assert guards(plan) == [("P323", "available-current-unreadable")]
        refusal = plan.refusals[0]
        assert refusal.measured == "available current unreadable (bad-answer)"
        assert refusal.limit == "a known available current"
        assert "not all three phases are told" in refusal.message
        assert "in the Portal" in refusal.remedy
        assert not refusal.liftable
        assert not plan.changes

    def test_it_holds_nothing_else_back(self) -> None:
        """A charger's limit is another call, which leaves the available current alone."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0))
        seen = live(charger("ZAP000001", maxCurrent=32.0), circuits={"c1": 63.0})

        plan = plan_for(site, replace(seen, available_unknown=self.PARTIAL))

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_knowing_it_or_not_leaves_the_ids_of_changes_alone(self) -> None:
        """What an id stands for is what is wanted, not how much was read beside it."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0))
        seen = live(charger("ZAP000001", maxCurrent=32.0), circuits={"c1": 63.0})

        known, unknown = (plan_for(site, replace(seen, available_unknown=why)) for why in (None, self.PARTIAL))

        assert known.changes == unknown.changes
        assert [step.id for step in known.steps] == [step.id for step in unknown.steps]


class TestCurrentRange:
    @pytest.mark.parametrize("amperes", [1.0, 5.9, 32.1, 63.0])
    def test_no_charger_leaves_its_range(self, amperes: float) -> None:
        """1 to 5.9 A charges nobody, above 32 A no charger is built; whatever flags are given."""
        site = wants(wants_charger("ZAP000001", maxCurrent=amperes), acknowledged=["current-range"])
        seen = live(charger("ZAP000001", maxCurrent=16.0), circuits={"c1": 63.0})

        plan = plan_for(site, seen, by=policy(accepted=[f"current-range:{SITE}"]))

        assert guards(plan) == [("P319", "current-range")]

    @pytest.mark.parametrize("amperes", [0.0, 6.0, 32.0])
    def test_the_ends_of_the_range_are_inside(self, amperes: float) -> None:
        """0 A switches off, 6 and 32 A are ordinary values."""
        site = wants(wants_charger("ZAP000001", maxCurrent=amperes))

        assert not plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), circuits={"c1": 63.0})).refusals

    def test_an_installation_below_6_a_is_refused(self) -> None:
        """Nobody could charge there."""
        assert ("P319", "current-range") in guards(plan_for(wants(settings={"maxCurrent": 5.0}), live()))


class TestAboveHomeLimit:
    """An installation of type Go / Home is built for 32 A."""

    @staticmethod
    def _raise(*, amperes: float, pro: bool | None) -> Plan:
        lifted = ["raise-installation-limit", "above-home-limit"]
        site = wants(settings={"maxCurrent": amperes}, acknowledged=lifted)
        return plan_for(
            site,
            replace(live(settings={"maxCurrent": 25.0}), pro=pro),
            by=policy(accepted=[f"above-home-limit:{SITE}"]),
        )

    def test_it_does_not_go_above_32_a(self) -> None:
        """The cloud would refuse it, and nobody's word changes that."""
        plan = self._raise(amperes=40.0, pro=False)

        assert guards(plan) == [("P324", "above-home-limit")]
        refusal = plan.refusals[0]
        assert (refusal.measured, refusal.limit, refusal.liftable) == ("40 A", "32 A", False)
        assert "type Pro first" in refusal.remedy

    @pytest.mark.parametrize(("amperes", "pro"), [(32.0, False), (40.0, True), (40.0, None)])
    def test_up_to_32_a_in_a_pro_site_and_where_nobody_told_it_may(self, *, amperes: float, pro: bool | None) -> None:
        """The type decides, and not knowing it is no reason."""
        assert not self._raise(amperes=amperes, pro=pro).refusals


class TestOneSiteOnly:
    def test_unreadable_values_are_no_raise(self) -> None:
        """A charger whose value is unknown is not planned, so nothing is refused for it."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=FORBIDDEN)))

        assert not plan.refusals
        assert len(plan.unreadable) == 1
