"""What needs no cloud: starting, reading and comparing files, and how that grows with the fleet."""

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from tests.bench.budgets import GROWTH, MEMORY, OFFLINE, START
from tests.bench.near import in_memory, lies_in_memory
from tests.bench.prepared import Prepared, prepared
from tests.bench.processes import PYTHON, Spent, ended_well, in_turns, peak_mib, reconciler, spent_by
from tests.bench.results import Figure, figure, told

BUDGETED = 10_000
"""Installations that the budgets of this page speak of."""
LARGE = 100_000
STARTS = 15
NOTHING_WRONG = (0, 4)
"""Some installations of a generated fleet cannot be read, which ends a plan with 4."""
PARSE = """
import sys, os, yaml
Loader = yaml.CSafeLoader
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            yaml.load(file, Loader)
"""


def plan_offline(fleet: Prepared) -> Spent:
    """Load, validate and compare everything, and print the plan."""
    return ended_well(
        spent_by(reconciler("plan", "--snapshot", "snapshot.json"), folder=fleet.folder), codes=NOTHING_WRONG
    )


def validate(fleet: Prepared) -> Spent:
    """Load and check everything; the index that it may keep is thrown away before."""
    shutil.rmtree(fleet.folder / ".reconciler" / "cache", ignore_errors=True)
    return ended_well(spent_by(reconciler("validate"), folder=fleet.folder))


def parse_alone(fleet: Prepared) -> Spent:
    """Parse the same files with the fastest loader of PyYAML, and keep nothing."""
    return ended_well(spent_by([PYTHON, "-c", PARSE, str(fleet.fleet)], folder=fleet.folder))


def starting(repeats: int = STARTS) -> Iterator[Figure]:
    """How long it takes until the help is there."""
    here = Path()
    pair = in_turns(
        lambda: ended_well(spent_by(reconciler("--help"), folder=here)),
        lambda: ended_well(spent_by([PYTHON, "-c", "import click"], folder=here)),
        repeats=repeats,
    )
    yield figure(START, "", pair.ratio, detail={"ours_s": pair.ours_s, "click_s": pair.peer_s})


def of_files(sizes: Sequence[int], *, repeats: int) -> Iterator[Figure]:
    """Plans from a snapshot at each size against the parser, their memory, and their growth."""
    with ExitStack() as memory:
        fleets = {size: memory.enter_context(in_memory(prepared(size))) for size in sorted(sizes)}
        peaks: dict[int, float] = {}
        for size, fleet in fleets.items():
            peaks[size] = yield from _of_one_size(fleet, repeats=_turns(size, repeats))
        for small, large in pairwise(fleets):
            if large == 10 * small:
                yield _growth(fleets[small], fleets[large], repeats=_turns(large, repeats))
                added = 1000 * (peaks[large] - peaks[small]) / (large - small)
                yield told("peak memory for each further 1 000 files", _between(small, large), added, unit=" MiB")


def _turns(size: int, repeats: int) -> int:
    """More where a promise is made, because single turns scatter by a third; fewer where each takes long."""
    if size == BUDGETED:
        return 3 * repeats
    return repeats if size < LARGE else max(1, repeats // 2)


def _between(small: int, large: int) -> str:
    return f"{small} → {large} files"


def _of_one_size(fleet: Prepared, *, repeats: int) -> Generator[Figure, None, float]:
    """Its figures; returns our peak (MiB)."""
    size = fleet.installations
    pair = in_turns(lambda: plan_offline(fleet), lambda: parse_alone(fleet), repeats=repeats)
    at = f"{size} files" if lies_in_memory(fleet) else f"{size} files on the disk"
    yield figure(
        OFFLINE,
        at,
        pair.ratio,
        binding=size == BUDGETED,
        detail={
            "ours_s": pair.ours_s,
            "parser_s": pair.peer_s,
            "lowest": min(pair.ratios),
            "highest": max(pair.ratios),
            "cpu_ratio": pair.cpu_ratio,
        },
    )
    peak = peak_mib(pair.ours)
    yield figure(MEMORY, at, peak, detail={"parser_mib": peak_mib(pair.peer)})
    yield from _of_validate(fleet, at)
    return peak


def _of_validate(fleet: Prepared, at: str) -> Iterator[Figure]:
    spent = validate(fleet)
    detail = {"peak_mib": spent.peak_mib, "cpu_s": spent.cpu_s}
    yield told("`validate` alone", at, spent.wall_s, unit=" s", detail=detail)


def _growth(small: Prepared, large: Prepared, *, repeats: int) -> Figure:
    """Both sizes in turns, because a machine that is slower for a while must not look like a slower program."""
    ours = in_turns(lambda: plan_offline(large), lambda: plan_offline(small), repeats=repeats)
    parser = in_turns(lambda: parse_alone(large), lambda: parse_alone(small), repeats=repeats)
    detail = {"parser": parser.ratio, "small_s": ours.peer_s, "large_s": ours.ours_s}
    return figure(GROWTH, _between(small.installations, large.installations), ours.ratio, detail=detail)
