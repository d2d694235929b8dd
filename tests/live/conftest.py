"""Worlds and accounts for the tests of the live side."""

from collections.abc import Iterator

import pytest

from reconciler.live.account import LiveAccount
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World
from tests.live.cloud import over_world


@pytest.fixture
def world() -> World:
    """The fixture's world, fresh."""
    return fixture_world()


@pytest.fixture
def account(world: World) -> Iterator[LiveAccount]:
    """An open account over it that may read and write."""
    opened = over_world(world)
    yield opened
    opened.close()
