"""An answer that is wrong at any place, of any type, is an error or unreadable: never believed, never a crash."""

import copy
import json
from collections.abc import Iterator

import pytest

from reconciler.errors import CloudError
from reconciler.model.observed import Breadth, ObservedFleet, ReadNeed
from reconciler.model.value import Absent, Observation, Unreadable
from tests.live.answers import (
    CHARGER,
    CHARGER_ROW,
    HIERARCHY,
    INSTALLATION,
    SERIAL,
    SITE,
    STATE,
    Cloud,
    body,
    paged,
)
from tests.live.cloud import NO_PARTNER, Lines, Opening, account_of, over_answers

NEED = ReadNeed(account="main", installation_id=SITE, state_of=(SERIAL,), raises_to=((SERIAL, 32.0), ("", 32.0)))
GOOD: dict[str, object] = {
    "GET /api/installation": paged(INSTALLATION),
    "GET /api/chargers": paged(CHARGER_ROW),
    f"GET /api/installation/{SITE}": INSTALLATION,
    f"GET /api/installation/{SITE}/hierarchy": HIERARCHY,
    f"GET /api/chargers/{CHARGER}/state": STATE,
}
WRONG: tuple[object, ...] = ({"a": 1}, [[]], [], "CANARY", "1e400", "٣", -7, 10**30, 1e300, "\x00\ud800", {"": None})
Place = tuple[str | int, ...]


def places(tree: object, so_far: Place = ()) -> Iterator[Place]:
    """Every node of an answer, from the whole to the last leaf."""
    yield so_far
    if isinstance(tree, dict | list):
        for key, below in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from places(below, (*so_far, key))


def replaced(tree: object, place: Place, value: object) -> object:
    """The answer with one node replaced."""
    if not place:
        return value
    made = copy.deepcopy(tree)
    node = made
    for key in place[:-1]:
        node = node[key]  # type: ignore[index]  # the places come from this very tree
    node[place[-1]] = value  # type: ignore[index]  # as above
    return made


def known_values(fleet: ObservedFleet) -> dict[str, Observation]:
    """What a plan would compare: settings, and the limits of circuits."""
    found: dict[str, Observation] = {}
    for site in fleet.installations:
        found |= {f"{site.id} {name}": value for name, value in site.values}
        for charger in site.chargers:
            found |= {f"{charger.id} {name}": value for name, value in charger.values}
        for circuit in site.circuits if isinstance(site.circuits, tuple) else ():
            found[f"{circuit.id} limit"] = circuit.max_current_a
    return {key: value for key, value in found.items() if not isinstance(value, Unreadable | Absent)}


def observed(call: str, data: object, log: Lines) -> ObservedFleet:
    """A snapshot in which one call is answered with that."""
    opening = Opening(account=account_of(routes=NO_PARTNER), concurrency=1, log=log)
    cloud = Cloud({call: body(json.dumps(data).encode())})
    return over_answers(cloud, opening).observer.observe([NEED], breadth=Breadth.ACCOUNT)


def values_or_error(call: str, data: object, log: Lines) -> tuple[dict[str, Observation], CloudError | None]:
    """What a plan would compare, or why there is no plan."""
    try:
        return known_values(observed(call, data, log)), None
    except CloudError as error:
        return {}, error


CASES = [(call, place) for call, tree in GOOD.items() for place in places(tree)]


@pytest.mark.parametrize(("call", "place"), CASES, ids=[f"{call} {'/'.join(map(str, at))}" for call, at in CASES])
def test_nothing_wrong_is_taken_for_a_value(call: str, place: Place) -> None:
    """Whatever stands there instead, each known value is the true one, and an error names its call."""
    truth = known_values(observed(call, GOOD[call], Lines()))
    calls = {path.removeprefix("GET ") for path in GOOD}

    for wrong in WRONG:
        log = Lines()
        found, error = values_or_error(call, replaced(GOOD[call], place, wrong), log)

        assert found.items() <= truth.items()
        assert error is None or error.where.removeprefix("GET ") in calls
        assert "CANARY" not in "".join(log.lines) + str(error)


def test_the_truth_is_worth_comparing() -> None:
    """The good answers give values of installation, charger and circuit."""
    found = known_values(observed("GET /api/chargers", GOOD["GET /api/chargers"], Lines()))

    assert len(found) >= 6
