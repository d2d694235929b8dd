"""`python -m tests.kills`: kill an apply at many moments, go on after each, and print what became of it.

Exits with 1 when anything is wrong, or when fewer than a quarter of the kills struck on either side of the answer.
"""

import argparse
import shlex
import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.kills.moments import drawn, is_slow
from tests.kills.story import NeverStruckError, told
from tests.kills.table import Series, as_text, shortage
from tests.kills.told import Told
from tests.kills.undisturbed import measured

MOMENTS = 200
JOBS = 6
PAGE = Path("docs/kills.md")
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


def main(arguments: Sequence[str]) -> int:
    """Play the moments and print the table; 0 when everything holds."""
    options = _parser().parse_args(arguments)
    numbers = options.only or list(range(options.moments))
    started = time.monotonic()
    found, lost = played(options.seed, numbers, jobs=options.jobs)
    series = Series(
        found=found,
        lost=len(lost),
        command=shlex.join(["python", "-m", "tests.kills", *arguments]),
        least=len(numbers) // 4,
        took_s=time.monotonic() - started,
    )
    text = as_text(series)
    sys.stdout.write(f"{text}\n")
    if options.write:
        _write(text)
    wrong = [*lost, *(_repeatable(one) for one in found if list(one.findings))]
    if not options.only:
        wrong += shortage(series)
    for sentence in wrong:
        sys.stdout.write(f"\n{sentence}\n")
    return 1 if wrong else 0


def _write(text: str) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{rest.partition(END)[2]}")


def played(seed: int, numbers: Sequence[int], *, jobs: int) -> tuple[list[Told], list[str]]:
    """Play moments side by side in processes of their own; what became of them, and which never came or broke off."""
    found, lost = [], []
    scales = sorted({drawn(seed, number).scale for number in numbers})
    with _pool(jobs) as quick, _pool(jobs) as slow:
        usual = dict(zip(scales, quick.map(partial(measured, seed), scales), strict=True))
        # The slow ones mostly wait, so they run beside the others.
        coming = [(slow if is_slow(number) else quick).submit(told, seed, number, usual) for number in numbers]
        for number, one in zip(numbers, coming, strict=True):
            match one.exception():
                case None:
                    found.append(one.result())
                case NeverStruckError() as error:
                    lost.append(f"WRONG: {error}")
                case error:
                    broken = "".join(traceback.format_exception(error))
                    lost.append(f"WRONG: moment {number} of seed {seed} broke off\n{broken}")
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number} ")
    return found, lost


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn"))


def _repeatable(one: Told) -> str:
    lines = [
        f"WRONG: {one.moment}",
        *(f"  {sentence}" for sentence in one.findings),
        f"  everything it left is in {one.folder}",
        f"  again: python -m tests.kills --seed {one.moment.seed} --only {one.moment.number}",
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--moments", type=int, default=MOMENTS, help="how many kills (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same number draws the same moments")
    parser.add_argument("--jobs", type=int, default=JOBS, help="how many side by side (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE}")
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="only the moments of these numbers")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
