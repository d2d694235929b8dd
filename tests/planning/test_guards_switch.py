"""The authentication mode switches only where it works, where nobody is charging, and where it hits nobody else."""

from datetime import timedelta

import pytest

from reconciler.model.desired import RemovalGate, SwitchPolicy
from reconciler.model.observed import OperatingMode
from reconciler.model.plan import Plan
from reconciler.model.under_way import SwitchWait
from reconciler.model.value import Value
from tests.builders import (
    MAIN,
    NOW,
    SITE,
    charger,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    policy,
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


class TestSwitchWhileBusy:
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


class TestSharedInstallation:
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


class TestSwitchGaveUp:
    """`switch: {when: idle}` waits until its hours are over, and then somebody has to look."""

    @staticmethod
    def _plan(
        *,
        hours: float,
        mode: OperatingMode = OperatingMode.CHARGING,
        acknowledged: bool = False,
        wanted: str = "native",
    ) -> Plan:
        site = wants(
            wants_charger("ZAP000001"),
            settings=TO_NATIVE,
            switch=SwitchPolicy(give_up_after_h=72),
            acknowledged=["switch-gave-up"] if acknowledged else [],
        )
        wait = SwitchWait(account=MAIN, installation_id=SITE, mode=wanted, since=NOW - timedelta(hours=hours))
        seen = live(charger("ZAP000001", mode=mode), settings=IN_CLOUD)
        return plan_for(site, seen, by=policy(switch_waits=[wait]))

    def test_before_the_deadline_it_waits_and_says_until_when(self) -> None:
        """The hours count from the first apply that found it waiting."""
        plan = self._plan(hours=71.5)

        (item,) = plan.pending
        assert item.reason == (
            "the mode switches when idle; ZAP000001 is charging; waits since 2026-05-01 12:30 UTC, gives up at "
            "2026-05-04 12:30 UTC"
        )
        assert item.since == NOW - timedelta(hours=71.5)
        assert not plan.refusals

    def test_after_the_deadline_the_site_is_refused(self) -> None:
        """With measured hours, the limit, and the charger to look at."""
        plan = self._plan(hours=75)

        assert guards(plan) == [("P330", "switch-gave-up")]
        refusal = plan.refusals[0]
        assert (refusal.measured, refusal.limit, refusal.liftable) == ("75 h", "72 h", True)
        assert "ZAP000001, which is charging" in refusal.message
        assert "switch.giveUpAfterHours above 75" in refusal.remedy
        assert "gave up at 2026-05-04 09:00 UTC" in plan.pending[0].reason

    def test_lifted_it_waits_on(self) -> None:
        """It never switches under a car."""
        plan = self._plan(hours=75, acknowledged=True)

        assert not plan.refusals
        assert not plan.changes
        assert len(plan.pending) == 1

    def test_once_idle_it_switches_however_late(self) -> None:
        """What everybody waited for."""
        plan = self._plan(hours=500, mode=OperatingMode.DISCONNECTED)

        assert not plan.refusals
        assert [one.setting for one in plan.changes] == ["authentication.mode"]

    def test_waiting_for_another_mode_does_not_count(self) -> None:
        """A new wish starts a new wait."""
        assert not self._plan(hours=500, wanted="webhooks").refusals


class TestLoseUserReports:
    """Housing companies bill their residents from Zaptec's reports."""

    @staticmethod
    def _plan(segment: str, *, before: str = "native", after: str = "ocppCloud", acknowledged: bool = False) -> Plan:
        site = wants(
            wants_charger("ZAP000001"),
            settings={"authentication.mode": after},
            labels={"segment": segment},
            acknowledged=["lose-user-reports"] if acknowledged else [],
        )
        return plan_for(site, live(charger("ZAP000001"), settings={"authentication.mode": before}))

    @pytest.mark.parametrize("segment", ["housing", "coop", "Co-op", "apartments", "condominium"])
    def test_leaving_native_in_housing_takes_a_word(self, segment: str) -> None:
        """From then on reports name chargers."""
        plan = self._plan(segment)

        assert guards(plan) == [("P327", "lose-user-reports")]
        assert plan.refusals[0].measured == f"segment {segment}, 1 charger"
        assert "Zaptec to OCPP 1.6J Cloud" in plan.refusals[0].message

    def test_with_a_word_it_goes(self) -> None:
        """Whoever bills has agreed."""
        assert len(self._plan("housing", acknowledged=True).changes) == 1

    @pytest.mark.parametrize(
        ("segment", "before", "after"),
        [("home", "native", "ocppCloud"), ("coop", "ocppCloud", "native"), ("coop", "ocppCloud", "webhooks")],
    )
    def test_elsewhere_nothing_is_lost(self, segment: str, before: str, after: str) -> None:
        """A home bills nobody, and a third party's reports were never Zaptec's."""
        assert not self._plan(segment, before=before, after=after).refusals


class TestChangesIdentities:
    """With another URL version the backend sees every charger under another identity."""

    @staticmethod
    def _plan(*, before: dict[str, Value], acknowledged: bool = False) -> Plan:
        wanted: dict[str, Value] = {**IN_CLOUD, "authentication.ocppCloud.urlVersion": "ocpp16Compliant"}
        site = wants(
            wants_charger("ZAP000001"),
            wants_charger("ZAP000002"),
            settings=wanted,
            acknowledged=["changes-identities"] if acknowledged else [],
        )
        return plan_for(site, live(charger("ZAP000001"), charger("ZAP000002"), settings=before))

    def test_another_version_takes_a_word(self) -> None:
        """It counts the chargers that the backend must learn anew."""
        plan = self._plan(before={**IN_CLOUD, "authentication.ocppCloud.urlVersion": "legacy"})

        assert guards(plan) == [("P328", "changes-identities")]
        assert (plan.refusals[0].measured, plan.refusals[0].liftable) == ("2 chargers", True)
        assert "from Legacy to OCPP 1.6 compliant" in plan.refusals[0].message

    def test_with_a_word_it_goes(self) -> None:
        """The backend has registered them."""
        before: dict[str, Value] = {**IN_CLOUD, "authentication.ocppCloud.urlVersion": "legacy"}

        assert len(self._plan(before=before, acknowledged=True).changes) == 1

    def test_an_installation_that_comes_from_elsewhere_has_no_identities_yet(self) -> None:
        """The backend sees it for the first time."""
        assert not self._plan(before={"authentication.mode": "native"}).refusals


class TestNotes:
    """What somebody should know before a mode changes."""

    @staticmethod
    def _codes(before: dict[str, Value], after: dict[str, Value]) -> set[str]:
        site = wants(wants_charger("ZAP000001"), settings=after)
        return {one.code for one in plan_for(site, live(charger("ZAP000001"), settings=before)).warnings}

    def test_who_decides_afterwards(self) -> None:
        """The app and the cards start nothing once somebody else decides."""
        assert "P206" in self._codes(TO_NATIVE, IN_CLOUD)
        assert "P206" not in self._codes(IN_CLOUD, TO_NATIVE)

    @pytest.mark.parametrize(
        ("boxes", "leaves", "said", "told"),
        [
            (("ZAP000001", "ZAP000002"), True, (), True),
            (("ZAP000001", "ZAP000002"), True, ("shared-installation",), False),
            (("ZAP000001", "ZAP000002"), False, (), False),
            (("ZAP000001",), True, (), False),
        ],
        ids=["given away", "somebody says whose they are", "we stay", "one charger"],
    )
    def test_that_a_hand_over_gives_every_charger_away(
        self, boxes: tuple[str, ...], *, leaves: bool, said: tuple[str, ...], told: bool
    ) -> None:
        """That the file lists them, as `adopt` does, says nothing about whose they are."""
        absent = [gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)] if leaves else []
        access = permissions(person("person:c-1", "user", "owner"), absent=absent)
        site = wants(*map(wants_charger, boxes), access=access, acknowledged=said)
        ours = has_access("userGroup:BSJG", "owner", "service")

        notes = {one.code: one.message for one in plan_for(site, live(*map(charger, boxes), access=[ours])).warnings}

        assert ("P211" in notes) == told
        assert not told or "ZAP000001, ZAP000002" in notes["P211"]

    def test_that_anybody_can_charge(self) -> None:
        """What a hand-over wants and a street does not."""
        opened: dict[str, Value] = {**TO_NATIVE, "authentication.authorizationRequired": False}

        assert "P207" in self._codes({**TO_NATIVE, "authentication.authorizationRequired": True}, opened)
        assert "P207" not in self._codes(opened, {**TO_NATIVE, "authentication.authorizationRequired": True})
