"""Runs commands one at a time in processes of their own and tells what each of them alone used."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
START = "import sys; from reconciler.cli.main import main; main()"
"""What the installed `reconciler` does: no module is searched or run by name besides."""

LAUNCHER = (PYTHON, "-I", "-S", str(Path(__file__).with_name("launcher.py")))
"""Stands between us and what is measured: Linux counts the memory of whoever starts a process to its peak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one process used, its own children included."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    code: int
    err: str


class BrokeOffError(Exception):
    """A command ended otherwise than it had to, so that its figures say nothing."""


def environment(**further: str) -> dict[str, str]:
    """As few variables as possible, and the package of this checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "100", **further}


def spent_by(command: Sequence[str], *, folder: Path, env: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end. Its standard output is thrown away."""
    with tempfile.TemporaryFile("w+") as err:
        whole = [*LAUNCHER, *command]
        given = environment() if env is None else dict(env)
        launched = subprocess.run(whole, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=err, check=True)
        used = json.loads(launched.stdout)
        err.seek(0)
        said = err.read()
    return Spent(
        wall_s=used["wall_s"],
        cpu_s=used["cpu_s"],
        peak_mib=used["peak"] / (1024 * 1024 if sys.platform == "darwin" else 1024),
        code=used["code"],
        err=said,
    )


def reconciler(*arguments: str) -> list[str]:
    """The command line of a run of ours."""
    return [PYTHON, "-c", START, *arguments]


def ended_well(spent: Spent, *, codes: Sequence[int] = (0,)) -> Spent:
    """The same.

    Raises:
        BrokeOffError: It ended with another code.
    """
    if spent.code not in codes:
        raise BrokeOffError(f"a command ended with {spent.code}:\n{spent.err[-2000:]}")
    return spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two things, measured in turns, so that noise of the machine meets both."""

    ours: tuple[Spent, ...]
    peer: tuple[Spent, ...]

    @property
    def ratios(self) -> Sequence[float]:
        """That of each turn, in wall time."""
        return [a.wall_s / b.wall_s for a, b in zip(self.ours, self.peer, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of them."""
        return statistics.median(self.ratios)

    @property
    def cpu_ratio(self) -> float:
        """The same in processor time."""
        return statistics.median(a.cpu_s / b.cpu_s for a, b in zip(self.ours, self.peer, strict=True))

    @property
    def ours_s(self) -> float:
        """Our median wall time."""
        return median_s(self.ours)

    @property
    def peer_s(self) -> float:
        """The other's median wall time."""
        return median_s(self.peer)


def median_s(runs: Sequence[Spent]) -> float:
    """The median wall time."""
    return statistics.median(run.wall_s for run in runs)


def peak_mib(runs: Sequence[Spent]) -> float:
    """The highest peak."""
    return max(run.peak_mib for run in runs)


def in_turns(ours: Callable[[], Spent], peer: Callable[[], Spent], *, repeats: int) -> Pair:
    """Measure both, one after the other, several times; which comes first changes."""
    mine: list[Spent] = []
    theirs: list[Spent] = []
    for number in range(repeats):
        turns = [(mine, ours), (theirs, peer)]
        for kept, run in turns if number % 2 == 0 else reversed(turns):
            kept.append(run())
    return Pair(ours=tuple(mine), peer=tuple(theirs))


def document(path: Path) -> Any:
    """A JSON file that a command wrote."""
    return json.loads(path.read_text(encoding="utf-8"))
