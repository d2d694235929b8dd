"""What was seen last of a hand-over is kept for the time after our access is gone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.model.sighting import Sighting
from reconciler.store.sightings import forget_sightings, keep_sightings, sightings, unbind_word

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
CLOUDS = {"main": "sandbox"}
HOME = Sighting(
    account="main",
    installation_id="91c2b6f4",
    at=NOW,
    open=("Authentication",),
    unaccepted=("person:c-1",),
    word="sha",
    wanted="sha256:5",
)
OTHER = Sighting(account="main", installation_id="71aa", at=NOW)


class TestKeeping:
    def test_it_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        """All of it, also that nobody could read who had accepted."""
        keep_sightings(tmp_path, [HOME, OTHER], CLOUDS)

        assert sightings(tmp_path, CLOUDS) == {HOME.place: HOME, OTHER.place: OTHER}

    def test_a_later_look_takes_the_place_of_the_former(self, tmp_path: Path) -> None:
        """Of the same installation; others stay."""
        keep_sightings(tmp_path, [HOME, OTHER], CLOUDS)
        later = replace(HOME, at=NOW + timedelta(days=1), open=())

        keep_sightings(tmp_path, [later], CLOUDS)

        assert sightings(tmp_path, CLOUDS) == {HOME.place: later, OTHER.place: OTHER}

    def test_nothing_was_seen_where_nobody_looked(self, tmp_path: Path) -> None:
        """No file, and none is made for nothing."""
        keep_sightings(tmp_path, [], CLOUDS)

        assert sightings(tmp_path, CLOUDS) == {}
        assert not [*tmp_path.iterdir()]


class TestWhatDoesNotCount:
    def test_another_cloud(self, tmp_path: Path) -> None:
        """What the sandbox showed says nothing about the real one."""
        keep_sightings(tmp_path, [HOME], CLOUDS)

        assert sightings(tmp_path, {"main": "zaptec"}) == {}

    def test_an_older_world(self, tmp_path: Path) -> None:
        """The sandbox was reset since."""
        keep_sightings(tmp_path, [HOME], CLOUDS)

        assert sightings(tmp_path, CLOUDS, since=NOW + timedelta(seconds=1)) == {}

    def test_an_earlier_hand_over(self, tmp_path: Path) -> None:
        """It is over, or another begins."""
        keep_sightings(tmp_path, [HOME, OTHER], CLOUDS)

        forget_sightings(tmp_path, [HOME.installation_id])

        assert [*sightings(tmp_path, CLOUDS)] == [OTHER.place]

    def test_a_word_given_again_is_given_after_the_look(self, tmp_path: Path) -> None:
        """Even when it says the same as the one that the look found."""
        keep_sightings(tmp_path, [HOME], CLOUDS)

        unbind_word(tmp_path, HOME.installation_id)

        assert sightings(tmp_path, CLOUDS)[HOME.place] == replace(HOME, word="")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sightings": [1]}', '{"sightings": [{"account": "main"}]}'])
def test_a_file_that_is_not_ours_is_told_with_a_way_out(tmp_path: Path, text: str) -> None:
    """Nobody guesses what was seen."""
    keep_sightings(tmp_path, [HOME], CLOUDS)
    (tmp_path / ".reconciler" / "sightings.json").write_text(text)

    with pytest.raises(ReconcilerError) as caught:
        sightings(tmp_path, CLOUDS)

    assert "take the file away" in caught.value.remedy


def edited(root: Path, **values: object) -> None:
    """Somebody edits the first sighting, or the file around it, by hand."""
    keep_sightings(root, [HOME], CLOUDS)
    path = root / ".reconciler" / "sightings.json"
    document = json.loads(path.read_text())
    (document if "version" in values else document["sightings"][0]).update(values)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", "2026-05-04T06:00:00"),
        ("account", ["main"]),
        ("cloud", ["sandbox"]),
        ("open", ""),
        ("unaccepted", ""),
        ("word", 7),
        ("version", 9),
    ],
)
def test_one_value_edited_by_hand_is_told_too(tmp_path: Path, name: str, value: object) -> None:
    """Nothing empty counts as nothing open, and a time without its zone is no internal error."""
    edited(tmp_path, **{name: value})

    with pytest.raises(ReconcilerError) as caught:
        sightings(tmp_path, CLOUDS, since=NOW)

    assert "take the file away" in caught.value.remedy


def test_nothing_was_seen_in_the_future(tmp_path: Path) -> None:
    """A clock that is a little off is none; a year is."""
    keep_sightings(tmp_path, [HOME], CLOUDS)

    assert sightings(tmp_path, CLOUDS, now=NOW - timedelta(minutes=1))
    with pytest.raises(ReconcilerError):
        sightings(tmp_path, CLOUDS, now=NOW - timedelta(days=365))
