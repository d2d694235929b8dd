"""A home charger goes to its owner: by files, plan and apply, on the sandbox."""

import json
import re
import shutil
from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.acceptance.conftest import CHECKOUT, Ended, Shop

BAKKEGATA = "fleet/installations/homes/bakkegata-7.yaml"
FJELLVEIEN = "fleet/installations/homes/fjellveien-3.yaml"
ELVEVEIEN = "fleet/installations/homes/elveveien-12.yaml"
SERIAL, OWNER = "ZAP012347", "person:c-88123"
NEW = "fleet/installations/bakkegata-7.yaml"
RELEASED = "fleet/released/bakkegata-7.yaml"
PORTAL = r"    routes:[^\n]*\n      authentication: partner\n      permissions: partner\n"


def without_file(shop: Shop, *paths: str) -> None:
    """Installations of which our files know nothing yet."""
    for path in paths:
        (shop.folder / path).unlink()


def begin(shop: Shop, serial: str = SERIAL, owner: str = OWNER, *options: str) -> Ended:
    """Start one hand-over and keep its document."""
    return shop.run("handover", "start", serial, "--owner", owner, "--yes", *options, report=True)


def handed_over(shop: Shop) -> None:
    """Everything but the filing away, from the file that is there."""
    begin(shop)
    applied = shop.apply(BAKKEGATA, "--yes")
    shop.run("sandbox", "carry-out", applied.document["worksheet"])
    shop.apply(BAKKEGATA, "--yes")
    shop.run("sandbox", "accept-invitation", OWNER)
    shop.apply(BAKKEGATA, "--yes")


def by_list(shop: Shop, *rows: str, options: tuple[str, ...] = ("--yes",)) -> Ended:
    """Start many at once."""
    (shop.folder / "list.csv").write_text("serial,person,postcode\n" + "".join(f"{row}\n" for row in rows))
    return shop.run("handover", "start", "--csv", "list.csv", "--wave", "w1", *options, report=True)


def status(shop: Shop, *selectors: str) -> Ended:
    """How far the hand-overs are."""
    return shop.run("handover", "status", *selectors, report=True)


def stages(ended: Ended) -> dict[str, str]:
    """Name and stage of each hand-over under way."""
    return {one["name"]: one["stage"] for one in ended.document["handovers"]}


def actions(ended: Ended) -> dict[str, str]:
    """What became of each charger."""
    return {row["serial"]: row["action"] for row in ended.document["rows"]}


def codes(ended: Ended, serial: str) -> list[str]:
    """What was found at one charger."""
    return [one["code"] for row in ended.document["rows"] if row["serial"] == serial for one in row["remarks"]]


def change(shop: Shop, name: str, act: Callable[[dict[str, object]], None]) -> None:
    """Change an installation of the world."""
    shop.run("sandbox", "log")
    with shop.open_world() as world:
        act(next(one for one in world.data["installations"].values() if one["name"] == name))


def at_postcode(code: str) -> Callable[[dict[str, object]], None]:
    """The installation stands there."""
    return lambda site: site["fields"].update({"ZipCode": code})  # type: ignore[attr-defined]  # a record


def leave_in_the_portal(site: dict[str, object]) -> None:
    """Somebody takes our group out, as the worksheet says."""
    site["permissions"] = [one for one in site["permissions"] if one.get("key") != "BSJG"]  # type: ignore[attr-defined]  # a list


def conforms(document: dict[str, object]) -> bool:
    """Whether it is what its schema says."""
    schemas = {path.name: json.loads(path.read_text()) for path in (CHECKOUT / "schemas").glob("*.json")}
    registry = Registry().with_resources((name, Resource.from_contents(one)) for name, one in schemas.items())
    Draft202012Validator(schemas[f"{document['kind']}.schema.json"], registry=registry).validate(document)
    return True


class TestTheJourney:
    def test_a_charger_left_in_native_ocpp_goes_to_its_owner(self, shop: Shop) -> None:
        """0 A and stand-alone on at the start; at the end it is the owner's, and our access went last."""
        without_file(shop, BAKKEGATA)

        begun = begin(shop)
        planned = shop.plan(NEW)
        applied = shop.apply(NEW, "--yes")
        shop.run("sandbox", "carry-out", applied.document["worksheet"])
        rest = shop.apply(NEW, "--yes")
        waiting = status(shop, NEW)
        shop.run("sandbox", "accept-invitation", OWNER)
        accepted = status(shop, NEW)
        left = shop.apply(NEW, "--yes")
        over = status(shop, NEW)
        nothing_left = shop.plan(NEW)
        no_drift = shop.run("drift", NEW, report=True)
        finished = shop.run("handover", "finish", "--yes", report=True)
        after = status(shop)

        assert (begun.code, actions(begun)) == (0, {SERIAL: "new"})
        settings = {one["setting"] for one in planned.document["changes"]}
        assert settings >= {"authentication.mode", "maxCurrent", "permissions", "standAlone"}
        assert rest.code == 4
        assert (waiting.code, stages(waiting)) == (4, {"Bakkegata 7": "waiting"})
        assert stages(accepted) == {"Bakkegata 7": "leaving"}
        assert [one["outcome"] for one in left.document["outcomes"]] == ["done"]
        assert (left.code, left.document["receipt"]["open_reasons"]) == (0, [])
        assert "handover finish" in left.out
        assert (over.code, stages(over)) == (0, {"Bakkegata 7": "done"})
        assert (nothing_left.code, [one["code"] for one in nothing_left.document["warnings"]]) == (0, ["P210"])
        assert (no_drift.code, no_drift.document["findings"]) == (0, [])
        assert (finished.code, actions(finished)) == (4, {SERIAL: "released"})
        assert "1 handed over, 1 still open: 1 waits for the owner" in finished.out
        assert not (shop.folder / NEW).exists()
        assert (shop.folder / RELEASED).is_file()
        assert "Bakkegata 7" not in stages(after)
        assert shop.run("validate").code == 0
        assert all(conforms(one.document) for one in (begun, waiting, over, finished))

    def test_the_invitation_is_the_first_thing_that_apply_does(self, shop: Shop) -> None:
        """The clock of the person is the slow one."""
        without_file(shop, BAKKEGATA)
        begin(shop)

        planned = shop.plan(NEW).document

        first = next(one for one in planned["changes"] if one["id"] in planned["steps"][0]["changes"])
        assert (first["principal"], first["before"]) == (OWNER, None)

    def test_in_the_order_of_the_guide_the_invitation_comes_last(self, shop: Shop) -> None:
        """Settings, then the owner, then our access; each start says what the files lack."""
        without_file(shop, BAKKEGATA)
        seed = ("--order", "seed")

        begin(shop, SERIAL, OWNER, *seed)
        first = shop.apply(NEW, "--yes")
        too_early = begin(shop, SERIAL, OWNER, *seed)
        shop.run("sandbox", "carry-out", first.document["worksheet"])
        shop.apply(NEW, "--yes")
        ready = status(shop, NEW)
        invites = begin(shop, SERIAL, OWNER, *seed)
        second = shop.plan(NEW)

        assert all(one["change"] for one in first.document["outcomes"])
        assert actions(too_early) == {SERIAL: "unchanged"}
        assert stages(ready) == {"Bakkegata 7": "invite"}
        assert actions(invites) == {SERIAL: "patched"}
        assert {one["setting"] for one in second.document["changes"]} == {"permissions"}
        assert actions(begin(shop, SERIAL, OWNER, *seed)) == {SERIAL: "unchanged"}

    def test_by_hand_the_worksheet_and_an_attestation_do_it(self, shop: Shop) -> None:
        """All routes are the Portal: its steps, carried out, verify themselves; people are attested."""
        without_file(shop, BAKKEGATA)
        shop.edit("fleet.yaml", PORTAL, "")

        begun = begin(shop)
        applied = shop.apply(NEW, "--yes")
        shop.run("sandbox", "carry-out", applied.document["worksheet"])
        verified = shop.plan(NEW).document
        shop.apply(NEW, "--yes")
        by_hand = status(shop, NEW)
        shop.run("sandbox", "accept-invitation", OWNER)
        shop.run("attest", NEW, "--by", "KL", "--accepted")
        still_there = status(shop, NEW)
        too_early = shop.run("handover", "finish", SERIAL, "--yes", report=True)
        change(shop, "Bakkegata 7", leave_in_the_portal)
        over = status(shop, NEW)
        finished = shop.run("handover", "finish", SERIAL, "--yes", report=True)

        assert "access-not-readable" in codes(begun, SERIAL)
        assert {one["outcome"] for one in applied.document["outcomes"]} <= {"waiting", "done"}
        assert {one["setting"] for one in verified["changes"]} == {"permissions"}
        assert verified["pending"] == []
        assert by_hand.code == 4
        assert stages(still_there) == {"Bakkegata 7": "leaving"}
        assert actions(too_early) == {SERIAL: "refused"}
        assert stages(over) == {"Bakkegata 7": "done"}
        assert actions(finished) == {SERIAL: "released"}

    @pytest.mark.parametrize("kind", ["lost-answer-after", "error-after"])
    def test_access_that_went_without_an_answer_is_no_proof_and_no_dead_end(self, shop: Shop, kind: str) -> None:
        """The receipt claims nothing; that the owner had accepted was seen just before, so the hand-over is over."""
        without_file(shop, BAKKEGATA)
        shop.edit(
            "fleet.yaml", "      permissions: partner\n", "      permissions: partner\n      standAlone: partner\n"
        )
        begin(shop)
        shop.apply(NEW, "--yes")
        shop.run("sandbox", "accept-invitation", OWNER)
        shop.run("sandbox", "fault", kind, "--method", "DELETE", "--times", "1")

        left = shop.apply(NEW, "--yes")

        assert [one["outcome"] for one in left.document["outcomes"]] == ["done"]
        assert (left.code, left.document["receipt"]["converged"]) == (4, False)
        assert stages(status(shop, NEW)) == {"Bakkegata 7": "done"}

    def test_what_is_filed_away_is_not_filed_again(self, shop: Shop) -> None:
        """Whoever finishes it twice is told where it is; that is no mistake."""
        (shop.folder / "fleet" / "released").mkdir()
        (shop.folder / BAKKEGATA).rename(shop.folder / RELEASED)

        again = shop.run("handover", "finish", SERIAL, "--yes", report=True)
        strange = shop.run("handover", "finish", "ZAP999999", "--yes")

        assert (again.code, actions(again), codes(again, SERIAL)) == (0, {SERIAL: "released"}, ["filed-already"])
        assert "fleet/released/bakkegata-7.yaml" in again.out
        assert strange.code == 64

    def test_what_is_not_over_is_not_filed_away(self, shop: Shop) -> None:
        """The owner has not accepted, so the file stays and says why."""
        finished = shop.run("handover", "finish", "ZAP012346", "--yes", report=True)

        assert (finished.code, actions(finished)) == (4, {"ZAP012346": "refused"})
        assert (shop.folder / FJELLVEIEN).is_file()

    def test_what_stays_open_is_told(self, shop: Shop) -> None:
        """Whoever files away all that is over must not take that for the end of all."""
        begin(shop)
        waiting = shop.run("handover", "finish", "--yes", report=True)
        change(shop, "Fjellveien 3", lambda site: site["permissions"].clear())  # type: ignore[attr-defined]  # a record
        lost = shop.run("handover", "finish", "--yes", report=True)

        assert (waiting.code, waiting.document["exit"]["conditions"]) == (4, ["waiting", "not-reached"])
        assert waiting.out.startswith("2 still open: 1 to apply, 1 waits for the owner; see `reconciler handover")
        assert lost.code == 4
        assert "2 still open: 1 to apply, 1 access lost;" in lost.out
        assert conforms(lost.document)

    def test_access_that_is_lost_without_us_is_no_end(self, shop: Shop) -> None:
        """Somebody took it from us, and nobody can say that the owner has it."""
        change(shop, "Fjellveien 3", lambda site: site["permissions"].clear())  # type: ignore[attr-defined]  # a record

        lost = status(shop, FJELLVEIEN)

        assert (lost.code, stages(lost)) == (4, {"Fjellveien 3": "lost"})
        assert actions(shop.run("handover", "finish", "ZAP012346", "--yes", report=True)) == {"ZAP012346": "refused"}

    def test_a_move_that_was_cut_off_is_finished_by_the_next(self, shop: Shop) -> None:
        """The copy was written, the file not taken away yet."""
        without_file(shop, BAKKEGATA, FJELLVEIEN)
        begin(shop)
        applied = shop.apply(NEW, "--yes")
        shop.run("sandbox", "carry-out", applied.document["worksheet"])
        shop.apply(NEW, "--yes")
        shop.run("sandbox", "accept-invitation", OWNER)
        shop.apply(NEW, "--yes")
        (shop.folder / "fleet" / "released").mkdir()
        shutil.copy(shop.folder / NEW, shop.folder / RELEASED)

        again = shop.run("handover", "finish", "--yes", report=True)

        assert actions(again) == {SERIAL: "released"}
        assert [path.name for path in (shop.folder / "fleet" / "released").iterdir()] == ["bakkegata-7.yaml"]
        assert not (shop.folder / NEW).exists()


class TestLists:
    def test_the_list_of_the_how_to_page_goes_on_the_sandbox(self, shop: Shop) -> None:
        """Copied to the last letter, postcodes included."""
        page = (CHECKOUT / "docs/how-to/hand-over.md").read_text()
        found = re.search(r"^\$ cat wave-1\.csv\n((?:[^$].*\n)+)", page, flags=re.MULTILINE)
        assert found is not None
        (shop.folder / "wave-1.csv").write_text(found[1])

        ended = shop.run("handover", "start", "--csv", "wave-1.csv", "--wave", "wave-1", "--yes", report=True)

        assert ended.code == 0, ended.err
        assert set(actions(ended).values()) == {"patched"}
        assert len(ended.document["rows"]) == 2

    def test_rows_that_are_off_by_one_are_told_by_their_postcodes(self, shop: Shop) -> None:
        """The shipped sites have different ones."""
        ended = by_list(shop, "ZAP012347,c-88123,0170", "ZAP012345,c-88121,0855")

        assert ended.code == 4
        assert codes(ended, "ZAP012347") == codes(ended, "ZAP012345") == ["wrong-postcode"]

    def test_what_cannot_go_stays_out_and_the_rest_goes(self, shop: Shop) -> None:
        """Each with its line, its reason and its remedy."""
        without_file(shop, BAKKEGATA)
        change(shop, "Bakkegata 7", at_postcode("0855"))
        change(shop, "Elveveien 12", at_postcode("0170"))

        ended = by_list(
            shop, "ZAP012347,c-88123,0855", "ZAP012345,c-88121,0171", "ZAP012349,c-88124,", "ZAP999999,c-1,1"
        )

        assert ended.code == 4
        assert actions(ended) == {
            "ZAP012347": "new",
            "ZAP012345": "refused",
            "ZAP012349": "refused",
            "ZAP999999": "refused",
        }
        assert codes(ended, "ZAP012345") == ["wrong-postcode"]
        assert codes(ended, "ZAP012349") == ["shared-installation"]
        assert codes(ended, "ZAP999999") == ["not-found", "unknown-person"]
        assert [row["list"]["line"] for row in ended.document["rows"]] == [2, 3, 4, 5]
        assert "labels:\n  wave: w1\n" in (shop.folder / NEW).read_text()
        assert "list.csv:3" in ended.out
        assert conforms(ended.document)

    def test_no_postcode_leaves_the_machine(self, shop: Shop) -> None:
        """Neither that of the list nor that of the cloud."""
        without_file(shop, BAKKEGATA)
        change(shop, "Bakkegata 7", at_postcode("CANARY-0855"))

        ended = by_list(shop, "ZAP012347,c-88123,CANARY-0856")

        assert codes(ended, "ZAP012347") == ["wrong-postcode"]
        assert "CANARY" not in ended.out + ended.err + json.dumps(ended.document)

    def test_the_same_list_again_changes_nothing(self, shop: Shop) -> None:
        """Also after the end: what is handed over stays so."""
        without_file(shop, BAKKEGATA)
        rows = ("ZAP012347,c-88123,", "ZAP012345,c-88121,")

        first = by_list(shop, *rows)
        texts = {path: path.read_text() for path in (shop.folder / "fleet").rglob("*.yaml")}
        again = by_list(shop, *rows)
        (shop.folder / "fleet" / "released").mkdir()
        (shop.folder / NEW).rename(shop.folder / RELEASED)
        after = by_list(shop, *rows)

        assert actions(first) == {"ZAP012347": "new", "ZAP012345": "patched"}
        assert (again.code, actions(again)) == (0, {"ZAP012347": "unchanged", "ZAP012345": "unchanged"})
        assert {path: path.read_text() for path in texts if path != shop.folder / NEW} == {
            path: text for path, text in texts.items() if path != shop.folder / NEW
        }
        assert actions(after) == {"ZAP012347": "released", "ZAP012345": "unchanged"}

    def test_a_list_that_is_wrong_writes_nothing(self, shop: Shop) -> None:
        """Every problem with its line, and the good row waits with the others."""
        without_file(shop, BAKKEGATA)

        ended = by_list(shop, "ZAP012347,c-88123,", "bad,kari@house.example,", "ZAP012347,c-88124,")

        assert ended.code == 3
        assert not (shop.folder / NEW).exists()
        assert "list.csv:3" in ended.err
        assert "list.csv:4" in ended.err
        assert "house" not in ended.err

    def test_two_owners_of_one_installation_are_both_refused(self, shop: Shop) -> None:
        """Nobody can say which of the two rows is right."""
        shop.edit(
            "installations/homes/nabolaget-5.yaml", r"^    maxCurrent: 16$", "    maxCurrent: 16\n  ZAP012349: {}"
        )

        ended = by_list(shop, "ZAP012348,c-88124,", "ZAP012349,c-88123,")

        assert codes(ended, "ZAP012348") == codes(ended, "ZAP012349") == ["two-owners"]

    def test_to_adopt_the_chargers_is_no_word_about_whose_they_are(self, shop: Shop) -> None:
        """A command that writes down all that there is must not give a neighbour's charger away."""
        without_file(shop, "fleet/installations/homes/nabolaget-5.yaml")

        first = begin(shop, "ZAP012348", "person:c-88124")
        shop.run("adopt", "--all", "--yes")
        again = begin(shop, "ZAP012348", "person:c-88124")
        both = by_list(shop, "ZAP012348,c-88124,", "ZAP012349,c-88124,")

        assert codes(first, "ZAP012348") == codes(again, "ZAP012348") == ["shared-installation"]
        assert actions(both) == {"ZAP012348": "patched", "ZAP012349": "patched"}

    def test_a_row_that_is_refused_says_nothing_of_its_charger(self, shop: Shop) -> None:
        """It is wrong somewhere, so nobody has said that the neighbour's charger is the same customer's."""
        without_file(shop, "fleet/installations/homes/nabolaget-5.yaml")
        change(shop, "Nabolaget 5", at_postcode("0170"))

        ended = by_list(shop, "ZAP012348,c-88124,0170", "ZAP012349,c-88124,9999")

        assert codes(ended, "ZAP012348") == ["shared-installation"]
        assert "wrong-postcode" in codes(ended, "ZAP012349")
        assert set(actions(ended).values()) == {"refused"}
        assert not list((shop.folder / "fleet" / "installations").glob("*.yaml"))

    def test_a_list_reads_each_account_once(self, shop: Shop) -> None:
        """Two lists, and for each charger its state, its people and its circuit."""
        without_file(shop, BAKKEGATA)
        before = len(shop.log())

        by_list(shop, "ZAP012347,c-88123,")

        paths = [entry["path"] for entry in shop.log()[before:] if entry["method"] == "GET"]
        assert sum("hierarchy" in path for path in paths) <= 1
        assert len(paths) <= 6


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            (SERIAL,),
            (SERIAL, "--owner", "kari@house.example"),
            ("box 7", "--owner", OWNER),
            (SERIAL, "--csv", "list.csv"),
            (SERIAL, "--owner", OWNER, "--wave", "a b"),
            (SERIAL, "--owner", OWNER, "--max-current", "5"),
            (SERIAL, "--owner", OWNER, "--max-current", "nan"),
            (SERIAL, "--owner", OWNER),
        ],
        ids=[
            "nothing",
            "no owner",
            "an address",
            "no serial",
            "both",
            "a bad wave",
            "too little",
            "no number",
            "nobody to ask",
        ],
    )
    def test_what_cannot_be_asked_for(self, shop: Shop, arguments: tuple[str, ...]) -> None:
        """Said before anything is written."""
        without_file(shop, BAKKEGATA)

        ended = shop.run("handover", "start", *arguments)

        assert ended.code == 64
        assert not (shop.folder / NEW).exists()
        assert "house" not in ended.err

    @pytest.mark.parametrize("how", [("--dry-run",), ()], ids=["a dry run", "nobody to ask"])
    def test_what_is_not_written_is_not_told_as_done(self, shop: Shop, how: tuple[str, ...]) -> None:
        """Neither a dry run nor a refusal speaks of what would be as if it were so."""
        started = shop.run("handover", "start", SERIAL, "--owner", OWNER, *how)
        handed_over(shop)
        finished = shop.run("handover", "finish", *how)

        told = started.out + started.err
        assert "would be patched" in told
        assert "1 patched" not in told
        told = finished.out + finished.err
        assert "would be handed over" in told
        assert "1 handed over" not in told
        assert "would move to" in told
        assert (shop.folder / BAKKEGATA).is_file()

    def test_a_dry_run_shows_and_writes_nothing(self, shop: Shop) -> None:
        """The difference is what would be there."""
        without_file(shop, BAKKEGATA)

        ended = shop.run("handover", "start", SERIAL, "--owner", OWNER, "--dry-run")

        assert ended.code == 0
        assert "+profiles: [handover]" in ended.out
        assert not (shop.folder / NEW).exists()

    def test_nothing_is_written_to_the_cloud(self, shop: Shop) -> None:
        """Start, status and finish only read."""
        without_file(shop, BAKKEGATA)

        begin(shop)
        status(shop)
        shop.run("handover", "finish", "--yes")

        assert {entry["method"] for entry in shop.log()} - {"POST"} == {"GET"}
        assert all("oauth" in entry["path"] for entry in shop.log() if entry["method"] == "POST")

    def test_a_fleet_without_hand_overs_is_asked_nothing(self, shop: Shop) -> None:
        """Nothing is under way, nothing is open."""
        without_file(shop, BAKKEGATA, FJELLVEIEN)

        ended = status(shop)

        assert (ended.code, ended.document["handovers"]) == (0, [])
        assert shop.log() == []

    def test_the_letter_speaks_the_owners_language(self, shop: Shop) -> None:
        """Unless another one is asked for; a charger that stays with us has none."""
        norwegian = shop.run("handover", "letter", "ZAP012346")
        english = shop.run("handover", "letter", "zap012346", "--lang", "en")
        none = shop.run("handover", "letter", "ZAP012345")

        assert "søppelpost" in norwegian.out
        assert "spam or junk" in english.out
        assert none.code == 64
