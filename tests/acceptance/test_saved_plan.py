"""A saved plan carries wishes that were reviewed; files, guards and the live side count as they are now."""

import json
from typing import Any

import pytest

from reconciler.model.change import plain
from reconciler.model.digest import digest_of, short_id_of
from tests.acceptance.conftest import Ended, Shop

KAIA = "fleet/installations/public/kaia-p-hus.yaml"
BAKKEGATA = "fleet/installations/homes/bakkegata-7.yaml"
ELVEVEIEN = "fleet/installations/homes/elveveien-12.yaml"
SOLBAKKEN = "fleet/installations/coops/solbakken.yaml"


def kinds(ended: Ended) -> list[str]:
    """The outcomes of an apply."""
    return sorted(outcome["outcome"] for outcome in ended.document["outcomes"])


def effects(shop: Shop) -> int:
    """How many requests changed the world."""
    return sum(entry["effect"] for entry in shop.log())


def edited(shop: Shop, **values: Any) -> None:
    """Change a saved plan by hand."""
    path = shop.folder / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


class TestFiles:
    def test_a_deleted_file_is_told_for_each_change(self, shop: Shop) -> None:
        """Nothing vanishes between plan and result."""
        planned = shop.plan(KAIA, BAKKEGATA, "--out", "plan.json")
        (shop.folder / BAKKEGATA).unlink()

        ended = shop.apply("plan.json")

        assert ended.code == 4
        assert len(ended.document["outcomes"]) == len(planned.document["changes"])
        assert kinds(ended).count("not_reached") == len(planned.document["changes"]) - 1
        assert ended.document["plan_digest"] == planned.document["digest"]

        assert not ended.document["receipt"]["converged"]

    @pytest.mark.parametrize("how", ["deleted", "another id"])
    def test_when_no_file_is_left_there_is_a_result_all_the_same(self, shop: Shop, how: str) -> None:
        """Not a crash: each change was not reached, and the receipt says why."""
        shop.plan(KAIA, "--out", "plan.json")
        if how == "deleted":
            (shop.folder / KAIA).unlink()
        else:
            shop.edit("installations/public/kaia-p-hus.yaml", "^id: 9", "id: 8")

        ended = shop.apply("plan.json")

        assert (ended.code, kinds(ended)) == (4, ["not_reached"])
        assert "no file declares" in ended.document["receipt"]["open_reasons"][0]
        assert effects(shop) == 0

    def test_what_the_file_no_longer_wants_is_not_done(self, shop: Shop) -> None:
        """An older wish must not overwrite a newer one."""
        shop.edit("installations/homes/elveveien-12.yaml", "maxCurrent: 16", "maxCurrent: 10")
        shop.plan(ELVEVEIEN, "--out", "plan.json")
        shop.edit("installations/homes/elveveien-12.yaml", "maxCurrent: 10", "maxCurrent: 13")

        ended = shop.apply("plan.json")

        assert kinds(ended) == ["not_reached"]
        assert "13 A" in ended.document["outcomes"][0]["detail"]
        assert effects(shop) == 0

    def test_what_became_unmanaged_is_not_touched(self, shop: Shop) -> None:
        """Omitted is unmanaged, also for a plan that is a minute old."""
        shop.edit("installations/homes/elveveien-12.yaml", "maxCurrent: 16", "maxCurrent: 10")
        shop.plan(ELVEVEIEN, "--out", "plan.json")
        shop.edit("installations/homes/elveveien-12.yaml", "^    maxCurrent: 10.*$", "    unmanaged: [maxCurrent]")

        ended = shop.apply("plan.json")

        assert kinds(ended) == ["not_reached"]
        assert effects(shop) == 0

    def test_a_forged_value_is_not_written(self, shop: Shop) -> None:
        """Even with ids and digest made to fit, a value that no file wants stays outside."""
        shop.plan(KAIA, "--out", "plan.json")
        document = json.loads((shop.folder / "plan.json").read_text())
        change = document["changes"][0]
        change["after"] = "wss://evil.example/steal/{deviceId}"
        place = [change["account"], change["installation"], None, None, change["setting"]]
        change["id"] = short_id_of([*place, plain(change["before"]), plain(change["after"]), change["route"]])
        document["steps"][0]["changes"] = [change["id"]]
        edited(shop, changes=[change], steps=document["steps"], digest=digest_of([change["id"]]))

        ended = shop.apply("plan.json")

        assert kinds(ended) == ["not_reached"]
        assert effects(shop) == 0


class TestGuards:
    def test_the_budget_of_this_moment_counts(self, shop: Shop) -> None:
        """A plan whose refusals were taken out by hand is refused all the same."""
        shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 1")
        shop.plan("--out", "plan.json")
        edited(shop, refusals=[])

        ended = shop.apply("plan.json")

        assert ended.code == 5
        assert set(kinds(ended)) == {"refused"}
        assert effects(shop) == 0

    def test_the_budget_can_be_lifted_for_one_run(self, shop: Shop) -> None:
        """By its exact name, and the journal keeps it."""
        shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 1")
        shop.plan("--out", "plan.json")

        ended = shop.apply("plan.json", "--accept", "changed-installations:fleet")

        assert ended.code == 4
        assert effects(shop) > 0

    def test_a_selected_part_is_judged_by_itself(self, shop: Shop) -> None:
        """One site of a large plan stays inside the budget."""
        shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 1")
        shop.plan("--out", "plan.json")

        ended = shop.apply("plan.json", KAIA)

        assert (ended.code, kinds(ended)) == (0, ["done"])

    @pytest.mark.parametrize("accepted", ["nope:fleet", "shared-installation:nowhere", "ocpp-native-unsupported:fleet"])
    def test_an_unknown_guard_or_place_is_a_mistake(self, shop: Shop, accepted: str) -> None:
        """Whoever mistypes a guard believes that it was lifted."""
        ended = shop.apply("--yes", "--accept", accepted)

        assert ended.code == 64
        assert effects(shop) == 0

    def test_a_site_guard_can_be_lifted_by_name(self, shop: Shop) -> None:
        """As the refusal shows it, in plan and apply."""
        accept = ("--accept", "shared-installation:Nabolaget 5")

        planned = shop.plan("Nabolaget 5", *accept)
        ended = shop.apply("Nabolaget 5", "--yes", *accept)

        assert {change["setting"] for change in planned.document["changes"]} >= {"authentication.mode"}
        assert set(kinds(ended)) == {"done"}


class TestLive:
    @pytest.mark.parametrize("meanwhile", ["operatingMode=charging", "operatingMode=finished", "online=false"])
    @pytest.mark.parametrize("switch", ["", "\nswitch: {when: idle}\n"])
    def test_a_car_that_came_meanwhile_keeps_the_mode(self, shop: Shop, meanwhile: str, switch: str) -> None:
        """The mode switches only when nobody charges, whatever the saved plan saw."""
        path = shop.folder / BAKKEGATA
        path.write_text(path.read_text() + switch)
        shop.plan(BAKKEGATA, "--out", "plan.json")
        shop.run("sandbox", "set", "ZAP012347", meanwhile)

        ended = shop.apply("plan.json")

        assert ended.code == 4
        assert not [one for one in shop.log() if one["effect"] and one["path"].endswith("/authentication")]

    def test_a_conflict_at_the_installation_holds_its_chargers(self, shop: Shop) -> None:
        """A raise that relies on a limit which somebody lowered meanwhile is not made."""
        furulia = "fleet/installations/coops/furulia.yaml"
        path = shop.folder / furulia
        path.write_text(
            path.read_text()
            + "\nmaxCurrent: 63\nacknowledge:\n"
            + '  - {guard: raise-installation-limit, by: "electrician KL", reason: "new cable", until: 2035-12-31}\n'
        )
        shop.run("sandbox", "set", "Furulia sameie", "maxCurrent=40")
        shop.run("sandbox", "set", "ZPR081101", "maxCurrent=16")
        shop.plan(furulia, "--out", "plan.json")
        shop.run("sandbox", "set", "Furulia sameie", "maxCurrent=25")

        shop.apply("plan.json")

        world = shop.world()
        charger = world.charger_by_serial("ZPR081101")
        assert charger is not None
        assert charger["values"]["510"] == "16.000"


class TestEnds:
    def test_an_empty_plan_can_be_applied(self, shop: Shop) -> None:
        """Every pipeline run without changes: a result, a receipt, exit 0."""
        shop.plan(ELVEVEIEN, "--out", "plan.json")

        ended = shop.apply("plan.json")

        assert (ended.code, ended.document["kind"], ended.document["outcomes"]) == (0, "result", [])
        assert ended.document["receipt"]["converged"]

    def test_a_site_that_cannot_be_read_is_no_success(self, shop: Shop) -> None:
        """Nothing was to be done there, but nobody knows whether that is right; the receipt says why."""
        ended = shop.apply("Lufthavn P1", "--yes")

        receipt = ended.document["receipt"]
        assert (ended.code, ended.document["outcomes"], receipt["converged"]) == (4, [], False)
        assert "could not be read" in receipt["open_reasons"][0]

    def test_a_site_outside_the_plan_is_a_mistake(self, shop: Shop) -> None:
        """Such a plan has never looked at it; the message names what the plan is about."""
        shop.plan(KAIA, "--out", "plan.json")

        ended = shop.apply("plan.json", ELVEVEIEN)

        assert ended.code == 64
        assert "the plan is about Kaia P-hus" in ended.err

    def test_a_site_without_changes_is_nothing_to_do(self, shop: Shop) -> None:
        """The plan looked at it and found it as wanted: a pipeline over many sites goes on."""
        shop.plan("--out", "plan.json")

        ended = shop.apply("plan.json", ELVEVEIEN)

        assert ended.code == 0
        assert "the plan holds no change for" in ended.err
        assert (ended.document["outcomes"], ended.document["receipt"]["converged"]) == ([], True)
        assert effects(shop) == 0

    @pytest.mark.parametrize(
        ("planned", "applied"),
        [
            (["kaia*"], ["kaia*"]),
            (["--account", "main", "kaia*"], ["--account", "main"]),
            (["kaia*", "Bakkegata 7"], ["kaia*"]),
            (["--account", "main"], ["kaia*"]),
            (["--exclude", "Bakkegata 7"], ["kaia*"]),
        ],
    )
    def test_a_plan_of_a_part_knows_the_sites_in_sync_that_it_looked_at(
        self, shop: Shop, planned: list[str], applied: list[str]
    ) -> None:
        """The selectors of the plan select of it as well, also when there was nothing to do."""
        shop.apply(KAIA, "--yes")
        before = effects(shop)
        shop.plan(*planned, "--out", "plan.json")

        ended = shop.apply("plan.json", *applied)

        assert (ended.code, effects(shop)) == (0, before)
        assert "the plan holds no change for" in ended.err

    @pytest.mark.parametrize(
        "planned",
        [
            ["kaia*"],
            ["kaia*", "Bakkegata 7"],
            ["--account", "main", "kaia*"],
            ["--account", "main", "--exclude", "Elveveien 12"],
            ["--exclude", "Elveveien 12"],
        ],
    )
    def test_a_plan_of_sites_in_sync_is_about_no_other_site(self, shop: Shop, planned: list[str]) -> None:
        """What it never looked at is not told to be in order."""
        shop.apply(KAIA, "--yes")
        shop.plan(*planned, "--out", "plan.json")

        ended = shop.apply("plan.json", ELVEVEIEN)

        _, told, about = ended.err.partition("the plan is about ")
        assert (ended.code, bool(told)) == (64, True)
        assert "Elveveien" not in about

    def test_a_site_that_was_renamed_since_may_have_been_looked_at(self, shop: Shop) -> None:
        """Its former name means nothing any more, so nothing can be ruled out."""
        shop.apply(KAIA, "--yes")
        shop.plan("Kaia P-hus", "--out", "plan.json")
        shop.edit("installations/public/kaia-p-hus.yaml", "^name: .*$", "name: Kaia garage")

        ended = shop.apply("plan.json", "Kaia garage")

        assert "the plan holds no change for" in ended.err

    def test_a_site_without_changes_that_is_not_in_order_is_told(self, shop: Shop) -> None:
        """What a guard refused there is no reason to say that all is well."""
        shop.plan("--out", "plan.json")

        ended = shop.apply("plan.json", "Nabolaget 5")

        assert (ended.code, effects(shop)) == (4, 0)
        assert "refused" in ended.document["exit"]["conditions"]

    def test_a_mistyped_site_is_a_mistake(self, shop: Shop) -> None:
        """Nothing to do is only said of a site that there is."""
        shop.plan("--out", "plan.json")

        ended = shop.apply("plan.json", "Kaia P-huss")

        assert (ended.code, "did you mean Kaia P-hus?" in ended.err) == (64, True)

    def test_a_report_that_cannot_be_written_costs_no_request(self, shop: Shop) -> None:
        """Before anything is written to the cloud."""
        ended = shop.run("apply", KAIA, "--yes", "--report", "json=/nowhere/r.json")

        assert ended.code == 64
        assert shop.log() == []

    def test_without_a_second_plan_there_is_no_success(self, shop: Shop) -> None:
        """An apply that could not prove itself says so in its exit code."""
        shop.plan(KAIA, "--out", "plan.json")
        shop.run(
            "sandbox",
            "fault",
            "error-before",
            "--method",
            "GET",
            "--path",
            "/api/chargers",
            "--after",
            "1",
            "--times",
            "90",
        )

        ended = shop.apply("plan.json")

        assert ended.document["receipt"] is None
        assert ended.code == 4

    def test_a_plan_with_a_long_life_of_its_own_is_not_believed(self, shop: Shop) -> None:
        """A day is a day, whatever the file says."""
        shop.plan(KAIA, "--out", "plan.json")
        edited(shop, created_at="2020-01-01T00:00:00Z", valid_until="2099-01-01T00:00:00Z")

        assert shop.apply("plan.json").code == 3

    def test_fail_fast_stops_after_the_first_failure(self, shop: Shop) -> None:
        """Only the read-back shows a failure, so one write at a time."""
        for serial in range(81011, 81017):
            shop.run("sandbox", "set", f"ZPR0{serial}", "maxCurrent=10")
        shop.run(
            "sandbox", "fault", "lost-answer-before", "--method", "POST", "--path", "/api/chargers/*", "--times", "99"
        )

        ended = shop.apply(SOLBAKKEN, "--yes", "--fail-fast")

        assert kinds(ended).count("uncertain") == 1
        assert sum(entry["method"] == "POST" and entry["path"] != "/oauth/token" for entry in shop.log()) == 1


class TestSecondLook:
    def test_a_stale_read_is_no_proof_that_it_was_so_already(self, shop: Shop) -> None:
        """Somebody set the wish and took it back; an old answer shows the first of the two."""
        wish = "wss://ocpp.backend-b.example/cp/{deviceId}"
        shop.plan(KAIA, "--out", "plan.json")
        for url in (wish, "wss://ocpp.backend-b.example/cp"):
            shop.run("sandbox", "set", "Kaia P-hus", f"authentication.ocppCloud.url={url}")
        shop.run("sandbox", "fault", "stale-read", "--method", "GET", "--path", "/api/installation/*")

        ended = shop.apply("plan.json")

        assert kinds(ended) == ["uncertain"]
        assert not ended.document["receipt"]["converged"]
        assert ended.code == 4


class TestHandOver:
    def test_the_last_step_is_proven_by_losing_access(self, shop: Shop) -> None:
        """Once the owner has accepted, our own group goes, and then nothing can be read there any more."""
        shop.run("sandbox", "accept-invitation", "person:c-88122")

        ended = shop.apply("fleet/installations/homes/fjellveien-3.yaml", "--yes")

        assert kinds(ended) == ["done"]
        assert "our own access went with it" in ended.document["outcomes"][0]["detail"]
