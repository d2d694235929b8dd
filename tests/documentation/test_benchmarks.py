"""The page of benchmarks promises the budgets that the bench asserts, in the same words."""

from tests.bench.budgets import ALL
from tests.bench.results import PAGE

TEXT = PAGE.read_text(encoding="utf-8")


def region(name: str) -> list[str]:
    """The rows between two marks."""
    inside = TEXT.split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0]
    return [line for line in inside.splitlines() if line.startswith("|")]


def test_the_budgets_of_the_page_are_those_of_the_bench() -> None:
    """Word for word."""
    told = [f"| {one.what} | {one.told.strip()} |" for one in ALL]

    assert sorted(region("budgets")[2:]) == sorted(told)


def test_each_budget_has_a_name_of_its_own() -> None:
    """Programs that read the JSON find it by that name."""
    assert len({one.id for one in ALL}) == len(ALL)


def test_no_figure_of_the_page_is_kept_without_its_day_and_machine() -> None:
    """A figure of an unknown machine says nothing."""
    for name in ("table", "peers"):
        inside = TEXT.split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0]

        assert not region(name) or ("Measured on 2" in inside and "python 3" in inside)
