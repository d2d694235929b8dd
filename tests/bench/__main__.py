"""Measure and print: `python -m tests.bench [peers]`; exits with 1 when a budget is missed."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import live, offline, peers
from tests.bench.processes import BrokeOffError
from tests.bench.results import Figure, as_text, write_json, write_page

SIZES = (1_000, 10_000, 100_000)
LATENCIES_MS = (50, 400, 1500)
REQUESTS = 3_000
PARTS = ("start", "files", "selection", "live", "rate")


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for."""
    options = _parser().parse_args(arguments)
    figures: list[Figure] = []
    broken: list[str] = []
    for part in [peers.measured(options)] if options.peers else _parts(options):
        try:
            figures.extend(map(_shown, part))
        except BrokeOffError as error:
            broken.append(f"\nBROKE OFF, so that the rest of this part was not measured: {error}\n")
    sys.stdout.write("".join([as_text(figures), "\n", *broken]))
    if options.json is not None:
        write_json(options.json, figures)
    if options.write:
        write_page("peers" if options.peers else "table", figures, datetime.now(UTC).date())
    return 1 if broken or any(one.missed for one in figures) else 0


def _shown(one: Figure) -> Figure:
    sys.stderr.write(f"{one.what} ({one.at}): {one.measured:.3g}{one.unit} {one.verdict}\n")
    sys.stderr.flush()
    return one


def _parts(options: argparse.Namespace) -> Iterator[Iterator[Figure]]:
    """What is measured one after the other; a part that breaks off does not take the others along."""
    sizes = sorted(options.sizes)
    served = [size for size in sizes if size <= live.MOST]
    if "start" in options.only:
        yield offline.starting()
    if "files" in options.only:
        yield offline.of_files(sizes, repeats=options.repeats)
    if "selection" in options.only:
        yield live.selection(max(served, default=live.MOST), repeats=options.repeats)
    if "live" in options.only:
        yield from (live.whole(size, repeats=(options.repeats + 1) // 2) for size in served)
    if "rate" in options.only:
        yield live.rates(options.latencies, requests=options.requests)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("peers", nargs="?", choices=["peers"], help="compare with other tools instead")
    parser.add_argument("--sizes", type=_numbers, default=list(SIZES), metavar="N,N", help="installations")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each pair (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of a run at the rate (default: %(default)s)")
    parser.add_argument("--latencies", type=_numbers, default=list(LATENCIES_MS), metavar="MS,MS")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), help=f"of {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
