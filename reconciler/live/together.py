"""Several requests side by side, results in the order of the questions."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

from reconciler.model.ports import Progress, Ticker

A = TypeVar("A")
B = TypeVar("B")


class Together:
    """Threads for the time of one snapshot; use it as a context."""

    def __init__(self, *, workers: int, progress: Progress) -> None:
        self._workers = max(1, workers)
        self._pool = ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="reconciler-read")
        self._progress = progress

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, label: str, *, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """Do the same with each item. The first error ends it: what has not started never starts."""
        if not items:
            return []
        with self._progress.task(label, total=len(items)) as ticker:
            queue = _Queue(work, items, ticker)
            lanes = [self._pool.submit(queue.empty) for _ in range(min(self._workers, len(items)))]
            try:
                wait(lanes, return_when=FIRST_EXCEPTION)
                for lane in filter(Future.done, lanes):
                    lane.result()
                return queue.results()
            finally:
                queue.stop()


class _Queue(Generic[A, B]):
    """Items that each thread takes one by one: a future for each costs a tenth of the request it stands for."""

    def __init__(self, work: Callable[[A], B], items: Sequence[A], ticker: Ticker) -> None:
        self._work = work
        self._rest = iter(enumerate(items))
        self._ticker = ticker
        self._guard = threading.Lock()
        self._stopped = False
        self._found: dict[int, B] = {}

    def empty(self) -> None:
        """Take and work until nothing is left, or an error ends it for all."""
        while (taken := self._next()) is not None:
            place, item = taken
            try:
                self._found[place] = self._work(item)
            except BaseException:
                self.stop()
                raise
            finally:
                self._ticker.advance()

    def stop(self) -> None:
        """Nothing further starts."""
        self._stopped = True

    def results(self) -> list[B]:
        """What came out, in the order of the items."""
        return [self._found[place] for place in range(len(self._found))]

    def _next(self) -> tuple[int, A] | None:
        with self._guard:
            return None if self._stopped else next(self._rest, None)
