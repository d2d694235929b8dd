"""The ledger of drift runs: what is written stays, what was touched is noticed, what is old goes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.model.change import Target
from reconciler.model.finding import Severity
from reconciler.model.ledger import LedgerEvent, LedgerLine, Noted, Pruned, RunNoted, standings_of
from reconciler.store.ledger import append_run, read_ledger

START = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def noted(event: LedgerEvent, *, day: float = 0, fingerprint: str = "0123456789abcdef", name: str = "Kaia") -> Noted:
    return Noted(
        at=START + day * DAY,
        event=event,
        fingerprint=fingerprint,
        managed=True,
        target=Target(account="main", installation_id="91c2b6f4", charger="ZPR080001"),
        installation_name=name,
        what="ZPR080001 Maximum current",
        severity=Severity.S2,
    )


def run(day: float = 0, *, unseen: tuple[str, ...] = ()) -> RunNoted:
    return RunNoted(
        at=START + day * DAY, open_by_severity=(0, 0, 1, 0, 0), compared=9, desired=10, selection=None, unseen=unseen
    )


def write(path: Path, day: float, *lines: LedgerLine) -> str:
    return append_run(path, (*lines, run(day)), now=START + day * DAY)


class TestWhatIsWritten:
    def test_it_reads_back_as_it_was(self, tmp_path: Path) -> None:
        """Names of any kind included."""
        path = tmp_path / "ledger.jsonl"
        line = noted(LedgerEvent.OPENED, name='Kaia "P-hus" \u2028 ø')

        head = write(path, 0, line)

        assert read_ledger(path).lines == (line, run())
        assert read_ledger(path).head == head

    def test_there_is_none_at_first(self, tmp_path: Path) -> None:
        """The first run makes it."""
        assert read_ledger(tmp_path / "none.jsonl").lines == ()

    def test_the_next_run_only_appends(self, tmp_path: Path) -> None:
        """What a former run wrote stays byte for byte."""
        path = tmp_path / "ledger.jsonl"
        write(path, 0, noted(LedgerEvent.OPENED))
        before = path.read_bytes()

        write(path, 1, noted(LedgerEvent.CLOSED, day=1))

        assert path.read_bytes().startswith(before)
        assert len(read_ledger(path).lines) == 4

    def test_a_run_before_the_last_one_is_refused(self, tmp_path: Path) -> None:
        """An old snapshot would resolve what is open today."""
        path = tmp_path / "ledger.jsonl"
        write(path, 2)

        with pytest.raises(ReconcilerError, match="later run"):
            write(path, 1)


class TestTheChain:
    @pytest.mark.parametrize(
        ("change", "line"),
        [
            (lambda lines: [lines[0].replace("Kaia", "Kaja"), *lines[1:]], 1),
            (lambda lines: [lines[0], *lines[2:]], 2),
            (lambda lines: lines[1:], 1),
            (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
            (lambda lines: [lines[0], lines[0], *lines[1:]], 2),
            (lambda lines: [lines[0], "{}", *lines[1:]], 2),
        ],
        ids=["changed", "taken out", "first taken out", "swapped", "twice", "put in"],
    )
    def test_whatever_was_touched_is_named_with_its_line(self, tmp_path: Path, change: object, line: int) -> None:
        """Ages that somebody edited must not be believed."""
        path = tmp_path / "ledger.jsonl"
        write(path, 0, noted(LedgerEvent.OPENED))
        write(path, 1)
        assert callable(change)
        path.write_text("".join(f"{one}\n" for one in change(path.read_text().splitlines())))

        with pytest.raises(ReconcilerError, match=f"line {line} ") as caught:
            read_ledger(path)

        assert caught.value.where == f"{path}:{line}"

    @pytest.mark.parametrize("left", [1, 40, -1])
    def test_a_torn_last_line_is_cut_off_with_its_run(self, tmp_path: Path, left: int) -> None:
        """A run that was killed while it wrote did not happen; the next one goes on."""
        path = tmp_path / "ledger.jsonl"
        write(path, 0, noted(LedgerEvent.OPENED))
        whole = path.read_bytes()
        write(path, 1, noted(LedgerEvent.CLOSED, day=1))
        path.write_bytes(whole + path.read_bytes()[len(whole) :][:left])

        assert len(read_ledger(path).lines) == 2
        write(path, 2)

        assert [type(line) for line in read_ledger(path).lines] == [Noted, RunNoted, RunNoted]

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        """A branch with a ledger could bring one."""
        (tmp_path / "ledger.jsonl").symlink_to(tmp_path / "elsewhere")

        with pytest.raises(ReconcilerError):
            write(tmp_path / "ledger.jsonl", 0)


class TestPruning:
    def test_after_400_days_lines_go_and_what_is_open_stays(self, tmp_path: Path) -> None:
        """Since when something is wrong is never forgotten."""
        path = tmp_path / "ledger.jsonl"
        write(path, 0, noted(LedgerEvent.OPENED), noted(LedgerEvent.OPENED, fingerprint="f" * 16))
        write(path, 1, noted(LedgerEvent.CLOSED, day=1, fingerprint="f" * 16))
        write(path, 300)

        write(path, 402)

        head, *rest = read_ledger(path).lines
        assert isinstance(head, Pruned)
        assert [line.at for line in rest] == [START + 300 * DAY, START + 402 * DAY]
        (standing,) = standings_of((head, *rest)).values()
        assert (standing.first_seen_at, standing.times_seen) == (START, 4)

    def test_the_chain_still_holds_and_goes_on(self, tmp_path: Path) -> None:
        """A head that was published before is still in it."""
        path = tmp_path / "ledger.jsonl"
        write(path, 0)
        published = write(path, 300)
        write(path, 402)
        write(path, 403)

        assert f'"prev":"{published}"' in path.read_text().splitlines()[2]
        write(path, 1000)
        assert [type(line) for line in read_ledger(path).lines] == [Pruned, RunNoted]

    def test_a_pruned_head_that_was_changed_is_noticed(self, tmp_path: Path) -> None:
        """It carries ages."""
        path = tmp_path / "ledger.jsonl"
        write(path, 0, noted(LedgerEvent.OPENED))
        write(path, 402)
        first, *rest = path.read_text().splitlines(keepends=True)
        data = json.loads(first)
        data["standings"] = []
        path.write_text("".join([json.dumps(data) + "\n", *rest]))

        with pytest.raises(ReconcilerError, match="line 1 "):
            read_ledger(path)
