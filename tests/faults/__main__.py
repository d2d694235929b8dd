"""`python -m tests.faults`: the whole matrix, one run of it, or the self-check."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.matrix import ALL_KINDS, ALL_SCENARIOS, moments, run_matrix
from tests.faults.mutants import MUTANTS, Caught, hunt
from tests.faults.run import Moment, one_run
from tests.faults.table import failures, table

FEWEST_COUNTED = 20_000
SEEDS = 4
PAGE = Path("docs/faults.md")
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="seeds 0 to N-1")
    parser.add_argument("--scenario", action="append", choices=ALL_SCENARIOS)
    parser.add_argument("--kind", action="append", choices=ALL_KINDS)
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE}")
    commands = parser.add_subparsers(dest="command")
    one = commands.add_parser("one", help="repeat one run")
    one.add_argument("scenario_", choices=ALL_SCENARIOS, metavar="SCENARIO")
    one.add_argument("kind_", choices=ALL_KINDS, metavar="KIND")
    one.add_argument("position", type=int)
    one.add_argument("seed", type=int)
    commands.add_parser("selfcheck", help="seed bugs; each must be noticed")
    given = parser.parse_args(arguments)
    match given.command:
        case "one":
            return _one(Moment(scenario=given.scenario_, kind=given.kind_, position=given.position, seed=given.seed))
        case "selfcheck":
            return _selfcheck()
        case _:
            return _matrix(given)


def _matrix(given: argparse.Namespace) -> int:
    began = time.monotonic()
    scenarios, kinds = given.scenario or ALL_SCENARIOS, given.kind or ALL_KINDS
    matrix = run_matrix(list(moments(scenarios, kinds, range(given.seeds))))
    text = table(matrix)
    _say(text)
    wrong = list(failures(matrix))
    whole = not given.scenario and not given.kind and given.seeds >= SEEDS
    if whole and matrix.total().counted < FEWEST_COUNTED:
        wrong.append(f"fewer than {FEWEST_COUNTED} counted runs")
    if given.write:
        _write(text)
    for line in wrong:
        _say(line)
    _say(f"\ntook {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _one(moment: Moment) -> int:
    finding = one_run(moment)
    _say(
        f"impossible: {finding.impossible}"
        if finding.impossible
        else f"struck: {finding.struck}, counted: {finding.counted}"
    )
    if finding.without_effect:
        _say(f"had no effect: {finding.without_effect}")
    for law, looks in sorted(finding.checked.items()):
        _say(f"  {law}: {looks} looks")
    for broken in finding.broken:
        _say(f"BROKEN {broken.law}: {broken.what}")
    return 1 if finding.broken else 0


def _selfcheck() -> int:
    found = [hunt(mutant) for mutant in MUTANTS]
    head = ("mutant", "part", "law expected", "laws broken", "moments", "the run that broke it")
    rows = [f"| {' | '.join(head)} |", "| --- | --- | --- | --- | --: | --- |"]
    _say("\n".join([*rows, *map(_row, found)]))
    green = [one.mutant for one in found if not one.noticed]
    _say(f"\n{len(found) - len(green)} of {len(found)} mutants broke the law that is to catch them")
    for mutant in green:
        _say(f"NOT NOTICED by '{mutant.law}': {mutant.name}")
    return 1 if green else 0


def _row(one: Caught) -> str:
    broken = ", ".join(f"{law} ({count})" for law, count in one.broken.most_common()) or "none"
    command = (
        "" if one.moment is None else f"{one.moment.scenario} {one.moment.kind} {one.moment.position} {one.moment.seed}"
    )
    return f"| {one.mutant.name} | {one.mutant.about} | {one.mutant.law} | {broken} | {one.runs} | {command} |"


def _write(text: str) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{rest.partition(END)[2]}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
