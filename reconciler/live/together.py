"""Several requests side by side, results in the order of the questions."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

from reconciler.model.ports import Progress

A = TypeVar("A")
B = TypeVar("B")


class Together:
    """Threads for the time of one snapshot; use it as a context."""

    def __init__(self, *, workers: int, progress: Progress) -> None:
        self._pool = ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="reconciler-read")
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
            futures = [self._pool.submit(work, item) for item in items]
            for future in futures:
                future.add_done_callback(lambda done: None if done.cancelled() else ticker.advance())
            return _results(futures)


def _results(futures: list[Future[B]]) -> list[B]:
    try:
        wait(futures, return_when=FIRST_EXCEPTION)
        failed = next((future for future in futures if future.done() and future.exception() is not None), None)
        return [future.result() for future in ([failed] if failed is not None else futures)]
    finally:
        for future in futures:
            future.cancel()
