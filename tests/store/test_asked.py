"""Since when a worksheet asks for access that nobody can read: a question stays open until somebody gives a word."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.store.asked import asked_for, runs_asking
from reconciler.store.departures import put_behind

FIRST = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CLOUDS = {"main": "sandbox"}


def run(
    root: Path, at: datetime, *, change: str = "c1", before_state: str = "unreadable", cloud: str = "sandbox"
) -> Path:
    """A run with a worksheet of one task."""
    folder = root / ".reconciler" / "runs" / f"{at:%Y%m%dT%H%M%SZ}-abcd"
    folder.mkdir(parents=True)
    task = {
        "change": change,
        "account": "main",
        "installation": "site",
        "principal": "person:c-1",
        "before_state": before_state,
        "asked_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
    (folder / "worksheet.json").write_text(json.dumps({"created_at": "2020-01-01T00:00:00Z", "tasks": [task]}))
    (folder / "plan.json").write_text(json.dumps({"accounts": [{"name": "main", "cloud": cloud}]}))
    return folder


class TestAsked:
    def test_the_first_worksheet_counts(self, tmp_path: Path) -> None:
        """A second one asks for the same again."""
        run(tmp_path, FIRST)
        run(tmp_path, FIRST + timedelta(days=9))

        assert asked_for(tmp_path, CLOUDS) == {"c1": FIRST}

    def test_what_can_be_read_is_not_told(self, tmp_path: Path) -> None:
        """The next plan reads it."""
        run(tmp_path, FIRST, before_state="known")

        assert asked_for(tmp_path, CLOUDS) == {}

    def test_another_cloud_and_an_older_world_tell_nothing(self, tmp_path: Path) -> None:
        """What was asked there is another installation."""
        run(tmp_path, FIRST, cloud="zaptec")
        run(tmp_path, FIRST + timedelta(days=1))

        assert asked_for(tmp_path, CLOUDS, since=FIRST + timedelta(days=2)) == {}

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"tasks": [{}]}', '{"tasks": 3}'])
    def test_a_broken_worksheet_tells_nothing(self, tmp_path: Path, text: str) -> None:
        """The next plan warns of it, and nothing stops here."""
        (run(tmp_path, FIRST) / "worksheet.json").write_text(text)

        assert asked_for(tmp_path, CLOUDS) == {}

    @pytest.mark.parametrize(
        ("name", "value"), [("asked_at", "2026-05-04T12:00:00"), ("change", ["x"]), ("installation", ["x"])]
    )
    def test_a_worksheet_edited_by_hand_tells_nothing(self, tmp_path: Path, name: str, value: object) -> None:
        """A time without its zone, an id that is none: nothing stops here either."""
        sheet = run(tmp_path, FIRST) / "worksheet.json"
        document = json.loads(sheet.read_text())
        document["tasks"][0][name] = value
        sheet.write_text(json.dumps(document))

        assert asked_for(tmp_path, CLOUDS, since=FIRST) == {}
        assert runs_asking(tmp_path) == {}

    def test_what_an_earlier_hand_over_asked_says_nothing_of_the_next(self, tmp_path: Path) -> None:
        """Our group came back, and the same person shall have it again."""
        run(tmp_path, FIRST)
        put_behind(tmp_path, ["site"], asked=runs_asking(tmp_path))
        run(tmp_path, FIRST + timedelta(days=90))

        assert asked_for(tmp_path, CLOUDS) == {"c1": FIRST + timedelta(days=90)}

    def test_without_runs_nobody_was_asked(self, tmp_path: Path) -> None:
        """A fresh clone."""
        assert asked_for(tmp_path, CLOUDS) == {}
