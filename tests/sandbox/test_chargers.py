"""Writing to a charger and reading its state."""

import pytest

from tests.sandbox.cloud import (
    UNKNOWN,
    Cloud,
)


class TestChargerUpdate:
    def test_the_value_shows_after_settling_and_cache(self, cloud: Cloud) -> None:
        """The kept answer lasts up to 15 s after the write, not longer."""
        first = cloud.state("ZAP012345")[510]
        answer = cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10.5})
        seen = []
        for wait in (2, 5, 8):
            cloud.world.advance(wait)
            seen.append(cloud.state("ZAP012345")[510])

        assert (answer.status_code, answer.data) == (200, b"")
        assert first == "16.000"
        assert seen == ["16.000", "16.000", "10.500"]

    def test_reading_back_at_2_7_and_15_seconds_always_finds_it(self, cloud: Cloud) -> None:
        """Whenever the answer was last kept before the write."""
        found = []
        for age in (0, 5, 9, 13, 14, 20):
            cloud.state("ZPR082101")
            cloud.world.advance(age)
            cloud.update_charger("ZPR082101", {"maxChargeCurrent": 6 + age / 2})
            for wait in (2, 5, 8.1):
                cloud.world.advance(wait)
                last = cloud.state("ZPR082101")[510]
            found.append(last == f"{6 + age / 2:.3f}")
            cloud.world.advance(20)

        assert found == [True] * 6

    def test_without_a_kept_answer_it_settles_within_seven_seconds(self, cloud: Cloud) -> None:
        """Delays differ from charger to charger, 2 to 7 s."""
        serials = [f"ZPR0821{n:02d}" for n in range(1, 13)]
        cloud.world.data["rate_limited"] = False
        for serial in serials:
            cloud.update_charger(serial, {"maxChargeCurrent": 20})
        delays = [cloud.charger(s)["settling"][0]["at"] - cloud.world.now() for s in serials]
        cloud.world.advance(7)

        assert all(2 <= delay <= 7 for delay in delays)
        assert len({round(delay, 1) for delay in delays}) > 3
        assert {cloud.state(serial)[510] for serial in serials} == {"20.000"}

    def test_an_offline_charger_keeps_the_old_value_until_it_is_back(self, cloud: Cloud) -> None:
        """The setting waits in the cloud, for days if need be."""
        answer = cloud.update_charger("ZPR081020", {"maxChargeCurrent": 32})
        cloud.world.advance(40_000)
        meanwhile = cloud.state("ZPR081020")[510]

        assert answer.status_code == 200
        assert meanwhile == "16.000"

    def test_every_documented_member_reads_back(self, cloud: Cloud) -> None:
        """Observations 510, 511, 520, 522, 523 and the two offline properties."""
        body = {
            "maxChargeCurrent": 20,
            "minChargeCurrent": 8,
            "maxChargePhases": 1,
            "offlineChargeCurrent": 10,
            "offlineChargePhase": 4,
            "meterValueInterval": 900,
        }
        cloud.update_charger("ZAP012345", body)
        cloud.world.advance(15)
        state = cloud.state("ZAP012345")
        detail = cloud.get(f"/api/chargers/{cloud.charger('ZAP012345')['id']}").json

        assert [state[n] for n in (510, 511, 520, 522, 523, 555)] == ["20.000", "8.000", "1", "4", "10.000", "900"]
        assert (detail["PropertyOfflineCurrentOverride"], detail["PropertyOfflinePhaseOverride"]) == (10, 4)

    def test_unknown_members_are_ignored_with_200(self, cloud: Cloud) -> None:
        """Stand-alone cannot be written this way."""
        answer = cloud.update_charger("ZAP012347", {"standAlone": False, "712": "0", "120": "true"})
        cloud.world.advance(15)

        assert answer.status_code == 200
        assert cloud.state("ZAP012347")[712] == "1"
        assert cloud.world.log[-2]["effect"] is False

    @pytest.mark.parametrize("current", [0, 4, 5.9, 32])
    def test_the_cloud_takes_currents_that_charge_nothing(self, cloud: Cloud, current: float) -> None:
        """0 and 1 to 5.9 A are accepted; it is the client that must know better."""
        assert cloud.update_charger("ZAP012345", {"maxChargeCurrent": current}).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            {"maxChargeCurrent": 33},
            {"maxChargeCurrent": -1},
            {"maxChargeCurrent": True},
            {"maxChargePhases": 2},
            {"offlineChargePhase": 3},
            {"offlineChargeCurrent": -2},
            {"meterValueInterval": 1.5},
        ],
    )
    def test_values_outside_their_range_are_400(self, cloud: Cloud, body: object) -> None:
        """Nothing is accepted then."""
        assert cloud.update_charger("ZAP012345", body).status_code == 400
        assert cloud.charger("ZAP012345")["settling"] == []

    def test_an_externally_managed_charger_is_403(self, cloud: Cloud) -> None:
        """Although the role is fine."""
        cloud.charger("ZAP012345")["externally_managed"] = True

        assert cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10}).status_code == 403

    def test_roles_on_the_charger_itself_count(self, cloud: Cloud) -> None:
        """At Lufthavn we may write one charger and not the other."""
        ours = cloud.update_charger("ZPR085002", {"maxChargeCurrent": 32})
        theirs = cloud.update_charger("ZPR085001", {"maxChargeCurrent": 32})

        assert (ours.status_code, theirs.status_code) == (200, 403)

    def test_a_command_in_the_wrong_state_is_refused(self, cloud: Cloud) -> None:
        """HTTP 500, Code 528."""
        idle = cloud.call("POST", f"/api/chargers/{cloud.charger('ZAP012345')['id']}/sendCommand/506")
        charging = cloud.call("POST", f"/api/chargers/{cloud.charger('ZPR083101')['id']}/sendCommand/506")

        assert (idle.status_code, idle.json["Code"]) == (500, 528)
        assert charging.status_code == 200


class TestState:
    def test_all_values_are_text_and_pulse_has_none(self, cloud: Cloud) -> None:
        """A bare array."""
        rows = cloud.get(f"/api/chargers/{cloud.charger('ZAP012345')['id']}/state").json

        assert all(isinstance(row.get("ValueAsString", ""), str) for row in rows)
        assert next(row for row in rows if row["StateId"] == -1).get("ValueAsString") is None

    def test_only_go_boxes_have_the_stand_alone_current(self, cloud: Cloud) -> None:
        """Observation 547; both have 712."""
        go, pro = cloud.state("ZAP012345"), cloud.state("ZPR081001")

        assert (547 in go, 547 in pro, 712 in go, 712 in pro) == (True, False, True, True)

    def test_an_unknown_charger_is_404_in_camel_case(self, cloud: Cloud) -> None:
        """The one answer with errorCode."""
        answer = cloud.get(f"/api/chargers/{UNKNOWN}/state")

        assert answer.status_code == 404
        assert answer.json == {"errorCode": 512, "message": "Charger not found."}

    def test_a_user_may_not_read_it(self, cloud: Cloud) -> None:
        """403 at Lufthavn, but not for the charger that we manage."""
        statuses = [
            cloud.get(f"/api/chargers/{cloud.charger(serial)['id']}/state").status_code
            for serial in ("ZPR085001", "ZPR085002")
        ]

        assert statuses == [403, 200]

    def test_the_time_of_a_value_moves_when_it_changes(self, cloud: Cloud) -> None:
        """A time later than the write is proof."""
        cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10})
        cloud.world.advance(15)
        rows = cloud.get(f"/api/chargers/{cloud.charger('ZAP012345')['id']}/state").json
        times = {row["StateId"]: row["Timestamp"] for row in rows}

        assert times[510] > times[712]
        assert not times[510].endswith("Z")

    def test_authorisation_and_cloud_connection_are_observed(self, cloud: Cloud) -> None:
        """Observations 120, -2 and -3."""
        native_site, cloud_site, offline = (cloud.state(s) for s in ("ZPR081001", "ZPR082101", "ZPR081020"))

        assert (native_site[120], native_site[-3]) == ("1", "0")
        assert (cloud_site[120], cloud_site[-3]) == ("0", "1")
        assert offline[-2] == "0"
