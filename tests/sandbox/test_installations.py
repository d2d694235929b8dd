"""Writing to an installation: what it changes, when it shows, and what is refused."""

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
