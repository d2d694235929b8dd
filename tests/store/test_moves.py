"""Moving a file of the fleet: there is always one whole file, and never somebody else's words are lost."""

from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.store.fleet_files import move_fleet_file

OLD, NEW = "installations/a.yaml", "released/a.yaml"


def fleet_with(root: Path, **files: str) -> Path:
    """A fleet folder; `old` and `new` name the two files."""
    for path, key in ((OLD, "old"), (NEW, "new")):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if key in files:
            (root / path).write_text(files[key])
    return root


def move(fleet: Path, *, before: str = "was\n", after: str = "is\n", to: str = NEW, old: str = OLD) -> Path:
    return move_fleet_file(fleet, old, to=to, before=before, after=after)


def test_the_file_stands_under_its_new_name_only(tmp_path: Path) -> None:
    """With the text that it shall have there."""
    fleet = fleet_with(tmp_path, old="was\n")

    path = move(fleet)

    assert (path, path.read_text(), (fleet / OLD).exists()) == (fleet / NEW, "is\n", False)


def test_a_move_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    """The copy is there already."""
    fleet = fleet_with(tmp_path, old="was\n", new="is\n")

    move(fleet)

    assert not (fleet / OLD).exists()


@pytest.mark.parametrize("there", ["somebody else's\n", ""], ids=["another text", "an empty file"])
def test_another_file_of_that_name_is_never_overwritten(tmp_path: Path, there: str) -> None:
    """A record is a record."""
    fleet = fleet_with(tmp_path, old="was\n", new=there)

    with pytest.raises(ReconcilerError, match="there already"):
        move(fleet)

    assert ((fleet / NEW).read_text(), (fleet / OLD).read_text()) == (there, "was\n")


def test_a_file_that_was_changed_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    """Somebody's words stand in it."""
    fleet = fleet_with(tmp_path, old="changed\n")

    with pytest.raises(ReconcilerError, match="meanwhile"):
        move(fleet)

    assert (fleet / OLD).read_text() == "changed\n"


@pytest.mark.parametrize("outside", ["../a.yaml", "/a.yaml", "released/../../a.yaml"])
def test_no_path_leads_out_of_the_fleet(tmp_path: Path, outside: str) -> None:
    """Neither the one that comes nor the one that goes."""
    fleet = fleet_with(tmp_path / "fleet", old="was\n")

    for wrong in ({"to": outside}, {"old": outside}):
        with pytest.raises(ReconcilerError, match="outside"):
            move(fleet, **wrong)

    assert (fleet / OLD).read_text() == "was\n"
