"""The sandbox's own partner contract."""

import pytest

from tests.sandbox.cloud import (
    BAKKEGATA,
    ELVEVEIEN,
    FJELLVEIEN,
    FURULIA,
    HAVNEN,
    KAIA,
    LUFTHAVN,
    NATIVE_URL,
    UNKNOWN,
    VERKSTED,
    Cloud,
)

KARI = "kari.nordmann@people.example"
IDA = "ida.berg@people.example"


def put(cloud: Cloud, installation: str, what: str, body: object) -> int:
    return cloud.call("PUT", f"/partner/v1/installation/{installation}/{what}", body).status_code


class TestAuthentication:
    def test_leaving_native_turns_balancing_on_and_keeps_stand_alone(self, cloud: Cloud) -> None:
        """Bakkegata 7 still has stand-alone on afterwards; the stored authorisation comes back to light."""
        answer = cloud.call("PUT", f"/partner/v1/installation/{BAKKEGATA}/authentication", {"AuthenticationType": 0})
        cloud.world.advance(7)
        row = cloud.row(BAKKEGATA)

        assert (answer.status_code, answer.data) == (200, b"")
        assert (row["AuthenticationType"], row["UseLoadBalancing"], row["IsRequiredAuthentication"]) == (0, True, True)
        assert cloud.state("ZAP012347")[712] == "1"

    def test_any_subset_can_be_written(self, cloud: Cloud) -> None:
        """Webhook settings, one write."""
        body = {"webhookssessionendurl": "https://hooks.paycharge.example/v1/end", "WebhooksAuthPayload": "a=b"}
        put(cloud, HAVNEN, "authentication", body)
        cloud.world.advance(7)
        row = cloud.row(HAVNEN)

        assert row["WebhooksSessionEndUrl"] == "https://hooks.paycharge.example/v1/end"
        assert row["WebhooksAuthPayload"] == "a=b"
        assert row["WebhooksSessionStartUrl"] == "http://hooks.old-billing.example/start"

    def test_null_clears_a_text(self, cloud: Cloud) -> None:
        """So that a leftover password can go."""
        put(cloud, KAIA, "authentication", {"OcppInitialChargePointPassword": None})
        cloud.world.advance(7)

        assert "OcppInitialChargePointPassword" not in cloud.row(KAIA)

    def test_it_settles_like_every_installation_setting(self, cloud: Cloud) -> None:
        """Not readable at once."""
        put(cloud, ELVEVEIEN, "authentication", {"IsRequiredAuthentication": True})
        at_once = cloud.row(ELVEVEIEN)["IsRequiredAuthentication"]
        cloud.world.advance(7)

        assert (at_once, cloud.row(ELVEVEIEN)["IsRequiredAuthentication"]) == (False, True)

    def test_unknown_members_are_ignored_without_effect(self, cloud: Cloud) -> None:
        """200, as everywhere."""
        assert put(cloud, ELVEVEIEN, "authentication", {"Mode": 3}) == 200
        assert cloud.world.log[-1]["effect"] is False

    @pytest.mark.parametrize(
        "body",
        [
            {"AuthenticationType": 4},
            {"AuthenticationType": "0"},
            {"OcppCloudUrlVersion": 2},
            {"IsRequiredAuthentication": "yes"},
            {"OcppCloudUrl": 7},
        ],
    )
    def test_values_of_the_wrong_kind_are_400(self, cloud: Cloud, body: object) -> None:
        """Nothing is accepted then."""
        assert put(cloud, ELVEVEIEN, "authentication", body) == 400
        assert cloud.installation(ELVEVEIEN)["settling"] == []

    def test_native_needs_a_url_of_its_own_or_a_stored_one(self, cloud: Cloud) -> None:
        """As in the documented call."""
        without = put(cloud, ELVEVEIEN, "authentication", {"AuthenticationType": 3})
        given = put(cloud, ELVEVEIEN, "authentication", {"AuthenticationType": 3, "OcppCentralSystemUrl": NATIVE_URL})
        stored = put(cloud, BAKKEGATA, "authentication", {"AuthenticationType": 3})

        assert (without, given, stored) == (500, 200, 200)

    def test_not_while_a_car_is_charging(self, cloud: Cloud) -> None:
        """The mode does not switch, but its configuration can change."""
        switch = cloud.call("PUT", f"/partner/v1/installation/{VERKSTED}/authentication", {"AuthenticationType": 0})
        url = put(cloud, VERKSTED, "authentication", {"OcppCloudUrl": "wss://ocpp.backend-b.example/n/{deviceId}"})

        assert (switch.status_code, switch.json["Code"]) == (500, 538)
        assert url == 200

    def test_it_needs_a_managing_role(self, cloud: Cloud) -> None:
        """403 for a mere user, 404 for an unknown installation."""
        assert put(cloud, LUFTHAVN, "authentication", {"AuthenticationType": 0}) == 403
        assert put(cloud, UNKNOWN, "authentication", {"AuthenticationType": 0}) == 404


class TestStandAlone:
    def test_it_turns_off(self, cloud: Cloud) -> None:
        """Settling and the state's cache as for every charger setting."""
        charger = cloud.charger("ZAP012347")["id"]
        answer = cloud.call("PUT", f"/partner/v1/chargers/{charger}/standAlone", {"StandAlone": False})
        cloud.world.advance(15)

        assert (answer.status_code, answer.data) == (200, b"")
        assert cloud.state("ZAP012347")[712] == "0"

    def test_an_offline_charger_takes_it_later(self, cloud: Cloud) -> None:
        """The value waits."""
        charger = cloud.charger("ZPR081020")["id"]
        cloud.call("PUT", f"/partner/v1/chargers/{charger}/standAlone", {"StandAlone": True})
        cloud.world.advance(86_000)

        assert cloud.state("ZPR081020")[712] == "0"

    def test_a_text_is_not_a_boolean(self, cloud: Cloud) -> None:
        """400."""
        charger = cloud.charger("ZAP012347")["id"]

        assert cloud.call("PUT", f"/partner/v1/chargers/{charger}/standAlone", {"StandAlone": "0"}).status_code == 400


class TestPermissions:
    def test_people_groups_and_invitations_are_told_apart(self, cloud: Cloud) -> None:
        """Object types 4, 5 and 7; an invitation says since when."""
        rows = {row["ObjectType"]: row for row in cloud.permissions(FJELLVEIEN)}
        kari = cloud.permissions(ELVEVEIEN)[0]

        assert rows[7]["Email"] == "ola.hansen@people.example"
        assert (rows[7]["Roles"], rows[7]["Accepted"], rows[7]["InvitedAt"]) == (3, False, "2026-01-06T08:00:00Z")
        assert (rows[5]["LookupKey"], rows[5]["Roles"], rows[5]["Accepted"]) == ("BSJG", 6, True)
        assert (kari["ObjectType"], kari["Email"], kari["Roles"], kari["Accepted"]) == (4, KARI, 3, True)
        assert "InvitedAt" not in kari

    def test_somebody_with_an_account_is_added_at_once(self, cloud: Cloud) -> None:
        """After the settling delay, accepted."""
        put(cloud, FURULIA, "permissions", {"Email": KARI.upper(), "Roles": 3})
        at_once = cloud.roles_of(FURULIA, KARI)
        cloud.world.advance(7)
        row = next(r for r in cloud.permissions(FURULIA) if r.get("Email") == KARI)

        assert at_once is None
        assert (row["ObjectType"], row["Roles"], row["Accepted"]) == (4, 3, True)
        assert cloud.world.data["outbox"] == []

    def test_an_unknown_address_becomes_an_invitation(self, cloud: Cloud) -> None:
        """Object type 7, not accepted, and one letter, however often it is asked for."""
        for roles in (1, 3):
            put(cloud, BAKKEGATA, "permissions", {"Email": IDA, "Roles": roles})
        cloud.world.advance(7)
        row = next(r for r in cloud.permissions(BAKKEGATA) if r.get("Email") == IDA)

        assert (row["ObjectType"], row["Roles"], row["Accepted"]) == (7, 3, False)
        assert [letter["to"] for letter in cloud.world.data["outbox"]] == [IDA]

    def test_a_put_sets_exactly_these_roles(self, cloud: Cloud) -> None:
        """Not in addition to what was there."""
        put(cloud, FURULIA, "permissions", {"LookupKey": "HANS", "Roles": 2})
        cloud.world.advance(7)

        assert cloud.roles_of(FURULIA, "HANS") == 2

    def test_by_object_id(self, cloud: Cloud) -> None:
        """Who is listed has an id."""
        kari = cloud.permissions(ELVEVEIEN)[0]["ObjectId"]
        put(cloud, ELVEVEIEN, "permissions", {"ObjectId": kari.upper(), "Roles": 1})
        cloud.world.advance(7)

        assert cloud.roles_of(ELVEVEIEN, KARI) == 1

    @pytest.mark.parametrize("body", [{"LookupKey": "NONE", "Roles": 2}, {"ObjectId": UNKNOWN, "Roles": 2}])
    def test_an_unknown_group_or_id_is_404(self, cloud: Cloud, body: object) -> None:
        """Only addresses can be invited."""
        assert put(cloud, ELVEVEIEN, "permissions", body) == 404

    @pytest.mark.parametrize(
        "body",
        [
            {"Email": IDA},
            {"Email": IDA, "Roles": 0},
            {"Email": IDA, "Roles": 8},
            {"Roles": 2},
            {"Email": IDA, "LookupKey": "HANS", "Roles": 2},
        ],
    )
    def test_one_principal_and_roles_from_1_to_7(self, cloud: Cloud, body: object) -> None:
        """Anything else is 400."""
        assert put(cloud, ELVEVEIEN, "permissions", body) == 400

    def test_removing_somebody(self, cloud: Cloud) -> None:
        """And again: 200 without effect."""
        path = f"/partner/v1/installation/{FURULIA}/permissions"
        first = cloud.call("DELETE", path, {"Email": "unni.moen@people.example"}).status_code
        effect = cloud.world.log[-1]["effect"]
        cloud.world.advance(7)
        gone = cloud.roles_of(FURULIA, "unni.moen@people.example")
        second = cloud.call("DELETE", path, {"Email": "unni.moen@people.example"}).status_code

        assert (first, effect, gone, second) == (200, True, None, 200)
        assert cloud.world.log[-1]["effect"] is False

    def test_removing_our_own_group_loses_the_installation(self, cloud: Cloud) -> None:
        """It disappears from the list; reads answer 404 and 204."""
        path = f"/partner/v1/installation/{ELVEVEIEN}/permissions"
        cloud.call("DELETE", path, {"LookupKey": "BSJG"})
        cloud.world.advance(7)
        listed = [row["Id"] for row in cloud.get("/api/installation").json["Data"]]
        statuses = [
            cloud.get(p).status_code
            for p in (f"/api/installation/{ELVEVEIEN}", f"/api/installation/{ELVEVEIEN}/hierarchy", path)
        ]

        assert ELVEVEIEN not in listed
        assert statuses == [404, 204, 404]

    def test_reading_needs_a_managing_role(self, cloud: Cloud) -> None:
        """A mere user gets 403."""
        assert cloud.get(f"/partner/v1/installation/{LUFTHAVN}/permissions").status_code == 403
