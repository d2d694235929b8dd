"""`python -m tests.fuzz`: run cases, print what was found and how much of the readers the fixed part reaches."""

import argparse
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.fuzz import work

LEAST_PERCENT = 95.0


def main() -> int:
    """Exit code 0 when nothing was found and enough is reached, otherwise 1."""
    options = _options()
    if options.case is not None:
        return _again(options)
    started_at = time.monotonic()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=options.jobs + 1, mp_context=spawn) as pool:
        reached = pool.submit(work.reach)
        parts = [
            pool.submit(work.part, options.seed, options.cases, number, options.jobs) for number in range(options.jobs)
        ]
        is_enough = _tell_reach(reached.result())
        found = [one for part in parts for one in part.result()]
    _tell_counts(options.cases, options.seed, found, took_s=time.monotonic() - started_at)
    return 0 if is_enough and not found else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases of all targets together")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases")
    parser.add_argument("--case", metavar="TARGET:NUMBER", help="run one case again, with its traceback")
    return parser.parse_args()


def _tell_reach(rows: list[tuple[str, int, int, tuple[str, ...]]]) -> bool:
    _say(f"{'module':<40} {'branches':>9} {'reached':>8} {'%':>6}  not reached")
    for module, reached, count, missing in rows:
        share = 100.0 * reached / count if count else 100.0
        _say(f"{module:<40} {count:>9} {reached:>8} {share:>6.1f}  {' '.join(missing)}")
    reached, count = sum(row[1] for row in rows), sum(row[2] for row in rows)
    _say(f"{'all of them':<40} {count:>9} {reached:>8} {100.0 * reached / count:>6.1f}")
    return 100.0 * reached / count >= LEAST_PERCENT


def _tell_counts(cases: int, seed: int, found: list[Any], *, took_s: float) -> None:
    from tests.fuzz.cases import numbers
    from tests.fuzz.targets import all_targets

    with tempfile.TemporaryDirectory() as folder:
        counts = numbers(all_targets(Path(folder)), cases)
    _say(f"\n{'target':<20} {'cases':>10} {'findings':>9}")
    for name, count in counts.items():
        _say(f"{name:<20} {count:>10} {sum(one.target == name for one in found):>9}")
    _say(f"{'all of them':<20} {sum(counts.values()):>10} {len(found):>9}   seed {seed}, {took_s:.0f} s")


def _again(options: Any) -> int:
    from tests.fuzz.cases import case_of
    from tests.fuzz.targets import all_targets

    name, _, number = options.case.rpartition(":")
    with tempfile.TemporaryDirectory() as folder:
        target = next(target for target in all_targets(Path(folder)) if target.name == name)
        case = case_of(target, seed=options.seed, number=int(number))
        for one in case:
            _say(f"{one.name} {one.status} {one.data[:4000]!r}")
        target.check(case)
    _say("nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
