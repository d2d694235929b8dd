"""Problems name files as the reader can open them; plans name them alike on every machine."""

from pathlib import Path

import pytest

from reconciler.loading.files import shown_from_here
from reconciler.loading.load import load_fleet
from reconciler.loading.people import unknown_people
from reconciler.model.people import People
from reconciler.model.problem import Problem
from tests.loading.fleets import HEAD, HERE, ID, TODAY, site_of, write

TEXT = HEAD + "maxCurrent: 16\npermissions: {entries: [{user: 'person:c-1', roles: [owner]}]}\n"


class TestProblems:
    @pytest.mark.parametrize(
        ("stand", "fleet", "shown"),
        [
            ("elsewhere", "../fleet", f"../fleet/{HERE}"),
            ("elsewhere", "../elsewhere/../fleet/", f"../fleet/{HERE}"),
            ("fleet", ".", HERE),
            ("fleet", "ABSOLUTE/fleet", HERE),
            ("fleet/installations", "..", f"../{HERE}"),
        ],
    )
    def test_they_begin_where_the_caller_stands(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand: str, fleet: str, shown: str
    ) -> None:
        """So that a click or a paste opens the file."""
        write(tmp_path, {HERE: HEAD + "maxCurrent: 5\n"})
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / stand)

        loaded = load_fleet(Path(fleet.replace("ABSOLUTE", str(tmp_path))), today=TODAY)

        assert [problem.file for problem in loaded.problems] == [shown]
        assert Path(shown).exists()

    def test_a_fleet_somewhere_else_is_shown_as_it_was_given(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An absolute path that does not lie below us stays absolute."""
        fleet = write(tmp_path, {HERE: HEAD + "maxCurrent: 5\n"})
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")

        loaded = load_fleet(fleet, today=TODAY)

        assert [problem.file for problem in loaded.problems] == [str(fleet / HERE)]

    def test_unknown_people_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """They are found after loading, in the same files."""
        write(tmp_path, {HERE: TEXT})
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        loaded = load_fleet(Path("../fleet"), today=TODAY)
        assert loaded.desired is not None

        (problem,) = unknown_people(loaded.desired, People(entries=()), loaded.origins)

        assert str(problem).startswith(f"../fleet/{HERE}:5:25 E231 ")

    def test_a_hostile_name_on_the_way_is_made_harmless(self) -> None:
        """Control characters and addresses are never repeated."""
        assert shown_from_here("a\x1b", "x.yaml") == "a?/x.yaml"
        assert "ola" not in shown_from_here("a/ola@people.example", "x.yaml")


def test_plans_do_not_depend_on_where_the_caller_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, origin and digest are the same from everywhere."""
    fleet = write(tmp_path, {HERE: TEXT})
    (tmp_path / "elsewhere").mkdir()
    found = set()
    for stand, given in ((tmp_path, "fleet"), (tmp_path / "elsewhere", "../fleet"), (fleet, "."), (fleet, str(fleet))):
        monkeypatch.chdir(stand)
        loaded = load_fleet(Path(given), today=TODAY)
        assert loaded.desired is not None
        found.add((site_of(loaded).file, str(loaded.origins.find(ID, ("maxCurrent",))), loaded.desired.digest))

    ((file, origin, _),) = found
    assert file == f"fleet/{HERE}"
    assert origin == f"fleet/{HERE}:4"


@pytest.mark.parametrize(
    ("line", "column", "place"), [(0, 0, "fleet/x.yaml "), (3, 0, "fleet/x.yaml:3 "), (3, 7, "fleet/x.yaml:3:7 ")]
)
def test_one_line_says_only_what_is_known_of_the_place(line: int, column: int, place: str) -> None:
    """No line 0: editors cannot go there."""
    problem = Problem(
        file="fleet/x.yaml", line=line, column=column, code="E012", path="", what="No.", why="So.", remedy="Do."
    )

    assert str(problem) == f"{place}E012 No. So. Do."
