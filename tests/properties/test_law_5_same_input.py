"""Law 5: the order of anything changes nothing, and every single value changes something."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.observed import ObservedCharger
from reconciler.model.plan import Plan
from reconciler.model.value import Observation
from tests.properties.mutations import MUTATIONS, Mutation, setup
from tests.properties.strategies import PURE, Case, cases, plan_of

LISTS = ("pending", "waiting", "unreadable", "unverifiable", "refusals", "warnings")


@st.composite
def shuffles(draw: st.DrawFn) -> tuple[Case, Case]:
    """A case, and the same with files and answers in another order."""
    case = draw(cases())
    found = draw(st.permutations(case.world.observed.installations))
    sites = tuple(
        replace(
            site,
            chargers=tuple(draw(st.permutations([draw(_people_turned(one)) for one in site.chargers]))),
            values=tuple(draw(st.permutations(site.values))),
            permissions=tuple(draw(st.permutations(site.permissions))) if isinstance(site.permissions, tuple) else None,
        )
        for site in found
    )
    files = tuple(
        replace(file, chargers=tuple(draw(st.permutations(file.chargers))), settings=draw(_turned(file.settings)))
        for file in draw(st.permutations(case.desired.installations))
    )
    world = replace(case.world, observed=replace(case.world.observed, installations=sites))
    return case, replace(case, world=world, desired=replace(case.desired, installations=files))


def _people_turned(charger: ObservedCharger) -> st.SearchStrategy[ObservedCharger]:
    if not isinstance(charger.permissions, tuple):
        return st.just(charger)
    return st.permutations(charger.permissions).map(lambda people: replace(charger, permissions=tuple(people)))


def _turned(pairs: tuple[tuple[str, Observation], ...]) -> st.SearchStrategy[tuple[tuple[str, Observation], ...]]:
    return st.permutations(pairs).map(tuple)


def check_order(pair: tuple[Case, Case]) -> None:
    """Both plans are equal in everything, steps and lists included."""
    first, second = pair

    assert plan_of(first) == plan_of(second)


def check_mutation(mutate: Mutation, where: str) -> None:
    """The change shows exactly where it should: in the digest, in a list, or in both."""
    before, after = shown(setup().plan()), shown(mutate(setup()).plan())

    expected = set(where.split(" and "))
    assert {field for field in ("digest", *expected) if before[field] != after[field]} == expected


def shown(plan: Plan) -> dict[str, object]:
    """The digest, and every list that holds what cannot be a change."""
    return {"digest": plan.digest} | {name: getattr(plan, name) for name in LISTS}


@PURE
@given(shuffles())
def test_the_order_of_files_and_answers_changes_nothing(pair: tuple[Case, Case]) -> None:
    """Files, keys and pages in any order give the same plan."""
    check_order(pair)


@pytest.mark.parametrize(("name", "where", "mutate"), MUTATIONS, ids=[name for name, _, _ in MUTATIONS])
def test_every_single_value_shows(name: str, where: str, mutate: Mutation) -> None:
    """One value, desired or observed, and the plan says something else."""
    check_mutation(mutate, where)


def test_there_are_at_least_fifty() -> None:
    """The table is long enough, and every row is its own."""
    assert len({name for name, _, _ in MUTATIONS}) == len(MUTATIONS) >= 50


def test_the_fleet_has_something_of_everything() -> None:
    """Each list of the plan holds something, so that a change in it can show."""
    plan = setup().plan()

    assert plan.changes
    assert plan.pending
    assert plan.waiting
    assert plan.refusals
    assert plan.unreadable
