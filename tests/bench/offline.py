"""What needs no cloud: starting, reading and comparing files, and how that grows with the fleet."""

import shutil
from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from tests.bench.budgets import GROWTH, MEMORY, OFFLINE, START
from tests.bench.near import in_memory, lies_in_memory
from tests.bench.prepared import Prepared, prepared
from tests.bench.processes import PYTHON, Pair, Spent, ended_well, in_turns, peak_mib, reconciler, spent_by
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
    measured: dict[int, Pair] = {}
    for size in sizes:
        times = repeats if size < LARGE else max(1, repeats // 2)
        with in_memory(prepared(size)) as fleet:
            measured[size] = yield from _of_one_size(fleet, repeats=times)
    yield from _growths(measured)


def _of_one_size(fleet: Prepared, *, repeats: int) -> Generator[Figure, None, Pair]:
    size = fleet.installations
    pair = in_turns(lambda: plan_offline(fleet), lambda: parse_alone(fleet), repeats=repeats)
    at = f"{size} files" if lies_in_memory(fleet) else f"{size} files on the disk"
    yield figure(
        OFFLINE,
        at,
        pair.ratio,
        binding=size == BUDGETED,
        detail={"ours_s": pair.ours_s, "parser_s": pair.peer_s, "cpu_ratio": pair.cpu_ratio},
    )
    yield figure(MEMORY, at, peak_mib(pair.ours), detail={"parser_mib": peak_mib(pair.peer)})
    yield from _of_validate(fleet, at)
    return pair


def _of_validate(fleet: Prepared, at: str) -> Iterator[Figure]:
    spent = validate(fleet)
    detail = {"peak_mib": spent.peak_mib, "cpu_s": spent.cpu_s}
    yield told("`validate` alone", at, spent.wall_s, unit=" s", detail=detail)


def _growths(measured: dict[int, Pair]) -> Iterator[Figure]:
    sizes = sorted(measured)
    for small, large in pairwise(sizes):
        if large != 10 * small:
            continue
        ratio = measured[large].ours_s / measured[small].ours_s
        yield figure(
            GROWTH,
            f"{small} → {large} files",
            ratio,
            detail={
                "parser": measured[large].peer_s / measured[small].peer_s,
                "small_s": measured[small].ours_s,
                "large_s": measured[large].ours_s,
            },
        )
        added = (peak_mib(measured[large].ours) - peak_mib(measured[small].ours)) / (large - small)
        yield told("peak memory for each further 1 000 files", f"{small} → {large} files", 1000 * added, unit=" MiB")
