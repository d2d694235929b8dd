"""`apply --resume`: a run that was killed at any moment ends where an undisturbed one ends, and says so honestly."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.conftest import Ended, Shop

SOLBAKKEN = "fleet/installations/coops/solbakken.yaml"
KAIA = "fleet/installations/public/kaia-p-hus.yaml"
HOME = "fleet/installations/homes"
SITES = (KAIA, HOME)


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def plug_pulled(after: int, patch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let everything reach the disk that many times and nothing after that, which is all that outlives a process."""
    reached: list[int] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        if len(reached) >= after:
            raise Killed
        reached.append(1)
        really(descriptor)

    with patch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        yield reached


def run_ids(shop: Shop) -> list[str]:
    """Runs so far, oldest first."""
    folder = shop.folder / ".reconciler" / "runs"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def killed_apply(shop: Shop, after: int, *arguments: str) -> int:
    """An apply whose plug is pulled; how often it had reached the disk."""
    with plug_pulled(after, shop.monkeypatch) as reached:
        shop.run("apply", *arguments, "--yes")
    for note in (shop.folder / ".reconciler").rglob("*holder*"):
        note.unlink()
    return len(reached)


def told(ended: Ended) -> Counter[str]:
    """Outcomes; what an earlier run or this one did is the same to whoever comes later."""
    kinds = ("done" if one["outcome"] == "already" else one["outcome"] for one in ended.document["outcomes"])
    return Counter(kinds)


def effects(shop: Shop) -> Counter[tuple[str, str]]:
    """How often each request changed the world."""
    return Counter((entry["method"], entry["path"]) for entry in shop.log() if entry["effect"])


def fresh(shop: Shop) -> None:
    """Forget world and runs."""
    for path in sorted((shop.folder / ".reconciler").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


class TestEveryMoment:
    @pytest.mark.parametrize("part", range(4))
    def test_it_ends_where_an_undisturbed_run_ends(self, shop: Shop, part: int) -> None:
        """Whatever had reached the disk when the plug was pulled, from the first file to the last event."""
        undisturbed = shop.apply(*SITES, "--yes")
        expected, once = told(undisturbed), effects(shop)
        fresh(shop)
        moments = killed_apply(shop, 10_000, *SITES)

        for moment in range(part, moments, 4):
            fresh(shop)
            killed_apply(shop, moment, *SITES)
            ended = self.went_on(shop)

            assert told(ended) == expected, f"killed at moment {moment} of {moments}"
            assert ended.document["receipt"]["converged"]
            assert ended.code == undisturbed.code
            again = {path for (_, path), times in effects(shop).items() if times > once[_, path]}
            assert not again - self.offline(shop), f"written again after moment {moment}"

    @staticmethod
    def went_on(shop: Shop) -> Ended:
        """Resume, or where there was nothing to resume yet, start again."""
        if not run_ids(shop):
            return shop.apply(*SITES, "--yes")
        ended = shop.apply("--resume", "last")
        if ended.document:
            return ended
        assert "before it wrote anything" in ended.err
        assert not effects(shop)
        return shop.apply(*SITES, "--yes")

    @staticmethod
    def offline(shop: Shop) -> set[str]:
        """A value for an offline charger cannot be seen, so it may be sent again when no answer was noted."""
        chargers = shop.world().data["chargers"].values()
        return {f"/api/chargers/{one['id']}/update" for one in chargers if not one["online"]}


def killed_after_the_first_write(shop: Shop, *arguments: str) -> str:
    """A run with one write that took effect and no outcome; its id."""
    for moment in range(3, 200):
        fresh(shop)
        killed_apply(shop, moment, *arguments)
        if effects(shop):
            return run_ids(shop)[-1]
    raise AssertionError("nothing was ever written")


class TestNaming:
    def test_a_run_is_named_by_id_folder_or_last(self, shop: Shop) -> None:
        """Whatever is at hand: the message, the folder, or nothing at all."""
        run = killed_after_the_first_write(shop, KAIA)
        folder = shop.folder / ".reconciler" / "runs" / run

        for name in (run, str(folder), f".reconciler/runs/{run}/", "last"):
            assert shop.apply("--resume", name).code == 0

    def test_an_unknown_run_names_the_nearest(self, shop: Shop) -> None:
        """A typo costs one look."""
        run = killed_after_the_first_write(shop, KAIA)

        ended = shop.run("apply", "--resume", run[:-1] + "x")

        assert (ended.code, f"did you mean {run}?" in ended.err) == (64, True)

    def test_a_run_of_another_fleet_is_not_taken_for_ours(
        self, shop: Shop, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Two checkouts have runs of their own."""
        run = killed_after_the_first_write(shop, KAIA)
        other = tmp_path_factory.mktemp("other") / ".reconciler" / "runs" / run
        other.mkdir(parents=True)

        ended = shop.run("apply", "--resume", str(other))

        assert (ended.code, "another fleet" in ended.err) == (64, True)

    @pytest.mark.parametrize("more", [("plan.json",), (KAIA,), ("--exclude", KAIA)])
    def test_a_run_is_resumed_as_a_whole(self, shop: Shop, more: tuple[str, ...]) -> None:
        """A part of a run has no honest result."""
        ended = shop.run("apply", *more, "--resume", "last")

        assert (ended.code, "as a whole" in ended.err) == (64, True)
        assert shop.log() == []


class TestOptions:
    def test_what_was_accepted_stays_accepted(self, shop: Shop) -> None:
        """A guard that somebody lifted for the run need not be lifted again."""
        accept = ("--accept", "shared-installation:Nabolaget 5")
        run = killed_after_the_first_write(shop, "Nabolaget 5", *accept)

        ended = shop.apply("--resume", run)

        assert set(told(ended)) == {"done"}

    def test_waves_and_limits_come_back(self, shop: Shop) -> None:
        """A careful run goes on carefully."""
        run = killed_after_the_first_write(shop, *SITES, "--waves", "1,rest", "--max-failures", "3")

        ended = shop.apply("--resume", run)
        resumed = self.events(shop, run, "resumed")[-1]

        assert (resumed["waves"], resumed["max_failures"]) == ("1,rest", 3)
        assert [wave["number"] for wave in ended.document["waves"]] == [1, 2]

    def test_options_given_again_win(self, shop: Shop) -> None:
        """Whoever resumes has seen more than whoever started."""
        run = killed_after_the_first_write(shop, *SITES, "--waves", "1,rest", "--max-failures", "3")

        shop.apply("--resume", run, "--waves", "2,rest", "--max-failures", "5")
        resumed = self.events(shop, run, "resumed")[-1]

        assert (resumed["waves"], resumed["max_failures"]) == ("2,rest", 5)

    @staticmethod
    def events(shop: Shop, run: str, name: str) -> list[dict[str, object]]:
        """What the journal tells of one kind of event."""
        journal = shop.folder / ".reconciler" / "runs" / run / "journal.jsonl"
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        return [line["data"] for line in lines if line["event"] == name]


class TestMeanwhile:
    def test_a_day_makes_no_difference(self, shop: Shop) -> None:
        """The plan was reviewed, and everything is looked at again anyway."""
        run = killed_after_the_first_write(shop, KAIA)
        shop.run("sandbox", "advance", "90000")

        ended = shop.apply("--resume", run)

        assert (ended.code, told(ended)) == (0, {"done": 1})

    def test_what_the_files_do_not_want_any_more_is_not_done(self, shop: Shop) -> None:
        """An older wish never overwrites a newer one, and what was sent is told all the same."""
        run = killed_after_the_first_write(shop, KAIA, SOLBAKKEN)
        (shop.folder / KAIA).unlink()

        ended = shop.apply("--resume", run)

        of_kaia = [one for one in ended.document["outcomes"] if "no file declares" in one["detail"]]
        assert [one["outcome"] in {"not_reached", "uncertain"} for one in of_kaia] == [True]
        assert "done" in told(ended)

    def test_what_somebody_changed_back_is_told_and_not_fought_over(self, shop: Shop) -> None:
        """It was done and read back; that it reads otherwise now is another writer's doing."""
        shop.apply(KAIA, "--yes")
        journal = next((shop.folder / ".reconciler" / "runs").glob("*/journal.jsonl"))
        journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))  # killed before its last line
        shop.run("sandbox", "set", "Kaia P-hus", "authentication.ocppCloud.url=wss://ocpp.backend-b.example/cp")

        ended = shop.apply("--resume", "last")

        assert told(ended) == {"uncertain": 1}
        assert "somebody else changes it" in ended.document["outcomes"][0]["detail"]
        assert ended.code == 4

    def test_an_invitation_that_is_sent_again_counts_again(self, shop: Shop) -> None:
        """Another mail may leave for it, so a resume keeps to the invitations of the day as well."""
        shop.edit("fleet.yaml", "^guards:", "guards:\n  invitationsPerDay: 1")
        shop.run("sandbox", "fault", "lost-answer-before", "--method", "PUT", "--path", "/partner/*permissions*")
        first = shop.apply("Bakkegata 7", "--yes")

        same_day = shop.apply("--resume", "last")
        shop.run("sandbox", "advance", "90000")
        next_day = shop.apply("--resume", "last")

        assert told(first)["uncertain"] == 1
        assert any("invitations of this day" in one["detail"] for one in same_day.document["outcomes"])
        assert not [one for one in next_day.document["outcomes"] if "invitations of this day" in one["detail"]]

    def test_documents_of_the_run_stay_as_they_were(self, shop: Shop) -> None:
        """The plan and the way back are what the run started with."""
        run = killed_after_the_first_write(shop, KAIA)
        folder = shop.folder / ".reconciler" / "runs" / run
        before = {name: (folder / name).read_text() for name in ("plan.json", "rollback.json")}

        ended = shop.apply("--resume", run)

        assert {name: (folder / name).read_text() for name in before} == before
        assert ended.document["rollback"] == f".reconciler/runs/{run}/rollback.json"

    def test_the_budget_of_this_moment_still_counts(self, shop: Shop) -> None:
        """Whoever lowers it stops the rest, and what was sent before is told all the same."""
        run = killed_after_the_first_write(shop, KAIA, SOLBAKKEN)
        shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 1")
        before = effects(shop)

        ended = shop.apply("--resume", run)

        assert ended.code == 5
        assert effects(shop) == before
        assert told(ended)["done"] >= 1
        assert told(ended)["refused"] >= 1

    def test_a_fresh_plan_on_another_machine_goes_on_as_well(self, shop: Shop, tmp_path: Path) -> None:
        """Without the journal: everything is read, and nothing that can be seen is written again."""
        killed_after_the_first_write(shop, *SITES)
        first = effects(shop)
        (shop.folder / ".reconciler" / "runs").rename(tmp_path / "lost")
        shop.run("sandbox", "advance", "20")

        ended = shop.apply(*SITES, "--yes")

        assert ended.document["receipt"]["converged"]
        assert all(effects(shop)[write] == 1 for write in first)


class TestFinished:
    def test_a_run_with_nothing_left_is_not_gone_through_again(self, shop: Shop) -> None:
        """No request, no new result: the one that there is is shown, and where it lies."""
        first = shop.apply(KAIA, "--yes")
        (result,) = (shop.folder / ".reconciler" / "runs").glob("*/result.json")
        written, asked = result.read_text(), len(shop.log())

        ended = shop.apply("--resume", "last")

        assert (ended.code, ended.document) == (0, first.document)
        assert "nothing left to do" in ended.err
        assert str(result.relative_to(shop.folder)) in ended.err
        assert len(shop.log()) == asked
        assert [path.name for path in result.parent.glob("result*")] == ["result.json"]
        assert result.read_text() == written

    def test_a_run_that_changed_nothing_has_nothing_left(self, shop: Shop) -> None:
        """An empty plan is done as soon as it is made."""
        shop.apply(KAIA, "--yes")
        shop.apply(KAIA, "--yes")

        ended = shop.apply("--resume", "last")

        assert (ended.code, "nothing left to do" in ended.err) == (0, True)

    def test_a_run_with_something_left_keeps_its_earlier_results(self, shop: Shop) -> None:
        """result.json is the newest; what a pipeline or an auditor read before is still there, oldest first."""
        shop.apply(*SITES, "--yes")
        (result,) = (shop.folder / ".reconciler" / "runs").glob("*/result.json")
        before, writes = result.read_text(), effects(shop)

        second = shop.apply("--resume", "last")
        between = result.read_text()
        shop.apply("--resume", "last")

        assert effects(shop) == writes
        assert second.document["receipt"]["converged"]
        assert json.loads(between) == second.document
        kept = [path.read_text() for path in sorted(result.parent.glob("result-*.json"))]
        assert kept == [before, between]

    def test_something_odd_beside_the_result_costs_a_finished_run_nothing(self, shop: Shop) -> None:
        """What cannot be read is not an earlier result, and its name is left alone."""
        shop.apply(*SITES, "--yes")
        (result,) = (shop.folder / ".reconciler" / "runs").glob("*/result.json")
        before = result.read_text()
        result.with_name("result-1.json").symlink_to("/nowhere")

        ended = shop.apply("--resume", "last")

        assert ended.document["receipt"]["converged"]
        assert json.loads(result.read_text()) == ended.document
        assert result.with_name("result-2.json").read_text() == before

    def test_something_odd_in_place_of_the_result_is_told_before_anything_is_written(self, shop: Shop) -> None:
        """A resume that cannot end with a result does not begin."""
        killed_after_the_first_write(shop, *SITES)
        (run,) = (shop.folder / ".reconciler" / "runs").iterdir()
        (run / "result.json").mkdir()
        before = effects(shop)

        ended = shop.apply("--resume", "last")

        assert (ended.code, effects(shop)) == (1, before)
        assert "result.json" in ended.err
        assert "move it away" in ended.err

    @pytest.mark.parametrize("wrong", ["an outcome", "the proof", "no proof", "the run"])
    def test_a_result_that_contradicts_its_journal_is_not_shown(self, shop: Shop, wrong: str) -> None:
        """It was edited, or is another run's; the run is gone through again and the file is kept aside."""
        first = shop.apply(KAIA, "--yes")
        (path,) = (shop.folder / ".reconciler" / "runs").glob("*/result.json")
        document = first.document
        match wrong:
            case "an outcome":
                document["outcomes"][0]["outcome"] = "failed"
                document["counts"] |= {"done": 0, "failed": 1}
            case "the proof":
                document["receipt"] |= {"converged": False, "open_reasons": ["something"]}
            case "no proof":
                document["receipt"] = None
            case _:
                document["run_id"] = "20200101T000000Z-3f2a"
        path.write_text(json.dumps(document))

        ended = shop.apply("--resume", "last")

        assert "nothing left to do" not in ended.err
        assert (ended.code, told(ended), ended.document["run_id"]) == (0, {"done": 1}, path.parent.name)
        assert ended.document["receipt"]["converged"]
        assert json.loads(path.with_name("result-1.json").read_text()) == document

    def test_a_residual_plan_of_before_is_set_aside_with_its_result(self, shop: Shop) -> None:
        """Nobody finds a plan for what is done by now under the name of what is left."""
        shop.run("sandbox", "fault", "lost-answer-before", "--method", "PUT", "--path", "/partner/*authentication")
        first = shop.apply(KAIA, "--yes")
        path = shop.folder / first.document["residual_plan"]
        before = path.read_text()

        ended = shop.apply("--resume", "last")

        assert ended.document["residual_plan"] is None
        assert not path.exists()
        assert path.with_name("residual-1.json").read_text() == before

    def test_a_result_without_a_receipt_is_worth_another_look(self, shop: Shop) -> None:
        """All was written, and the proof could not be read."""
        shop.apply(KAIA, "--yes")
        journal = next((shop.folder / ".reconciler" / "runs").glob("*/journal.jsonl"))
        journal.write_text(journal.read_text().replace('"converged":true', '"converged":false'))

        ended = shop.apply("--resume", "last")

        assert "nothing left to do" not in ended.err
        assert ended.document["receipt"]["converged"]


class TestTheWayBack:
    def test_it_can_be_resumed_too(self, shop: Shop) -> None:
        """Taking a run back can be interrupted like any other run."""
        shop.apply(KAIA, "--yes")
        (forward,) = run_ids(shop)
        before = sum(effects(shop).values())
        for moment in range(4, 60):
            with plug_pulled(moment, shop.monkeypatch):
                shop.run("apply", f".reconciler/runs/{forward}/rollback.json")
            if sum(effects(shop).values()) > before:
                break

        ended = shop.apply("--resume", "last")

        assert (ended.code, told(ended)) == (0, {"done": 1})
        assert "files still want" in ended.err

    def test_what_is_left_of_it_is_still_a_way_back(self, shop: Shop) -> None:
        """The rest of a way back does not turn into a plan that follows the files."""
        shop.apply(KAIA, "--yes")
        (forward,) = run_ids(shop)
        shop.run("sandbox", "fault", "lost-answer-before", "--method", "PUT", "--path", "/partner/*authentication")
        first = shop.apply(f".reconciler/runs/{forward}/rollback.json")

        rest = shop.apply(first.document["residual_plan"])

        assert (told(first), told(rest)) == ({"uncertain": 1}, {"done": 1})
        assert "files still want" in rest.err
