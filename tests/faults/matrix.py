"""Every scenario, every moment, every kind, every seed: which runs there are, and what they add up to."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.faults.baseline import Baseline, baseline
from tests.faults.judge import Law
from tests.faults.kinds import KINDS, Kind, Where
from tests.faults.run import Finding, Moment, one_run
from tests.faults.scenarios import SCENARIOS

RUNS_AT_ONCE = 24
SHARED_BY = 3
"""Seeds after the first take every third moment each, one after the other."""

SHOWN = 40
"""Broken runs whose command is printed."""


@dataclass(slots=True)
class Cell:
    """What the runs of one scenario and kind add up to.

    Attributes:
        pairs: Moments of the first seed that can be struck, and those that were.
        impossible: How many moments cannot be struck, by the reason.
        without_effect: At how many it struck and made no difference, by the reason.
    """

    runs: int = 0
    counted: int = 0
    pairs: int = 0
    struck: int = 0
    impossible: Counter[str] = field(default_factory=Counter)
    without_effect: Counter[str] = field(default_factory=Counter)
    checked: Counter[Law] = field(default_factory=Counter)
    broken: Counter[Law] = field(default_factory=Counter)

    def add(self, finding: Finding, *, first_seed: bool) -> None:
        """Count one run."""
        if finding.impossible:
            self.impossible[finding.impossible] += first_seed
            return
        self.runs += 1
        self.counted += finding.counted
        if finding.without_effect:
            self.without_effect[finding.without_effect] += first_seed
        else:
            self.pairs += first_seed
        self.struck += first_seed and finding.struck
        self.checked.update(finding.checked)
        self.broken.update(one.law for one in finding.broken)

    def __iadd__(self, other: "Cell") -> "Cell":
        self.runs += other.runs
        self.counted += other.counted
        self.pairs += other.pairs
        self.struck += other.struck
        self.impossible.update(other.impossible)
        self.without_effect.update(other.without_effect)
        self.checked.update(other.checked)
        self.broken.update(other.broken)
        return self


@dataclass(slots=True)
class Matrix:
    """All cells, and the runs that broke a law or in which nothing went wrong."""

    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    broken: list[Finding] = field(default_factory=list)
    unstruck: list[Moment] = field(default_factory=list)

    def add(self, finding: Finding, *, first_seed: int) -> None:
        """Count one run."""
        moment = finding.moment
        cell = self.cells.setdefault((moment.scenario, moment.kind), Cell())
        cell.add(finding, first_seed=moment.seed == first_seed)
        if finding.broken:
            self.broken.append(finding)
        explained = finding.impossible or finding.without_effect or finding.only_extra
        if not finding.struck and not explained:
            self.unstruck.append(moment)

    def total(self, *, scenario: str | None = None, kind: str | None = None) -> Cell:
        """The sum over a row, a column, or everything."""
        found = Cell()
        for (one, other), cell in self.cells.items():
            if scenario in (None, one) and kind in (None, other):
                found += cell
        return found


def positions(kind: Kind, base: Baseline) -> int:
    """How many moments of that kind a baseline has."""
    counts = {Where.CALLS: len(base.calls), Where.LINES: len(base.lines), Where.FILES: len(base.files)}
    return counts[kind.where]


def due(kind: Kind, base: Baseline) -> int:
    """How many of them come while a write is still to be sent."""
    if kind.where is Where.LINES:
        return _last(one == "before-write" for one in base.lines) + 1
    if kind.where is Where.FILES:
        return _last(writes < base.writes for _, writes in base.files) + 1
    return _last(one.is_write for one in base.calls) + 1


def _last(found: Iterable[bool]) -> int:
    return max(number for number, one in enumerate(found) if one)


def moments(scenarios: Sequence[str], kinds: Sequence[str], seeds: Sequence[int]) -> Iterator[Moment]:
    """With the first seed every moment; the others share those at which a write is still due."""
    for scenario in scenarios:
        for seed in seeds:
            base = baseline(scenario, seed)
            for kind in KINDS:
                if kind.name in kinds:
                    first = seed == seeds[0]
                    count, step = (positions(kind, base), 1) if first else (due(kind, base), SHARED_BY)
                    for position in range(0 if first else seed % step, count, step):
                        yield Moment(scenario=scenario, kind=kind.name, position=position, seed=seed)


def run_matrix(chosen: Sequence[Moment], *, workers: int | None = None) -> Matrix:
    """Run them all on all cores; the same moments give the same matrix."""
    first_seed = min((moment.seed for moment in chosen), default=0)
    matrix = Matrix()
    with multiprocessing.get_context("fork").Pool(workers or os.cpu_count() or 1) as pool:
        for finding in pool.imap(one_run, chosen, chunksize=RUNS_AT_ONCE):
            matrix.add(finding, first_seed=first_seed)
    return matrix


ALL_SCENARIOS = tuple(scenario.name for scenario in SCENARIOS)
ALL_KINDS = tuple(kind.name for kind in KINDS)
