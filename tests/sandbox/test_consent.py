"""The access request: a person lets a group into an installation."""

from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from reconciler.sandbox.access import user_permission
from tests.sandbox.cloud import ELVEVEIEN, SOLBAKKEN, UNKNOWN, Cloud

BACK = "https://partner.example/done?nonce=7"


@pytest.fixture
def cloud() -> Cloud:
    """Elveveien 12 before its owner has let anybody in."""
    cloud = Cloud()
    home = cloud.installation(ELVEVEIEN)
    home["permissions"] = [p for p in home["permissions"] if p.get("key") != "BSJG"]
    return cloud


def kari(cloud: Cloud) -> str:
    user = cloud.world.user_by_email("kari.nordmann@people.example")
    assert user is not None
    return user["id"]


def decide(cloud: Cloud, **form: str) -> TestResponse:
    data = {"person": kari(cloud), "installationId": ELVEVEIEN, "decision": "approve", "returnUrl": BACK, **form}
    return cloud.client.post("/access/request/BSJG", data=data)


def outcome(answer: TestResponse) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answer.headers["Location"]).query)


class TestPage:
    def test_it_names_the_group_and_offers_what_is_not_shared(self, cloud: Cloud) -> None:
        """Homes by default; what the group sees already is hidden."""
        page = cloud.client.get("/access/request/BSJG").text

        assert "Kraftlading Drift" in page
        assert "Elveveien 12" in page
        assert "Fjellveien 3" not in page

    def test_pro_sites_need_their_type(self, cloud: Cloud) -> None:
        """installationtype=0, and showExisting for what is shared."""
        page = cloud.client.get("/access/request/BSJG?installationtype=0&showExisting=true").text

        assert "Solbakken borettslag" in page
        assert "Elveveien 12" not in page

    def test_one_installation_can_be_named(self, cloud: Cloud) -> None:
        """The parameter installationId leaves the others out."""
        path = f"/access/request/BSJG?installationtype=0&showExisting=true&installationId={SOLBAKKEN}"
        page = cloud.client.get(path).text

        assert page.count("<option") == len(cloud.world.data["users"]) + 1

    def test_what_comes_from_the_link_is_escaped(self, cloud: Cloud) -> None:
        """The page runs nothing."""
        answer = cloud.client.get('/access/request/BSJG?returnUrl="><script>alert(1)</script>')

        assert "<script>" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_an_unknown_key_is_a_page_too(self, cloud: Cloud) -> None:
        """404."""
        assert cloud.client.get("/access/request/NONE").status_code == 404


class TestDecision:
    def test_approving_lets_the_group_in_and_goes_back(self, cloud: Cloud) -> None:
        """The members success and installationId are added to what the address had."""
        answer = decide(cloud)

        assert answer.status_code == 303
        assert outcome(answer) == {"nonce": ["7"], "success": ["true"], "installationId": [ELVEVEIEN]}
        assert cloud.row(ELVEVEIEN)["CurrentUserRoles"] == 7

    def test_the_tree_answers_204_for_a_while(self, cloud: Cloud) -> None:
        """Then it is there."""
        decide(cloud)
        path = f"/api/installation/{ELVEVEIEN}/hierarchy"
        before = cloud.get(path).status_code
        cloud.world.advance(30)

        assert (before, cloud.get(path).status_code) == (204, 200)

    @pytest.mark.parametrize("form", [{"decision": "deny"}, {"installationId": UNKNOWN}, {"person": "nobody"}])
    def test_otherwise_nothing_is_granted(self, cloud: Cloud, form: dict[str, str]) -> None:
        """success=false without a reason."""
        assert outcome(decide(cloud, **form)) == {"nonce": ["7"], "success": ["false"]}
        assert cloud.get(f"/api/installation/{ELVEVEIEN}").status_code == 404

    def test_only_an_owner_can_approve(self, cloud: Cloud) -> None:
        """A user of the installation cannot."""
        user = cloud.world.user_by_id(kari(cloud))
        assert user is not None
        cloud.installation(ELVEVEIEN)["permissions"] = [user_permission(user, 1)]

        assert outcome(decide(cloud))["success"] == ["false"]

    @pytest.mark.parametrize("back", ["", "http://partner.example/", "javascript:alert(1)"])
    def test_without_a_safe_way_back_there_is_a_receipt(self, cloud: Cloud, back: str) -> None:
        """https, or http on loopback, only."""
        answer = decide(cloud, returnUrl=back)

        assert answer.status_code == 200
        assert "Access granted" in answer.text

    def test_a_local_page_may_receive_it(self, cloud: Cloud) -> None:
        """For rehearsals."""
        assert (
            decide(cloud, returnUrl="http://127.0.0.1:8080/cb")
            .headers["Location"]
            .startswith("http://127.0.0.1:8080/cb?")
        )
