"""A small cut of the bench in every test run: ratios only, and wide enough for a busy machine.

What starting costs is taken out by measuring two sizes and looking at the difference; processor time is less moved by
what else the machine does than wall time.
"""

import time
from collections.abc import Callable, Mapping
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
TURNS = 3
LARGEST_FLEET = 100_000
NOISE = 1.5
TODAY = date(2026, 5, 4)
REACHED_RATIO, REACHED_MIB = 2.1, 1310
"""What these two measure today on one core: write less here once it is less. `make bench` asserts the budgets; it reads
large fleets on all cores, and what small ones need per file to fill caches weighs nothing in 100 000."""
Runs = Mapping[int, tuple[Spent, ...]]


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Prepared]:
    """Two fleets, of which the larger begins with the smaller."""
    made: dict[int, Prepared] = {}
    for size in (SMALL, LARGE):
        folder = tmp_path_factory.mktemp("fleet")
        making.make(folder, size, mixed())
        made[size] = making.described(folder, size)
    return made


@pytest.fixture(scope="module")
def plans(fleets: Mapping[int, Prepared]) -> tuple[Runs, Runs]:
    """Our plans of both and the parser alone, in turns."""
    runs: dict[Callable[[Prepared], Spent], dict[int, list[Spent]]] = {plan_offline: {}, parse_alone: {}}
    for _ in range(TURNS):
        for size, fleet in fleets.items():
            for run, found in runs.items():
                found.setdefault(size, []).append(run(fleet))
    ours, parser = ({size: tuple(found) for size, found in one.items()} for one in runs.values())
    return ours, parser


def cpu_s(runs: Runs) -> float:
    """What the additional files cost; the fastest of each counts, since noise only adds."""
    small, large = (min(run.cpu_s for run in runs[size]) for size in (SMALL, LARGE))
    return large - small


def test_a_file_costs_little_more_than_parsing_it(plans: tuple[Runs, Runs]) -> None:
    """Loading, validating and comparing a file, as a multiple of what the fastest parser needs for it."""
    ours, parser = plans

    ratio = cpu_s(ours) / cpu_s(parser)

    assert ratio <= NOISE * max(OFFLINE.limit, REACHED_RATIO)


def test_three_files_of_a_known_fleet_are_loaded_without_the_others(fleets: Mapping[int, Prepared]) -> None:
    """What starting costs is not in it; it gets the rest of what a plan of three files may take."""
    fleet = fleets[LARGE]
    wanted = wanted_of([str(fleet.folder / name) for name in fleet.three], (), accounts=(), fleet_path=str(fleet.fleet))

    def three(index: str) -> LoadedPart:
        remembered = Remembered(index=index.encode(), settled_ns=time.time_ns())
        return load_part(fleet.fleet, today=TODAY, wanted=wanted, remembered=remembered)

    index = three("").index or ""
    whole_s = min(timed(lambda: load_fleet(fleet.fleet, today=TODAY)) for _ in range(TURNS))
    three_s = min(timed(lambda: three(index)) for _ in range(TURNS))

    assert len(three(index).left_out.records) == LARGE - len(fleet.three)
    assert three_s / whole_s <= SELECTION.limit / 2


def timed(run: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    run()
    return time.process_time() - began


def test_a_large_fleet_would_fit_into_memory(plans: tuple[Runs, Runs]) -> None:
    """What one file adds to the peak, times the largest fleet."""
    ours, _ = plans
    small, large = (max(run.peak_mib for run in ours[size]) for size in (SMALL, LARGE))

    expected = small + (large - small) / (LARGE - SMALL) * LARGEST_FLEET

    assert expected <= NOISE * max(MEMORY.limit, REACHED_MIB)


def test_the_help_is_there_at_once() -> None:
    """Nothing that only some commands need is loaded for it."""
    (found,) = starting(repeats=5)

    assert found.measured <= NOISE * START.limit
