"""The fixture's world: its traps are on the live side."""

import pytest

from reconciler.sandbox.seed import fixture_world, people
from tests.sandbox.cloud import (
    BAKKEGATA,
    ELVEVEIEN,
    FJELLVEIEN,
    FURULIA,
    HAVNEN,
    KAIA,
    LUFTHAVN,
    NABOLAGET,
    SOLBAKKEN,
    TESTVEIEN,
    VERKSTED,
    Cloud,
)


@pytest.fixture
def cloud() -> Cloud:
    """Many reads: without the rate limit."""
    cloud = Cloud()
    cloud.world.data["rate_limited"] = False
    return cloud


def serials(cloud: Cloud, installation: str) -> list[str]:
    rows = cloud.get("/api/chargers", InstallationId=installation, PageSize=100).json["Data"]
    return [row["DeviceId"] for row in rows]


def roles(cloud: Cloud, installation: str) -> dict[str, tuple[int, bool]]:
    rows = cloud.permissions(installation)
    return {row.get("LookupKey") or row["Email"]: (row["Roles"], row["Accepted"]) for row in rows}


class TestFixture:
    def test_eleven_installations_in_the_order_of_the_fixture(self, cloud: Cloud) -> None:
        """Ten with files, one without."""
        rows = cloud.get("/api/installation").json["Data"]

        assert [row["Id"] for row in rows] == [
            ELVEVEIEN,
            FJELLVEIEN,
            BAKKEGATA,
            NABOLAGET,
            SOLBAKKEN,
            FURULIA,
            KAIA,
            VERKSTED,
            HAVNEN,
            LUFTHAVN,
            TESTVEIEN,
        ]

    def test_elveveien_is_clean(self, cloud: Cloud) -> None:
        """Native, no authorisation, 16 A, its owner accepted."""
        row, state = cloud.row(ELVEVEIEN), cloud.state("ZAP012345")

        assert (row["AuthenticationType"], row["IsRequiredAuthentication"], row["MaxCurrent"]) == (0, False, 25)
        assert (state[510], state[712], state[710]) == ("16.000", "0", "1")
        assert roles(cloud, ELVEVEIEN) == {"kari.nordmann@people.example": (3, True), "BSJG": (6, True)}

    def test_fjellveien_waits_for_an_acceptance(self, cloud: Cloud) -> None:
        """Invited, not accepted; our group still there."""
        assert roles(cloud, FJELLVEIEN) == {"ola.hansen@people.example": (3, False), "BSJG": (6, True)}

    def test_bakkegata_is_still_with_its_former_operator(self, cloud: Cloud) -> None:
        """Native OCPP, 0 A, stand-alone on, nobody there but us."""
        row, state = cloud.row(BAKKEGATA), cloud.state("ZAP012347")

        assert (row["AuthenticationType"], row["OcppCentralSystemUrl"]) == (3, "wss://ocpp.backend-a.example/cp")
        assert (state[510], state[712]) == ("0.000", "1")
        assert roles(cloud, BAKKEGATA) == {"BSJG": (6, True)}

    def test_nabolaget_has_a_second_customers_charger(self, cloud: Cloud) -> None:
        """Cloud OCPP."""
        row = cloud.row(NABOLAGET)

        assert (row["AuthenticationType"], row["OcppCloudUrlVersion"]) == (2, 1)
        assert serials(cloud, NABOLAGET) == ["ZAP012348", "ZAP012349"]

    def test_solbakken_differs_in_six_places(self, cloud: Cloud) -> None:
        """34 chargers; 31.999 A is not one of them."""
        live = {serial: cloud.state(serial) for serial in serials(cloud, SOLBAKKEN)}
        default = {s: "32.000" if s < "ZPR081029" else "16.000" for s in live}
        odd = {s: state[510] for s, state in live.items() if state[510] != default[s]}

        assert len(live) == 34
        assert odd == {"ZPR081005": "31.999", "ZPR081010": "16.000", "ZPR081020": "16.000"}
        assert [s for s, state in live.items() if state[712] == "1"] == ["ZPR081030"]
        assert [s for s, state in live.items() if state[-2] == "0"] == ["ZPR081020"]
        assert roles(cloud, SOLBAKKEN) == {"styret@solbakken.example": (2, True), "HANS": (4, True), "BSJG": (6, True)}

    def test_furulia_has_one_accepted_owner(self, cloud: Cloud) -> None:
        """The one who is to go."""
        assert roles(cloud, FURULIA) == {"unni.moen@people.example": (3, True), "HANS": (4, True), "BSJG": (6, True)}

    def test_kaia_misses_the_device_id_in_its_url(self, cloud: Cloud) -> None:
        """A password is set; two circuits of six."""
        row = cloud.row(KAIA)
        tree = cloud.get(f"/api/installation/{KAIA}/hierarchy").json

        assert row["OcppCloudUrl"] == "wss://ocpp.backend-b.example/cp"
        assert row["OcppInitialChargePointPassword"]
        assert [(c["Name"], c["MaxCurrent"], len(c["Chargers"])) for c in tree["Circuits"]] == [
            ("Plan 1", 125, 6),
            ("Plan 2", 125, 6),
        ]

    def test_verkstedgata_is_charging_and_has_an_old_pro(self, cloud: Cloud) -> None:
        """Cloud OCPP, and our group may use the native one."""
        assert serials(cloud, VERKSTED) == ["ZPR079911", "ZPR083101", "ZPR083102"]
        assert cloud.state("ZPR083101")[710] == "3"
        assert cloud.row(VERKSTED)["HasUserGroupWithAllowOcppNative"] is True

    def test_havnen_bills_through_somebody_else(self, cloud: Cloud) -> None:
        """Start address of an old partner, no end address, no payload."""
        row = cloud.row(HAVNEN)

        assert row["WebhooksSessionStartUrl"] == "http://hooks.old-billing.example/start"
        assert not {"WebhooksSessionEndUrl", "WebhooksAuthPayload"} & set(row)
        assert roles(cloud, HAVNEN) == {"eva.holm@people.example": (2, True), "PAYC": (6, True), "BSJG": (6, True)}

    def test_lufthavn_is_mostly_out_of_reach(self, cloud: Cloud) -> None:
        """62 visible chargers, one of them ours to manage at 16 A."""
        assert serials(cloud, LUFTHAVN) == [f"ZPR0850{n:02d}" for n in range(1, 63)]
        assert cloud.state("ZPR085002")[510] == "16.000"

    def test_each_site_with_a_file_has_a_postcode_of_its_own(self, cloud: Cloud) -> None:
        """So that a list with postcodes can be rehearsed, and one that is off by a row be told."""
        sites = [site for site in cloud.world.data["installations"].values() if site["name"] != "Testveien 1"]
        codes = [site["fields"]["ZipCode"] for site in sites]

        assert len(set(codes)) == len(codes) == 10
        assert all(len(code) == 4 and code.isdigit() for code in codes)

    def test_the_people_directory_matches_the_world(self, cloud: Cloud) -> None:
        """Five have an account already."""
        with_account = [i for i, email, _, _ in people() if cloud.world.user_by_email(email)]

        assert [i for i, _, _, _ in people()] == [p["id"] for p in cloud.world.data["people"]]
        assert with_account == ["c-88121", "c-88124", "b-17", "board-solbakken", "d-204"]

    def test_it_is_always_the_same(self) -> None:
        """No randomness, whatever the process."""
        assert fixture_world().to_json() == fixture_world().to_json()


INSTALLATION_SECRETS = (
    "OcppInitialChargePointPassword",
    "WebhooksAuthPayload",
    "WebhooksAuthUrl",
    "WebhooksSessionStartUrl",
    "WebhooksSessionEndUrl",
    "OcppCloudUrl",
    "ContactEmail",
    "Address",
    "ZipCode",
    "Notes",
    "VatNumber",
)
STATE_SECRETS = (
    -100,
    554,
    713,
    721,
    722,
    723,
    724,
    725,
    750,
    760,
    807,
    808,
    900,
    950,
    951,
    952,
    953,
    960,
    961,
    962,
    963,
)


class TestPlantedValues:
    @pytest.mark.parametrize("member", INSTALLATION_SECRETS)
    def test_installation_members(self, cloud: Cloud, member: str) -> None:
        """In the list row of the unmanaged installation."""
        row = cloud.get("/api/installation").json["Data"][-1]

        assert "CANARY" in row[member]

    @pytest.mark.parametrize("number", STATE_SECRETS)
    def test_observations(self, cloud: Cloud, number: int) -> None:
        """In the state of every charger, Go and Pro."""
        assert all("CANARY" in str(cloud.state(serial)[number]) for serial in ("ZAP012345", "ZPR081001"))

    @pytest.mark.parametrize("number", [863, 864])
    def test_keys_of_go_boxes(self, cloud: Cloud, number: int) -> None:
        """OCPP authorisation keys."""
        assert "CANARY" in str(cloud.state("ZAP012345")[number])

    def test_everywhere_else(self, cloud: Cloud) -> None:
        """Charger detail, PIN, support group, people of the history, messaging, token."""
        detail = cloud.get(f"/api/chargers/{cloud.charger('ZAP012345')['id']}").json
        row = cloud.get(f"/api/installation/{ELVEVEIEN}", DetailLevel=1).json
        messaging = cloud.get(f"/api/installation/{ELVEVEIEN}/messagingConnectionDetails").json
        texts = [
            detail["PropertyOcppPassword"],
            detail["PropertyOcppUrl"],
            detail["Pin"],
            row["SupportGroup"]["LogoBase64"],
            row["SupportGroup"]["LookupKey"],
            row["InstallationUsers"][0]["UserEmail"],
            row["InstallationUsers"][0]["UserTokens"][0],
            messaging["Password"],
            messaging["Username"],
            cloud.token,
            cloud.row(KAIA)["OcppInitialChargePointPassword"],
        ]

        assert all("CANARY" in text for text in texts)

    def test_a_hostile_name(self, cloud: Cloud) -> None:
        """Markdown, HTML, a formula and escape sequences on the unmanaged charger."""
        name = cloud.get("/api/chargers", InstallationId=TESTVEIEN).json["Data"][0]["Name"]

        assert all(piece in name for piece in ("**", "](", "<b>", "|", "\x1b[31m", "=1+1"))

    def test_the_managed_names_are_tidy(self, cloud: Cloud) -> None:
        """So that reports of the fixture look as they should."""
        rows = cloud.get("/api/installation").json["Data"]

        assert all(row["Name"].isprintable() and "CANARY" not in row["Name"] for row in rows)
