"""A pull request that needs something nobody reviews: told before the merge, and never to be forced after it."""

import json

import pytest

from tests.acceptance.conftest import Shop
from tests.acceptance.test_base import Repository

SOLBAKKEN = "installations/coops/solbakken.yaml"
RAISE = "Solbakken borettslag: ZPR081032 Maximum current 16 A → 20 A"
NEEDED = "ZPR081030 Stand-alone mode on → off"


@pytest.fixture
def raised(shop: Shop) -> Repository:
    """A raise beside a stand-alone charger that somebody switched on outside: drift, as of the last apply."""
    repository = Repository(shop)
    repository.git("checkout", "-q", "-b", "raise")
    shop.edit(SOLBAKKEN, r"ZPR081032: \{maxCurrent: 16\}", "ZPR081032: {maxCurrent: 20}")
    repository.commit("raise")
    return repository


def planned(raised: Repository) -> str:
    """The plan of the pull request as text and as a document."""
    return raised.plan("--applied", "main", "--out", "plan.json").out


def test_the_plan_says_what_cannot_be_applied_and_what_it_needs(raised: Repository) -> None:
    """And does not promise that it will be carried out."""
    text = planned(raised)
    markdown = raised.shop.run("show", "plan.json", "--format", "markdown").out

    assert "carries out 1 change" not in text
    assert "Next 1 change of this pull request cannot be applied, see above" in " ".join(text.split())
    for shown in (text, markdown):
        flat = " ".join(shown.replace("\\", "").replace("`", "").split())
        assert "annot be applied" in flat
        assert f"{RAISE} needs {NEEDED} (drift) first, which nobody reviews here" in flat


def test_its_check_is_red_and_names_it(raised: Repository) -> None:
    """A green check would let it be merged into a conflict."""
    planned(raised)

    ended = raised.shop.run("github", "check", "plan.json")

    assert ended.code == 4
    assert RAISE in ended.err
    assert NEEDED in ended.err


def test_after_the_merge_the_way_out_is_not_to_raise_it_by_hand(raised: Repository) -> None:
    """That would raise it beside a charger that ignores load balancing."""
    planned(raised)
    raised.git("checkout", "-q", "main")
    raised.git("merge", "-q", "--ff-only", "raise")

    ended = raised.shop.apply("--yes", "--reviewed", "plan.json", "--report", "markdown=told.md")

    assert ended.code == 4
    assert f"not as reviewed: {RAISE} (it needs {NEEDED} first, which nobody reviewed)" in ended.err
    assert "Set it by hand" not in ended.err
    assert f"first what it needs (Solbakken borettslag: {NEEDED})" in ended.err
    assert "Set it by hand" not in (raised.shop.folder / "told.md").read_text()
    assert json.loads((raised.shop.folder / f"report-{raised.shop.counter}.json").read_text())["outcomes"] == []
