"""The documented writes: what they change, when it shows, and what they refuse."""

import pytest

from tests.sandbox.cloud import (
    BAKKEGATA,
    ELVEVEIEN,
    FURULIA,
    LUFTHAVN,
    NATIVE_URL,
    SOLBAKKEN,
    UNKNOWN,
    VERKSTED,
    Cloud,
)


def native(cloud: Cloud, installation: str, body: object | None = None) -> tuple[int, int | None]:
    wanted = {"AuthenticationType": 3, "OcppCentralSystemUrl": NATIVE_URL} if body is None else body
    answer = cloud.call("PUT", f"/api/installation/{installation}", wanted)
    return answer.status_code, answer.json.get("Code") if answer.data else None


def permit(cloud: Cloud, installation: str, roles: int) -> None:
    place = cloud.installation(installation)
    place["permissions"] = [{**p, "roles": roles} for p in place["permissions"]]


class TestInstallationUpdate:
    def test_the_answer_is_empty_and_the_value_comes_within_seven_seconds(self, cloud: Cloud) -> None:
        """Not at once, but within 2 to 7 s."""
        answer = cloud.update_installation(SOLBAKKEN, {"availableCurrent": 80, "maxCurrent": 100})
        at_once = cloud.row(SOLBAKKEN)["MaxCurrent"]
        cloud.world.advance(1.9)
        early = cloud.row(SOLBAKKEN)["MaxCurrent"]
        cloud.world.advance(5.1)
        row = cloud.row(SOLBAKKEN)

        assert (answer.status_code, answer.data) == (200, b"")
        assert (at_once, early) == (125, 125)
        assert (row["MaxCurrent"], row["AvailableCurrent"], row["AvailableCurrentPhase2"]) == (100, 80, 80)

    def test_a_change_moves_updated_on(self, cloud: Cloud) -> None:
        """The only substitute for an optimistic lock."""
        before = cloud.row(SOLBAKKEN)["UpdatedOn"]
        cloud.update_installation(SOLBAKKEN, {"availableCurrent": 80})
        cloud.world.advance(7)

        assert cloud.row(SOLBAKKEN)["UpdatedOn"] > before

    def test_leaving_the_available_current_out_resets_it(self, cloud: Cloud) -> None:
        """Whoever writes something else must send it along."""
        cloud.update_installation(SOLBAKKEN, {"availableCurrent": 80})
        cloud.update_installation(SOLBAKKEN, {"minPowerOfflineMode": True})
        cloud.world.advance(7)
        row = cloud.row(SOLBAKKEN)

        assert row["AvailableCurrent"] == 125
        assert row["PropertyIsMinimumPowerOfflineMode"] is True

    def test_a_phase_that_is_left_out_goes_to_the_maximum(self, cloud: Cloud) -> None:
        """Set all three or none."""
        cloud.update_installation(SOLBAKKEN, {"availableCurrentPhase2": 40})
        cloud.world.advance(7)
        row = cloud.row(SOLBAKKEN)

        assert [row[f"AvailableCurrentPhase{n}"] for n in (1, 2, 3)] == [125, 40, 125]

    def test_the_available_current_is_cut_to_the_maximum(self, cloud: Cloud) -> None:
        """It is limited to the breaker value."""
        cloud.update_installation(SOLBAKKEN, {"availableCurrent": 400})
        cloud.world.advance(7)

        assert cloud.row(SOLBAKKEN)["AvailableCurrent"] == 125

    def test_lowering_the_maximum_takes_the_available_current_along(self, cloud: Cloud) -> None:
        """Available stays at or below the breaker value."""
        cloud.update_installation(SOLBAKKEN, {"maxCurrent": 63, "availableCurrent": 100})
        cloud.world.advance(7)

        assert cloud.row(SOLBAKKEN)["AvailableCurrent"] == 63

    @pytest.mark.parametrize("name", ["ThreeToOnePhaseSwitchCurrent", "THREETOONEPHASESWITCHCURRENT"])
    def test_member_names_match_in_any_casing(self, cloud: Cloud, name: str) -> None:
        """Public clients send both casings."""
        cloud.update_installation(SOLBAKKEN, {name: 16})
        cloud.world.advance(7)

        assert cloud.row(SOLBAKKEN)["ThreeToOnePhaseSwitchCurrent"] == 16

    def test_unknown_members_are_ignored_with_200(self, cloud: Cloud) -> None:
        """Acceptance proves nothing."""
        body = {"availableCurrent": 125, "AuthenticationType": 1, "IsRequiredAuthentication": False}
        answer = cloud.update_installation(SOLBAKKEN, body)
        cloud.world.advance(7)
        row = cloud.row(SOLBAKKEN)

        assert answer.status_code == 200
        assert (row["AuthenticationType"], row["IsRequiredAuthentication"]) == (0, True)

    def test_the_last_of_two_writes_wins(self, cloud: Cloud) -> None:
        """Even when the first one takes longer to settle."""
        for current in (100, 90, 80, 70):
            cloud.update_installation(SOLBAKKEN, {"availableCurrent": current})
        cloud.world.advance(7)

        assert cloud.row(SOLBAKKEN)["AvailableCurrent"] == 70

    @pytest.mark.parametrize(
        "body",
        [
            {"availableCurrent": "80"},
            {"availableCurrent": 80, "availableCurrentPhase1": 80},
            {"maxCurrent": -1},
            {"minPowerOfflineMode": 1},
            {"threeToOnePhaseSwitchCurrent": 33},
            [1, 2],
        ],
    )
    def test_values_of_the_wrong_kind_are_400(self, cloud: Cloud, body: object) -> None:
        """With the member named, and without any effect."""
        answer = cloud.update_installation(SOLBAKKEN, body)

        assert answer.status_code == 400
        assert len(answer.json["errors"]) == 1
        assert cloud.installation(SOLBAKKEN)["settling"] == []

    def test_a_body_that_is_not_json_is_415(self, cloud: Cloud) -> None:
        """The content type must say JSON."""
        headers = {"Authorization": f"Bearer {cloud.token}"}

        answer = cloud.client.post(f"/api/installation/{SOLBAKKEN}/update", data="a=1", headers=headers)

        assert answer.status_code == 415

    def test_the_maximum_current_needs_service(self, cloud: Cloud) -> None:
        """An owner alone may set the available current only."""
        permit(cloud, SOLBAKKEN, 2)

        assert cloud.update_installation(SOLBAKKEN, {"maxCurrent": 100}).status_code == 403
        assert cloud.update_installation(SOLBAKKEN, {"availableCurrent": 100}).status_code == 200

    def test_a_user_may_not_write(self, cloud: Cloud) -> None:
        """403 without a body."""
        answer = cloud.update_installation(LUFTHAVN, {"availableCurrent": 100})

        assert (answer.status_code, answer.data) == (403, b"")

    def test_an_unknown_installation_is_404(self, cloud: Cloud) -> None:
        """With ProblemDetails in lower case."""
        answer = cloud.update_installation(UNKNOWN, {"availableCurrent": 100})

        assert (answer.status_code, answer.json["status"]) == (404, 404)

    def test_with_apm_it_is_refused_for_good(self, cloud: Cloud) -> None:
        """HTTP 500, Code 527."""
        cloud.installation(SOLBAKKEN)["fields"]["EnabledFeatures"] = 4

        answer = cloud.update_installation(SOLBAKKEN, {"availableCurrent": 80})

        assert answer.status_code == 500
        assert answer.json == {
            "Code": 527,
            "Details": "Cannot update installation when using APM",
            "StackTrace": None,
        }

    def test_a_home_has_32_a_at_most(self, cloud: Cloud) -> None:
        """HTTP 500, Code 539."""
        answer = cloud.update_installation(ELVEVEIEN, {"maxCurrent": 40})

        assert (answer.status_code, answer.json["Code"]) == (500, 539)


class TestSwitchToNative:
    def test_mode_and_url_take_effect_and_balancing_goes_off(self, cloud: Cloud) -> None:
        """The one documented switch; stand-alone stays."""
        before = cloud.state("ZPR081101")[712]
        answer = native(cloud, FURULIA)
        cloud.world.advance(15)
        row = cloud.row(FURULIA)

        assert answer == (200, None)
        assert (row["AuthenticationType"], row["OcppCentralSystemUrl"]) == (3, NATIVE_URL)
        assert row["UseLoadBalancing"] is False
        assert cloud.state("ZPR081101")[712] == before
        assert cloud.state("ZPR081101")[861] == NATIVE_URL

    def test_the_url_of_a_native_installation_can_change(self, cloud: Cloud) -> None:
        """The same call again."""
        assert native(cloud, BAKKEGATA) == (200, None)

    @pytest.mark.parametrize(
        "body",
        [
            {"AuthenticationType": 0},
            {"AuthenticationType": 2, "OcppCloudUrl": NATIVE_URL},
            {"IsRequiredAuthentication": False},
            {"EnabledFeatures": 0},
            {"InstallationType": 2, "OcppCentralSystemUrl": NATIVE_URL},
            {"AuthenticationType": 3, "OcppCentralSystemUrl": NATIVE_URL, "Name": "Mine"},
            {},
        ],
    )
    def test_every_other_body_is_forbidden(self, cloud: Cloud, body: object) -> None:
        """The Portal's own forms of this call are not for us."""
        assert native(cloud, FURULIA, body) == (403, 533)
        assert cloud.installation(FURULIA)["settling"] == []

    def test_the_url_is_mandatory(self, cloud: Cloud) -> None:
        """Code 503 MissingRequiredData has nothing to do with HTTP 503."""
        assert native(cloud, FURULIA, {"AuthenticationType": 3}) == (500, 503)

    def test_the_url_must_be_a_web_socket(self, cloud: Cloud) -> None:
        """Code 529 InvalidFormat."""
        body = {"AuthenticationType": 3, "OcppCentralSystemUrl": "https://ocpp.backend-b.example"}

        assert native(cloud, FURULIA, body) == (500, 529)

    def test_the_url_has_a_longest_length(self, cloud: Cloud) -> None:
        """2038 characters."""
        longest = "wss://h.example/" + "x" * 2022
        body = {"AuthenticationType": 3, "OcppCentralSystemUrl": longest}

        assert native(cloud, FURULIA, body)[0] == 200
        assert native(cloud, FURULIA, {**body, "OcppCentralSystemUrl": longest + "x"})[0] == 400

    def test_a_group_must_be_allowed_to(self, cloud: Cloud) -> None:
        """Code 542 without "Allow OCPP 1.6J"."""
        cloud.world.data["groups"]["BSJG"]["allows_ocpp_native"] = False

        assert cloud.row(FURULIA)["HasUserGroupWithAllowOcppNative"] is False
        assert native(cloud, FURULIA) == (500, 542)

    def test_the_feature_must_be_available(self, cloud: Cloud) -> None:
        """Code 526 FeatureNotEnabled."""
        cloud.installation(FURULIA)["fields"]["AvailableFeatures"] = 2

        assert native(cloud, FURULIA) == (500, 526)

    def test_not_while_a_car_is_charging(self, cloud: Cloud) -> None:
        """Code 538; Verkstedgata has a car on ZPR083101."""
        assert native(cloud, VERKSTED) == (500, 538)

    def test_not_with_an_old_pro(self, cloud: Cloud) -> None:
        """Code 539: ZPR079911 cannot speak OCPP itself."""
        cloud.charger("ZPR083101")["values"]["710"] = "1"

        assert native(cloud, VERKSTED) == (500, 539)

    def test_a_user_may_not(self, cloud: Cloud) -> None:
        """403 without a body."""
        assert native(cloud, LUFTHAVN) == (403, None)


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
