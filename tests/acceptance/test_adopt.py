"""`adopt` against the sandbox: patches, new files, questions, and names that somebody chose to do harm."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.acceptance.conftest import CHECKOUT, Ended, Shop

UNMANAGED = "0b7f4f6a-33d1-4a52-9c8e-5a1e2d3c4b11"
KAIA = "fleet/installations/public/kaia-p-hus.yaml"
KAIA_ID = "91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03"
SERIAL = "ZPR082101"
SOLBAKKEN = "fleet/installations/coops/solbakken.yaml"
HOSTILE = (
    "../../../etc/cron.d/x",
    "CON",
    "\x1b[2J\x1b]0;gone\x07",
    "Ærlig Ødegård 7 \u202egnp.exe",
    "x" * 10_000,
    'a/b\\c:d*e?f"g<h>i|j',
    "name\nid: 00000000-0000-0000-0000-000000000000",
    "#{[&*!|>'\"%@`",
    "kari@house.example",
    "....",
    "-rf",
    "🏠",
)


def new_files(shop: Shop) -> list[Path]:
    """Files directly below installations/; the shipped ones lie in folders."""
    return sorted((shop.folder / "fleet" / "installations").glob("*.yaml"))


def rename(shop: Shop, name: str) -> None:
    """Somebody renames the installation without a file."""
    shop.run("plan")
    with shop.open_world() as world:
        world.data["installations"][UNMANAGED]["name"] = name


def conforms(document: dict[str, object]) -> bool:
    """Whether it is what its schema says."""
    schemas = {path.name: json.loads(path.read_text()) for path in (CHECKOUT / "schemas").glob("*.json")}
    registry = Registry().with_resources((name, Resource.from_contents(one)) for name, one in schemas.items())
    Draft202012Validator(schemas["adoption.schema.json"], registry=registry).validate(document)
    return True


class TestNewFiles:
    def test_an_installation_without_a_file_gets_one_that_plans_to_zero(self, shop: Shop) -> None:
        """Valid, nothing to change, and managed from now on."""
        ended = shop.run("adopt", UNMANAGED, "--yes", report=True)
        plan = shop.plan(UNMANAGED, "--detailed-exitcode")

        assert ended.code == 0
        assert [path.name for path in new_files(shop)] == ["testveien-1.yaml"]
        assert (plan.code, plan.document["changes"]) == (0, [])
        assert plan.document["coverage"]["installations"]["compared"] == 1
        assert conforms(ended.document)

    def test_all_takes_everything_without_a_file_and_nothing_twice(self, shop: Shop) -> None:
        """A second run has nothing to do."""
        first = shop.run("adopt", "--all", "--yes")
        again = shop.run("adopt", "--all", "--yes", report=True)

        assert first.code == again.code == 0
        assert again.document["files"] == []

    def test_a_fleet_without_any_file_can_begin_so(self, shop: Shop) -> None:
        """Whole account, from nothing to an empty plan; what no file may declare is listed and unmanaged."""
        for file in (shop.folder / "fleet" / "installations").rglob("*.yaml"):
            file.unlink()

        ended = shop.run("adopt", "--all", "--yes", report=True)
        plan = shop.plan("--detailed-exitcode")

        assert ended.code == 4
        assert len(new_files(shop)) == len(ended.document["files"]) == 11
        assert plan.document["changes"] == plan.document["unreadable"] == []
        assert any("0 A" in item["why"] for file in ended.document["files"] for item in file["left"])

    @pytest.mark.parametrize("name", HOSTILE)
    def test_no_name_leads_out_of_the_folder_or_into_the_file(self, shop: Shop, name: str) -> None:
        """Anybody with access can rename an installation; the file gets a plain name and stays valid."""
        rename(shop, name)

        ended = shop.run("adopt", UNMANAGED, "--yes")
        validated = shop.run("validate")

        (file,) = new_files(shop)
        assert ended.code == 0
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,70}\.yaml", file.name)
        assert file.stem not in {"con", "nul"}
        assert validated.code == 0
        assert f"id: {UNMANAGED}" in file.read_text()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]|\w@\w", ended.out + ended.err + file.read_text())

    def test_two_installations_of_one_name_get_two_files(self, shop: Shop) -> None:
        """Both carry the beginning of their id, whatever comes first."""
        shop.run("plan")
        (shop.folder / "fleet/installations/homes/elveveien-12.yaml").unlink()
        rename(shop, "Elveveien 12")

        shop.run("adopt", "--all", "--yes")

        assert [path.name for path in new_files(shop)] == ["elveveien-12-0b7f4f6a.yaml", "elveveien-12-2f0c6f0e.yaml"]


AIRPORT = "fleet/installations/public/lufthavn-p1.yaml"
AIRPORT_ID = "7d3e0a44-9c15-4f0b-a1d2-6b8e5c7f9a10"


class TestOneBadValue:
    def test_a_url_that_no_file_may_say_costs_no_charger(self, shop: Shop) -> None:
        """Twelve chargers that connect as one: the URL stays out, all twelve are declared, and the note counts them."""
        shop.run("plan")
        url = "authentication.ocppCloud.url=wss://ocpp.backend-b.example/cp"
        assert shop.run("sandbox", "set", "Kaia P-hus", url).code == 0
        shop.run("sandbox", "advance", "60s")
        (shop.folder / "fleet/installations/public/kaia-p-hus.yaml").unlink()

        ended = shop.run("adopt", KAIA_ID, "--yes")
        text = (shop.folder / "fleet/installations/kaia-p-hus.yaml").read_text()

        assert ended.code == 4
        assert len(re.findall(r"^  ZPR0821\d\d:", text, flags=re.MULTILINE)) == 12
        assert "all 12 chargers would connect as one" in ended.out
        assert ended.out.count("would connect as one") == 1 + text.count("would connect as one")
        assert "wss://" not in text
        assert shop.plan(KAIA_ID).document["changes"] == []


class TestUnreadable:
    """Our account has almost no role at Lufthavn P1, so 61 of its 62 chargers refuse to tell their state."""

    def test_what_nobody_could_read_is_never_taken_over(self, shop: Shop) -> None:
        """Unknown is not absent: it stays out, is counted once, and the file says nothing about it."""
        (shop.folder / AIRPORT).unlink()

        document = shop.run("adopt", AIRPORT_ID, "--yes", report=True).document

        (file,) = document["files"]
        adopted = {(one["charger"], one["setting"]) for one in file["adopted"]}
        out = {(one["charger"], one["setting"]) for one in file["left"]}
        assert adopted == {("ZPR085002", "maxCurrent"), ("ZPR085002", "standAlone")}
        assert len(out) > 120
        assert not adopted & out
        assert document["summary"]["settings"] == 2

    def test_what_stays_out_for_one_reason_is_told_once(self, shop: Shop) -> None:
        """The same 403 of 61 chargers is one line in the text and one in the new file; the document names all."""
        (shop.folder / AIRPORT).unlink()

        ended = shop.run("adopt", AIRPORT_ID, "--dry-run", report=True)

        told = " ".join(ended.out.split())
        assert "61 chargers Maximum current, Stand-alone mode: not readable: forbidden" in told
        assert "ZPR085001, ZPR085003, ZPR085004 and 58 more" in told
        assert told.count("/state: 403") == 2

    def test_a_charger_of_which_nothing_can_be_read_leaves_the_file_alone(self, shop: Shop) -> None:
        """Nothing is taken over, and that is what it says."""
        text = (shop.folder / AIRPORT).read_text()

        ended = shop.run("adopt", "ZPR085003", "--yes")

        assert ended.code == 4
        assert "0 files to write, 0 settings taken over, 2 stay out" in ended.out
        assert (shop.folder / AIRPORT).read_text() == text


class TestPatches:
    def test_only_lines_that_differ_change(self, shop: Shop) -> None:
        """Comments stay; the plan then holds only what no file may say: stand-alone outside of native OCPP."""
        before = (shop.folder / SOLBAKKEN).read_text().splitlines()

        shop.run("adopt", SOLBAKKEN, "--yes")
        after = (shop.folder / SOLBAKKEN).read_text().splitlines()
        plan = shop.plan(SOLBAKKEN)

        assert [line for line in before if "#" in line and line.strip().startswith("#")] == [
            line for line in after if line.strip().startswith("#")
        ]
        assert [change["setting"] for change in plan.document["changes"]] == ["standAlone"]
        assert sum(one != other for one, other in zip(before, after, strict=False)) < 8

    def test_a_serial_takes_over_that_charger_only(self, shop: Shop) -> None:
        """The rest of the file stays as it is."""
        ended = shop.run("adopt", "ZPR081010", "--yes", report=True)

        (file,) = ended.document["files"]
        assert {item["charger"] for item in file["adopted"]} == {"ZPR081010"}
        assert "ZPR081003: {maxCurrent: 16} " in (shop.folder / SOLBAKKEN).read_text()

    def test_a_limit_that_would_rise_is_a_warning(self, shop: Shop) -> None:
        """The cloud's word for a fuse is never taken silently."""
        ended = shop.run("adopt", "ZPR081003", "--dry-run")

        assert "warning: ZPR081003 Maximum current is live at 32 A, the file allows 16 A" in ended.out

    def test_a_charger_at_0_a_is_listed_and_left(self, shop: Shop) -> None:
        """0 A needs a reason and an end, which no cloud knows."""
        text = (shop.folder / "fleet/installations/homes/bakkegata-7.yaml").read_text()

        ended = shop.run("adopt", "ZAP012347", "--yes", report=True)

        assert ended.code == 4
        assert (shop.folder / "fleet/installations/homes/bakkegata-7.yaml").read_text() == text
        assert {item["setting"] for item in ended.document["files"][0]["left"]} == {"maxCurrent", "standAlone"}


class TestWhatIsHeldBack:
    def test_what_a_guard_refuses_is_listed_and_left(self, shop: Shop) -> None:
        """The file wants more than the circuit carries; nobody may settle that by saying nothing."""
        assert shop.run("apply", KAIA, "--yes").code == 0
        shop.run("sandbox", "set", SERIAL, "maxCurrent=10")
        with shop.open_world() as world:
            for circuit in world.data["installations"][KAIA_ID]["circuits"]:
                circuit["max_current_a"] = 20
        text = (shop.folder / KAIA).read_text()

        ended = shop.run("adopt", SERIAL, "--yes", report=True)

        assert (ended.code, conforms(ended.document)) == (4, True)
        assert [(one["kind"], one["charger"]) for one in left(ended)] == [("refused", SERIAL)]
        assert (shop.folder / KAIA).read_text() == text

    def test_what_waits_for_an_offline_charger_is_listed_and_left(self, shop: Shop) -> None:
        """The new value is on its way; adopting the old one would take it back."""
        assert shop.run("apply", KAIA, "--yes").code == 0
        shop.run("sandbox", "set", SERIAL, "online=off")
        shop.edit("installations/public/kaia-p-hus.yaml", rf"{SERIAL}: .*", f"{SERIAL}: {{maxCurrent: 10}}")
        assert shop.apply(KAIA, "--yes").code == 4
        text = (shop.folder / KAIA).read_text()

        ended = shop.run("adopt", SERIAL, "--yes", report=True)

        assert (ended.code, ended.document["exit"]["conditions"]) == (4, ["pending"])
        assert [(one["kind"], one["setting"]) for one in left(ended)] == [("pending", "maxCurrent")]
        assert (shop.folder / KAIA).read_text() == text

    def test_what_an_exception_decides_is_listed_and_left(self, shop: Shop) -> None:
        """Written to the file, the value would not count."""
        assert shop.run("apply", KAIA, "--yes").code == 0
        (shop.folder / "fleet" / "exceptions.yaml").write_text(
            f"version: 1\nexceptions:\n  - installation: {KAIA_ID}\n    charger: {SERIAL}\n    setting: maxCurrent\n"
            "    value: 13\n    until: 2035-03-31\n    owner: operations\n    reason: antenna\n"
        )
        text = (shop.folder / KAIA).read_text()

        ended = shop.run("adopt", SERIAL, "--yes", report=True)

        assert ended.code == 4
        assert [one["kind"] for one in left(ended)] == ["excepted"]
        assert "an exception wants 13 A until 2035-03-31" in " ".join(ended.out.split())
        assert (shop.folder / KAIA).read_text() == text


def left(ended: Ended) -> list[dict[str, Any]]:
    """What stays out of the files."""
    return [item for file in ended.document["files"] for item in file["left"]]


class TestAsking:
    def test_without_a_terminal_nothing_is_written(self, shop: Shop) -> None:
        """Nobody can say yes."""
        ended = shop.run("adopt", "--all")

        assert ended.code == 64
        assert new_files(shop) == []

    def test_a_dry_run_writes_nothing(self, shop: Shop) -> None:
        """It prints the difference."""
        ended = shop.run("adopt", "--all", "--dry-run")

        assert ended.code == 0
        assert "+id: 0b7f4f6a" in ended.out
        assert new_files(shop) == []

    @pytest.mark.parametrize(
        "arguments", [(), ("--all", UNMANAGED), ("00000000-0000-0000-0000-000000000000",), ("ZZZ999999",), ("nowhere",)]
    )
    def test_what_names_nothing_is_a_usage_error(self, shop: Shop, arguments: tuple[str, ...]) -> None:
        """Before anything is written."""
        assert shop.run("adopt", *arguments, "--yes").code == 64

    def test_the_cloud_is_only_read(self, shop: Shop) -> None:
        """Not one request could change anything."""
        shop.run("adopt", "--all", "--yes")

        assert {entry["method"] for entry in shop.log()} <= {"GET", "POST"}
        assert not any(entry["effect"] for entry in shop.log())

    def test_a_link_out_of_the_fleet_is_not_followed(self, shop: Shop) -> None:
        """A pull request may have put it there."""
        outside = shop.folder / "outside"
        outside.mkdir()
        (shop.folder / "fleet/installations/testveien-1.yaml").symlink_to(outside / "x.yaml")

        ended = shop.run("adopt", UNMANAGED, "--yes")

        assert ended.code != 0
        assert list(outside.iterdir()) == []
