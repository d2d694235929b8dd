"""The directory of people, outside git."""

import os
from pathlib import Path

import pytest

from reconciler.errors import InvalidFilesError
from reconciler.loading.people import load_people, unknown_people
from tests.loading.fleets import HEAD, HERE, load

YAML = (
    "- {id: c-1, email: Kari.Nordmann@people.example, name: Kari Nordmann, language: nb}\n"
    "- {id: c-2, email: ola@people.example}\n"
)
CSV = "id,email,name,language\nc-1,Kari.Nordmann@people.example,Kari Nordmann,nb\nc-2,ola@people.example,,\n"


def directory(tmp_path: Path, text: str, name: str = "people.yaml") -> Path:
    """A file with that text."""
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(("name", "text"), [("p.yaml", YAML), ("p.csv", CSV), ("p.yaml", "people:\n" + YAML)])
def test_yaml_and_csv_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    """Whatever the office exports."""
    people = load_people(directory(tmp_path, text, name))

    assert [(person.id, person.email, person.language) for person in people.entries] == [
        ("c-1", "Kari.Nordmann@people.example", "nb"),
        ("c-2", "ola@people.example", "en"),
    ]
    assert people.id_of("kari.nordmann@PEOPLE.example") == "c-1"


def test_a_number_as_id_is_text(tmp_path: Path) -> None:
    """Customer numbers are not for counting."""
    people = load_people(directory(tmp_path, "- {id: 88121, email: ola@people.example}\n"))

    assert people.get("88121") is not None


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("p.yaml", YAML + "- {id: c-1, email: x@people.example}\n", "3:8"),
        ("p.yaml", YAML + "- {id: c-3, email: KARI.nordmann@people.example}\n", "3:20"),
        ("p.yaml", "- {id: c-1, email: nobody}\n", "1:20"),
        ("p.yaml", "- {email: ola@people.example}\n", "1:3"),
        ("p.yaml", "- {id: 'ola@people.example', email: ola@people.example}\n", "1:8"),
        ("p.yaml", "- {id: c-1, email: ola@people.example, phone: 1}\n", "1:8"),
        ("p.yaml", "- {id: c-1, email: ola@people.example, language: Norwegian}\n", "1:50"),
        ("p.yaml", "c-1: ola@people.example\n", "1:0"),
        ("p.yaml", "- {id: c-1, email: ola@people.example, email: kari@people.example}\n", "1:0"),
        ("p.yaml", "- {id: c-1, email: [ola@people.example}\n", "1:0"),
        ("p.csv", "email\nola@people.example\n", "1:0"),
        ("p.csv", "id,email\nc-1,ola@people.example,extra\n", "2:0"),
        ("p.csv", 'id,email\nc-1,"ola@people.example\n', "1:0"),
        ("p.csv", CSV + "c-3,kari.nordmann@people.example,,\n", "4:0"),
    ],
)
def test_what_is_wrong_is_told_without_an_address(tmp_path: Path, name: str, text: str, place: str) -> None:
    """Line and column, never what stands there."""
    with pytest.raises(InvalidFilesError) as caught:
        load_people(directory(tmp_path, text, name))

    problems = caught.value.problems
    assert [(f"{problem.line}:{problem.column}", problem.code) for problem in problems] == [(place, "E250")]
    assert "people.example" not in "".join([str(caught.value), *map(str, problems)])


@pytest.mark.parametrize(
    "text",
    [
        "id,email\nc-1,ka\x00ri@people.example\n",
        "id,email\nc-1,kari\u202e@people.example\n",
        "id,email,email\nc-1,kari@people.example,ola@people.example\n",
    ],
    ids=["NUL", "turned around", "a column twice"],
)
def test_an_address_that_nobody_could_write_to_is_refused(tmp_path: Path, text: str) -> None:
    """It would be sent to the cloud as it stands."""
    with pytest.raises(InvalidFilesError):
        load_people(directory(tmp_path, text, "p.csv"))


@pytest.mark.parametrize("head", ["id;email;name;language", "ID;Email;Name;Language"])
def test_semicolons_and_capitals_are_taken_as_in_the_other_lists(tmp_path: Path, head: str) -> None:
    """Spreadsheets of half of Europe write CSV so."""
    text = f"{head}\nc-1;kari@people.example;Kari;nb\n"

    assert load_people(directory(tmp_path, text, "p.csv")).entries[0].language == "nb"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("id\temail", "parted by tabs"),
        ("id,e-mail", "column 2"),
        ("id,emial", "`emial` is not a column, did you mean `email`?"),
        ("id,name", "does not name `email`"),
        ("id,email,email", "`email` comes twice"),
        ("c-1,kari@people.example", "column 1 has no name of ours"),
    ],
)
def test_the_head_line_says_which_column_is_wrong(tmp_path: Path, head: str, told: str) -> None:
    """Without a word of a row, should there be no head line."""
    with pytest.raises(InvalidFilesError) as caught:
        load_people(directory(tmp_path, f"{head}\nc-1,ola@people.example,x\n", "p.csv"))

    assert told in caught.value.problems[0].what
    assert "@" not in caught.value.problems[0].what


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "people.yaml")

    with pytest.raises(InvalidFilesError) as caught:
        load_people(tmp_path / "people.yaml")

    assert "not an ordinary file" in str(caught.value.problems[0])


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    """Without it, persons would silently not be checked."""
    with pytest.raises(InvalidFilesError) as caught:
        load_people(tmp_path / "gone.yaml")

    assert "cannot be read" in str(caught.value.problems[0])


def test_persons_that_the_directory_does_not_know(tmp_path: Path) -> None:
    """Each at its place in the fleet; groups are not persons."""
    text = (
        "permissions:\n  entries:\n    - {user: 'person:c-1', roles: [owner]}\n"
        "    - {user: 'person:c-9', roles: [user]}\n"
        "    - {userGroup: BSJG, roles: [service]}\n  absent:\n    - {user: 'person:c-8'}\n"
    )
    loaded = load(tmp_path, {HERE: HEAD + text})
    assert loaded.desired is not None
    people = load_people(directory(tmp_path, YAML))

    problems = unknown_people(loaded.desired, people, loaded.origins)

    assert [(problem.line, problem.code) for problem in problems] == [(7, "E231"), (10, "E231")]
    assert "person:c-9 is not in the directory." in str(problems[0])
