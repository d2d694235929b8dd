"""Shards of a fleet, planned one by one and joined, are the fleet: documents, guards and what an apply does."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.store import SandboxFile
from tests.acceptance.conftest import CHECKOUT, Shop
from tests.acceptance.generated import write_fleet

TIMES = {"created_at", "valid_until", "observed_at", "taken_at"}
ACCOUNT = "  {}: {{cloud: sandbox, routes: {{authentication: partner, permissions: partner, standAlone: partner}}, "
ACCOUNT += 'agreement: "our own sandbox contract", group: BSJG, rate: {}}}\n'
KINDS = ("shards", "plan")
GUARDS = "guards: {maxChangedInstallations: 200, maxRaisedA: 5000}\n"


def over(shop: Shop, *names: str, guards: str = GUARDS) -> None:
    """The files belong to these accounts in turn; each sees everything: the sandbox in process has one login."""
    fleet = shop.folder / "fleet"
    accounts = "".join(ACCOUNT.format(name, 5 + place) for place, name in enumerate(names))
    hosts = "allowedHosts: [ocpp.backend-a.example, ocpp.backend-b.example, hooks.paycharge.example]\n"
    (fleet / "fleet.yaml").write_text(f"version: 1\naccounts:\n{accounts}{guards}{hosts}")
    for number, file in enumerate(sorted((fleet / "installations").rglob("*.yaml"))):
        account = names[number % len(names)]
        file.write_text(re.sub(r"^account: .*$", f"account: {account}", file.read_text(), flags=re.MULTILINE))


def generated(shop: Shop, *names: str, guards: str = GUARDS) -> None:
    """Forty generated installations of which a third has drifted."""
    made = generated_world(40, 120, seed=6, drift=0.3)
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json")
    shop.run("sandbox", "reset")
    with file.locked(url=None):
        file.save(made.world)
    write_fleet(shop.folder / "fleet", made.desired)
    over(shop, *names, guards=guards)


def without_times(document: Mapping[str, Any]) -> dict[str, Any]:
    """The rest of a document."""
    return {name: value for name, value in document.items() if name not in TIMES}


def shards(shop: Shop, command: str, *names: str, more: Sequence[str] = ()) -> list[str]:
    """The documents of one shard each, made in the opposite order."""
    for name in reversed(names):
        shop.run(command, "--account", name, *more, "--report", f"json={command}-{name}.json")
    return [f"{command}-{name}.json" for name in names]


def document(shop: Shop, name: str) -> dict[str, Any]:
    """A JSON document in the folder."""
    found: dict[str, Any] = json.loads((shop.folder / name).read_text())
    return found


class TestJoined:
    @pytest.mark.parametrize("command", ["plan", "drift"])
    def test_two_shards_of_a_generated_fleet_are_the_fleet(self, shop: Shop, command: str) -> None:
        """Nothing but times tells them apart, and the command ends in the same way."""
        generated(shop, "north", "south")
        whole = shop.run(command, report=True)
        parts = shards(shop, command, "north", "south")

        joined = shop.run("merge", *reversed(parts), "-o", "joined.json", report=True)

        assert joined.code == whole.code
        assert without_times(joined.document) == without_times(whole.document)
        assert document(shop, "joined.json") == joined.document
        assert whole.document["coverage"]["installations"]["desired"] == 40
        assert len(whole.document["changes" if command == "plan" else "findings"]) > 20
        assert "joined 2 accounts (north, south); compared 40 of 40 installations, 120 of 120 chargers" in joined.err

    @pytest.mark.parametrize("command", ["plan", "drift"])
    def test_three_accounts_with_everything_that_can_be_open(self, shop: Shop, command: str) -> None:
        """Refusals, waiting people, unreadable sites, a charger that waits for what was sent, a budget too small."""
        over(shop, "a", "b", "c")
        shop.run("sandbox", "set", "ZAP012345", "online=false")
        shop.edit("installations/homes/elveveien-12.yaml", r"maxCurrent: \d+", "maxCurrent: 13")
        shop.apply("Elveveien 12", "--yes")
        over(shop, "a", "b", "c", guards="guards: {maxChangedInstallations: 2}\n")
        whole = shop.run(command, report=True)
        parts = shards(shop, command, "a", "b", "c")

        joined = shop.run("merge", *parts, report=True)

        assert without_times(joined.document) == without_times(whole.document)
        assert joined.code == whole.code
        if command == "plan":
            assert {one["scope"] for one in whole.document["refusals"]} == {"fleet", "installation"}
            assert all(whole.document[name] for name in ("waiting", "unreadable", "changes", "pending"))

    def test_a_folder_stands_for_the_documents_in_it(self, shop: Shop) -> None:
        """As a workflow downloads them: one folder each."""
        generated(shop, "north", "south")
        for name in ("north", "south"):
            (shop.folder / "got" / name).mkdir(parents=True)
            shop.run("plan", "--account", name, "--out", f"got/{name}/plan.json")

        joined = shop.run("merge", "got", "--format", "markdown")

        assert joined.code == 4, joined.err
        assert "40 of 40 installations" in joined.out

    def test_the_join_is_told_in_every_format(self, shop: Shop) -> None:
        """As `show` tells it."""
        generated(shop, "north", "south")
        plans, reports = shards(shop, "plan", "north", "south"), shards(shop, "drift", "north", "south")
        shop.run("merge", *plans, "-o", "plan.json")
        shop.run("merge", *reports, "-o", "drift.json")

        for kind, parts, formats in (("plan", plans, ("text", "github")), ("drift", reports, ("html", "csv"))):
            for name in formats:
                assert (
                    shop.run("merge", *parts, "--format", name).out
                    == shop.run("show", f"{kind}.json", "--format", name).out
                )


class TestApply:
    def test_the_budget_of_the_fleet_counts_over_all_shards(self, shop: Shop) -> None:
        """Each shard is within it, and together they are not: the joined plan is refused as the whole one is."""
        generated(shop, "north", "south", guards="guards: {maxChangedInstallations: 22, maxRaisedA: 5000}\n")
        parts = shards(shop, "plan", "north", "south")

        joined = shop.run("merge", *parts, "-o", "joined.json", report=True)
        ended = shop.apply("joined.json", "--yes")

        assert [document(shop, part)["exit"]["code"] for part in parts] == [4, 4]
        assert (joined.code, ended.code) == (5, 5)
        assert [one["guard"] for one in joined.document["refusals"]][:1] == ["changed-installations"]
        assert [one for one in shop.log() if one["method"] != "GET" and "/update" in one["path"]] == []

    def test_what_the_document_says_about_its_budget_is_not_believed(self, shop: Shop) -> None:
        """An apply asks fleet.yaml, whatever limits a shard was given."""
        generated(shop, "north", "south", guards="guards: {maxChangedInstallations: 22, maxRaisedA: 5000}\n")
        parts = shards(shop, "plan", "north", "south")
        for part in parts:
            text = (shop.folder / part).read_text()
            (shop.folder / part).write_text(
                text.replace('"max_changed_installations": 22', '"max_changed_installations": 99')
            )

        joined = shop.run("merge", *parts, "-o", "joined.json")
        ended = shop.apply("joined.json", "--yes")

        assert (joined.code, ended.code) == (4, 5)

    def test_a_joined_plan_is_applied_like_any_other(self, shop: Shop) -> None:
        """Exactly its changes, over both accounts, and what it touched converges."""
        generated(shop, "north", "south")
        parts = shards(shop, "plan", "north", "south")
        shop.run("merge", *parts, "-o", "joined.json")

        ended = shop.apply("joined.json", "--yes")

        planned = {one["id"] for one in document(shop, "joined.json")["changes"]}
        assert {one["change"] for one in ended.document["outcomes"]} == planned
        assert {one["outcome"] for one in ended.document["outcomes"]} <= {"done", "waiting"}

    def test_a_shard_of_a_joined_plan_can_be_applied_alone(self, shop: Shop) -> None:
        """With the selection that every command has."""
        generated(shop, "north", "south")
        parts = shards(shop, "plan", "north", "south")
        shop.run("merge", *parts, "-o", "joined.json")

        ended = shop.apply("joined.json", "--account", "south", "--yes")

        planned = {one["id"] for one in document(shop, parts[1])["changes"]}
        assert {one["change"] for one in ended.document["outcomes"]} == planned


class TestSnapshots:
    def test_joined_snapshots_are_the_snapshot_of_everything(self, shop: Shop) -> None:
        """So pull requests are planned, and drift is found, once from all of them."""
        generated(shop, "north", "south")
        shop.run("snapshot", "--out", "whole.json")
        for name in ("north", "south"):
            shop.run("snapshot", "--account", name, "--out", f"{name}.json")

        joined = shop.run("merge", "north.json", "south.json", "-o", "joined.json")

        whole = document(shop, "whole.json")
        assert joined.code == 0, joined.err
        assert {**without_times(document(shop, "joined.json")), "digest": ""} == {**without_times(whole), "digest": ""}
        assert shop.plan("--snapshot", "joined.json").document["changes"] == shop.plan().document["changes"]

    def test_a_missing_account_is_refused_or_told(self, shop: Shop) -> None:
        """What is planned from the rest says what it lacks, and never ends with 0."""
        generated(shop, "north", "south")
        shop.run("snapshot", "--account", "north", "--out", "north.json")

        refused = shop.run("merge", "north.json", "-o", "joined.json")
        told = shop.run("merge", "north.json", "-o", "joined.json", "--missing", "tell")
        plan = shop.plan("--snapshot", "joined.json")

        assert refused.code == 3
        assert "nothing is here of account south: 1 of 2 accounts were given" in refused.err
        assert told.code == 4
        assert "PARTIAL: nothing of account south" in told.err
        assert plan.code == 4
        assert plan.document["coverage"]["installations"] | {"unmanaged": 0} == {
            "desired": 40, "compared": 20, "unreadable": 20, "unmanaged": 0
        }  # fmt: skip
        assert {one["detail"] for one in plan.document["unreadable"]} == {"the snapshot does not hold account south"}

    def test_what_was_left_out_can_be_joined_later(self, shop: Shop) -> None:
        """A snapshot of some accounts is a shard itself."""
        generated(shop, "a", "b", "c")
        shop.run("snapshot", "--out", "whole.json")
        for name in ("a", "b", "c"):
            shop.run("snapshot", "--account", name, "--out", f"{name}.json")
        shop.run("merge", "a.json", "b.json", "-o", "ab.json", "--missing", "tell")

        joined = shop.run("merge", "c.json", "ab.json", "-o", "joined.json")

        assert joined.code == 0, joined.err
        whole = document(shop, "whole.json")
        assert {**without_times(document(shop, "joined.json")), "digest": ""} == {**without_times(whole), "digest": ""}

    def test_a_plan_lacks_nothing(self, shop: Shop) -> None:
        """Only what is made from a snapshot can say what it lacks."""
        generated(shop, "north", "south")
        parts = shards(shop, "plan", "north", "south")

        ended = shop.run("merge", parts[0], "--missing", "tell")

        assert ended.code == 64
        assert "only a snapshot may lack an account" in ended.err


class TestRefused:
    @pytest.fixture
    def plans(self, shop: Shop) -> list[str]:
        """Of two accounts."""
        generated(shop, "north", "south")
        return shards(shop, "plan", "north", "south")

    def test_other_kinds(self, shop: Shop, plans: list[str]) -> None:
        """A plan and a drift report say different things."""
        (report, _) = shards(shop, "drift", "north", "south")

        ended = shop.run("merge", report, plans[1])

        assert ended.code == 3
        assert "documents of different kinds: drift and plan" in ended.err

    def test_the_same_shard_twice(self, shop: Shop, plans: list[str]) -> None:
        """Its changes would count twice."""
        ended = shop.run("merge", *plans, plans[0])

        assert ended.code == 3
        assert "account north is in more than one of them" in ended.err

    def test_a_missing_shard(self, shop: Shop, plans: list[str]) -> None:
        """A plan of half the fleet is not that of the fleet."""
        ended = shop.run("merge", plans[1])

        assert ended.code == 3
        assert "nothing is here of account north" in ended.err
        assert "--account north" in ended.err

    def test_other_files(self, shop: Shop, plans: list[str]) -> None:
        """One shard was planned before somebody changed a file of the other."""
        file = min((shop.folder / "fleet" / "installations").glob("*.yaml"))
        file.write_text(file.read_text().replace("name: ", "name: New "))
        shop.run("plan", "--account", "south", "--out", plans[1])

        ended = shop.run("merge", *plans)

        assert ended.code == 3
        assert "made from different files" in ended.err

    def test_the_whole_fleet_with_a_shard(self, shop: Shop, plans: list[str]) -> None:
        """It has that shard already; alone it is what it is."""
        whole = shop.plan("--out", "whole.json").document

        ended = shop.run("merge", "whole.json", plans[0])
        alone = shop.run("merge", "whole.json", report=True)

        assert ended.code == 3
        assert "it is about the whole fleet, so it is no shard" in ended.err
        assert alone.document == whole

    def test_a_part_of_an_account(self, shop: Shop, plans: list[str]) -> None:
        """It says nothing about the rest of that account."""
        shop.run("plan", "--account", "north", "Site 0000*", "--out", plans[0])

        ended = shop.run("merge", *plans)

        assert ended.code == 3
        assert "a part that is no whole account" in ended.err

    def test_a_report_with_ages(self, shop: Shop) -> None:
        """The ledger of a fleet is one, so that it is compared once, from joined snapshots."""
        generated(shop, "north", "south")
        reports = shards(shop, "drift", "north", "south", more=("--ledger", "ledger.jsonl"))

        ended = shop.run("merge", *reports)

        assert ended.code == 3
        assert "its ages come from a ledger" in ended.err
        assert "reconciler drift --snapshot FILE --ledger FILE" in ended.err

    def test_documents_of_no_shards(self, shop: Shop) -> None:
        """Receipts stay one per account."""
        shop.run("validate", "--report", "json=found.json")

        ended = shop.run("merge", "found.json")

        assert ended.code == 3
        assert "documents of kind validation are not joined" in ended.err


class TestMatrix:
    def test_each_account_is_a_shard(self, shop: Shop) -> None:
        """In the order of their names; one that no file uses has nothing to read."""
        generated(shop, "south", "north")
        shop.edit("fleet.yaml", "^guards:", "  spare: {cloud: sandbox}\nguards:")

        matrix = json.loads(shop.run("shards", "--format", "github").out)

        assert [(one["shard"], one["accounts"], one["installations"]) for one in matrix["include"]] == [
            ("north", "north", 20),
            ("south", "south", 20),
        ]

    def test_the_requests_are_those_of_a_plan(self, shop: Shop) -> None:
        """Except for circuits that are read where a limit is raised, which the files cannot tell."""
        generated(shop, "north", "south")

        matrix = json.loads(shop.run("shards", "--format", "github").out)
        told = [one["plan_requests"] for one in matrix["include"]]
        snapshots = [one["snapshot_requests"] for one in matrix["include"]]

        for name, least, all_of_it in zip(("north", "south"), told, snapshots, strict=True):
            read = shop.plan("--account", name).document["summary"]["requests"]["read_floor"]
            assert least <= read <= all_of_it

    def test_many_accounts_share_few_runners(self, shop: Shop) -> None:
        """None is split, none is left out, and the names tell how many there are."""
        generated(shop, "a", "b", "c", "d", "e")

        matrix = json.loads(shop.run("shards", "--max", "2", "--format", "github").out)

        names = [one["accounts"].split() for one in matrix["include"]]
        assert sorted(name for group in names for name in group) == ["a", "b", "c", "d", "e"]
        assert [one["shard"] for one in matrix["include"]] == [f"{group[0]}+{len(group) - 1}" for group in names]

    def test_the_variable_takes_what_the_matrix_says(self, shop: Shop) -> None:
        """So that no name of an account becomes part of a command."""
        generated(shop, "a", "b", "c")

        both = shop.plan(env={"RECONCILER_ACCOUNT": "a c"}).document
        same = shop.plan("--account", "c", "--account", "a").document

        assert both["selection"] == same["selection"] == "account a, account c"
        assert [one["name"] for one in both["accounts"]] == ["a", "c"]

    def test_the_variable_of_the_pins_is_another_one(self, shop: Shop) -> None:
        """RECONCILER_ACCOUNTS says which cloud an account means, and chooses none."""
        generated(shop, "a", "b")

        assert shop.plan(env={"RECONCILER_ACCOUNTS": "a:sandbox,b:sandbox"}).document["selection"] is None

    def test_an_empty_fleet_has_an_empty_matrix(self, shop: Shop) -> None:
        """Which a workflow can skip; it is no mistake in the files."""
        for file in (shop.folder / "fleet" / "installations").rglob("*.yaml"):
            file.unlink()
        (shop.folder / "fleet" / "exceptions.yaml").unlink(missing_ok=True)
        out = shop.folder / "out"

        ended = shop.run("shards", "--format", "github", env={"GITHUB_OUTPUT": str(out)})

        assert (ended.code, json.loads(ended.out)) == (0, {"include": []})
        assert "\n0\n" in out.read_text()
        assert "No shards" in shop.run("shards").out

    def test_wrong_files_have_no_shards(self, shop: Shop) -> None:
        """Nobody reads a fleet that cannot be compared."""
        shop.edit("installations/homes/bakkegata-7.yaml", r"maxCurrent: \d+", "maxCurrent: 3")

        assert shop.run("shards").code == 3

    def test_the_document_fits_its_schema(self, shop: Shop) -> None:
        """With every account of each shard."""
        generated(shop, "a", "b", "c")
        found = shop.run("shards", "--max", "2", "--format", "json", report=True).document
        schema, shared = (json.loads((CHECKOUT / "schemas" / f"{one}.schema.json").read_text()) for one in KINDS)
        registry: Registry[Any] = Registry().with_resource("plan.schema.json", Resource.from_contents(shared))

        Draft202012Validator(schema, registry=registry).validate(found)

        assert [[one["name"] for one in shard["accounts"]] for shard in found["shards"]] == [["a"], ["b", "c"]]

    def test_an_account_that_takes_longer_than_a_job_is_told(self, shop: Shop) -> None:
        """Sharding cannot help there: the limit of requests is per account."""
        generated(shop, "slow")
        shop.edit("fleet.yaml", "rate: 5", "rate: 0.005")

        ended = shop.run("shards")

        assert ended.code == 0
        assert re.search(r"warning: a snapshot of account slow takes \d{3,} minutes at 0.005 requests/s", ended.err)
