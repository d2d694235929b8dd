"""Native OCPP is switched on only where every charger can do it."""

import pytest

from reconciler.model.desired import SwitchPolicy
from reconciler.model.observed import OperatingMode
from reconciler.model.plan import Plan
from reconciler.model.value import Value
from reconciler.planning.firmware import Fitness, firmware_of
from tests.builders import charger, live, plan_for, wants, wants_charger

NATIVE_OCPP: dict[str, Value] = {
    "authentication.mode": "ocppNative",
    "authentication.ocppNative.url": "wss://ocpp.example/cp",
}


def guards(plan: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.guard) for one in plan.refusals]


def notes(plan: Plan, code: str) -> list[str]:
    return [one.message for one in plan.warnings if one.code == code]


class TestOcppNativeUnsupported:
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


class TestOcppNativeNotAllowed:
    def test_the_group_must_be_allowed(self) -> None:
        """Without the service level the cloud would refuse."""
        site = wants(wants_charger("ZPR080001"), settings=NATIVE_OCPP)

        plan = plan_for(site, live(charger("ZPR080001"), native_allowed=False))

        assert guards(plan) == [("P307", "ocpp-native-not-allowed")]

    def test_not_told_is_not_forbidden(self) -> None:
        """When the cloud does not say, the call will."""
        site = wants(wants_charger("ZPR080001"), settings=NATIVE_OCPP)

        assert not plan_for(site, live(charger("ZPR080001"), native_allowed=None)).refusals


class TestFirmwareTooOld:
    @staticmethod
    def _plan(serial: str, *, firmware: str | None, code_lifted: bool = False) -> Plan:
        lifted = ["firmware-too-old"] if code_lifted else []
        one = charger(serial) if firmware is None else charger(serial, firmware=firmware)
        return plan_for(wants(wants_charger(serial), settings=NATIVE_OCPP, acknowledged=lifted), live(one))

    @pytest.mark.parametrize(
        ("serial", "firmware", "floor"),
        [
            ("ZPR083101", "7.5.3.9", "7.5.4.0 (Pro) or later"),
            ("ZPG000001", "7.5", "7.5.4.0 (Pro) or later"),
            ("GPN000001", "3.2.0.9", "3.2.1.0 (Go 2) or later"),
            ("ZAP000001", "2.4.2.3", "2.4.2.4 or 2.5.1.0 (Go) or later"),
        ],
    )
    def test_below_the_floor_it_is_refused(self, serial: str, firmware: str, floor: str) -> None:
        """The charger could not connect afterwards; no word of anybody changes that."""
        plan = self._plan(serial, firmware=firmware, code_lifted=True)

        assert guards(plan) == [("P329", "firmware-too-old")]
        refusal = plan.refusals[0]
        assert (refusal.measured, refusal.limit, refusal.charger) == (f"firmware {firmware}", floor, serial)
        assert f"update {serial} in the Portal first" in refusal.remedy
        assert not refusal.liftable

    @pytest.mark.parametrize(
        ("serial", "firmware"),
        [("ZPR083101", "7.5.4.0"), ("ZPR083101", "7.10.0.1"), ("GPG000001", "3.2.1.0"), ("ZAP000001", "2.5.1.0")],
    )
    def test_at_the_floor_it_goes(self, serial: str, firmware: str) -> None:
        """Numbers are compared as numbers: 7.10 is newer than 7.5."""
        plan = self._plan(serial, firmware=firmware)

        assert not plan.refusals
        assert notes(plan, "P208") == []

    def test_not_read_is_a_note(self) -> None:
        """Never a guess in either direction."""
        plan = self._plan("ZPR083101", firmware=None)

        assert not plan.refusals
        assert notes(plan, "P208") == [
            "firmware to be checked by hand on ZPR083101 (not read): OCPP 1.6J needs 7.5.4.0 (Pro) or later"
        ]

    def test_a_go_of_unknown_variant_is_a_note(self) -> None:
        """2.4.2.4 is enough for a Go of the continent and too old for a British one."""
        plan = self._plan("ZAP000001", firmware="2.4.2.4")

        assert not plan.refusals
        assert "ZAP000001 (2.4.2.4): OCPP 1.6J needs 2.4.2.4 or 2.5.1.0 (Go)" in notes(plan, "P208")[0]

    def test_a_model_that_we_do_not_know_is_a_note(self) -> None:
        """A new family of chargers."""
        assert notes(self._plan("XYZ000001", firmware="1.0.0.0"), "P208") == [
            "firmware to be checked by hand on XYZ000001 (1.0.0.0): nobody knows what these models need"
        ]

    def test_other_modes_do_not_ask_for_it(self) -> None:
        """Only native OCPP has a floor."""
        site = wants(wants_charger("ZPR083101"), settings={"authentication.mode": "webhooks"})

        plan = plan_for(site, live(charger("ZPR083101", firmware="1.0.0.0")))

        assert not plan.refusals
        assert notes(plan, "P208") == []

    @pytest.mark.parametrize("text", ["", "7", "7.x", "7.5.4.0-rc1", "v7.5.4.0", None, 7.5])
    def test_what_is_no_version_is_not_read(self, text: object) -> None:
        """A garbled answer tells nothing."""
        assert firmware_of("ZPR083101", text).fitness is Fitness.UNKNOWN


class TestIdentity:
    def test_how_a_charger_will_call_itself_is_told(self) -> None:
        """The backend must expect exactly that; the serial is added in capitals."""
        plan = plan_for(wants(wants_charger("ZPR083101"), settings=NATIVE_OCPP), live(charger("ZPR083101")))

        assert notes(plan, "P205") == ["each charger adds its own serial to the URL: wss://ocpp.example/cp/ZPR083101"]
