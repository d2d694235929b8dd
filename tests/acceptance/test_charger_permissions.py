"""Rights on single chargers of a Pro installation, from the file to the cloud and back, by partner and by hand."""

import json

import pytest

from tests.acceptance.conftest import Shop

FURULIA = "fleet/installations/coops/furulia.yaml"
ELVEVEIEN = "fleet/installations/homes/elveveien-12.yaml"
SERIAL = "ZPR081101"
KARI, OLA, IDA = "person:c-88121", "person:c-88122", "person:c-88123"
WANTED = f'{{mode: exclusive, entries: [{{user: "{KARI}", roles: [user]}}, {{user: "{IDA}", roles: [user, owner]}}]}}'


@pytest.fixture
def garage(shop: Shop) -> Shop:
    """Furulia with two people on one charger, where a third one has access now."""
    shop.edit(
        "fleet.yaml", r"^      permissions: partner$", "      permissions: partner\n      chargerPermissions: partner"
    )
    shop.edit(
        "installations/coops/furulia.yaml",
        rf"{SERIAL}: {{maxCurrent: 32}}",
        f"{SERIAL}: {{maxCurrent: 32, permissions: {WANTED}}}",
    )
    shop.run("sandbox", "set", SERIAL, f"permissions.{OLA}=user")
    return shop


def on_charger(shop: Shop, serial: str = SERIAL) -> dict[str, tuple[int, bool]]:
    """Address, roles, and whether accepted, of everybody on the charger."""
    charger = shop.world().charger_by_serial(serial)
    assert charger is not None
    return {one.get("email", ""): (one["roles"], one["accepted"]) for one in charger["permissions"]}


def at_charger(document: dict[str, list[dict[str, object]]], part: str = "changes") -> list[dict[str, object]]:
    return [one for one in document[part] if one["charger"] == SERIAL and one["principal"] is not None]


class TestByPartner:
    def test_from_the_file_to_the_cloud(self, garage: Shop) -> None:
        """People are added, then the third one goes; read back, and the second plan only waits for an invitation."""
        planned = garage.plan(FURULIA)
        ended = garage.apply(FURULIA, "--yes")
        garage.run("sandbox", "advance", "60s")
        again = garage.plan(FURULIA)

        assert [
            (one["principal"], one["before"], one["after"], one["route"]) for one in at_charger(planned.document)
        ] == [
            (KARI, None, ["user"], "partner"),
            (OLA, ["user"], None, "partner"),
            (IDA, None, ["user", "owner"], "partner"),
        ]
        assert f"{SERIAL} Access of {KARI}" in planned.out
        ids = {one["id"] for one in at_charger(planned.document)}
        assert {one["outcome"] for one in ended.document["outcomes"] if one["change"] in ids} <= {"done", "waiting"}
        assert sorted(on_charger(garage).values()) == [(1, True), (3, False)]
        assert at_charger(again.document) == []
        assert [one["principal"] for one in at_charger(again.document, "waiting")] == [IDA]

    def test_every_request_is_needed(self, garage: Shop) -> None:
        """One more read for the one charger, and a single write per person."""
        before = len(garage.log())
        planned = garage.plan().document
        reads = [one for one in garage.log()[before:] if "/oauth/" not in one["path"]]

        assert planned["summary"]["requests"]["read"] == planned["summary"]["requests"]["read_floor"] == len(reads)
        assert sum(one["path"].endswith("/permissions") and "/chargers/" in one["path"] for one in reads) == 1

    def test_the_way_back(self, garage: Shop) -> None:
        """Who had access has it again, and the others have none."""
        former = on_charger(garage)
        run = garage.apply(FURULIA, "--yes")
        garage.run("sandbox", "advance", "60s")
        between = on_charger(garage)

        garage.apply(run.document["rollback"], "--yes")
        garage.run("sandbox", "advance", "60s")

        assert between != former
        assert on_charger(garage) == former

    def test_an_offline_charger_delays_nobody(self, garage: Shop) -> None:
        """The cloud itself knows who has rights, so nothing waits for the device and nothing is remembered as sent."""
        garage.run("sandbox", "set", SERIAL, "online=false")

        ended = garage.apply(FURULIA, "--yes")
        garage.run("sandbox", "advance", "60s")
        again = garage.plan(FURULIA)

        told = [one["outcome"] for one in ended.document["outcomes"]]
        assert "pending" not in told
        assert sorted(on_charger(garage).values()) == [(1, True), (3, False)]
        assert (at_charger(again.document), at_charger(again.document, "pending")) == ([], [])

    def test_a_snapshot_tells_them_too(self, garage: Shop) -> None:
        """The offline plan is the live one."""
        live = garage.plan().document
        garage.run("snapshot", "--out", "snapshot.json")

        offline = garage.plan("--snapshot", "snapshot.json").document

        assert at_charger(live)
        assert (offline["digest"], offline["changes"]) == (live["digest"], live["changes"])
        assert "@" not in (garage.folder / "snapshot.json").read_text()

    def test_drift_and_adopt(self, garage: Shop) -> None:
        """Somebody whom no file names is unwanted access; adopt takes what is live into the charger's entry."""
        drift = garage.run("drift", FURULIA, report=True).document
        adopted = garage.run("adopt", FURULIA, "--yes")
        again = garage.plan(FURULIA).document

        found = [one for one in drift["findings"] if one["charger"] == SERIAL and one["principal"] == OLA]
        assert [(one["severity"], one["code"]) for one in found] == [("S1", "D201")]
        assert adopted.code in (0, 4)
        assert at_charger(again) == []
        assert OLA in (garage.folder / FURULIA).read_text()

    def test_a_new_file_takes_them_over(self, garage: Shop) -> None:
        """From the charger they stand on, and it plans to zero."""
        (garage.folder / FURULIA).unlink()

        garage.run("adopt", SERIAL, "--yes")
        (path,) = [one for one in (garage.folder / "fleet/installations").rglob("*.yaml") if SERIAL in one.read_text()]

        assert OLA in path.read_text()
        assert at_charger(garage.plan(str(path.relative_to(garage.folder))).document) == []

    def test_home_chargers_have_none(self, garage: Shop) -> None:
        """Refused, with the charger and the line of the file, before anything is asked of the cloud."""
        garage.edit("installations/homes/elveveien-12.yaml", r"^(  ZAP012345:.*)$", rf"\1\n    permissions: {WANTED}")

        planned = garage.plan(ELVEVEIEN)

        refusals = [one for one in planned.document["refusals"] if one["guard"] == "charger-permissions-not-pro"]
        assert [(one["charger"], one["file"]) for one in refusals] == [("ZAP012345", ELVEVEIEN)]
        assert planned.document["unreadable"] == []
        assert not [one for one in garage.log() if one["status"] == 400]


class TestByHand:
    @pytest.fixture
    def portal(self, garage: Shop) -> Shop:
        garage.edit("fleet.yaml", r"^    routes:.*\n(?:      .*\n)+", "")
        garage.edit("fleet.yaml", r"^    agreement:.*\n", "")
        garage.edit(
            "installations/coops/furulia.yaml",
            WANTED.replace("{", r"\{").replace("[", r"\["),
            WANTED.replace("exclusive", "additive"),
        )
        return garage

    def test_a_worksheet_and_a_persons_word(self, portal: Shop) -> None:
        """Carried out and attested, nothing is left; another right on the charger makes the word void."""
        ended = portal.apply(FURULIA, "--yes")
        sheet = (portal.folder / ended.document["worksheet"]).read_text()
        steps = json.loads((portal.folder / ended.document["worksheet"]).with_suffix(".json").read_text())["tasks"]
        portal.run("sandbox", "carry-out", ended.document["worksheet"])
        unsure = portal.plan(FURULIA)
        portal.run("attest", FURULIA, "--by", "KL")
        sure = portal.plan(FURULIA)
        portal.edit("installations/coops/furulia.yaml", r"roles: \[user\]", "roles: [owner]")
        void = portal.plan(FURULIA)

        assert "@" not in sheet
        assert "In the charger view, go to the Permissions tab." in sheet.replace("*", "").replace("`", "")
        assert {
            (one["principal"], tuple(one["after"])) for one in steps if one["charger"] == SERIAL and one["principal"]
        } == {
            (KARI, ("user",)),
            (IDA, ("user", "owner")),
        }
        assert len(on_charger(portal)) == 3
        assert [one["principal"] for one in at_charger(unsure.document)] == [KARI, IDA]
        assert (at_charger(sure.document), sure.document["unverifiable"]) == ([], [])
        assert len(at_charger(void.document)) == 2
        assert len(at_charger(void.document, "unverifiable")) == 1  # the new wish; for the other one a worksheet asks
        assert [one["principal"] for one in at_charger(void.document, "waiting")] == [IDA]
