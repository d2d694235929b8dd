"""The same work by others, in the same run as ours, on the same machine.

What is compared with what, and where it is in favour of whom, stands in docs/benchmarks.md.
"""

import argparse
from collections.abc import Iterator

from tests.bench import naive, octodns, terraform
from tests.bench.offline import parse_alone, plan_offline, validate
from tests.bench.prepared import prepared
from tests.bench.processes import in_turns, peak_mib
from tests.bench.results import Figure, told


def measured(options: argparse.Namespace) -> Iterator[Figure]:
    """Each peer at each size that it can do."""
    for size in sorted(options.sizes):
        yield from _parser(size, options.repeats)
        yield from octodns.against(size)
        yield from terraform.against(size)
        yield from naive.counted(size)
    yield from naive.run()


def _parser(size: int, repeats: int) -> Iterator[Figure]:
    fleet = prepared(size)
    at = f"{size} files"
    for what, ours in (("`plan --snapshot`", plan_offline), ("`validate`", validate)):
        pair = in_turns(lambda run=ours: run(fleet), lambda: parse_alone(fleet), repeats=repeats)  # type: ignore[misc]  # a default binds the loop's value
        seconds = {"ours_s": pair.ours_s, "parser_s": pair.peer_s, "peak_mib": peak_mib(pair.ours)}
        yield told(f"{what} ÷ `yaml.CSafeLoader` alone", at, pair.ratio, detail=seconds)
