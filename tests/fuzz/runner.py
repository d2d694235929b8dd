"""Runs cases and notes what must not happen: another error than ours, too much time, too much memory."""

import signal
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.cases import Case, Target, case_of, numbers, shown
from tests.fuzz.findings import FindingError
from tests.fuzz.regressions import REGRESSIONS
from tests.fuzz.targets import all_targets

SLOWEST = 40
"""Times as long per byte as the seeds of the target."""
SHORTEST_BOUND_S = 1.0
LONGEST_S = 120
MEMORY_PER_BYTE = 200
MEMORY_BESIDES = 50 * 1024 * 1024
WATCHED_FROM = 100_000
"""Bytes; of larger cases the memory is always measured, of others now and then."""
WATCHED_EACH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A case that went wrong. `number` is -1 for a regression."""

    target: str
    number: int
    what: str
    case: str


class Runner:
    """Runs the cases of all targets; `folder` takes files."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.targets = all_targets(folder)
        self._seed = seed
        self._bounds = {target.name: self._s_per_byte(target) for target in self.targets}

    def regressions(self) -> Iterator[Found]:
        """Every case that once went wrong."""
        by_name = {target.name: target for target in self.targets}
        for name, cases in REGRESSIONS.items():
            for case in cases:
                found = self._run(by_name[name], case, number=-1)
                if found is not None:
                    yield found

    def run(self, cases: int) -> Iterator[Found]:
        """Cases of all targets by their shares."""
        counts = numbers(self.targets, cases)
        for target in self.targets:
            yield from self.of(target, range(counts[target.name]))

    def of(self, target: Target, chosen: Iterable[int]) -> Iterator[Found]:
        """Some cases of one target."""
        for number in chosen:
            found = self.one(target, number)
            if found is not None:
                yield found

    def one(self, target: Target, number: int) -> Found | None:
        """One case."""
        return self._run(target, case_of(target, seed=self._seed, number=number), number=number)

    def _run(self, target: Target, case: Case, *, number: int) -> Found | None:
        size = sum(len(one.data) for one in case)
        watched = size > WATCHED_FROM or number % WATCHED_EACH == 0
        started_at = time.process_time()
        what = ""
        with _memory(measured=watched) as peaks:
            try:
                with _no_endless_loop():
                    target.check(case)
            except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
                what = f"{type(error).__name__}: {str(error)[:300]}"
        took_s = time.process_time() - started_at
        bound_s = max(SHORTEST_BOUND_S, SLOWEST * self._bounds[target.name] * size)
        if not what and not watched and took_s > bound_s:
            what = f"took {took_s:.1f} s of CPU for {size} bytes"
        if not what and peaks and peaks[0] > MEMORY_PER_BYTE * size + MEMORY_BESIDES:
            what = f"took {peaks[0] // 1024 // 1024} MB for {size} bytes"
        return Found(target=target.name, number=number, what=what, case=shown(case)) if what else None

    def _s_per_byte(self, target: Target) -> float:
        """Of the seeds, as they are; the slowest one counts."""
        slowest = 0.0
        for seed in target.seeds[:10]:
            target.check((seed,))  # once for whatever is only made once
            started_at = time.process_time()
            target.check((seed,))
            slowest = max(slowest, (time.process_time() - started_at) / max(1, len(seed.data)))
        return slowest


@contextmanager
def _no_endless_loop() -> Iterator[None]:
    """A case that would never end is a finding too."""

    def stop(*_: object) -> None:
        raise FindingError(f"no end after {LONGEST_S} s of CPU")

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


@contextmanager
def _memory(*, measured: bool) -> Iterator[list[int]]:
    """The peak in bytes, if it is measured."""
    peaks: list[int] = []
    if not measured:
        yield peaks
        return
    was_on = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield peaks
    finally:
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
        if not was_on:
            tracemalloc.stop()
