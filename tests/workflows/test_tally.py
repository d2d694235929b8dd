"""Outcomes are counted once, whoever brings them."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest

from reconciler.model.outcome import OutcomeKind
from reconciler.workflows.tally import Tally
from tests.properties.machine import MemoryLog
from tests.workflows.test_earlier import limit

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as the interpreter allows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_sites_that_end_meanwhile_disturb_nobody_who_asks_whether_to_go_on() -> None:
    """Hundreds of homes side by side: each asks before each step while others write down how they ended."""
    tally = Tally(log=MemoryLog(), max_failures=10_000, stop=Event())
    changes = [limit(f"ZAP{number:06}") for number in range(3_000)]

    with ThreadPoolExecutor(max_workers=2) as pool:
        settled = pool.submit(
            lambda: [tally.settle(one, step=None, kind=OutcomeKind.FAILED, detail="refused", at=NOW) for one in changes]
        )
        while not settled.done():
            assert tally.stopped == ""
        settled.result()

    assert tally.kind_of(changes[-1].id) is OutcomeKind.FAILED
