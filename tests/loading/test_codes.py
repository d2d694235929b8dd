"""Every code has an explanation, and every explanation a code in use."""

import re
from pathlib import Path

import pytest

from reconciler.loading import explanations
from reconciler.loading.explanations import EXPLANATIONS
from reconciler.loading.rules import RULES
from reconciler.model.problem import Explanation

ROOT = Path(explanations.__file__).parents[2]
EXPLAINING = {"explained_files.py", "explained_contents.py", "explanations.py"}


def codes_in_use() -> set[str]:
    """Codes as texts in the source of loading and in the schemas of files."""
    sources = [path for path in (ROOT / "reconciler/loading").glob("*.py") if path.name not in EXPLAINING]
    text = "".join(path.read_text() for path in [*sources, *(ROOT / "schemas").glob("*.schema.json")])
    return set(re.findall(r'"([EW][0-9]{3})"', text))


def test_codes_and_explanations_are_the_same_set() -> None:
    """No message without an explanation, no explanation of something that never comes."""
    assert codes_in_use() == {row.code for row in EXPLANATIONS}


def test_each_code_has_one_rule_and_one_meaning() -> None:
    """One function per rule."""
    codes = [rule.code for family in RULES for rule in family.rules]

    assert len({row.code for row in EXPLANATIONS}) == len(EXPLANATIONS)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("row", EXPLANATIONS, ids=lambda row: row.code)
def test_an_explanation_says_why_and_what_to_do(row: Explanation) -> None:
    """In whole sentences; the title is a name."""
    assert row.why.endswith(".")
    assert row.remedy.endswith((".", "language."))
    assert row.title[0].isupper() or row.title.startswith(("0 A", "`"))
    assert not row.title.endswith(".")
