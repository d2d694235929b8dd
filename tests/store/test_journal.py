"""A journal tells what happened, also after a crash, and never guesses."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from reconciler.store.journal import JournalWriter, Told, read_journal, told_of

START = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)

WRITE_UNTIL_KILLED = """
import os, signal, sys
from pathlib import Path
from reconciler.store.journal import JournalWriter
writer = JournalWriter(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    writer.append("before-write", {"change": f"c{number}"})
os.kill(os.getpid(), signal.SIGKILL)
"""

FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from reconciler.errors import ReconcilerError
from reconciler.store.journal import JournalWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
writer = JournalWriter(Path(sys.argv[1]))
refused = 0
for number in range(20):
    try:
        writer.append("outcome", {"change": "c" if refused else "c" * 40})
    except ReconcilerError:
        refused += 1
print(20 - refused)
"""


def clock_from(start: datetime = START) -> Callable[[], datetime]:
    """A clock that is one minute further each time somebody looks."""
    minutes = count()
    return lambda: start + timedelta(minutes=next(minutes))


def write(path: Path, events: int) -> None:
    """A journal of that many events."""
    writer = JournalWriter(path, now=clock_from())
    for number in range(events):
        writer.append("outcome", {"change": f"c{number}", "outcome": "done"})
    writer.close()


class TestWriting:
    def test_one_line_per_event_with_number_and_time(self, tmp_path: Path) -> None:
        """Anybody can read a journal with ordinary tools."""
        writer = JournalWriter(tmp_path / "journal.jsonl", now=clock_from())

        writer.append("started", {"plan": "sha256:ab"})
        writer.append("outcome", {"change": "c1", "outcome": "done"})

        assert [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()] == [
            {"seq": 1, "at": "2026-11-21T06:30:00.000000Z", "event": "started", "data": {"plan": "sha256:ab"}},
            {
                "seq": 2,
                "at": "2026-11-21T06:31:00.000000Z",
                "event": "outcome",
                "data": {"change": "c1", "outcome": "done"},
            },
        ]

    def test_an_event_is_there_before_the_file_is_closed(self, tmp_path: Path) -> None:
        """A process that dies right after an event has not lost it."""
        path = tmp_path / "journal.jsonl"

        child = subprocess.run([sys.executable, "-c", WRITE_UNTIL_KILLED, str(path), "25"], check=False)

        assert child.returncode == -9
        assert [record.data["change"] for record in read_journal(path).records] == [f"c{n}" for n in range(25)]

    def test_line_ends_in_a_text_do_not_break_the_line(self, tmp_path: Path) -> None:
        """A name from the cloud cannot forge an event."""
        hostile = 'x\n{"seq":2,"event":"finished"}\r\u2028\x85'
        writer = JournalWriter(tmp_path / "journal.jsonl")

        writer.append("started", {"name": hostile})
        writer.append("finished", {})

        assert [record.event for record in read_journal(tmp_path / "journal.jsonl").records] == ["started", "finished"]
        assert read_journal(tmp_path / "journal.jsonl").records[0].data["name"] == hostile

    def test_times_paths_and_sets_are_written_plainly(self, tmp_path: Path) -> None:
        """Values of the model need no conversion first."""
        writer = JournalWriter(tmp_path / "journal.jsonl")

        writer.append("started", {"at": START, "day": START.date(), "file": Path("a/b"), "ids": frozenset({"b", "a"})})

        assert read_journal(tmp_path / "journal.jsonl").records[0].data == {
            "at": "2026-11-21T06:30:00.000000Z",
            "day": "2026-11-21",
            "file": "a/b",
            "ids": ["a", "b"],
        }

    def test_something_that_is_no_data_is_refused_before_anything_is_written(self, tmp_path: Path) -> None:
        """An object that could hold a secret never ends up in the journal by its looks."""
        writer = JournalWriter(tmp_path / "journal.jsonl")

        with pytest.raises(TypeError, match="cannot hold a object"):
            writer.append("started", {"what": object()})
        writer.append("started", {})

        assert [record.sequence for record in read_journal(tmp_path / "journal.jsonl").records] == [1]

    def test_several_threads_write_whole_lines(self, tmp_path: Path) -> None:
        """Installations are worked on side by side and share one journal."""
        writer = JournalWriter(tmp_path / "journal.jsonl")
        threads = [
            Thread(target=lambda: [writer.append("outcome", {"text": "x" * 200}) for _ in range(25)]) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [record.sequence for record in read_journal(tmp_path / "journal.jsonl").records] == list(range(1, 101))

    def test_a_full_disk_ends_the_journal_at_a_whole_line(self, tmp_path: Path) -> None:
        """After the first event that did not fit nothing more is taken, not even a short one."""
        path = tmp_path / "journal.jsonl"

        child = subprocess.run(
            [sys.executable, "-c", FILL_THE_DISK, str(path)], check=False, capture_output=True, text=True
        )

        written = int(child.stdout)
        assert 0 < written < 20
        assert len(read_journal(path).records) == written
        assert read_journal(path).torn == 0

    def test_a_closed_journal_takes_nothing_more(self, tmp_path: Path) -> None:
        """A late thread cannot add to a finished run."""
        writer = JournalWriter(tmp_path / "journal.jsonl")
        writer.close()
        writer.close()

        with pytest.raises(ReconcilerError, match="closed"):
            writer.append("outcome", {})

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        """A journal that is a link to another file is refused."""
        (tmp_path / "elsewhere").write_text("")
        (tmp_path / "journal.jsonl").symlink_to(tmp_path / "elsewhere")

        with pytest.raises(ReconcilerError, match="cannot be written"):
            JournalWriter(tmp_path / "journal.jsonl")


class TestAfterACrash:
    def test_wherever_the_last_line_is_torn_the_others_are_read(self, tmp_path: Path) -> None:
        """A power cut in the middle of an event loses that event only."""
        path = tmp_path / "journal.jsonl"
        write(path, events=3)
        whole = path.read_bytes()
        second_end = whole.index(b"\n", whole.index(b"\n") + 1) + 1

        found = set()
        for length in range(second_end, len(whole)):
            path.write_bytes(whole[:length])
            journal = read_journal(path)
            found.add((len(journal.records), journal.size, journal.torn == length - second_end))

        assert found == {(2, second_end, True)}

    @pytest.mark.parametrize("rest", [b"\x00" * 64, b'{"seq":4,"at\x00\x00\n', b"\xff\xfe\n", b"[" * 100_000])
    def test_what_a_file_system_leaves_after_a_power_cut_is_torn_too(self, tmp_path: Path, rest: bytes) -> None:
        """Zero bytes and half blocks at the end are no reason to give the run up."""
        path = tmp_path / "journal.jsonl"
        write(path, events=3)
        with path.open("ab") as file:
            file.write(rest)

        assert len(read_journal(path).records) == 3
        assert read_journal(path).torn == len(rest)

    def test_going_on_cuts_the_torn_line_off(self, tmp_path: Path) -> None:
        """The next event starts on a line of its own with the next number."""
        path = tmp_path / "journal.jsonl"
        write(path, events=2)
        with path.open("ab") as file:
            file.write(b'{"seq":3,"at":"2026-')

        JournalWriter(path, now=clock_from()).append("resumed", {})

        assert [(record.sequence, record.event) for record in read_journal(path).records] == [
            (1, "outcome"),
            (2, "outcome"),
            (3, "resumed"),
        ]
        assert read_journal(path).torn == 0

    def test_a_garbled_line_in_the_middle_is_refused(self, tmp_path: Path) -> None:
        """A journal that lost something in between proves nothing any more, so it is not used."""
        path = tmp_path / "journal.jsonl"
        write(path, events=3)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + b"garbage\n" + lines[2])

        with pytest.raises(ReconcilerError, match="line 2 of the journal is garbled or missing") as caught:
            read_journal(path)

        assert caught.value.where == f"{path}:2"
        assert "make a new plan" in caught.value.remedy

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
    def test_a_time_that_no_clock_shows_is_garbled(self, tmp_path: Path, moment: str) -> None:
        """Outside of the years 1 to 9999 there is no time, so the line is damaged."""
        path = tmp_path / "journal.jsonl"
        write(path, events=2)
        first, second = path.read_text().splitlines(keepends=True)
        damaged = json.dumps(json.loads(first) | {"at": moment}, separators=(",", ":"))
        path.write_text(f"{damaged}\n{second}")

        with pytest.raises(ReconcilerError, match="line 1 of the journal is garbled"):
            read_journal(path)
        with pytest.raises(ReconcilerError, match="line 1 of the journal is garbled"):
            told_of(path, (json.loads(first)["event"],), so_far=Told())

    def test_what_is_forgotten_with_a_garbled_journal_is_told_with_what_to_do(self, tmp_path: Path) -> None:
        """Three things stand nowhere else: a plan made without them looks complete and is not."""
        path = tmp_path / "20261121T063000Z-3f2a" / "journal.jsonl"
        path.parent.mkdir()
        path.write_bytes(b"garbage\nmore\n")

        with pytest.raises(ReconcilerError) as caught:
            read_journal(path)

        remedy = caught.value.remedy
        assert f"move {path.parent} out of the runs folder" in remedy
        assert "queued for offline chargers, so plan once more when those are online again" in remedy
        assert "how many invitations it sent, so wait 24 hours before more people are invited" in remedy
        assert "how long a mode has waited" in remedy

    @pytest.mark.parametrize("lost", [0, 1])
    def test_a_missing_line_is_noticed_by_its_number(self, tmp_path: Path, lost: int) -> None:
        """Removing a whole line leaves valid lines, but not a valid journal."""
        path = tmp_path / "journal.jsonl"
        write(path, events=3)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(line for number, line in enumerate(lines) if number != lost))

        with pytest.raises(ReconcilerError, match=f"line {lost + 1} of the journal"):
            read_journal(path)

    def test_nobody_goes_on_in_a_garbled_journal(self, tmp_path: Path) -> None:
        """Resuming refuses it and leaves the file as evidence."""
        path = tmp_path / "journal.jsonl"
        path.write_bytes(b"garbage\nmore\n")

        with pytest.raises(ReconcilerError, match="line 1"):
            JournalWriter(path)

        assert path.read_bytes() == b"garbage\nmore\n"

    def test_a_missing_journal_is_an_error(self, tmp_path: Path) -> None:
        """Nothing is concluded from a file that is not there."""
        with pytest.raises(ReconcilerError, match="cannot be read"):
            read_journal(tmp_path / "journal.jsonl")

    @given(content=st.binary(max_size=200) | st.text(alphabet='{}":,0123seqatvdn\n').map(str.encode))
    def test_any_bytes_are_read_or_refused(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        """Whatever stands in the file, the answer is a journal or an error that a user can act on."""
        path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
        path.write_bytes(content)

        with contextlib.suppress(ReconcilerError):
            journal = read_journal(path)
            assert journal.size + journal.torn == len(content)
