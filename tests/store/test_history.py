"""Later plans know what earlier runs sent, whom they invited, and what they found waiting."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.store.history import History, history, taken_back_by
from reconciler.store.layout import latest, run_ids
from reconciler.store.runs import RunFolder
from tests.store.test_journal import START, clock_from

CLOUDS = {"main": "zaptec"}
RUN = "20261121T063000Z-0001"


def run_with(root: Path, run_id: str, *serials: str, start: datetime = START, cloud: str = "zaptec") -> None:
    """A run that sent 16 A to these offline chargers, one a minute."""
    with RunFolder.create(root, run_id, now=clock_from(start)) as run:
        for serial in serials:
            data = {"account": "main", "cloud": cloud, "installation": "i1", "charger": serial}
            run.record("queued", {**data, "setting": "maxCurrent", "value": 16})


def serials_of(root: Path, *, since: datetime | None = None) -> list[str]:
    """Which chargers have something queued."""
    return [one.charger for one in history(root, CLOUDS, since=since).queued]


class TestQueued:
    def test_without_runs_nothing_was_sent(self, tmp_path: Path) -> None:
        """A fresh clone knows of no run."""
        assert history(tmp_path, CLOUDS) == History()
        assert run_ids(tmp_path) == ()
        assert latest(tmp_path) is None

    def test_what_was_sent_comes_back_oldest_first(self, tmp_path: Path) -> None:
        """With place, value and time."""
        run_with(tmp_path, "20261122T063000Z-0001", "ZAP000002", start=START + timedelta(days=1))
        run_with(tmp_path, RUN, "ZAP000001")

        first, second = history(tmp_path, CLOUDS).queued

        assert (first.charger, first.setting, first.value, first.at) == ("ZAP000001", "maxCurrent", 16.0, START)
        assert second.charger == "ZAP000002"

    def test_what_went_to_another_cloud_does_not_count(self, tmp_path: Path) -> None:
        """A rehearsal on the sandbox says nothing about the real chargers."""
        run_with(tmp_path, RUN, "ZAP000001", cloud="sandbox")

        assert serials_of(tmp_path) == []

    def test_what_is_older_than_the_world_does_not_count(self, tmp_path: Path) -> None:
        """It was sent to a world that is gone."""
        run_with(tmp_path, RUN, "ZAP000001", "ZAP000002")

        assert serials_of(tmp_path, since=START + timedelta(seconds=1)) == ["ZAP000002"]

    def test_other_events_do_not_count(self, tmp_path: Path) -> None:
        """Whatever they look like."""
        with RunFolder.create(tmp_path, RUN, now=clock_from(START)) as run:
            run.record("outcome", {"change": "c1", "outcome": "pending", "detail": '"event":"queued"'})

        assert serials_of(tmp_path) == []

    def test_a_run_that_died_before_its_first_event_is_no_obstacle(self, tmp_path: Path) -> None:
        """An empty run folder says nothing, so it is skipped."""
        run_with(tmp_path, RUN, "ZAP000001")
        (tmp_path / ".reconciler" / "runs" / "20261121T070000Z-0001").mkdir()
        (tmp_path / ".reconciler" / "runs" / "notes").mkdir()

        assert serials_of(tmp_path) == ["ZAP000001"]
        assert latest(tmp_path) == "20261121T070000Z-0001"

    def test_a_garbled_run_is_named(self, tmp_path: Path) -> None:
        """A damaged journal is never read as "nothing was sent"."""
        run_with(tmp_path, RUN, "ZAP000001", "ZAP000002")
        journal = tmp_path / ".reconciler" / "runs" / RUN / "journal.jsonl"
        first, second = journal.read_bytes().splitlines(keepends=True)

        for content in (b"{}\n" + first, second + first, first.replace(b'"ZAP000001"', b'"ZAP000001') + second):
            journal.write_bytes(content)
            with pytest.raises(ReconcilerError, match="garbled"):
                history(tmp_path, CLOUDS)

    def test_a_line_torn_by_a_crash_does_not_count(self, tmp_path: Path) -> None:
        """Nothing was done on its strength."""
        run_with(tmp_path, RUN, "ZAP000001", "ZAP000002")
        journal = tmp_path / ".reconciler" / "runs" / RUN / "journal.jsonl"
        journal.write_bytes(journal.read_bytes()[:-5])

        assert serials_of(tmp_path) == ["ZAP000001"]

    def test_runs_that_may_not_be_read_are_an_error(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A run with sudo leaves a folder of root behind; "nothing was sent" would be a guess."""
        run_with(tmp_path, RUN, "ZAP000001")

        def denied(path: Path) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(os, "scandir", denied)

        with pytest.raises(ReconcilerError, match="Permission denied") as caught:
            history(tmp_path, CLOUDS)
        assert "sudo chown" in caught.value.remedy


def found_waiting(root: Path, run_id: str, *modes: str, start: datetime = START, then: str = "") -> None:
    """A run that found site i1 waiting for these modes, one a minute; `then` is one more event."""
    place = {"account": "main", "cloud": "zaptec", "installation": "i1"}
    with RunFolder.create(root, run_id, now=clock_from(start)) as run:
        for mode in modes:
            run.record("switch-waits", {**place, "mode": mode})
        if then:
            run.record(then, place)


LATER = START + timedelta(days=1)
LATER_RUN = "20261122T063000Z-0001"


class TestSwitchWaits:
    def test_a_site_waits_since_the_first_run_that_found_it_so(self, tmp_path: Path) -> None:
        """The deadline of `giveUpAfterHours` counts from there, however often somebody tries again."""
        found_waiting(tmp_path, RUN, "native")
        found_waiting(tmp_path, LATER_RUN, "native", start=LATER)

        (wait,) = history(tmp_path, CLOUDS).switch_waits

        assert (wait.account, wait.installation_id, wait.mode, wait.since) == ("main", "i1", "native", START)

    def test_another_mode_starts_a_new_row(self, tmp_path: Path) -> None:
        """It is another wish, and gets its full time."""
        found_waiting(tmp_path, RUN, "native")
        found_waiting(tmp_path, LATER_RUN, "ocppCloud", start=LATER)

        (wait,) = history(tmp_path, CLOUDS).switch_waits

        assert (wait.mode, wait.since) == ("ocppCloud", LATER)

    def test_a_switch_ends_the_row(self, tmp_path: Path) -> None:
        """The next wait begins anew."""
        found_waiting(tmp_path, RUN, "native", then="switched")
        assert history(tmp_path, CLOUDS).switch_waits == ()

        found_waiting(tmp_path, LATER_RUN, "native", start=LATER)

        assert [wait.since for wait in history(tmp_path, CLOUDS).switch_waits] == [LATER]

    def test_waits_at_another_cloud_or_before_this_world_do_not_count(self, tmp_path: Path) -> None:
        """A rehearsal gives no real site up."""
        found_waiting(tmp_path, RUN, "native")

        assert history(tmp_path, {"main": "sandbox"}).switch_waits == ()
        assert history(tmp_path, CLOUDS, since=LATER).switch_waits == ()


class TestInvited:
    def test_each_invitation_counts_with_its_time(self, tmp_path: Path) -> None:
        """They are paced per account and day."""
        with RunFolder.create(tmp_path, RUN, now=clock_from(START)) as run:
            for change in ("c1", "c2"):
                run.record("invited", {"account": "main", "cloud": "zaptec", "installation": "i1", "change": change})

        invited = history(tmp_path, CLOUDS).invited

        assert [(one.account, one.at) for one in invited] == [("main", START), ("main", START + timedelta(minutes=1))]


class TestReading:
    def test_a_journal_that_grew_is_read_again(self, tmp_path: Path) -> None:
        """Also within one run: each site asks afresh."""
        run_with(tmp_path, RUN, "ZAP000001")
        assert serials_of(tmp_path) == ["ZAP000001"]

        with RunFolder.resume(tmp_path, RUN, now=clock_from(LATER)) as run:
            data = {"account": "main", "cloud": "zaptec", "installation": "i1", "charger": "ZAP000002"}
            run.record("queued", {**data, "setting": "maxCurrent", "value": 6})

        assert serials_of(tmp_path) == ["ZAP000001", "ZAP000002"]

    @pytest.mark.parametrize("event", ["queued", "invited", "switch-waits", "switched"])
    def test_an_event_without_its_place_is_never_read_as_none(self, tmp_path: Path, event: str) -> None:
        """Nothing is concluded from half of it."""
        with RunFolder.create(tmp_path, RUN, now=clock_from(START)) as run:
            run.record(event, {"account": "main"})

        with pytest.raises(ReconcilerError, match="garbled: it has no cloud") as caught:
            history(tmp_path, CLOUDS)
        assert "make a new plan" in caught.value.remedy
        assert "how many invitations it sent" in caught.value.remedy


class TestTakenBack:
    @pytest.mark.parametrize(("run", "later"), [("3f2a", "9999"), ("9999", "3f2a")])
    def test_a_way_back_of_the_same_second_is_found(self, tmp_path: Path, run: str, later: str) -> None:
        """Names of one second do not tell which run came first."""
        first, second = f"20261121T063000Z-{run}", f"20261121T063000Z-{later}"
        RunFolder.create(tmp_path, first, now=clock_from(START)).close()
        with RunFolder.create(tmp_path, second, now=clock_from(START)) as back:
            back.record("asked", {"takes_back": first})
            back.record("before-write", {"step": "s", "changes": []})

        assert taken_back_by(tmp_path, first) == second
        assert taken_back_by(tmp_path, second) is None

    def test_a_way_back_that_wrote_nothing_took_nothing_back(self, tmp_path: Path) -> None:
        """The run can be resumed still."""
        first, second = "20261121T063000Z-3f2a", "20261121T063100Z-3f2a"
        RunFolder.create(tmp_path, first, now=clock_from(START)).close()
        with RunFolder.create(tmp_path, second, now=clock_from(START)) as back:
            back.record("asked", {"takes_back": first})

        assert taken_back_by(tmp_path, first) is None
