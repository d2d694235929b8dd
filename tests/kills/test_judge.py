"""What the script calls wrong is wrong: each judgement on a story that is short enough to follow."""

import json
from pathlib import Path
from typing import Any

from reconciler.store.journal import JournalWriter
from tests.kills import judge
from tests.kills.left import Class, Left, classified, left_in
from tests.kills.proxy import Exchange

SITE = "6b1f0000-0000-4000-8000-000000000001"
CHARGER = "0c000000-0000-4000-8000-000000000001"
SERIALS = {"ZAP090101": CHARGER}
PLACE = (CHARGER, "510")
Event = tuple[str, dict[str, Any]]
ENTRY: Event = ("before-write", {"step": "s", "changes": ["c"], "operation": "update-charger"})
ANSWERED: Event = ("after-write", {"step": "s", "status": "accepted", "detail": ""})
DONE: Event = ("outcome", {"change": "c", "outcome": "done"})


def look(number: int, amperes: float, *, by: str = "apply") -> Exchange:
    """The charger's state was read."""
    answer = json.dumps([{"StateId": 510, "ValueAsString": f"{amperes:.3f}"}]).encode()
    path = f"/api/chargers/{CHARGER}/state"
    return Exchange(number=number, by=by, method="GET", path=path, body=b"", forwarded=True, status=200, answer=answer)


def write(number: int, amperes: float = 16.0, *, by: str = "apply", delivered: bool = True) -> Exchange:
    """The charger's limit was written."""
    body = json.dumps({"maxChargeCurrent": amperes}).encode()
    path = f"/api/chargers/{CHARGER}/update"
    return Exchange(
        number=number, by=by, method="POST", path=path, body=body, forwarded=True, status=200, delivered=delivered
    )


def run(tmp_path: Path, *events: Event, outcome: str = "") -> Left:
    """A run that wants 16 A there, with this journal and, if wanted, a result."""
    folder = tmp_path / ".reconciler" / "runs" / "20260115T080000Z-3f2a"
    folder.mkdir(parents=True)
    change = {"id": "c", "setting": "maxCurrent", "after": 16, "charger": "ZAP090101", "principal": None}
    (folder / "plan.json").write_text(json.dumps({"changes": [{**change, "installation": SITE}]}))
    journal = JournalWriter(folder / "journal.jsonl")
    for name, data in events:
        journal.append(name, data)
    journal.close()
    if outcome:
        receipt = {"converged": True}
        outcomes = [{"change": "c", "outcome": outcome}]
        result = {"receipt": receipt, "outcomes": outcomes, "counts": {outcome: 1, "failed": 0}}
        (folder / "result.json").write_text(json.dumps(result))
    left = left_in(tmp_path)
    assert left is not None
    return left


class TestClass:
    def test_an_entry_whose_answer_was_not_delivered_is_before_the_answer(self, tmp_path: Path) -> None:
        """The cloud may have answered; the client never had it."""
        sent = write(1, delivered=False)

        assert classified(run(tmp_path, ENTRY), [sent], struck=sent, serials=SERIALS) is Class.BEFORE_ANSWER

    def test_an_entry_whose_answer_was_delivered_is_before_the_second_entry(self, tmp_path: Path) -> None:
        """The answer lay in the client's socket and nothing was written down about it."""
        sent = write(1)

        assert classified(run(tmp_path, ENTRY), [sent], struck=sent, serials=SERIALS) is Class.BEFORE_ENTRY

    def test_a_whole_pair_of_entries_is_neither(self, tmp_path: Path) -> None:
        """However it was aimed: the journal decides."""
        sent = write(1)

        assert classified(run(tmp_path, ENTRY, ANSWERED), [sent], struck=sent, serials=SERIALS) is Class.ON_THE_WAY

    def test_no_run_at_all_is_planning(self) -> None:
        """Nothing was left behind."""
        assert classified(None, [], struck=None, serials=SERIALS) is Class.PLANNING


class TestToldTruly:
    def test_done_that_was_read_back_is_fine(self, tmp_path: Path) -> None:
        """An answer after the write shows the value."""
        left = run(tmp_path, ENTRY, ANSWERED, DONE)

        assert judge.told_truly(left, [look(1, 32.0), write(2), look(3, 16.0)], SERIALS) == []

    def test_done_that_only_an_earlier_look_showed_is_overstated(self, tmp_path: Path) -> None:
        """What was there before the write proves nothing about it."""
        left = run(tmp_path, ENTRY, ANSWERED, DONE)

        assert len(judge.told_truly(left, [look(1, 16.0), write(2), look(3, 32.0)], SERIALS)) == 1

    def test_done_without_any_write_is_overstated(self, tmp_path: Path) -> None:
        """It can be `already` at most."""
        assert len(judge.told_truly(run(tmp_path, DONE), [look(1, 16.0)], SERIALS)) == 1


class TestResult:
    def test_a_result_that_holds_is_fine(self, tmp_path: Path) -> None:
        """Exit 0, converged, one outcome for one change, and the world agrees."""
        left = run(tmp_path, outcome="done")

        assert judge.ended(left, code=0, said="") == []
        assert judge.overstated(left, {PLACE: 16.0}, SERIALS) == []

    def test_done_that_the_world_does_not_hold_is_overstated(self, tmp_path: Path) -> None:
        """The served world has the last word."""
        assert len(judge.overstated(run(tmp_path, outcome="done"), {PLACE: 32.0}, SERIALS)) == 1

    def test_uncertain_claims_nothing(self, tmp_path: Path) -> None:
        """It may be so or not."""
        assert judge.overstated(run(tmp_path, outcome="uncertain"), {PLACE: 32.0}, SERIALS) == []

    def test_another_exit_code_or_no_result_or_no_run_is_found(self, tmp_path: Path) -> None:
        """Each means that the run did not end well, and is told with what the process said."""
        other_code = judge.ended(run(tmp_path, outcome="done"), code=4, said="no")
        no_result = judge.ended(run(tmp_path / "other"), code=0, said="no")
        no_run = judge.ended(None, code=0, said="no")

        assert other_code == ["it ended with 4", "it said: no"]
        assert no_result == ["run 20260115T080000Z-3f2a has no result", "it said: no"]
        assert no_run == ["it left no run", "it said: no"]

    def test_a_process_that_hangs_is_found(self, tmp_path: Path) -> None:
        """Also when its result is there already."""
        assert judge.ended(run(tmp_path, outcome="done"), code=None, said="")[0] == "it hung"


class TestWrites:
    def test_a_write_after_a_look_that_showed_another_value_is_fine(self) -> None:
        """Also when an earlier process had written the same and nothing shows it yet."""
        story = [look(1, 32.0), write(2), look(3, 32.0, by="resume"), write(4, by="resume")]

        assert judge.doubled(story) == []

    def test_repeating_what_was_visible_is_double(self) -> None:
        """The process had been shown that it was so."""
        story = [look(1, 32.0), write(2), look(3, 16.0, by="resume"), write(4, by="resume")]

        assert len(judge.doubled(story)) == 1

    def test_writing_without_looking_is_double(self) -> None:
        """What another process saw does not count."""
        assert len(judge.doubled([look(1, 32.0), write(2), write(3, by="resume")])) == 1

    def test_two_effects_of_the_same_content_are_counted(self) -> None:
        """By the server's own log."""
        path = f"/api/chargers/{CHARGER}/update"
        entry: Any = {"at": 0.0, "method": "POST", "path": path, "query": [], "status": 200, "effect": True}

        assert judge.repeated([entry], [write(1)]) == []
        assert len(judge.repeated([entry, entry], [write(1), write(2)])) == 1

    def test_a_value_that_the_plan_does_not_want_is_unplanned(self, tmp_path: Path) -> None:
        """And so is a write that no journal entry came before."""
        left = run(tmp_path, ENTRY)

        assert judge.unplanned([left], [write(1)], SERIALS) == []
        assert len(judge.unplanned([left], [write(1, amperes=20.0)], SERIALS)) == 1
        assert len(judge.unplanned([left], [write(1), write(2)], SERIALS)) == 1
