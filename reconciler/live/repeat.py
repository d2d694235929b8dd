"""When a read is repeated: never for ever, and never a write.

Repeats and their waits follow two years of practice of Zaptec's Home Assistant integration: 429, 502, 503, 504, lost
connections, time-outs and a 500 that carries no `Code`.
"""

import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from reconciler.live.failures import PassingError
from reconciler.model.ports import Clock

if TYPE_CHECKING:
    from tenacity import RetryCallState

MOST_ATTEMPTS = 8
FIRST_WAIT_S = 0.3
LONGEST_WAIT_S = 20.0
OUTAGE_AFTER = 10
"""So many reads in a row that failed for good mean an outage: from then on each is tried once until one succeeds."""

T = TypeVar("T")


class Repeat:
    """Repeats reads of one account; thread safe.

    Args:
        jitter: Spreads waits by a quarter, so that many clients do not come back together.
    """

    def __init__(self, clock: Clock, *, jitter: random.Random) -> None:
        self._clock = clock
        self._jitter = jitter
        self._guard = threading.Lock()
        self._failed_in_a_row = 0

    def read(self, once: Callable[[], T]) -> T:
        """Call until it succeeds, fails for good or was tried often enough.

        Raises:
            PassingError: The last one, when it never went away.
        """
        try:
            result = once()
        except PassingError as error:
            result = self._again(once, error)
        if self._failed_in_a_row:
            self._count(0)
        return result

    def _again(self, once: Callable[[], T], error: PassingError) -> T:
        """The repeats; nearly all reads go without, so that only here their machinery is loaded and put together."""
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt  # noqa: PLC0415  as said above

        failed = [error]

        def attempt() -> T:
            if failed:
                raise failed.pop()
            return once()

        repeating = Retrying(
            retry=retry_if_exception_type(PassingError),
            stop=stop_after_attempt(MOST_ATTEMPTS if self._failed_in_a_row < OUTAGE_AFTER else 1),
            wait=self._wait_s,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return repeating(attempt)
        except PassingError:
            self._count(self._failed_in_a_row + 1)
            raise

    def _count(self, failed: int) -> None:
        with self._guard:
            self._failed_in_a_row = failed

    def _wait_s(self, state: "RetryCallState") -> float:
        outcome = state.outcome
        error = outcome.exception() if outcome else None
        if isinstance(error, PassingError) and error.pause_s is not None:
            return 0.0  # the pace pauses everybody, so nobody waits twice
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1))
        with self._guard:
            return wait_s * self._jitter.uniform(0.75, 1.25)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._clock.sleep(seconds)
