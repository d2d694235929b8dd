"""With every route in the Portal, `apply` sends documented calls only and a person does the rest."""

import json

import pytest

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/homes/bakkegata-7.yaml"
DOCUMENTED_WRITES = ("/api/chargers/", "/api/installation/")


@pytest.fixture
def portal(shop: Shop) -> Shop:
    """The shipped fleet without any partner route."""
    shop.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
    shop.edit("fleet.yaml", r"^    agreement:.*\n", "")
    return shop


class TestPortalRoutes:
    def test_nothing_but_documented_calls(self, portal: Shop) -> None:
        """Zaptec's fair-use policy demands it."""
        portal.apply("--yes")

        log = portal.log()
        assert [entry for entry in log if entry["effect"]], "the run wrote nothing, so this proves nothing"
        assert not [entry["path"] for entry in log if entry["path"].startswith("/partner")]
        for entry in log:
            if entry["method"] != "GET" and entry["path"] != "/oauth/token":
                assert entry["path"].startswith(DOCUMENTED_WRITES)
                assert entry["path"].endswith("/update")

    def test_the_worksheet_lists_each_portal_step(self, portal: Shop) -> None:
        """In the words of the Portal."""
        ended = portal.apply(SITE, "--yes")

        sheet = (portal.folder / ended.document["worksheet"]).read_text()
        for words in (
            "portal.zaptec.com",
            "ZAP012347",
            "Settings",
            "Authentication",
            "Zaptec",
            "Authorisation",
            "Stand-alone mode",
            "Permissions",
            "Give permission",
            "Save",
        ):
            assert words in sheet
        assert "@" not in sheet

    def test_the_next_plan_verifies_what_is_readable_and_asks_for_an_attestation(self, portal: Shop) -> None:
        """Permissions can be neither read nor written by a documented call, so a person's word closes them.

        It never says that we are gone ourselves: our account still sees the installation.
        """
        ended = portal.apply(SITE, "--yes")
        portal.run("sandbox", "carry-out", ended.document["worksheet"])
        portal.run("sandbox", "advance", "60s")

        after = portal.plan(SITE)
        portal.run("attest", SITE, "--by", "KL", "--evidence", "seen in the Portal")
        attested = portal.plan(SITE)

        assert {change["setting"] for change in after.document["changes"]} == {"permissions"}
        assert {item["principal"] for item in after.document["waiting"]} == {"person:c-88123", "userGroup:BSJG"}
        assert after.code == 4
        assert [change["principal"] for change in attested.document["changes"]] == ["userGroup:BSJG"]
        assert (attested.code, attested.document["unverifiable"]) == (4, [])

    def test_changed_permissions_make_the_attestation_void(self, portal: Shop) -> None:
        """The word was given for other people."""
        portal.run("attest", SITE, "--by", "KL")
        portal.edit("installations/homes/bakkegata-7.yaml", "person:c-88123", "person:c-88124")

        assert "not verifiable" in portal.plan(SITE).out

    def test_an_attestation_expires(self, portal: Shop) -> None:
        """After 180 days somebody looks again."""
        portal.run("attest", SITE, "--by", "KL")
        portal.run("sandbox", "advance", "181d")

        assert "not verifiable" in portal.plan(SITE).out


def test_every_portal_change_of_the_plan_is_on_the_worksheet(portal: Shop) -> None:
    """Nothing that a person must do gets lost between plan and paper."""
    ended = portal.apply("--yes")

    folder = (portal.folder / ended.document["worksheet"]).parent
    changes = json.loads((folder / "plan.json").read_text())["changes"]
    wanted = {
        (c["installation"], c["charger"], c["principal"], c["setting"]) for c in changes if c["route"] == "portal"
    }
    steps = json.loads((folder / "worksheet.json").read_text())["tasks"]
    assert {(s["installation"], s["charger"], s["principal"], s["setting"]) for s in steps} == wanted
