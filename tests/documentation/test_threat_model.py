"""The threat model promises nothing that no test shows."""

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "threat-model.md").read_text()
NAMED = sorted(set(re.findall(r"`([a-z_0-9/]+\.py(?:::\w+)?)`", PAGE)))
ROWS = [line for line in PAGE.split("## Actors")[1].splitlines() if line.startswith("| ") and "shown by" not in line]
ACTORS = (
    "pull request",
    "stolen token",
    "malicious name",
    "consent redirect",
    "careless operator",
    "saved plan",
    "process on the machine",
    "cloud that lies",
    "compromised dependency",
)


def names_in(file: Path) -> set[str]:
    """Names of all test functions of a file."""
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("named", NAMED)
def test_each_named_test_exists(named: str) -> None:
    """A test that was renamed or deleted must not go on standing for something."""
    path, _, name = named.partition("::")
    file = CHECKOUT / "tests" / path

    assert file.is_file()
    assert not name or name in names_in(file)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_each_row_names_a_test_or_says_that_nothing_stops_it(row: str) -> None:
    """No cell is left to good will."""
    shown_by = row.rstrip(" |").rpartition(" | ")[2]

    assert re.search(r"`[a-z_/0-9]+\.py", shown_by) or shown_by == "not stopped yet"


def test_each_actor_says_what_does_not_stop_it() -> None:
    """Nine actors, each with its open end."""
    sections = PAGE.split("\n### ")[1:]

    assert [word for word in ACTORS if not any(word in section.split("\n")[0] for section in sections)] == []
    assert all("not stopped" in section.lower() for section in sections)


def test_enough_stands_behind_it() -> None:
    """The patterns above find what they look for."""
    assert len(NAMED) > 50
    assert len(ROWS) > 30
