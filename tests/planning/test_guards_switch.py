"""The authentication mode switches only where it works, where nobody is charging, and where it hits nobody else."""

import pytest

from reconciler.model.desired import RemovalGate, Route, SwitchPolicy
from reconciler.model.observed import OperatingMode
from reconciler.model.plan import Plan
from reconciler.model.value import Value
from tests.builders import (
    PORTAL_ACCOUNT,
    account,
    charger,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    wants,
    wants_charger,
)

TO_NATIVE: dict[str, Value] = {"authentication.mode": "native"}
IN_CLOUD: dict[str, Value] = {"authentication.mode": "ocppCloud"}
NATIVE_OCPP: dict[str, Value] = {
    "authentication.mode": "ocppNative",
    "authentication.ocppNative.url": "wss://ocpp.example/cp",
}


def guards(plan: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.guard) for one in plan.refusals]


class TestBusy:
    @pytest.mark.parametrize(
        ("mode", "online", "why"),
        [
            (OperatingMode.CHARGING, True, "is charging"),
            (OperatingMode.REQUESTING, True, "has a car waiting to charge"),
            (OperatingMode.FINISHED, True, "still has a car plugged in"),
            (OperatingMode.DISCONNECTED, False, "is offline"),
            (OperatingMode.UNKNOWN, True, "does not say what it is doing"),
            (None, True, "does not say what it is doing"),
            (OperatingMode.DISCONNECTED, None, "does not say what it is doing"),
        ],
    )
    def test_the_mode_does_not_switch_under_a_car(
        self, mode: OperatingMode | None, online: bool | None, why: str
    ) -> None:
        """Charging, plugged in, offline or unknown: the switch is refused and says why."""
        site = wants(wants_charger("ZAP000001"), settings=TO_NATIVE)

        plan = plan_for(site, live(charger("ZAP000001", mode=mode, online=online), settings=IN_CLOUD))

        assert guards(plan) == [("P305", "switch-while-busy")]
        assert (plan.refusals[0].measured, plan.refusals[0].charger) == (why, "ZAP000001")

    def test_an_idle_site_switches(self) -> None:
        """Online and without a car is fine."""
        site = wants(wants_charger("ZAP000001"), settings=TO_NATIVE)

        plan = plan_for(site, live(charger("ZAP000001"), settings=IN_CLOUD))

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_other_changes_do_not_mind_a_session(self) -> None:
        """Only the mode needs idle chargers."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        plan = plan_for(site, live(charger("ZAP000001", mode=OperatingMode.CHARGING, maxCurrent=16.0)))

        assert not plan.refusals


class TestWaitingForIdle:
    @staticmethod
    def _plan(*, stand_alone: bool = False) -> Plan:
        site = wants(
            wants_charger("ZAP000001", maxCurrent=10.0, standAlone=False),
            wants_charger("ZAP000002"),
            settings={**TO_NATIVE, "authentication.authorizationRequired": False},
            switch=SwitchPolicy(),
        )
        seen = live(
            charger("ZAP000001", mode=OperatingMode.CHARGING, maxCurrent=16.0, standAlone=stand_alone),
            charger("ZAP000002", online=False),
            settings=NATIVE_OCPP,
        )
        return plan_for(site, seen)

    def test_busy_chargers_are_pending(self) -> None:
        """With `switch: {when: idle}` each busy charger is something to wait for, not a refusal."""
        plan = self._plan()

        assert not plan.refusals
        assert [
            (item.target.charger, item.reason) for item in plan.pending if item.setting == "authentication.mode"
        ] == [
            ("ZAP000001", "the mode switches when idle; ZAP000001 is charging; gives up 72 h after the first apply"),
            ("ZAP000002", "the mode switches when idle; ZAP000002 is offline; gives up 72 h after the first apply"),
        ]

    def test_what_shares_the_request_waits_too(self) -> None:
        """Authorisation is set with the mode, so it waits with it."""
        plan = self._plan()

        waiting = [item for item in plan.pending if item.setting == "authentication.authorizationRequired"]
        assert [item.reason for item in waiting] == ["goes with or after something that is pending"]
        assert waiting[0].after is False

    def test_what_must_come_after_waits_too(self) -> None:
        """Stand-alone mode goes off only after native OCPP is left."""
        plan = self._plan(stand_alone=True)

        assert [item.setting for item in plan.pending if item.target.charger == "ZAP000001"] == [
            "authentication.mode",
            "standAlone",
        ]

    def test_the_rest_goes_on(self) -> None:
        """Lowering a limit does not wait for the mode."""
        plan = self._plan()

        assert [(one.target.charger, one.setting) for one in plan.changes] == [("ZAP000001", "maxCurrent")]
        assert len(plan.steps) == 1


class TestNativeOcpp:
    @pytest.mark.parametrize("serial", ["ZPR079911", "ZPR000001", "ZCS000143", "ZCH000001"])
    def test_older_pro_chargers_cannot(self, serial: str) -> None:
        """Native OCPP starts at ZPR080000."""
        site = wants(wants_charger(serial), settings=NATIVE_OCPP, acknowledged=["ocpp-native-unsupported"])

        plan = plan_for(site, live(charger(serial)))

        assert guards(plan) == [("P306", "ocpp-native-unsupported")]
        assert not plan.refusals[0].liftable

    @pytest.mark.parametrize("serial", ["ZPR080000", "ZPR123456", "ZPG000001", "ZAP000001", "GPN000001"])
    def test_newer_chargers_can(self, serial: str) -> None:
        """Newer Pro, Go and Go 2 can."""
        assert not plan_for(wants(wants_charger(serial), settings=NATIVE_OCPP), live(charger(serial))).refusals

    def test_a_refusal_does_not_hide_what_is_pending(self) -> None:
        """One charger cannot, another one is charging: the plan says both."""
        site = wants(
            wants_charger("ZPR079911"),
            wants_charger("ZPR083101"),
            settings=NATIVE_OCPP,
            switch=SwitchPolicy(),
            acknowledged=["lose-load-balancing"],
        )

        plan = plan_for(site, live(charger("ZPR079911"), charger("ZPR083101", mode=OperatingMode.CHARGING)))

        assert guards(plan) == [("P306", "ocpp-native-unsupported")]
        assert "ZPR083101" in [item.target.charger for item in plan.pending]
        assert not plan.changes

    def test_the_group_must_be_allowed(self) -> None:
        """Without the service level the cloud would refuse."""
        site = wants(wants_charger("ZPR080001"), settings=NATIVE_OCPP)

        plan = plan_for(site, live(charger("ZPR080001"), native_allowed=False))

        assert guards(plan) == [("P307", "ocpp-native-not-allowed")]

    def test_not_told_is_not_forbidden(self) -> None:
        """When the cloud does not say, the call will."""
        site = wants(wants_charger("ZPR080001"), settings=NATIVE_OCPP)

        assert not plan_for(site, live(charger("ZPR080001"), native_allowed=None)).refusals


class TestShared:
    def test_the_mode_hits_the_neighbour(self) -> None:
        """A charger that the file does not list may be another customer's."""
        site = wants(wants_charger("ZAP000001"), settings=TO_NATIVE)

        plan = plan_for(site, live(charger("ZAP000001"), charger("ZAP000002"), settings=IN_CLOUD))

        assert guards(plan) == [("P320", "shared-installation")]
        assert plan.refusals[0].measured == "1 charger not in the file: ZAP000002"

    def test_ownership_hits_the_neighbour(self) -> None:
        """A new owner owns every charger there."""
        site = wants(wants_charger("ZAP000001"), access=permissions(person("person:c-1", "owner")))

        plan = plan_for(site, live(charger("ZAP000001"), charger("ZAP000002"), access=[]))

        assert guards(plan) == [("P320", "shared-installation")]

    def test_a_new_user_hits_nobody(self) -> None:
        """Somebody who may only charge changes nothing for the neighbour."""
        site = wants(wants_charger("ZAP000001"), access=permissions(person("person:c-1", "user")))

        assert not plan_for(site, live(charger("ZAP000001"), charger("ZAP000002"), access=[])).refusals

    def test_a_limit_hits_nobody(self) -> None:
        """A charger's own limit is its own."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        assert not plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), charger("ZAP000002"))).refusals

    def test_our_leaving_is_not_about_ownership_of_people(self) -> None:
        """A group that leaves an otherwise shared site takes an owner away, and that is refused too."""
        leave = gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)
        site = wants(wants_charger("ZAP000001"), access=permissions(absent=[leave]))
        access = [has_access("userGroup:BSJG", "owner"), has_access("person:c-1", "owner")]

        plan = plan_for(site, live(charger("ZAP000001"), charger("ZAP000002"), access=access))

        assert guards(plan) == [("P320", "shared-installation")]


class TestPowerManagement:
    def test_installation_updates_are_refused(self) -> None:
        """While automatic power management is on, the cloud would answer with an error."""
        plan = plan_for(wants(settings={"maxCurrent": 50.0}), live(power_managed=True))

        assert guards(plan) == [("P308", "power-managed")]

    @pytest.mark.parametrize("managed", [False, None])
    def test_otherwise_they_are_planned(self, managed: bool | None) -> None:
        """Off or not told is no reason."""
        assert not plan_for(wants(settings={"maxCurrent": 50.0}), live(power_managed=managed)).refusals


class TestRoles:
    def test_the_installation_limit_needs_service(self) -> None:
        """An owner may not change the breaker value."""
        plan = plan_for(wants(settings={"maxCurrent": 50.0}), live(roles=3))

        assert guards(plan) == [("P303", "role-missing")]
        assert (plan.refusals[0].measured, plan.refusals[0].limit) == ("User + Owner", "Service")

    def test_a_user_may_change_nothing(self) -> None:
        """Owner or Service is needed for the rest."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), roles=1))

        assert guards(plan) == [("P303", "role-missing")]

    def test_the_role_on_the_charger_counts(self) -> None:
        """Somebody may own a charger without owning the installation."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        assert not plan_for(site, live(charger("ZAP000001", maxCurrent=16.0, roles=6), roles=1)).refusals

    def test_roles_that_are_not_told_are_tried(self) -> None:
        """Not told is not missing."""
        assert not plan_for(wants(settings={"maxCurrent": 50.0}), live(roles=None)).refusals

    def test_a_person_in_the_portal_has_roles_of_their_own(self) -> None:
        """The account's role does not matter where a person does it."""
        site = wants(settings={"authentication.authorizationRequired": False})

        assert not plan_for(site, live(roles=1), accounts=[PORTAL_ACCOUNT]).refusals
        assert guards(plan_for(site, live(roles=1), accounts=[account(authentication=Route.PARTNER)])) == [
            ("P303", "role-missing")
        ]
