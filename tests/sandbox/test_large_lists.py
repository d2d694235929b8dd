"""Lists of a large served world are kept between pages, and never longer than they are true."""

from collections.abc import Iterator

import pytest

from reconciler.sandbox import listing
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.operations import operate
from reconciler.sandbox.world import World
from tests.sandbox.cloud import Cloud


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world that counts as large, with running time, long after its beginning."""
    monkeypatch.setattr(listing, "LARGE", 10)
    made = generated_world(10, 30).world
    made.data["rate_limited"] = False
    made.run_clock(1.0)
    made.advance(61)
    yield made
    made.stop_clock()


def serials(cloud: Cloud) -> list[str]:
    """All chargers that the list shows."""
    return [row["DeviceId"] for row in cloud.get("/api/chargers", PageSize=100, SortProperty="Id").json["Data"]]


def test_a_second_page_costs_nothing(world: World) -> None:
    """The same question is answered from what was kept."""
    cloud = Cloud(world)

    first, second = serials(cloud), serials(cloud)

    assert first == second
    assert len(world.memory.lists) == 1


def test_after_a_change_the_list_is_made_anew(world: World) -> None:
    """Also while the change is still under way."""
    cloud = Cloud(world)
    before = serials(cloud)

    operate(world, "set", {"target": before[0], "setting": "active", "value": "off"})

    assert serials(cloud) == before[1:]
    assert world.memory.lists == {}


def test_another_question_has_its_own_list(world: World) -> None:
    """Installations, chargers, and either in another order."""
    cloud = Cloud(world)
    sites = cloud.get("/api/installation", PageSize=100, SortProperty="Id").json["Data"]
    turned = cloud.get("/api/installation", PageSize=100, SortProperty="Id", SortDescending="true").json["Data"]

    assert serials(cloud)
    assert [row["Id"] for row in turned] == [row["Id"] for row in reversed(sites)]
    assert len(world.memory.lists) == 3


def test_once_all_is_quiet_lists_are_kept_again(world: World) -> None:
    """A minute later nothing can be under way any more."""
    cloud = Cloud(world)
    operate(world, "set", {"target": serials(cloud)[0], "setting": "maxCurrent", "value": "10"})

    world.advance(61)
    serials(cloud)

    assert len(world.memory.lists) == 1
