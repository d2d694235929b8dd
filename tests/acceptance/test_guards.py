"""What no flag, no line in a file and no hand in a saved plan can get done."""

import json
from collections.abc import Sequence

import pytest

from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.forged import forge, keep_only

ELVEVEIEN = "installations/homes/elveveien-12.yaml"
FURULIA = "installations/coops/furulia.yaml"
ELVEVEIEN_ID = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"
FURULIA_ID = "5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06"
USAGE, INVALID, PARTIAL = 64, 3, 4


def flags(guard: str, *places: str) -> list[Sequence[str]]:
    """Every way to try to lift a guard on the command line, and none."""
    accepted = [("--accept", f"{guard}:{place}") for place in ("fleet", *places)]
    together = tuple(part for pair in accepted for part in pair)
    return [(), *accepted, together]


def acknowledge(shop: Shop, file: str, guard: str) -> None:
    """Write an acknowledgement into a file."""
    path = shop.folder / "fleet" / file
    word = f'\nacknowledge:\n  - {{guard: {guard}, by: "KL", reason: "surely", until: 2035-12-31}}\n'
    path.write_text(path.read_text() + word)


def writes(shop: Shop) -> list[str]:
    """Requests other than reading and the login; nothing else may have left."""
    return [
        f"{one['method']} {one['path']}"
        for one in shop.log()
        if one["method"] != "GET" and one["path"] != "/oauth/token"
    ]


def refusals(ended: Ended) -> set[str]:
    """The guards that a plan names."""
    return {one["guard"] for one in ended.document["refusals"]}


def kinds(ended: Ended) -> set[str]:
    """The outcomes of an apply."""
    return {one["outcome"] for one in ended.document["outcomes"]}


class TestAboveTheCircuit:
    """ZAP012345 hangs on a circuit of 25 A."""

    @pytest.fixture
    def raised(self, shop: Shop) -> Shop:
        shop.edit(ELVEVEIEN, "maxCurrent: 16", "maxCurrent: 32")
        return shop

    @pytest.mark.parametrize("accepted", flags("above-circuit", ELVEVEIEN_ID, "Elveveien 12"))
    def test_no_flag_raises_it(self, raised: Shop, accepted: Sequence[str]) -> None:
        """Trying to lift the guard is a mistake; not trying is refused."""
        ended = raised.apply("Elveveien 12", "--yes", *accepted)

        assert ended.code == (USAGE if accepted else PARTIAL)
        assert writes(raised) == []

    def test_the_plan_says_what_would_help(self, raised: Shop) -> None:
        """With the figures of the circuit."""
        ended = raised.plan("Elveveien 12")

        found = ended.document["refusals"]
        assert {(one["guard"], one["measured"], one["limit"]) for one in found} == {("above-circuit", "32 A", "25 A")}
        assert any("have circuit Circuit 1 raised to 32 A in the Portal first" in one["remedy"] for one in found)
        assert {one["accept"] for one in found} == {None}

    def test_inside_the_circuit_it_is_written(self, shop: Shop) -> None:
        """The same way works where it is safe, so the refusals here are about the 25 A."""
        shop.edit(ELVEVEIEN, "maxCurrent: 16", "maxCurrent: 20")

        ended = shop.apply("Elveveien 12", "--yes")

        assert ended.code == 0
        assert len(writes(shop)) == 1

    def test_no_line_in_the_file_raises_it(self, raised: Shop) -> None:
        """An acknowledgement that would do nothing is an error of the file."""
        acknowledge(raised, ELVEVEIEN, "above-circuit")

        ended = raised.apply("Elveveien 12", "--yes")

        assert ended.code == INVALID
        assert writes(raised) == []

    @pytest.mark.parametrize("wanted", [20, 32])
    def test_no_saved_plan_raises_it(self, shop: Shop, wanted: int) -> None:
        """Neither with a file that wants less, nor with one that wants the same."""
        shop.edit(ELVEVEIEN, "maxCurrent: 16", "maxCurrent: 20")
        shop.plan("Elveveien 12", "--out", "plan.json")
        forge(shop.folder / "plan.json", setting="maxCurrent", after=32)
        shop.edit(ELVEVEIEN, "maxCurrent: 20", f"maxCurrent: {wanted}")

        ended = shop.apply("plan.json", "--yes")

        assert ended.code == PARTIAL
        assert kinds(ended) == {"refused" if wanted == 32 else "not_reached"}
        assert writes(shop) == []


class TestBelow6A:
    """From 1 to 5.9 A a charger looks healthy and charges nobody."""

    @pytest.mark.parametrize("amperes", ["1", "4", "5.9"])
    @pytest.mark.parametrize("accepted", flags("current-range", ELVEVEIEN_ID))
    def test_no_file_says_so(self, shop: Shop, amperes: str, accepted: Sequence[str]) -> None:
        """The files are wrong, whatever flags are given."""
        shop.edit(ELVEVEIEN, "maxCurrent: 16", f"maxCurrent: {amperes}")

        ended = shop.apply("Elveveien 12", "--yes", *accepted)

        assert ended.code == INVALID
        assert writes(shop) == []

    def test_no_exception_says_so(self, shop: Shop) -> None:
        """A deviation that is tolerated for a while is bound by the same range."""
        entry = {
            "installation": ELVEVEIEN_ID,
            "charger": "ZAP012345",
            "setting": "maxCurrent",
            "value": 4,
            "until": "2035-03-31",
            "owner": "operations",
            "reason": "test",
        }
        shop.edit("exceptions.yaml", r"^exceptions: \[\]", f"exceptions: [{json.dumps(entry)}]")

        planned = shop.plan("Elveveien 12")
        ended = shop.apply("Elveveien 12", "--yes")

        assert refusals(planned) == {"current-range"}
        assert ended.code == PARTIAL
        assert writes(shop) == []

    @pytest.mark.parametrize("amperes", [1, 4, 5.9])
    def test_no_saved_plan_does_it(self, shop: Shop, amperes: float) -> None:
        """What no file wants is not done."""
        shop.edit(ELVEVEIEN, "maxCurrent: 16", "maxCurrent: 20")
        shop.plan("Elveveien 12", "--out", "plan.json")
        forge(shop.folder / "plan.json", setting="maxCurrent", after=amperes)

        ended = shop.apply("plan.json", "--yes")

        assert ended.code == PARTIAL
        assert kinds(ended) == {"not_reached"}
        assert writes(shop) == []


class TestTheLastOwner:
    """b-17 is the only owner of Furulia sameie beside our own group."""

    @pytest.fixture
    def abandoned(self, shop: Shop) -> Shop:
        shop.edit(FURULIA, r'^    - \{user: "person:b-31".*$', "")
        shop.edit(FURULIA, "mode: exclusive", 'absent: [{user: "person:b-17"}]')
        return shop

    @pytest.mark.parametrize("accepted", flags("last-owner", FURULIA_ID, "Furulia sameie"))
    def test_no_flag_takes_them_away(self, abandoned: Shop, accepted: Sequence[str]) -> None:
        """Lifting the guard lowers the number of owners, but never to none."""
        ended = abandoned.apply("Furulia sameie", "--yes", *accepted)

        assert ended.code == (USAGE if "last-owner:fleet" in accepted else PARTIAL)
        assert writes(abandoned) == []

    def test_no_line_in_the_file_takes_them_away(self, abandoned: Shop) -> None:
        """Nor does a word in the file, and the plan says so."""
        acknowledge(abandoned, FURULIA, "last-owner")

        planned = abandoned.plan("Furulia sameie")
        ended = abandoned.apply("Furulia sameie", "--yes")

        assert refusals(planned) == {"last-owner"}
        assert planned.document["refusals"][0]["accept"] is None
        assert ended.code == PARTIAL
        assert writes(abandoned) == []

    @pytest.mark.parametrize("successor", ["still wanted", "not wanted any more"])
    def test_no_saved_plan_takes_them_away(self, shop: Shop, successor: str) -> None:
        """A plan without the successor and without the gate; the files may want the successor or not."""
        shop.plan("Furulia sameie", "--out", "plan.json")
        keep_only(shop.folder / "plan.json", principal="person:b-17")
        if successor == "not wanted any more":
            shop.edit(FURULIA, r'^    - \{user: "person:b-31".*$', "")
            shop.edit(FURULIA, "mode: exclusive", 'absent: [{user: "person:b-17"}]')

        ended = shop.apply("plan.json", "--yes", "--accept", f"last-owner:{FURULIA_ID}")

        assert ended.code == PARTIAL
        assert kinds(ended) <= {"refused", "not_reached", "waiting"}
        assert writes(shop) == []


class TestWaitingTooLong:
    """Bakkegata 7 leaves native OCPP, but a car stands there."""

    @pytest.fixture
    def waiting(self, shop: Shop) -> Shop:
        path = shop.folder / "fleet" / "installations/homes/bakkegata-7.yaml"
        path.write_text(path.read_text() + "\nswitch: {when: idle, giveUpAfterHours: 72}\n")
        shop.run("sandbox", "set", "ZAP012347", "operatingMode=finished")
        shop.apply("Bakkegata 7", "--yes")
        return shop

    def test_before_the_deadline_the_plan_says_until_when(self, waiting: Shop) -> None:
        """The hours count from the first apply that found it so."""
        waiting.run("sandbox", "advance", "71h")

        planned = waiting.plan("Bakkegata 7")

        reasons = {one["reason"] for one in planned.document["pending"] if one["setting"] == "authentication.mode"}
        assert any("still has a car plugged in; waits since " in one and ", gives up at " in one for one in reasons)
        assert refusals(planned) == set()

    def test_after_the_deadline_somebody_has_to_look(self, waiting: Shop) -> None:
        """The site is refused until the hours are extended or the guard is lifted; it never switches under the car."""
        waiting.run("sandbox", "advance", "73h")

        planned = waiting.plan("Bakkegata 7")
        lifted = waiting.apply("Bakkegata 7", "--yes", "--accept", "switch-gave-up:Bakkegata 7")

        (refusal,) = planned.document["refusals"]
        assert (refusal["guard"], refusal["measured"], refusal["limit"]) == ("switch-gave-up", "73 h", "72 h")
        assert lifted.code == PARTIAL
        assert not [one for one in writes(waiting) if one.endswith("/authentication")]

    def test_once_the_car_is_gone_it_switches(self, waiting: Shop) -> None:
        """However late."""
        waiting.run("sandbox", "advance", "200h")
        waiting.run("sandbox", "set", "ZAP012347", "operatingMode=disconnected")

        waiting.apply("Bakkegata 7", "--yes")

        assert [one for one in writes(waiting) if one.endswith("/authentication")]
