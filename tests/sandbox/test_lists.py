"""The two lists: pages, filters, and what a row shows to whom."""

import pytest

from reconciler.sandbox.access import user_permission
from reconciler.sandbox.generated import generated_world
from tests.sandbox.cloud import BAKKEGATA, ELVEVEIEN, FJELLVEIEN, LUFTHAVN, SOLBAKKEN, TESTVEIEN, Cloud


def names(cloud: Cloud, **query: object) -> list[str]:
    return [row["Name"] for row in cloud.get("/api/installation", **query).json["Data"]]


def serials(cloud: Cloud, **query: object) -> list[str]:
    return [row["DeviceId"] for row in cloud.get("/api/chargers", PageSize=100, **query).json["Data"]]


class TestPages:
    def test_fifty_rows_unless_asked(self) -> None:
        """The default page size is 50 since March 2025."""
        cloud = Cloud(generated_world(120, 120).world)

        answer = cloud.get("/api/installation").json

        assert (answer["Pages"], len(answer["Data"])) == (3, 50)

    def test_never_more_than_a_hundred(self) -> None:
        """A larger page size is cut to 100."""
        cloud = Cloud(generated_world(120, 120).world)

        answer = cloud.get("/api/installation", PageSize=5000).json

        assert (answer["Pages"], len(answer["Data"])) == (2, 100)

    def test_pages_together_hold_everything_once(self) -> None:
        """The first page is 0."""
        cloud = Cloud(generated_world(120, 130).world)

        pages = [cloud.get("/api/chargers", PageSize=50, PageIndex=n).json["Data"] for n in range(4)]

        assert [len(page) for page in pages] == [50, 50, 30, 0]
        assert len({row["Id"] for page in pages for row in page}) == 130

    def test_page_info_only_has_no_data(self, cloud: Cloud) -> None:
        """PageInfoOnly gives only the count."""
        assert cloud.get("/api/installation", PageInfoOnly="true").json == {"Pages": 1}

    @pytest.mark.parametrize(
        "query", [{"PageSize": "0"}, {"PageSize": "many"}, {"PageIndex": "-1"}, {"PageInfoOnly": "perhaps"}]
    )
    def test_nonsense_is_a_validation_problem(self, cloud: Cloud, query: dict[str, str]) -> None:
        """400 with the parameter's name."""
        answer = cloud.get("/api/installation", **query)

        assert answer.status_code == 400
        assert list(answer.json["errors"]) == list(query)

    def test_sorting_by_any_member(self, cloud: Cloud) -> None:
        """SortProperty takes a member's name in any casing."""
        up = names(cloud, SortProperty="name")

        assert up == sorted(up, key=str.casefold)
        assert names(cloud, SortProperty="Name", SortDescending="true") == up[::-1]

    def test_sorting_puts_rows_without_the_member_last(self, cloud: Cloud) -> None:
        """The reduced row has no MaxCurrent."""
        assert names(cloud, SortProperty="MaxCurrent")[-1] == "Lufthavn P1"


class TestInstallationFilters:
    def test_roles_means_any_of_the_bits(self, cloud: Cloud) -> None:
        """Roles=6 leaves out what one can only look at."""
        assert "Lufthavn P1" not in names(cloud, Roles=6)
        assert names(cloud, Roles=1) == names(cloud)

    def test_installation_type_smart_is_go_and_home(self, cloud: Cloud) -> None:
        """InstallationType 1 are the homes."""
        assert names(cloud, InstallationType=1) == [
            "Elveveien 12",
            "Fjellveien 3",
            "Bakkegata 7",
            "Nabolaget 5",
            "Testveien 1",
        ]

    def test_name_filter_is_a_part_in_any_casing(self, cloud: Cloud) -> None:
        """A part of the name is enough."""
        assert names(cloud, NameFilter="VEIEN") == ["Elveveien 12", "Fjellveien 3", "Testveien 1"]

    def test_installations_that_a_group_sees_can_be_left_out(self, cloud: Cloud) -> None:
        """How a partner finds who has not consented yet."""
        assert "Solbakken borettslag" not in names(cloud, ExcludeIfVisibleForUserGroupLookupKey="HANS")
        assert names(cloud, ExcludeIfVisibleForUserGroupLookupKey="BSJG") == []

    def test_an_account_of_its_own_sees_who_has_not_let_its_group_in(self, cloud: Cloud) -> None:
        """What it sees by itself and the group does not; never what it does not see."""
        owner = cloud.world.user_by_email("owner@sandbox.example")
        assert owner is not None
        without_group = [p for p in cloud.installation(ELVEVEIEN)["permissions"] if p.get("key") != "BSJG"]
        cloud.installation(ELVEVEIEN)["permissions"] = [*without_group, user_permission(owner, 2)]
        cloud.installation(FJELLVEIEN)["permissions"] = []

        assert names(cloud, ExcludeIfVisibleForUserGroupLookupKey="BSJG") == ["Elveveien 12"]
        cloud.call("PUT", f"/partner/v1/installation/{ELVEVEIEN}/permissions", {"LookupKey": "BSJG", "Roles": 6})
        assert names(cloud, ExcludeIfVisibleForUserGroupLookupKey="BSJG") == ["Elveveien 12"]
        cloud.world.advance(7)
        assert names(cloud, ExcludeIfVisibleForUserGroupLookupKey="BSJG") == []

    def test_a_group_that_does_not_exist_sees_nothing(self, cloud: Cloud) -> None:
        """Nothing is left out; an empty key counts as none."""
        assert names(cloud, ExcludeIfVisibleForUserGroupLookupKey="NONE") == names(cloud)
        assert names(cloud, excludeifvisibleforusergrouplookupkey="") == names(cloud)

    def test_it_combines_with_the_other_filters_and_with_paging(self, cloud: Cloud) -> None:
        """The pages are those of what is left."""
        query = {"ExcludeIfVisibleForUserGroupLookupKey": "HANS", "InstallationType": 0}

        assert names(cloud, **query) == ["Kaia P-hus", "Verkstedgata 4", "Havnen kontor", "Lufthavn P1"]
        assert cloud.get("/api/installation", **query, PageSize=3, PageInfoOnly="true").json == {"Pages": 2}

    def test_excluded_ids_are_left_out(self, cloud: Cloud) -> None:
        """Exclude takes several ids."""
        left = names(cloud, Exclude=[ELVEVEIEN, FJELLVEIEN.upper()])

        assert left[0] == "Bakkegata 7"

    def test_id_and_name_only(self, cloud: Cloud) -> None:
        """Four members remain."""
        row = cloud.get("/api/installation", ReturnIdNameOnly="true").json["Data"][0]

        assert set(row) == {"Id", "Name", "UpdatedOn", "CurrentUserRoles"}

    def test_inactive_installations_only_when_asked(self, cloud: Cloud) -> None:
        """IncludeDisabled adds them."""
        cloud.installation(TESTVEIEN)["active"] = False

        assert "Testveien 1" not in names(cloud)
        assert "Testveien 1" in names(cloud, IncludeDisabled="true")


class TestInstallationRows:
    def test_members_that_have_no_value_are_left_out(self, cloud: Cloud) -> None:
        """Null never appears."""
        row = cloud.get("/api/installation").json["Data"][0]

        assert "OcppCloudUrl" not in row
        assert None not in row.values()

    def test_a_user_gets_a_reduced_row(self, cloud: Cloud) -> None:
        """With the User role alone there is no AuthenticationType and no MaxCurrent."""
        rows = cloud.get("/api/installation").json["Data"]

        reduced = next(row for row in rows if row["Id"] == LUFTHAVN)

        assert reduced == {"Id": LUFTHAVN, "Name": "Lufthavn P1", "CurrentUserRoles": 1}

    def test_owner_and_service_come_with_user(self, cloud: Cloud) -> None:
        """Our group holds 2 and 4; its members read 7."""
        assert cloud.row(ELVEVEIEN)["CurrentUserRoles"] == 7

    def test_list_and_detail_agree(self, cloud: Cloud) -> None:
        """The list is enough to plan."""
        listed = cloud.get("/api/installation").json["Data"][4]

        assert listed == cloud.row(SOLBAKKEN)

    def test_authorisation_reads_false_outside_native(self, cloud: Cloud) -> None:
        """The stored switch survives underneath."""
        assert cloud.row(BAKKEGATA)["IsRequiredAuthentication"] is False
        assert cloud.installation(BAKKEGATA)["fields"]["IsRequiredAuthentication"] is True

    def test_the_native_url_shows_in_its_mode_only(self, cloud: Cloud) -> None:
        """OcppCentralSystemUrl belongs to mode 3."""
        assert cloud.row(BAKKEGATA)["OcppCentralSystemUrl"] == "wss://ocpp.backend-a.example/cp"
        assert "OcppCentralSystemUrl" not in cloud.row(TESTVEIEN)

    def test_people_of_the_history_only_on_request(self, cloud: Cloud) -> None:
        """DetailLevel 1 adds them; they are not the permissions."""
        detailed = cloud.get(f"/api/installation/{ELVEVEIEN}", DetailLevel=1).json

        assert "InstallationUsers" not in cloud.row(ELVEVEIEN)
        assert detailed["InstallationUsers"][0]["UserFullName"] == "CANARY-full-name"

    @pytest.mark.parametrize("path", ["", "/messagingConnectionDetails"])
    def test_an_unknown_installation_is_404(self, cloud: Cloud, path: str) -> None:
        """So is one that the caller does not see."""
        cloud.installation(ELVEVEIEN)["permissions"] = []

        unknown = cloud.get(f"/api/installation/11111111-2222-4333-8444-555555555555{path}")
        invisible = cloud.get(f"/api/installation/{ELVEVEIEN}{path}")

        assert (unknown.status_code, invisible.status_code) == (404, 404)
        assert unknown.json == invisible.json

    def test_an_id_that_is_none_is_400(self, cloud: Cloud) -> None:
        """Ids are UUIDs."""
        assert cloud.get("/api/installation/Elveveien").status_code == 400


class TestChargerList:
    def test_deactivated_chargers_only_when_asked(self, cloud: Cloud) -> None:
        """ZAP012390 is hidden by default."""
        assert serials(cloud, InstallationId=ELVEVEIEN) == ["ZAP012345"]
        assert serials(cloud, InstallationId=ELVEVEIEN, IncludeDisabled="true") == ["ZAP012345", "ZAP012390"]

    def test_by_device_type(self, cloud: Cloud) -> None:
        """Type 4 are Go boxes, type 1 the Pro family."""
        assert serials(cloud, DeviceType=4) == [
            "ZAP012345",
            "ZAP012346",
            "ZAP012347",
            "ZAP012348",
            "ZAP012349",
            "ZAP012399",
        ]

    def test_by_role(self, cloud: Cloud) -> None:
        """Of Lufthavn's 62 chargers one is ours to manage."""
        assert len(serials(cloud, InstallationId=LUFTHAVN)) == 62
        assert serials(cloud, InstallationId=LUFTHAVN, Roles=6) == ["ZPR085002"]

    def test_by_name_or_serial(self, cloud: Cloud) -> None:
        """The filter looks at both."""
        assert serials(cloud, NameFilter="zpr08103") == [f"ZPR08103{n}" for n in range(5)]
        assert serials(cloud, NameFilter="garage") == ["ZAP012399"]

    def test_by_installation_type(self, cloud: Cloud) -> None:
        """Chargers of homes."""
        assert serials(cloud, InstallationType=1) == serials(cloud, DeviceType=4)

    def test_an_unknown_installation_has_no_chargers(self, cloud: Cloud) -> None:
        """An empty list, not an error."""
        answer = cloud.get("/api/chargers", InstallationId="11111111-2222-4333-8444-555555555555")

        assert answer.json == {"Pages": 0, "Data": []}

    def test_the_pin_is_for_owners(self, cloud: Cloud) -> None:
        """It unlocks the box over Bluetooth."""
        installation = cloud.installation(ELVEVEIEN)
        installation["permissions"] = [{**p, "roles": 4} for p in installation["permissions"]]

        rows = cloud.get("/api/chargers").json["Data"]

        assert "Pin" not in rows[0]
        assert rows[1]["Pin"] == "CANARY-pin"

    def test_a_user_gets_a_reduced_row(self, cloud: Cloud) -> None:
        """No circuit, no authentication type; but enough to know the box."""
        rows = cloud.get("/api/chargers", InstallationId=LUFTHAVN).json["Data"]

        assert "CircuitId" not in rows[0]
        assert "AuthenticationType" not in rows[0]
        assert rows[0]["CurrentUserRoles"] == 1
        assert rows[1]["CurrentUserRoles"] == 7
        assert "CircuitId" in rows[1]

    def test_authorisation_is_lifted_per_charger(self, cloud: Cloud) -> None:
        """PropertyAuthenticationDisabled makes one box free to charge."""
        cloud.charger("ZPR081001")["detail"]["PropertyAuthenticationDisabled"] = True

        rows = cloud.get("/api/chargers", InstallationId=SOLBAKKEN).json["Data"]

        assert [row["IsAuthorizationRequired"] for row in rows[:2]] == [False, True]

    def test_detail_has_properties_but_nothing_live(self, cloud: Cloud) -> None:
        """IsOnline and OperatingMode stand in the list only."""
        detail = cloud.get(f"/api/chargers/{cloud.charger('ZAP012345')['id']}").json

        assert detail["PropertyOfflineCurrentOverride"] == -1
        assert not {"IsOnline", "OperatingMode", "Warnings"} & set(detail)

    def test_detail_needs_a_managing_role(self, cloud: Cloud) -> None:
        """403 without a body for a mere user, 404 for an unknown charger."""
        only_user = cloud.get(f"/api/chargers/{cloud.charger('ZPR085001')['id']}")
        unknown = cloud.get("/api/chargers/11111111-2222-4333-8444-555555555555")

        assert (only_user.status_code, only_user.data) == (403, b"")
        assert unknown.status_code == 404


class TestHierarchyAndFirmware:
    def test_circuits_with_their_chargers(self, cloud: Cloud) -> None:
        """The only place where a circuit's maximum current stands."""
        tree = cloud.get(f"/api/installation/{SOLBAKKEN}/hierarchy").json

        circuits = [(c["Name"], c["MaxCurrent"], len(c["Chargers"])) for c in tree["Circuits"]]

        assert circuits == [("Kurs A", 63, 14), ("Kurs B", 63, 14), ("Kurs C", 40, 6)]

    @pytest.mark.parametrize("installation", [LUFTHAVN, "11111111-2222-4333-8444-555555555555"])
    def test_without_access_it_is_204(self, cloud: Cloud, installation: str) -> None:
        """Not 403, since about September 2025."""
        answer = cloud.get(f"/api/installation/{installation}/hierarchy")

        assert (answer.status_code, answer.data) == (204, b"")

    def test_while_provisioning_it_is_204(self, cloud: Cloud) -> None:
        """A fresh installation needs some seconds."""
        cloud.installation(ELVEVEIEN)["provisioned_at"] = cloud.world.now() + 5
        before = cloud.get(f"/api/installation/{ELVEVEIEN}/hierarchy").status_code
        cloud.world.advance(5)

        assert (before, cloud.get(f"/api/installation/{ELVEVEIEN}/hierarchy").status_code) == (204, 200)

    def test_firmware_is_a_bare_array(self, cloud: Cloud) -> None:
        """Versions are missing for a charger that was never on line."""
        cloud.charger("ZPR081101")["values"].pop("911")

        rows = cloud.get("/api/chargerFirmware/installation/5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06").json

        assert [row["DeviceId"] for row in rows] == ["ZPR081101", "ZPR081102"]
        assert ["CurrentVersion" in row for row in rows] == [False, True]

    def test_messaging_of_the_own_group_only(self, cloud: Cloud) -> None:
        """Another group's connection is not ours to see."""
        own = cloud.world.data["groups"]["BSJG"]["id"]
        other = cloud.world.data["groups"]["HANS"]["id"]

        assert cloud.get(f"/api/userGroups/{own}/messagingConnectionDetails").json["Type"] == 0
        assert cloud.get(f"/api/userGroups/{other}/messagingConnectionDetails").status_code == 403
