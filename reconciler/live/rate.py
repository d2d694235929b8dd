"""How fast and how many requests leave, one `Pace` and one `InFlight` per account.

The cloud serves 10 requests a second per account with a burst of 15 and rejects the rest
(docs.zaptec.com/docs/api-rate-limiting). All requests of a run share one bucket that stays below it.
"""

import math
import threading

from reconciler.model.ports import Clock

CEILING_PER_S = 9.8
LOWEST_PER_S = 0.1
BURST = 5.0
LONGEST_PAUSE_S = 300.0
FEWEST_IN_FLIGHT = 4
MOST_IN_FLIGHT = 32

_ALMOST_ONE = 0.9999  # a clock in microseconds never refills exactly one
_SHORTEST_SLEEP_S = 0.001
_WEIGHT_OF_LATEST = 0.2


class Pace:
    """A token bucket on the injected clock; thread safe."""

    def __init__(self, clock: Clock, *, rate: float) -> None:
        self.rate = min(max(rate, LOWEST_PER_S), CEILING_PER_S)
        self._clock = clock
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._tokens = BURST
        self._at = clock.now().timestamp()
        self._pause_s = 0.0
        self._paused_until = 0.0

    def wait(self) -> float:
        """Return when the next request may leave; the time at which it does, in seconds of the clock's timestamps.

        One thread sleeps at a time and the others queue behind it: places cannot be overtaken, and a clock that only
        moves while somebody sleeps does not let a whole queue through at once.
        """
        with self._turn:
            while (wait_s := self._take()) > 0:
                self._clock.sleep(max(wait_s, _SHORTEST_SLEEP_S))
            return self._at

    def pause(self, seconds: float) -> None:
        """Let nothing leave for that long (`Retry-After`); the longest pause asked for counts."""
        with self._guard:
            now = self._clock.now().timestamp()
            pause_s = min(max(seconds, 0.0), LONGEST_PAUSE_S)
            if now + pause_s > self._paused_until:
                self._paused_until, self._pause_s = now + pause_s, pause_s
            self._tokens = min(self._tokens, 1.0)

    def _take(self) -> float:
        with self._guard:
            now = self._clock.now().timestamp()
            elapsed_s, self._at = max(0.0, now - self._at), now
            self._tokens = min(BURST, self._tokens + elapsed_s * self.rate)
            if now < self._paused_until:
                # A wall clock that was put back must not turn a second into an hour.
                self._paused_until = min(self._paused_until, now + self._pause_s)
                return self._paused_until - now
            if self._tokens < _ALMOST_ONE:
                return (1.0 - self._tokens) / self.rate
            self._tokens -= 1.0
            return 0.0


class InFlight:
    """How many requests may be on the way: 1.5 x rate x observed latency, from 4 to 32; thread safe."""

    def __init__(self, *, rate: float) -> None:
        self.limit = FEWEST_IN_FLIGHT
        self._rate = rate
        self._latency_s: float | None = None
        self._out = 0
        self._waiting = 0
        self._guard = threading.Lock()
        self._free = threading.Condition(self._guard)

    def enter(self) -> None:
        """Wait for a place and take it."""
        with self._guard:
            while self._out >= self.limit:
                self._waiting += 1
                self._free.wait()
                self._waiting -= 1
            self._out += 1

    def leave(self, took_s: float | None) -> None:
        """Give the place back, and learn how long the answer took; None when nothing left."""
        with self._guard:
            self._out -= 1
            if took_s is not None:
                self._learn(took_s)
            # Only as many as there are places: each of the others would wake up for nothing.
            if self._waiting and self._out < self.limit:
                self._free.notify(self.limit - self._out)

    def _learn(self, took_s: float) -> None:
        known_s = self._latency_s if self._latency_s is not None else took_s
        self._latency_s = known_s + _WEIGHT_OF_LATEST * (max(0.0, took_s) - known_s)
        wanted = math.ceil(1.5 * self._rate * self._latency_s)
        self.limit = min(max(wanted, FEWEST_IN_FLIGHT), MOST_IN_FLIGHT)
