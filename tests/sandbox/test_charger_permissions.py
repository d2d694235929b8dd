"""Roles on single chargers, which only Pro installations have."""

import json

import pytest

from reconciler.sandbox.access import group_permission, user_permission
from reconciler.sandbox.errors import CallerError
from reconciler.sandbox.operations import operate
from reconciler.sandbox.portal import carry_out, set_value
from reconciler.sandbox.terms import Role
from reconciler.sandbox.world import World
from tests.sandbox.cloud import FURULIA, LUFTHAVN, SOLBAKKEN, UNKNOWN, Cloud

PRO = "ZPR081101"
HOME = "ZAP012345"
KARI = "kari.nordmann@people.example"
IDA = "ida.berg@people.example"


def path(cloud: Cloud, serial: str = PRO) -> str:
    return f"/partner/v1/chargers/{cloud.charger(serial)['id']}/permissions"


def as_kari() -> Cloud:
    """The same world, but the caller is Kari, who has nothing at Furulia."""
    cloud = Cloud()
    kari = cloud.world.user_by_email(KARI)
    assert kari is not None
    kari["password"] = "sandbox"
    cloud.token = cloud.log_in(username=KARI).json["access_token"]
    return cloud


def give(cloud: Cloud, roles: int) -> None:
    kari = cloud.world.user_by_email(KARI)
    assert kari is not None
    cloud.charger(PRO)["permissions"] = [user_permission(kari, roles)]


class TestContract:
    def test_nobody_has_any_at_first(self, cloud: Cloud) -> None:
        """What comes from the installation is not listed."""
        assert cloud.charger_permissions(PRO) == []

    def test_somebody_with_an_account_is_added_after_the_settling_delay(self, cloud: Cloud) -> None:
        """The members are those of an installation's permissions."""
        answer = cloud.call("PUT", path(cloud), {"Email": KARI.upper(), "Roles": 3})
        at_once = cloud.charger_permissions(PRO)
        cloud.world.advance(7)
        row = cloud.charger_permissions(PRO)[0]

        assert (answer.status_code, answer.data, at_once) == (200, b"", [])
        assert (row["ObjectType"], row["Email"], row["Roles"], row["Accepted"]) == (4, KARI, 3, True)
        assert set(row) == set(cloud.permissions(FURULIA)[0])

    def test_an_unknown_address_is_invited_to_that_charger(self, cloud: Cloud) -> None:
        """One letter, which says to which charger; accepting makes an account."""
        cloud.call("PUT", path(cloud), {"Email": IDA, "Roles": 1})
        cloud.world.advance(7)
        invited = cloud.charger_permissions(PRO)[0]
        accepted = operate(cloud.world, "accept-invitation", {"who": "person:c-88123", "installation": FURULIA})
        row = cloud.charger_permissions(PRO)[0]

        assert (invited["ObjectType"], invited["Accepted"], "InvitedAt" in invited) == (7, False, True)
        assert [(one["installation"], one["charger"]) for one in cloud.world.data["outbox"]] == [(FURULIA, PRO)]
        assert accepted == {"accepted": 1}
        assert (row["ObjectType"], row["Accepted"], row["Roles"]) == (4, True, 1)

    def test_a_group_can_hold_them_too(self, cloud: Cloud) -> None:
        """By its lookup key."""
        cloud.call("PUT", path(cloud), {"LookupKey": "HANS", "Roles": 2})
        cloud.world.advance(7)

        assert [(row["LookupKey"], row["Roles"]) for row in cloud.charger_permissions(PRO)] == [("HANS", 2)]

    def test_removing_somebody(self, cloud: Cloud) -> None:
        """And again: 200 without effect."""
        give(cloud, 3)
        first = cloud.call("DELETE", path(cloud), {"Email": KARI}).status_code
        cloud.world.advance(7)
        second = cloud.call("DELETE", path(cloud), {"Email": KARI}).status_code

        assert (first, second, cloud.charger_permissions(PRO)) == (200, 200, [])
        assert cloud.world.log[-2]["effect"] is False

    def test_other_chargers_and_the_installation_are_untouched(self, cloud: Cloud) -> None:
        """It is about this one."""
        before = cloud.permissions(FURULIA)
        cloud.call("PUT", path(cloud), {"Email": KARI, "Roles": 1})
        cloud.world.advance(7)

        assert cloud.permissions(FURULIA) == before
        assert cloud.charger_permissions("ZPR081102") == []

    def test_an_offline_charger_delays_nothing(self, cloud: Cloud) -> None:
        """The cloud knows permissions itself."""
        cloud.call("PUT", path(cloud, "ZPR081020"), {"Email": KARI, "Roles": 1})
        cloud.world.advance(7)

        assert len(cloud.charger_permissions("ZPR081020")) == 1

    @pytest.mark.parametrize("roles", [None, 0, 4, 7, -1, "1"])
    def test_user_and_owner_only(self, cloud: Cloud, roles: object) -> None:
        """1 to 3; Service does not exist here."""
        answer = cloud.call("PUT", path(cloud), {"Email": KARI, "Roles": roles})

        assert (answer.status_code, list(answer.json["errors"])) == (400, ["Roles"])

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_only_pro_has_them(self, cloud: Cloud, method: str) -> None:
        """A home charger answers 400 and says why."""
        body = None if method == "GET" else {"Email": KARI, "Roles": 1}
        answer = cloud.call(method, path(cloud, HOME), body)

        assert (answer.status_code, list(answer.json["errors"])) == (400, ["ChargerId"])

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_unknown_and_not_managed(self, cloud: Cloud, method: str) -> None:
        """404 for a charger that nobody knows, 403 where the caller is a mere user."""
        body = None if method == "GET" else {"Email": KARI, "Roles": 1}
        unknown = cloud.call(method, f"/partner/v1/chargers/{UNKNOWN}/permissions", body).status_code
        mere_user = cloud.call(method, path(cloud, "ZPR085001"), body).status_code

        assert (unknown, mere_user) == (404, 403)

    def test_an_unknown_group_is_404(self, cloud: Cloud) -> None:
        """Only addresses can be invited."""
        assert cloud.call("PUT", path(cloud), {"LookupKey": "NONE", "Roles": 1}).status_code == 404


class TestWhatTheyShow:
    def test_without_any_the_charger_is_invisible(self) -> None:
        """As is its installation."""
        cloud = as_kari()

        assert cloud.get("/api/chargers", InstallationId=FURULIA).json["Data"] == []
        assert cloud.get(f"/api/chargers/{cloud.charger(PRO)['id']}").status_code == 404

    def test_its_owner_sees_that_charger_alone(self) -> None:
        """With PIN and settings, but neither the next charger nor the installation."""
        cloud = as_kari()
        give(cloud, int(Role.OWNER))
        rows = cloud.get("/api/chargers", InstallationId=FURULIA).json["Data"]

        assert [(row["DeviceId"], row["CurrentUserRoles"], "Pin" in row) for row in rows] == [(PRO, 3, True)]
        assert cloud.state(PRO)[510] == "32.000"
        assert cloud.get(f"/api/installation/{FURULIA}").status_code == 404
        assert cloud.get(f"/api/installation/{FURULIA}/hierarchy").status_code == 204

    def test_its_user_sees_a_reduced_row(self) -> None:
        """No PIN, no detail, no state."""
        cloud = as_kari()
        give(cloud, int(Role.USER))
        row = cloud.get("/api/chargers", InstallationId=FURULIA).json["Data"][0]
        one = f"/api/chargers/{cloud.charger(PRO)['id']}"

        assert (row["CurrentUserRoles"], "Pin" in row, "CircuitId" in row) == (1, False, False)
        assert [cloud.get(one).status_code, cloud.get(f"{one}/state").status_code] == [403, 403]

    def test_they_add_to_what_the_installation_gives(self, cloud: Cloud) -> None:
        """A mere user of the airport is Owner and Service of one charger there."""
        rows = cloud.get("/api/chargers", InstallationId=LUFTHAVN, PageSize=100).json["Data"]
        roles = {row["DeviceId"]: row["CurrentUserRoles"] for row in rows}

        assert (roles["ZPR085001"], roles["ZPR085002"]) == (1, 7)
        assert [row["LookupKey"] for row in cloud.charger_permissions("ZPR085002")] == ["BSJG"]

    def test_the_list_shows_what_has_settled_meanwhile(self) -> None:
        """Without any other read before."""
        cloud = as_kari()
        operate(cloud.world, "set", {"target": PRO, "setting": "permissions.person:c-88121", "value": "user"})

        assert [row["DeviceId"] for row in cloud.get("/api/chargers", InstallationId=FURULIA).json["Data"]] == [PRO]

    def test_a_group_that_sees_a_charger_does_not_see_the_installation(self, cloud: Cloud) -> None:
        """For the filter of installations that have not consented yet."""
        cloud.charger("ZPR081001")["permissions"] = [group_permission(cloud.world, "PAYC", 2)]
        rows = cloud.get("/api/installation", ExcludeIfVisibleForUserGroupLookupKey="PAYC").json["Data"]

        assert SOLBAKKEN in [row["Id"] for row in rows]


class TestByHand:
    def test_set_gives_and_takes_at_once(self, cloud: Cloud) -> None:
        """In the words of a fleet file."""
        set_value(cloud.world, PRO, setting="permissions.person:c-88121", value="user, owner")
        given = [(row["Email"], row["Roles"]) for row in cloud.charger_permissions(PRO)]
        set_value(cloud.world, PRO, setting="permissions.person:c-88121", value="none")

        assert given == [(KARI, 3)]
        assert cloud.charger_permissions(PRO) == []

    def test_set_overtakes_what_is_still_settling(self, cloud: Cloud) -> None:
        """The last writer wins."""
        cloud.call("PUT", path(cloud), {"Email": KARI, "Roles": 3})
        set_value(cloud.world, PRO, setting="permissions.person:c-88121", value="none")
        cloud.world.advance(7)

        assert cloud.charger_permissions(PRO) == []

    @pytest.mark.parametrize(
        ("serial", "setting", "value"),
        [
            (HOME, "permissions.person:c-88121", "user"),
            (PRO, "permissions.person:c-88121", "service"),
            (PRO, "permissions.person:nobody", "user"),
            (PRO, "permissions.userGroup:NONE", "user"),
        ],
    )
    def test_what_does_not_fit_is_an_error(self, cloud: Cloud, serial: str, setting: str, value: str) -> None:
        """The remedy never is to throw the world away."""
        with pytest.raises(CallerError, match=r"\w") as refused:
            set_value(cloud.world, serial, setting=setting, value=value)

        assert "first world" not in refused.value.remedy

    def test_a_person_carries_the_step_of_a_worksheet_out(self, cloud: Cloud) -> None:
        """One at the charger, one that a home charger cannot have."""
        where = {"principal": "person:c-88121", "setting": "chargerPermissions", "after": ["user", "owner"]}
        steps = [
            {"installation": FURULIA, "charger": PRO, **where},
            {"installation": "Elveveien 12", "charger": HOME, **where},
            {"installation": FURULIA, "charger": "ZPR081001", **where},
        ]
        done = carry_out(cloud.world, steps)

        assert [one["done"] for one in done] == [True, False, False]
        assert "only Zaptec Pro" in str(done[1]["detail"])
        assert [row["Roles"] for row in cloud.charger_permissions(PRO)] == [3]
        assert cloud.roles_of(FURULIA, KARI) is None


class TestOlderWorlds:
    def test_roles_of_groups_on_chargers_become_permissions(self, cloud: Cloud) -> None:
        """A world that somebody rehearses on survives an upgrade."""
        old = json.loads(cloud.world.to_json())
        for charger in old["chargers"].values():
            del charger["permissions"], charger["settling_permissions"]
            charger["roles"] = {"BSJG": 6} if charger["serial"] == "ZPR085002" else {}
        world = World.from_json(json.dumps(old))

        assert world.data["chargers"] == cloud.world.data["chargers"]

    @pytest.mark.parametrize("chargers", [{"x": 1}, {"x": {"roles": {"NONE": 1}}}, {"x": {"roles": 7}}])
    def test_chargers_that_are_none_are_not_a_world(self, cloud: Cloud, chargers: object) -> None:
        """Said, rather than a traceback."""
        broken = {**json.loads(cloud.world.to_json()), "chargers": chargers}

        with pytest.raises(ValueError, match="chargers cannot be read"):
            World.from_json(json.dumps(broken))
