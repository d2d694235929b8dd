"""Two pull requests are within the budget, both together are not: the summary of the apply says the ways out."""

import pytest

from tests.acceptance.conftest import Shop
from tests.acceptance.test_base import Repository

SITES = {"Bakkegata": "installations/homes/bakkegata-7.yaml", "Solbakken": "installations/coops/solbakken.yaml"}
ACCEPT = "--accept changed-installations:fleet"


@pytest.fixture
def refused(shop: Shop) -> Repository:
    """The budget is one installation; each of two merged pull requests changes one."""
    shop.edit("fleet.yaml", r"maxChangedInstallations: \d+", "maxChangedInstallations: 1")
    repository = Repository(shop)
    for number, file in enumerate(SITES.values(), start=1):
        repository.git("checkout", "-q", "-b", f"pr{number}")
        shop.edit(file, r"maxCurrent: \d+", "maxCurrent: 9")
        repository.plan("--out", f"plan{number}.json")
        assert shop.run("github", "check", f"plan{number}.json").code == 0
        repository.commit(f"pr {number}")
        repository.git("checkout", "-q", "main")
        repository.git("merge", "-q", f"pr{number}")
    return repository


def applied(repository: Repository) -> tuple[int, str, str]:
    """Exit code, what is said, and the summary of the workflow."""
    both = ("--reviewed", "plan1.json", "--reviewed", "plan2.json")
    ended = repository.shop.apply("--yes", *both, "--report", "markdown=told.md")
    return ended.code, ended.err, (repository.shop.folder / "told.md").read_text().replace("\\", "").replace("`", "")


def test_the_summary_says_both_ways_out(refused: Repository) -> None:
    """Trying it again would be refused again; "select fewer" is nothing that a merge can do."""
    code, said, summary = applied(refused)

    assert code == 5
    for told in (said.replace("`", ""), summary):
        assert "every retry is refused as well" in told
        assert "merge a pull request of its own that raises guards.maxChangedInstallations in fleet.yaml" in told
        assert f"reconciler apply --reviewed reviewed {ACCEPT}" in told


def test_a_raise_in_a_pull_request_of_its_own_is_a_way_out(refused: Repository) -> None:
    """The next apply carries out both."""
    shop = refused.shop
    refused.git("checkout", "-q", "-b", "raise")
    shop.edit("fleet.yaml", "maxChangedInstallations: 1", "maxChangedInstallations: 2")
    refused.plan("--out", "plan3.json")
    assert shop.run("github", "check", "plan3.json").code == 0

    code, said, _ = applied(refused)

    assert code == 0, said


def test_what_is_within_the_budget_is_told_no_way_out(refused: Repository) -> None:
    """Only one of both."""
    ended = refused.shop.apply("--yes", "--reviewed", "plan1.json")

    assert ended.code == 0, ended.err
    assert "every retry" not in ended.err
