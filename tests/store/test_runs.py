"""A run keeps everything it writes in one folder."""

import os
import stat
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.store.journal import read_journal
from reconciler.store.runs import RunFolder, new_run_id, run_path

RUN = "20261121T063000Z-3f2a"


def something_odd(path: Path, kind: str) -> None:
    """What nobody can read as a file lies there."""
    match kind:
        case "link":
            path.symlink_to("/nowhere")
        case "loop":
            path.symlink_to(path.name)
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)


class TestRunIds:
    def test_ids_sort_by_time(self) -> None:
        """A list of folders is a list of runs in their order."""
        start = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
        moments = [start + timedelta(seconds=seconds) for seconds in (0, 1, 61, 90_000)]

        ids = [new_run_id(moment) for moment in moments]

        assert ids == sorted(ids)
        assert ids[0].startswith("20261121T063000Z-")

    def test_ids_are_in_utc(self) -> None:
        """Half past seven in Oslo is half past six."""
        oslo = timezone(timedelta(hours=1))

        assert new_run_id(datetime(2026, 11, 21, 7, 30, tzinfo=oslo)).startswith("20261121T063000Z-")


class TestRunFolder:
    def test_events_and_files_lie_in_one_folder(self, tmp_path: Path) -> None:
        """The journal and every document of a run are found together."""
        with RunFolder.create(tmp_path, RUN) as run:
            run.record("started", {"plan": "sha256:ab"})
            shown = run.write_file("plan.json", "{}\n")

        assert shown == f".reconciler/runs/{RUN}/plan.json"
        assert (tmp_path / shown).read_text() == "{}\n"
        assert [record.event for record in read_journal(run.path / "journal.jsonl").records] == ["started"]

    def test_a_document_is_replaced_when_written_again(self, tmp_path: Path) -> None:
        """Whoever reads it finds the newest."""
        with RunFolder.create(tmp_path, RUN) as run:
            run.write_file("result.json", "first")
            shown = run.write_file("result.json", "second")

        assert (tmp_path / shown).read_text() == "second"

    def test_a_document_that_was_kept_stays(self, tmp_path: Path) -> None:
        """A resumed run leaves each of its results, the newest under the plain name."""
        with RunFolder.create(tmp_path, RUN) as run:
            for text in ("first", "second", "third"):
                run.keep("result.json")
                run.write_file("result.json", text)

        found = {path.name: path.read_text() for path in run.path.glob("result*")}
        assert found == {"result-1.json": "first", "result-2.json": "second", "result.json": "third"}

    @pytest.mark.parametrize("odd", ["link", "loop", "folder", "pipe"])
    def test_a_copy_that_cannot_be_read_is_a_name_that_is_taken(self, tmp_path: Path, odd: str) -> None:
        """Something odd that lies there costs no run its result."""
        with RunFolder.create(tmp_path, RUN) as run:
            run.write_file("result.json", "first")
            something_odd(run.path / "result-1.json", odd)
            run.keep("result.json")
            run.keep("result.json")

        assert sorted(os.listdir(run.path)) == ["journal.jsonl", "result-1.json", "result-2.json", "result.json"]
        assert (run.path / "result-2.json").read_text() == "first"

    @pytest.mark.parametrize("odd", ["link", "loop", "folder", "pipe"])
    def test_a_result_that_cannot_be_kept_is_told_before_a_run_goes_on(self, tmp_path: Path, odd: str) -> None:
        """Not after everything was done, when the result has nowhere to go."""
        RunFolder.create(tmp_path, RUN).close()
        result = tmp_path / ".reconciler" / "runs" / RUN / "result.json"
        something_odd(result, odd)

        with pytest.raises(ReconcilerError) as caught:
            RunFolder.resume(tmp_path, RUN)

        assert caught.value.where == str(result)
        assert "move it away" in caught.value.remedy

    def test_what_is_set_aside_lies_there_under_another_name(self, tmp_path: Path) -> None:
        """Each in its turn, and nothing is left under the plain name."""
        with RunFolder.create(tmp_path, RUN) as run:
            for text in ("first", "second"):
                run.write_file("residual.json", text)
                run.set_aside("residual.json")
            run.set_aside("residual.json")

        found = {path.name: path.read_text() for path in run.path.glob("residual*")}
        assert found == {"residual-1.json": "first", "residual-2.json": "second"}

    @pytest.mark.parametrize("odd", ["link", "loop", "folder", "pipe"])
    def test_something_odd_is_set_aside_as_well(self, tmp_path: Path, odd: str) -> None:
        """It is not in the way of what is written next."""
        with RunFolder.create(tmp_path, RUN) as run:
            something_odd(run.path / "residual.json", odd)
            run.set_aside("residual.json")
            shown = run.write_file("residual.json", "new")

        assert (tmp_path / shown).read_text() == "new"
        assert os.path.lexists(run.path / "residual-1.json")

    def test_a_crash_after_keeping_keeps_it_once(self, tmp_path: Path) -> None:
        """Two names for one result would look like two."""
        with RunFolder.create(tmp_path, RUN) as run:
            run.write_file("result.json", "first")
            run.keep("result.json")
            run.keep("result.json")

        assert sorted(path.name for path in run.path.glob("result*")) == ["result-1.json", "result.json"]

    def test_only_the_owner_can_look_into_it(self, tmp_path: Path) -> None:
        """Journals are nobody else's business on a shared machine."""
        RunFolder.create(tmp_path, RUN).close()

        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / ".reconciler").rglob("*") if path.is_dir()}
        assert modes == {0o700}

    def test_git_leaves_it_alone(self, tmp_path: Path) -> None:
        """Nothing of a run can be committed by accident, whatever the repository's own list says."""
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        RunFolder.create(tmp_path, RUN).close()

        shown = subprocess.run(
            ["git", "status", "--porcelain"], cwd=tmp_path, check=False, capture_output=True, text=True
        )

        assert shown.stdout == ""

    def test_an_id_is_used_once(self, tmp_path: Path) -> None:
        """Two runs never share a journal."""
        RunFolder.create(tmp_path, RUN).close()

        with pytest.raises(ReconcilerError, match="File exists"):
            RunFolder.create(tmp_path, RUN)

    @pytest.mark.parametrize("name", ["../out.json", "/etc/x", "", ".hidden", "a/b", "journal.jsonl", "a\nb"])
    def test_a_file_cannot_leave_the_folder_or_replace_the_journal(self, tmp_path: Path, name: str) -> None:
        """Names of documents are plain names."""
        with RunFolder.create(tmp_path, RUN) as run, pytest.raises(ValueError, match="name of a file"):
            run.write_file(name, "text")

    @pytest.mark.parametrize("run_id", ["../../x", "", "latest", RUN + "/..", RUN + "\n"])
    def test_an_id_has_a_fixed_shape(self, tmp_path: Path, run_id: str) -> None:
        """No id can name another folder."""
        with pytest.raises(ValueError, match="not a run id"):
            RunFolder.create(tmp_path, run_id)


class TestResume:
    def test_events_go_on_in_the_same_journal(self, tmp_path: Path) -> None:
        """The journal of a resumed run tells the whole story."""
        with RunFolder.create(tmp_path, RUN) as run:
            run.record("started", {})
        with RunFolder.resume(tmp_path, RUN) as run:
            run.record("resumed", {})

        records = read_journal(run_path(tmp_path, RUN) / "journal.jsonl").records
        assert [(record.sequence, record.event) for record in records] == [(1, "started"), (2, "resumed")]

    def test_a_mistyped_run_names_the_nearest(self, tmp_path: Path) -> None:
        """A typo costs one look, not a search."""
        RunFolder.create(tmp_path, "20261120T063000Z-aaaa").close()
        RunFolder.create(tmp_path, RUN).close()

        with pytest.raises(UsageProblemError) as caught:
            RunFolder.resume(tmp_path, "20261121T063000Z-3f2b")

        assert caught.value.remedy == f"did you mean {RUN}?"
        assert caught.value.exit_code == 64

    @pytest.mark.parametrize("run_id", ["nothing-like-it", "../..", "/", ""])
    def test_an_unlike_name_gets_the_newest_run(self, tmp_path: Path, run_id: str) -> None:
        """What the user most likely wants is named."""
        RunFolder.create(tmp_path, RUN).close()

        with pytest.raises(UsageProblemError, match="no run of that id") as caught:
            run_path(tmp_path, run_id)

        assert RUN in caught.value.remedy

    def test_without_any_run_it_says_so(self, tmp_path: Path) -> None:
        """There is nothing to propose."""
        with pytest.raises(UsageProblemError) as caught:
            run_path(tmp_path, RUN)

        assert "there are no runs" in caught.value.remedy
