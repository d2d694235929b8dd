"""A small cut of the bench in every test run: ratios only, and wide enough for a busy machine.

What starting costs is taken out by measuring two sizes and looking at the difference; processor time is less moved by
what else the machine does than wall time. Of several turns the fastest counts, and a machine that is busy gets more of
them: what else it does only adds, so they bring out what something costs, however much that is.
"""

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pytest

from reconciler.loading.known_files import wanted_of
from reconciler.loading.load import load_fleet
from reconciler.loading.part import LoadedPart, Remembered, load_part
from tests.bench import prepared as making
from tests.bench.budgets import MEMORY, OFFLINE, SELECTION, START
from tests.bench.offline import parse_alone, plan_offline, starting
from tests.bench.prepared import Prepared, mixed
from tests.bench.processes import Spent

SMALL, LARGE = 100, 800
TURNS, MOST_TURNS = 3, 12
LARGEST_FLEET = 100_000
NOISE = 1.5
TODAY = date(2026, 5, 4)
REACHED_RATIO, REACHED_MIB = 2.1, 1310
"""What these two measure today on one core: write less here once it is less. `make bench` asserts the budgets; it reads
large fleets on all cores, and what small ones need per file to fill caches weighs nothing in 100 000."""


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Prepared]:
    """Two fleets, of which the larger begins with the smaller."""
    made: dict[int, Prepared] = {}
    for size in (SMALL, LARGE):
        folder = tmp_path_factory.mktemp("fleet")
        making.make(folder, size, mixed())
        made[size] = making.described(folder, size)
    return made


def settled(turn: Callable[[], None], ratio: Callable[[], float], limit: float) -> float:
    """The ratio after as many turns as it takes to bring it to the limit, or as many as anything is worth."""
    for taken in range(1, MOST_TURNS + 1):
        turn()
        if taken >= TURNS and ratio() <= limit:
            break
    return ratio()


class Spending:
    """What runs over both fleets cost, alone and in turns with others."""

    def __init__(self, run: Callable[[Prepared], Spent], fleets: Mapping[int, Prepared]) -> None:
        self._run = run
        self._fleets = fleets
        self._spent: dict[int, list[Spent]] = defaultdict(list)

    def turn(self) -> None:
        """Measure both sizes once more."""
        for size, fleet in self._fleets.items():
            self._spent[size].append(self._run(fleet))

    @property
    def cpu_s(self) -> float:
        """What the additional files cost; the fastest of each counts."""
        small, large = (min(spent.cpu_s for spent in self._spent[size]) for size in (SMALL, LARGE))
        return large - small

    @property
    def expected_mib(self) -> float:
        """What one file adds to the peak, times the largest fleet."""
        small, large = (max(spent.peak_mib for spent in self._spent[size]) for size in (SMALL, LARGE))
        return small + (large - small) / (LARGE - SMALL) * LARGEST_FLEET


@pytest.fixture
def without_collecting() -> Iterator[None]:
    """As commands load a fleet: what the tests of this process have left behind is not searched meanwhile."""
    gc.disable()
    yield
    gc.enable()


def test_a_file_costs_little_more_than_parsing_it(fleets: Mapping[int, Prepared]) -> None:
    """Loading, validating and comparing a file, as a multiple of what the fastest parser needs for it."""
    ours, parser = Spending(plan_offline, fleets), Spending(parse_alone, fleets)
    limit = NOISE * max(OFFLINE.limit, REACHED_RATIO)

    def turn() -> None:
        ours.turn()
        parser.turn()

    assert settled(turn, lambda: ours.cpu_s / parser.cpu_s, limit) <= limit


@pytest.mark.usefixtures("without_collecting")
def test_three_files_of_a_known_fleet_are_loaded_without_the_others(fleets: Mapping[int, Prepared]) -> None:
    """What starting costs is not in it; it gets the rest of what a plan of three files may take."""
    fleet = fleets[LARGE]
    wanted = wanted_of([str(fleet.folder / name) for name in fleet.three], (), accounts=(), fleet_path=str(fleet.fleet))
    limit = SELECTION.limit / 2

    def three(index: str) -> LoadedPart:
        remembered = Remembered(index=index.encode(), settled_ns=time.time_ns())
        return load_part(fleet.fleet, today=TODAY, wanted=wanted, remembered=remembered)

    index = three("").index or ""
    whole_s, three_s = [], []

    def turn() -> None:
        whole_s.append(timed(lambda: load_fleet(fleet.fleet, today=TODAY)))
        three_s.append(timed(lambda: three(index)))

    assert len(three(index).left_out.records) == LARGE - len(fleet.three)
    assert settled(turn, lambda: min(three_s) / min(whole_s), limit) <= limit


def timed(run: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    run()
    return time.process_time() - began


def test_a_large_fleet_would_fit_into_memory(fleets: Mapping[int, Prepared]) -> None:
    """What one file adds to the peak, times the largest fleet."""
    ours = Spending(plan_offline, fleets)

    for _ in range(TURNS):
        ours.turn()

    assert ours.expected_mib <= NOISE * max(MEMORY.limit, REACHED_MIB)


def test_the_help_is_there_at_once() -> None:
    """Nothing that only some commands need is loaded for it."""
    (found,) = starting(repeats=5)

    assert found.measured <= NOISE * START.limit
