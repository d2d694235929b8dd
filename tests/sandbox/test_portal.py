"""Changing live values from outside: other writers, people in the Portal, invitations, time."""

import pytest

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.operations import accept_invitation
from reconciler.sandbox.portal import carry_out, set_value
from tests.sandbox.cloud import (
    BAKKEGATA,
    ELVEVEIEN,
    FURULIA,
    HAVNEN,
    KAIA,
    SOLBAKKEN,
    Cloud,
)

OLA = "ola.hansen@people.example"


def step(installation: str, setting: str, after: object, **where: object) -> dict[str, object]:
    return {
        "installation": installation,
        "charger": None,
        "principal": None,
        **where,
        "setting": setting,
        "after": after,
    }


class TestSet:
    def test_a_charger_value_shows_at_once(self, cloud: Cloud) -> None:
        """Even though the state's answer was kept a moment ago."""
        before = cloud.state("ZPR081003")[510]
        set_value(cloud.world, "zpr081003", setting="maxCurrent", value="20")

        assert (before, cloud.state("ZPR081003")[510]) == ("32.000", "20.000")

    def test_another_writer_overtakes_what_is_still_settling(self, cloud: Cloud) -> None:
        """The last writer wins."""
        cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10, "minChargeCurrent": 7})
        set_value(cloud.world, "ZAP012345", setting="maxCurrent", value=25)
        cloud.world.advance(15)
        state = cloud.state("ZAP012345")

        assert (state[510], state[511]) == ("25.000", "7.000")

    @pytest.mark.parametrize(
        ("setting", "value", "number", "shown"),
        [
            ("standAlone", "on", 712, "1"),
            ("standAlone", False, 712, "0"),
            ("minCurrent", 8, 511, "8.000"),
            ("maxPhases", "1", 520, "1"),
            ("offlineCurrent", "6 A", 523, "6.000"),
            ("operatingMode", "charging", 710, "3"),
        ],
    )
    def test_charger_settings_in_our_words(
        self, cloud: Cloud, setting: str, value: object, number: int, shown: str
    ) -> None:
        """Text as from a command line, or JSON types."""
        set_value(cloud.world, "ZAP012345", setting=setting, value=value)

        assert cloud.state("ZAP012345")[number] == shown

    @pytest.mark.parametrize(
        ("setting", "value", "member", "shown"),
        [
            ("authentication.authorizationRequired", "true", "IsRequiredAuthentication", True),
            (
                "authentication.ocppCloud.url",
                "wss://h.example/{deviceId}",
                "OcppCloudUrl",
                "wss://h.example/{deviceId}",
            ),
            ("authentication.ocppCloud.urlVersion", "ocpp16Compliant", "OcppCloudUrlVersion", 1),
            ("authentication.ocppCloud.initialPassword", "x", "OcppInitialChargePointPassword", "x"),
            ("authentication.webhooks.authUrl", "https://h.example/a", "WebhooksAuthUrl", "https://h.example/a"),
            ("authentication.webhooks.authPayload", "p", "WebhooksAuthPayload", "p"),
            (
                "authentication.webhooks.sessionStartUrl",
                "https://h.example/s",
                "WebhooksSessionStartUrl",
                "https://h.example/s",
            ),
            (
                "authentication.webhooks.sessionEndUrl",
                "https://h.example/e",
                "WebhooksSessionEndUrl",
                "https://h.example/e",
            ),
            ("maxCurrent", "20", "MaxCurrent", 20),
            ("availableCurrent", 20, "AvailableCurrentPhase3", 20),
            ("apm", "on", "EnabledFeatures", 4),
            ("name", "Elveveien 14", "Name", "Elveveien 14"),
        ],
    )
    def test_installation_settings_in_our_words(
        self, cloud: Cloud, setting: str, value: object, member: str, shown: object
    ) -> None:
        """The installation by its name."""
        set_value(cloud.world, "Elveveien 12", setting=setting, value=value)

        assert cloud.row(ELVEVEIEN)[member] == shown

    def test_a_mode_with_its_consequences(self, cloud: Cloud) -> None:
        """Native OCPP turns balancing off here too."""
        set_value(cloud.world, ELVEVEIEN, setting="authentication.ocppNative.url", value="wss://h.example/cp")
        set_value(cloud.world, ELVEVEIEN, setting="authentication.mode", value="ocppNative")
        row = cloud.row(ELVEVEIEN)

        assert (row["AuthenticationType"], row["UseLoadBalancing"]) == (3, False)
        assert row["OcppCentralSystemUrl"] == "wss://h.example/cp"

    def test_a_text_can_be_cleared(self, cloud: Cloud) -> None:
        """Nothing, null or none."""
        set_value(cloud.world, KAIA, setting="authentication.ocppCloud.initialPassword", value=None)

        assert "OcppInitialChargePointPassword" not in cloud.row(KAIA)

    def test_roles_of_a_person_and_of_a_group(self, cloud: Cloud) -> None:
        """Visible at once."""
        set_value(cloud.world, FURULIA, setting="permissions.person:c-88121", value=["user", "owner"])
        set_value(cloud.world, FURULIA, setting="permissions.userGroup:HANS", value="none")

        assert cloud.roles_of(FURULIA, "kari.nordmann@people.example") == 3
        assert cloud.roles_of(FURULIA, "HANS") is None

    def test_a_charger_goes_off_line_and_comes_back_with_what_waited(self, cloud: Cloud) -> None:
        """Some seconds after it is back."""
        set_value(cloud.world, "ZAP012345", setting="online", value=False)
        cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10})
        cloud.world.advance(3600)
        away = cloud.state("ZAP012345")
        set_value(cloud.world, "ZAP012345", setting="online", value=True)
        back = cloud.state("ZAP012345")
        cloud.world.advance(15)

        assert (away[-2], away[510]) == ("0", "16.000")
        assert (back[-2], back[510]) == ("1", "16.000")
        assert cloud.state("ZAP012345")[510] == "10.000"

    def test_charger_flags(self, cloud: Cloud) -> None:
        """Externally managed, deactivated, renamed."""
        set_value(cloud.world, "ZAP012345", setting="externallyManaged", value="true")
        refused = cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10}).status_code
        set_value(cloud.world, "ZAP012345", setting="name", value="Left")
        named = cloud.get("/api/chargers", NameFilter="Left").json["Data"]
        set_value(cloud.world, "ZAP012345", setting="active", value="false")

        assert (refused, len(named)) == (403, 1)
        assert cloud.get("/api/chargers", InstallationId=ELVEVEIEN).json["Data"] == []

    @pytest.mark.parametrize(
        ("target", "setting", "value"),
        [
            ("ZAP999999", "maxCurrent", 10),
            ("ZAP012345", "colour", "red"),
            ("ZAP012345", "maxCurrent", "much"),
            ("ZAP012345", "standAlone", "perhaps"),
            ("ZAP012345", "maxPhases", "some"),
            (ELVEVEIEN, "authentication.mode", "zaptec"),
            (ELVEVEIEN, "permissions.person:nobody", "owner"),
            (ELVEVEIEN, "permissions.userGroup:NONE", "owner"),
            (ELVEVEIEN, "permissions.person:b-17", "boss"),
        ],
    )
    def test_what_does_not_fit_is_an_error(self, cloud: Cloud, target: str, setting: str, value: object) -> None:
        """The text says what is wrong."""
        with pytest.raises(SandboxError, match=r"\w"):
            set_value(cloud.world, target, setting=setting, value=value)


class TestCarryOut:
    def test_the_steps_of_a_hand_over(self, cloud: Cloud) -> None:
        """Mode, authorisation, stand-alone, current, owner: all readable at once."""
        steps = [
            step(BAKKEGATA, "authentication.mode", "native"),
            step(BAKKEGATA, "authentication.authorizationRequired", after=False),
            step(BAKKEGATA, "standAlone", after=False, charger="ZAP012347"),
            step(BAKKEGATA, "maxCurrent", 16.0, charger="ZAP012347"),
            step(BAKKEGATA, "permissions", ["user", "owner"], principal="person:c-88123"),
        ]
        done = carry_out(cloud.world, steps)
        row, state = cloud.row(BAKKEGATA), cloud.state("ZAP012347")

        assert [d["done"] for d in done] == [True] * 5
        assert (row["AuthenticationType"], row["IsRequiredAuthentication"]) == (0, False)
        assert (state[712], state[510]) == ("0", "16.000")
        assert cloud.roles_of(BAKKEGATA, "ida.berg@people.example") == 3

    def test_secrets_are_typed_by_the_person(self, cloud: Cloud) -> None:
        """The worksheet does not hold them; afterwards one is set."""
        carry_out(cloud.world, [step(HAVNEN, "authentication.webhooks.authPayload", "env:FLEET_SECRET_HAVNEN_PAYLOAD")])

        assert cloud.row(HAVNEN)["WebhooksAuthPayload"] == "typed in the Portal"

    def test_an_offline_charger_takes_it_when_it_is_back(self, cloud: Cloud) -> None:
        """A person cannot do better than the cloud."""
        carry_out(cloud.world, [step(SOLBAKKEN, "standAlone", after=True, charger="ZPR081020")])
        away = cloud.state("ZPR081020")[712]
        set_value(cloud.world, "ZPR081020", setting="online", value=True)
        cloud.world.advance(15)

        assert (away, cloud.state("ZPR081020")[712]) == ("0", "1")

    def test_removing_a_principal(self, cloud: Cloud) -> None:
        """No roles are left."""
        carry_out(cloud.world, [step(FURULIA, "permissions", None, principal="person:b-17")])

        assert cloud.roles_of(FURULIA, "unni.moen@people.example") is None

    def test_by_user_id(self, cloud: Cloud) -> None:
        """Unlisted people are known by id only."""
        unni = next(r for r in cloud.permissions(FURULIA) if r["ObjectType"] == 4)["ObjectId"]
        carry_out(cloud.world, [step(FURULIA, "permissions", [], principal=f"user-id:{unni}")])

        assert cloud.roles_of(FURULIA, "unni.moen@people.example") is None

    def test_one_impossible_step_does_not_stop_the_others(self, cloud: Cloud) -> None:
        """It is reported, in order."""
        steps = [
            step("nowhere", "maxCurrent", 16),
            step(FURULIA, "maxCurrent", 16, charger="ZAP012345"),
            step(FURULIA, "maxCurrent", 20, charger="ZPR081101"),
        ]
        done = carry_out(cloud.world, steps)

        assert [d["done"] for d in done] == [False, False, True]
        assert "Furulia sameie has no charger ZAP012345" in str(done[1]["detail"])
        assert cloud.state("ZPR081101")[510] == "20.000"

    def test_everybody_whom_the_step_names_must_have_accepted(self, cloud: Cloud) -> None:
        """That somebody else owned the place before says nothing about who gets it."""
        set_value(cloud.world, BAKKEGATA, setting="permissions.person:c-88124", value="user,owner")
        named = {"gate": "ownerAccepted", "owners": ["person:c-88123"]}
        leave = step(BAKKEGATA, "permissions", None, principal="userGroup:BSJG", **named)
        carry_out(cloud.world, [step(BAKKEGATA, "permissions", ["user", "owner"], principal="person:c-88123")])

        (early,) = carry_out(cloud.world, [leave])
        accept_invitation(cloud.world, "person:c-88123")
        (late,) = carry_out(cloud.world, [leave])

        assert (early["done"], late["done"]) == (False, True)
        assert "not yet accepted by person:c-88123" in str(early["detail"])
