"""Where nothing balances a shared circuit, its chargers fit, or somebody says who balances."""

from dataclasses import replace

import pytest

from reconciler.model.plan import Plan
from reconciler.model.under_way import Queued
from reconciler.model.value import Reason, Unreadable, Value
from tests.builders import MAIN, NOW, SITE, charger, live, plan_for, policy, wants, wants_charger

NATIVE_OCPP: dict[str, Value] = {
    "authentication.mode": "ocppNative",
    "authentication.ocppNative.url": "wss://ocpp.example/cp",
}


def guards(plan: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.guard) for one in plan.refusals]


class TestUnbalancedCircuit:
    @staticmethod
    def _raise(*, breaker: float, stand_alone: bool = True) -> Plan:
        site = wants(wants_charger("ZAP000001", maxCurrent=20.0), wants_charger("ZAP000002", standAlone=stand_alone))
        seen = live(
            charger("ZAP000001", maxCurrent=10.0),
            charger("ZAP000002", maxCurrent=16.0, standAlone=True),
            circuits={"c1": breaker},
        )
        return plan_for(site, seen)

    def test_beside_a_stand_alone_charger_all_must_fit(self) -> None:
        """20 A and 16 A do not fit under 32 A when nothing balances them."""
        plan = self._raise(breaker=32.0)

        assert guards(plan) == [("P314", "unbalanced-circuit")]
        assert (plan.refusals[0].measured, plan.refusals[0].limit) == ("36 A", "32 A")

    def test_the_steps_in_between_are_named_with_their_figures(self) -> None:
        """Turning stand-alone off, asking for less, or lowering the neighbour before: each makes it fit."""
        (refusal,) = self._raise(breaker=32.0).refusals

        assert refusal.remedy == (
            "turn stand-alone mode off on ZAP000002 first; or write at most 16 A for ZAP000001; or first lower "
            "ZAP000002 to 12 A, in the same file or an apply before"
        )

    def test_where_no_single_charger_makes_room_all_go_down(self) -> None:
        """Three chargers at 16 A under 20 A: 6 A each is what fits."""
        serials = ("ZPR080001", "ZPR080002", "ZPR080003")
        site = wants(wants_charger("ZPR080001", maxCurrent=20.0), *(wants_charger(one) for one in serials[1:]))
        seen = live(
            *(charger(one, maxCurrent=16.0) for one in serials), settings=NATIVE_OCPP, circuits={"Garage": 20.0}
        )
        seen = replace(seen, chargers=tuple(replace(one, circuit_id="Garage") for one in seen.chargers))

        (refusal,) = plan_for(site, seen).refusals

        assert refusal.remedy == "first lower all 3 chargers of circuit Garage to 6 A each"

    def test_a_circuit_that_is_too_small_for_its_chargers_is_called_so(self) -> None:
        """Four times 6 A is more than 20 A."""
        serials = ("ZPR080001", "ZPR080002", "ZPR080003", "ZPR080004")
        site = wants(wants_charger("ZPR080001", maxCurrent=10.0))
        seen = live(*(charger(one, maxCurrent=6.0) for one in serials), settings=NATIVE_OCPP, circuits={"c1": 20.0})

        (refusal,) = plan_for(site, seen).refusals

        assert refusal.remedy == "circuit c1 is too small for 4 chargers of 6 A: let some be moved first"

    def test_an_unread_circuit_must_be_read_first(self) -> None:
        """Nobody can compute what fits under an unknown breaker."""
        site = wants(wants_charger("ZAP000001", standAlone=True), wants_charger("ZAP000002"))

        (refusal,) = plan_for(site, live(charger("ZAP000001", standAlone=False), charger("ZAP000002"))).refusals

        assert "so that the circuit can be read" in refusal.remedy

    def test_what_fits_is_free(self) -> None:
        """They fit under 40 A."""
        assert not self._raise(breaker=40.0).refusals

    def test_a_charger_that_leaves_stand_alone_is_balanced(self) -> None:
        """Turned off in the same plan, it counts no more."""
        assert not self._raise(breaker=32.0, stand_alone=False).refusals

    @pytest.mark.parametrize(
        ("why", "refused"), [(Reason.FORBIDDEN, True), (Reason.NOT_ANSWERED, True), (Reason.MISSING_MEMBER, False)]
    )
    def test_beside_a_charger_that_did_not_tell(self, why: Reason, refused: bool) -> None:
        """It may be in stand-alone mode; one that answers without that setting does not have it."""
        unknown = Unreadable(reason=why)
        site = wants(wants_charger("ZAP000001", maxCurrent=20.0), wants_charger("ZAP000002", maxCurrent=10.0))
        seen = live(
            charger("ZAP000001", maxCurrent=10.0),
            charger("ZAP000002", maxCurrent=unknown, standAlone=unknown),
            circuits={"c1": 32.0},
        )

        plan = plan_for(site, seen)

        assert guards(plan) == ([("P314", "unbalanced-circuit")] if refused else [])
        assert all("let the account read ZAP000002 first" in refusal.remedy for refusal in plan.refusals)
        assert all("nobody knows whether anything balances it" in refusal.message for refusal in plan.refusals)

    def test_one_cause_is_refused_once(self) -> None:
        """On an unread circuit a raise is refused for the circuit; its neighbours are the second question."""
        unknown = Unreadable(reason=Reason.FORBIDDEN)
        site = wants(wants_charger("ZAP000001", maxCurrent=20.0), wants_charger("ZAP000002", maxCurrent=10.0))
        seen = live(charger("ZAP000001", maxCurrent=10.0), charger("ZAP000002", maxCurrent=unknown, standAlone=unknown))

        assert guards(plan_for(site, seen)) == [("P317", "raise-circuit-unreadable")]

    def test_an_unreadable_mode_may_be_native(self) -> None:
        """Then nothing balances, and 20 A and 16 A do not fit under 32 A."""
        site = wants(wants_charger("ZAP000001", maxCurrent=20.0), wants_charger("ZAP000002", maxCurrent=16.0))
        seen = live(
            charger("ZAP000001", maxCurrent=10.0),
            charger("ZAP000002", maxCurrent=16.0),
            circuits={"c1": 32.0},
            settings={"authentication.mode": Unreadable(reason=Reason.BAD_ANSWER)},
        )

        assert guards(plan_for(site, seen)) == [("P314", "unbalanced-circuit")]

    def test_turning_stand_alone_on_beside_others(self) -> None:
        """On a shared circuit that nobody has read it takes an electrician."""
        site = wants(wants_charger("ZAP000001", standAlone=True), wants_charger("ZAP000002"))

        plan = plan_for(site, live(charger("ZAP000001", standAlone=False), charger("ZAP000002")))

        assert guards(plan) == [("P314", "unbalanced-circuit")]

    def test_turning_stand_alone_on_alone_is_free(self) -> None:
        """A single charger has nobody to share with."""
        site = wants(wants_charger("ZAP000001", standAlone=True))

        assert not plan_for(site, live(charger("ZAP000001", standAlone=False))).refusals

    def test_in_native_ocpp_all_must_fit(self) -> None:
        """There the backend balances, if anybody does."""
        site = wants(wants_charger("ZPR080001", maxCurrent=20.0), wants_charger("ZPR080002", maxCurrent=20.0))
        seen = live(
            charger("ZPR080001", maxCurrent=10.0),
            charger("ZPR080002", maxCurrent=20.0),
            settings=NATIVE_OCPP,
            circuits={"c1": 32.0},
        )

        assert guards(plan_for(site, seen)) == [("P314", "unbalanced-circuit")]

    def test_on_the_way_to_native_ocpp_a_raise_must_fit_as_well(self) -> None:
        """That the backend balances what is there does not speak for more."""
        site = wants(
            wants_charger("ZPR080001", maxCurrent=20.0),
            wants_charger("ZPR080002", maxCurrent=20.0),
            settings=NATIVE_OCPP,
            acknowledged=["lose-load-balancing"],
        )
        seen = live(charger("ZPR080001", maxCurrent=10.0), charger("ZPR080002", maxCurrent=20.0), circuits={"c1": 32.0})

        assert guards(plan_for(site, seen)) == [("P314", "unbalanced-circuit")]

    def test_what_is_queued_for_a_neighbour_has_not_happened_yet(self) -> None:
        """An offline charger draws its present 13 A until it comes back, whatever waits for it in the cloud."""
        site = wants(wants_charger("ZAP000001", maxCurrent=13.0), wants_charger("ZAP000002", maxCurrent=6.0))
        seen = live(
            charger("ZAP000001", online=False, maxCurrent=13.0, standAlone=True),
            charger("ZAP000002", maxCurrent=0.0, standAlone=True),
            circuits={"c1": 16.0},
        )
        off = Queued(account=MAIN, installation_id=SITE, charger="ZAP000001", setting="maxCurrent", value=0.0, at=NOW)

        plan = plan_for(site, seen, by=policy(queued=[off]))

        assert guards(plan) == [("P314", "unbalanced-circuit")]
        assert plan.refusals[0].measured == "19 A"


class TestLoseLoadBalancing:
    def test_several_chargers_lose_it(self) -> None:
        """Switching two chargers to native OCPP takes somebody's word."""
        site = wants(wants_charger("ZPR080001"), wants_charger("ZPR080002"), settings=NATIVE_OCPP)

        plan = plan_for(site, live(charger("ZPR080001"), charger("ZPR080002")))

        assert guards(plan) == [("P321", "lose-load-balancing")]

    def test_a_single_charger_needs_none(self) -> None:
        """There is nothing to balance."""
        site = wants(wants_charger("ZPR080001"), settings=NATIVE_OCPP)

        assert not plan_for(site, live(charger("ZPR080001"))).refusals

    def test_leaving_native_ocpp_gives_it_back(self) -> None:
        """The way back needs nobody's word."""
        site = wants(wants_charger("ZPR080001"), wants_charger("ZPR080002"), settings={"authentication.mode": "native"})

        assert not plan_for(site, live(charger("ZPR080001"), charger("ZPR080002"), settings=NATIVE_OCPP)).refusals
