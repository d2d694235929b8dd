"""Parameter files of synthetic fleets."""

from pathlib import Path

import pytest

from reconciler.errors import InvalidFilesError
from reconciler.loading.generation import read_generation
from reconciler.sandbox.generating.parameters import PRESETS, parameters_of, preset_file

MIXED = preset_file("mixed")


def problems(path: Path) -> list[str]:
    """What is said about a file that must not pass."""
    with pytest.raises(InvalidFilesError) as raised:
        read_generation(path, under=MIXED)
    return [f"{one.line} {one.code} {one.path}: {one.what} {one.remedy}" for one in raised.value.problems]


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_can_be_used(name: str) -> None:
    """Checked like any other file."""
    assert parameters_of(read_generation(preset_file(name), under=MIXED)).segments.values


def test_what_a_file_leaves_out_is_as_in_mixed(tmp_path: Path) -> None:
    """A file needs only what it is about."""
    path = tmp_path / "mine.yaml"
    path.write_text("version: 1\ndrift: {share: 7, burst: 3, causes: {owner: 1}}\n")

    tree = read_generation(path, under=MIXED)

    assert tree["drift"] == {"share": 7, "burst": 3, "causes": {"owner": 1}}
    assert tree["segments"] == read_generation(MIXED, under=MIXED)["segments"]


def test_a_misspelt_key_names_its_line_and_the_right_word(tmp_path: Path) -> None:
    """All problems at once."""
    path = tmp_path / "mine.yaml"
    path.write_text("version: 1\ndrift: {shares: 7, burst: -1, causes: {owner: 1}}\nsegmets: {}\n")

    found = problems(path)

    assert any(one.startswith("2 E003 drift.shares") and "`share`" in one for one in found)
    assert any(one.startswith("2 ") and "drift.burst" in one for one in found)
    assert any(one.startswith("3 E003 segmets") and "`segments`" in one for one in found)


def test_a_range_that_ends_before_it_begins_is_told(tmp_path: Path) -> None:
    """Otherwise every number of it would be the same."""
    path = tmp_path / "mine.yaml"
    text = MIXED.read_text().replace("least: 80, most: 900", "least: 900, most: 80")
    path.write_text(text)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "least: 900" in one)

    assert [one.split(" Give")[0] for one in problems(path)] == [
        f"{line} E253 segments.large.chargers.least: `least` is 900, which is more than `most`, 80."
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With what to do."""
    (found,) = problems(tmp_path / "none.yaml")

    assert "E253" in found
    assert "No such file" in found
