"""The branch that remembers: only ever forward, whoever else writes there."""

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.applied import Record, applied_commit, applied_record, record_applied
from reconciler.cli.github_ledger import pull_ledger, push_ledger
from reconciler.cli.ledger_branch import LedgerBranch
from reconciler.errors import ReconcilerError
from reconciler.model.change import Target
from reconciler.model.digest import digest_of
from reconciler.model.finding import Severity
from reconciler.model.ledger import LedgerEvent, Noted, RunNoted
from reconciler.model.plan_origin import Owed, Why
from reconciler.model.value import ABSENT
from reconciler.report.json_document import result_document, to_text
from reconciler.report.json_origin import owed_part
from reconciler.store.ledger import append_run, read_ledger
from tests.report.samples import CONVERGED

BRANCH = "reconciler-ledger"
OWED = Owed(
    target=Target(account="main", installation_id="one", principal="userGroup:BSJG"),
    installation_name="Fjellveien 3",
    setting="permissions",
    after=ABSENT,
    why=Why.WAITING,
)
START = datetime(2026, 11, 21, 3, tzinfo=UTC)


def git(folder: Path, *arguments: str) -> str:
    """One git command."""
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    who = dict.fromkeys(names, "kari@users.example")
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **who})
    return done.stdout.strip()


def result_file(path: Path, *owed: Owed) -> Path:
    """The result of an apply that leaves this owed."""
    path.write_text(to_text(result_document(replace(CONVERGED, owed=owed))))
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone of a repository with two commits on main."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(clone)], check=True)
    git(clone, "remote", "add", "origin", str(origin))
    for why in ("first", "second"):
        git(clone, "commit", "-q", "--allow-empty", "-m", why)
    git(clone, "push", "-q", "origin", "main")
    return clone


FOUND = Noted(
    at=START,
    event=LedgerEvent.OPENED,
    fingerprint="f1",
    managed=True,
    target=Target(account="main", installation_id="e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05", charger="ZPR084001"),
    installation_name="Havnen kontor",
    what="ZPR084001 Maximum current",
    severity=Severity.S0,
)


def night(file: Path, day: int, *found: Noted) -> None:
    """One drift run."""
    at = START + timedelta(days=day)
    append_run(file, [*found, RunNoted(at=at, open_by_severity=(0, 0, 0, 0, 0), compared=3, desired=3)], now=at)


def push(file: Path, checkout: Path, *, day: int = 3) -> str:
    """As the workflow does on that day."""
    return push_ledger(file, branch=BRANCH, checkout=checkout, now=START + timedelta(days=day))


def pull(file: Path, checkout: Path) -> str:
    """As the workflow does."""
    return pull_ledger(file, branch=BRANCH, checkout=checkout)


class TestLedger:
    def test_the_first_night_makes_the_branch_and_the_next_goes_on(self, checkout: Path, tmp_path: Path) -> None:
        """What one night pushed the next one pulls."""
        first, second = tmp_path / "a" / "ledger.jsonl", tmp_path / "b" / "ledger.jsonl"

        assert "no ledger" in pull(first, checkout)
        night(first, 0)
        push(first, checkout)
        pull(second, checkout)
        night(second, 1)
        push(second, checkout)
        pull(first, checkout)

        assert first.read_bytes() == second.read_bytes()
        assert len(read_ledger(first).lines) == 2

    def test_the_branch_shares_nothing_with_the_files(self, checkout: Path, tmp_path: Path) -> None:
        """It holds the ledger and nothing else, and no clone of main brings it."""
        file = tmp_path / "ledger.jsonl"
        night(file, 0)
        push(file, checkout)
        git(checkout, "fetch", "-q", "origin", BRANCH)

        assert git(checkout, "ls-tree", "--name-only", "FETCH_HEAD") == "ledger.jsonl"
        assert git(checkout, "rev-list", "--count", "FETCH_HEAD") == "1"
        assert git(checkout, "status", "--porcelain") == ""

    def test_pushing_again_changes_nothing(self, checkout: Path, tmp_path: Path) -> None:
        """A job that runs twice writes once."""
        file = tmp_path / "ledger.jsonl"
        night(file, 0)
        push(file, checkout)

        assert push(file, checkout) == "the branch has every line already"

    def test_an_older_ledger_does_not_replace_a_longer_one(self, checkout: Path, tmp_path: Path) -> None:
        """Lines that another run added are never dropped."""
        old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
        night(old, 0)
        new.write_bytes(old.read_bytes())
        night(new, 1)
        push(new, checkout)

        with pytest.raises(ReconcilerError, match="do not go on from those on the branch"):
            push(old, checkout)

    def test_another_history_does_not_replace_it(self, checkout: Path, tmp_path: Path) -> None:
        """However long it is."""
        ours, other = tmp_path / "ours.jsonl", tmp_path / "other.jsonl"
        night(ours, 0)
        push(ours, checkout)
        for day in (1, 2, 3):
            night(other, day)

        with pytest.raises(ReconcilerError, match="do not go on from those on the branch"):
            push(other, checkout)

    @pytest.mark.parametrize("line", [0, 1])
    def test_a_line_that_was_changed_is_not_pushed(self, checkout: Path, tmp_path: Path, line: int) -> None:
        """The chain tells."""
        file = tmp_path / "ledger.jsonl"
        night(file, 0)
        night(file, 1)
        lines = file.read_text().splitlines(keepends=True)
        lines[line] = lines[line].replace("3", "4")
        file.write_text("".join(lines))

        with pytest.raises(ReconcilerError, match="was changed"):
            push(file, checkout)

    def test_a_ledger_that_lost_its_old_lines_still_goes_on(self, checkout: Path, tmp_path: Path) -> None:
        """After 400 days lines are taken out at the front."""
        file = tmp_path / "ledger.jsonl"
        night(file, 0)
        push(file, checkout)
        night(file, 1)
        push(file, checkout)
        night(file, 401)
        night(file, 500)

        assert "is on" in push(file, checkout, day=500)
        assert len(read_ledger(file).lines) == 3

    def test_lines_that_are_not_too_old_stay(self, checkout: Path, tmp_path: Path) -> None:
        """A run that claims to be of a later day takes out what the clock of the job wants kept."""
        file = tmp_path / "ledger.jsonl"
        night(file, 0)
        push(file, checkout)
        night(file, 500)

        with pytest.raises(ReconcilerError, match="do not go on from those on the branch"):
            push(file, checkout, day=399)

    @pytest.mark.parametrize(("forgotten", "later"), [(1, [500]), (2, [])], ids=["one night", "all nights"])
    def test_a_first_line_of_ones_own_replaces_no_history(
        self, checkout: Path, tmp_path: Path, forgotten: int, later: list[int]
    ) -> None:
        """It says that older lines were taken out, which may be so; what was open then must stand in it."""
        ours, forged = tmp_path / "ours.jsonl", tmp_path / "forged.jsonl"
        night(ours, 0, FOUND)
        night(ours, 1)
        push(ours, checkout)
        lines = ours.read_text().splitlines(keepends=True)
        last = json.loads(lines[forgotten])
        first = {"at": last["at"], "event": "pruned", "standings": [], "prev": last["hash"]}
        rest = lines[forgotten + 1 :]
        forged.write_text("".join([json.dumps({**first, "hash": digest_of(first)}) + "\n", *rest]))
        assert len(read_ledger(forged).lines) == 3 - forgotten
        for day in later:
            night(forged, day)

        with pytest.raises(ReconcilerError, match="do not go on from those on the branch"):
            push(forged, checkout, day=500)

    def test_variables_of_git_lead_nowhere_else(
        self, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A hook or a job may have set them for its own repository."""
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
        file = tmp_path / "ledger.jsonl"
        night(file, 0)

        assert "is on" in push(file, checkout)


class TestBranch:
    def test_a_lost_race_is_run_again(self, checkout: Path) -> None:
        """Two jobs write two files at the same moment, and both stand there afterwards."""
        branch = LedgerBranch(branch=BRANCH, checkout=checkout)
        branch.write("one", lambda _: b"1", why="start")
        raced: list[bytes] = []

        def following(_: bytes | None) -> bytes:
            if not raced:
                raced.append(b"x")
                branch.write("other", lambda _: b"2", why="in between")
            return b"3"

        assert branch.write("one", following, why="mine")
        assert (branch.read("one"), branch.read("other")) == (b"3", b"2")

    @pytest.mark.parametrize("name", ["", "-x", "a b", "a..b", "refs/heads/x/y", "x.lock", "a:b", "a~1", "é"])
    def test_a_name_that_git_could_misread_is_refused(self, checkout: Path, name: str) -> None:
        """Before git hears of it."""
        with pytest.raises(ReconcilerError, match="no name for this branch"):
            LedgerBranch(branch=name, checkout=checkout)

    def test_a_repository_that_cannot_be_reached_is_told_without_its_password(self, checkout: Path) -> None:
        """People put tokens into addresses."""
        git(checkout, "remote", "set-url", "origin", "http://user:canary@127.0.0.1:9/x.git")

        with pytest.raises(ReconcilerError, match="git said no") as error:
            LedgerBranch(branch=BRANCH, checkout=checkout).read("one")

        assert "canary" not in str(error.value)


class TestApplied:
    def test_before_the_first_apply_there_is_none(self, checkout: Path) -> None:
        """Nothing is guessed."""
        assert applied_commit(branch=BRANCH, checkout=checkout) is None

    def test_it_goes_forward_only(self, checkout: Path) -> None:
        """An older run that is started again does not bring old merges back."""
        record_applied("main", branch=BRANCH, checkout=checkout)

        told = record_applied("main^1", branch=BRANCH, checkout=checkout)

        assert "or a later one" in told
        assert applied_commit(branch=BRANCH, checkout=checkout) == git(checkout, "rev-parse", "main")

    def test_what_a_run_leaves_owed_is_kept_until_a_later_one_tells(self, checkout: Path, tmp_path: Path) -> None:
        """A record without a result drops nothing, and one of the same commit with another result counts."""
        result, settled = result_file(tmp_path / "one.json", OWED), result_file(tmp_path / "two.json")

        first = record_applied("main^1", branch=BRANCH, checkout=checkout, result=result)
        record_applied("main", branch=BRANCH, checkout=checkout)
        kept = applied_record(branch=BRANCH, checkout=checkout)
        record_applied("main", branch=BRANCH, checkout=checkout, result=settled)
        ended = applied_record(branch=BRANCH, checkout=checkout)

        main = git(checkout, "rev-parse", "main")
        assert "1 reviewed setting still owed" in first
        assert kept == Record(commit=main, owed=(OWED,))
        assert ended == Record(commit=main)

    def test_an_older_run_does_not_bring_back_what_was_owed(self, checkout: Path, tmp_path: Path) -> None:
        """The newer one knew better."""
        record_applied("main", branch=BRANCH, checkout=checkout)

        record_applied("main^1", branch=BRANCH, checkout=checkout, result=result_file(tmp_path / "one.json", OWED))

        assert applied_record(branch=BRANCH, checkout=checkout) == Record(commit=git(checkout, "rev-parse", "main"))

    def test_more_than_a_record_holds_is_refused(self, checkout: Path, tmp_path: Path) -> None:
        """Nothing that was reviewed is dropped without a word."""
        many = tuple(replace(OWED, installation_name=f"{number} {'x' * 400_000}") for number in range(50))

        with pytest.raises(ReconcilerError, match="more than the record may hold"):
            record_applied("main", branch=BRANCH, checkout=checkout, result=result_file(tmp_path / "one.json", *many))

    @pytest.mark.parametrize(
        "owed",
        [1, [1], [{}], [{**owed_part(OWED), "after": "much"}], [{**owed_part(OWED), "setting": "nothing"}]],
        ids=["no list", "no wish", "empty", "another kind of value", "no setting of ours"],
    )
    def test_what_is_owed_is_read_as_strictly_as_a_plan(self, checkout: Path, owed: object) -> None:
        """Whoever can write there decides about what is carried out."""
        record = json.dumps({"kind": "applied", "commit": "a" * 40, "owed": owed}).encode()
        LedgerBranch(branch=BRANCH, checkout=checkout).write("applied.json", lambda _: record, why="forged")

        with pytest.raises(ReconcilerError, match="is not one"):
            applied_record(branch=BRANCH, checkout=checkout)

    @pytest.mark.parametrize("record", [b"", b"[]", b"{}", json.dumps({"kind": "applied", "commit": "--x"}).encode()])
    def test_a_record_that_is_none_is_not_believed(self, checkout: Path, record: bytes) -> None:
        """What stands there becomes an argument of git."""
        LedgerBranch(branch=BRANCH, checkout=checkout).write("applied.json", lambda _: record, why="forged")

        with pytest.raises(ReconcilerError, match="is not one"):
            applied_commit(branch=BRANCH, checkout=checkout)

    def test_the_way_out_of_a_broken_record_works(self, checkout: Path) -> None:
        """Recording over it is refused like reading, since what is owed may stand in it: first it must go."""
        branch = LedgerBranch(branch=BRANCH, checkout=checkout)
        branch.write("applied.json", lambda _: b"{}", why="garbled")
        with pytest.raises(ReconcilerError) as refused:
            record_applied("main", branch=BRANCH, checkout=checkout)
        work = checkout.parent / "by-hand"
        git(checkout.parent, "clone", "-q", "-b", BRANCH, git(checkout, "remote", "get-url", "origin"), str(work))
        git(work, "rm", "-q", "applied.json")
        git(work, "commit", "-q", "-m", "Remove it")
        git(work, "push", "-q", "origin", BRANCH)

        record_applied("main", branch=BRANCH, checkout=checkout)

        assert "remove applied.json from that branch" in refused.value.remedy
        assert applied_commit(branch=BRANCH, checkout=checkout) == git(checkout, "rev-parse", "main")
