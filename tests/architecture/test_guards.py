"""Each guard has an id, one function, one test class, one explanation, and a line in the reference."""

import ast
from collections import Counter

import pytest

from reconciler.cli.main import run
from reconciler.model.guard_ids import GUARD_IDS
from reconciler.planning.explanations import EXPLANATIONS
from reconciler.planning.guards import FLEET_GUARDS, GUARDS
from tests.architecture.sources import ROOT

ALL = (*GUARDS, *FLEET_GUARDS)
TESTS = sorted((ROOT / "tests" / "planning").glob("test_guards_*.py"))


def class_of(guard_id: str) -> str:
    """`last-owner` is tested by `TestLastOwner`."""
    return "Test" + "".join(word.capitalize() for word in guard_id.split("-"))


def test_the_tables_and_the_list_of_ids_agree() -> None:
    """A file, the command line and a plan mean the same guards."""
    assert sorted(guard.id for guard in ALL) == [guard.id for guard in GUARD_IDS]
    assert len({guard.code for guard in ALL}) == len(ALL)


@pytest.mark.parametrize("guard", ALL, ids=lambda guard: guard.id)
def test_it_is_one_function_of_that_name(guard: object) -> None:
    """Whoever reads the id in a refusal finds the code, and the code says what it is for."""
    assert hasattr(guard, "check")
    assert hasattr(guard, "id")
    assert guard.check.__name__ == guard.id.replace("-", "_")
    assert guard.check.__module__.startswith("reconciler.planning.guards_")
    assert guard.check.__doc__


def test_no_two_guards_share_a_function() -> None:
    """One guard, one decision."""
    assert len({guard.check for guard in ALL}) == len(ALL)


def test_each_has_one_test_class_of_that_name() -> None:
    """Somebody who doubts a refusal finds the sentences that define it."""
    classes = Counter(
        node.name for path in TESTS for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)
    )

    assert {guard.id: classes[class_of(guard.id)] for guard in ALL} == {guard.id: 1 for guard in ALL}


@pytest.mark.parametrize("guard", ALL, ids=lambda guard: guard.id)
def test_it_can_be_explained_by_code_and_by_id(guard: object, capsys: pytest.CaptureFixture[str]) -> None:
    """The same page, with the way out on it."""
    assert hasattr(guard, "code")
    assert hasattr(guard, "id")
    pages = []
    for subject in (guard.code, guard.id):
        assert run(["explain", subject]) == 0
        pages.append(capsys.readouterr().out)

    (page,) = [one for one in EXPLANATIONS if one.code == guard.code]
    assert pages[0] == pages[1]
    assert page.title.startswith(f"{guard.id}: ")
    assert page.why
    assert page.remedy


def test_the_reference_lists_them_all() -> None:
    """With the code that a refusal shows."""
    text = (ROOT / "docs" / "reference.md").read_text()

    assert [guard.id for guard in ALL if f"| `{guard.code}` | {guard.id}: " not in text] == []
