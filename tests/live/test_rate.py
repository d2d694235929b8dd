"""Requests leave as fast as configured, never faster than the cloud serves."""

import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from reconciler.live.rate import CEILING_PER_S, InFlight, Pace
from reconciler.model.observed import Breadth, ReadNeed
from reconciler.sandbox.generated import generated_world
from tests.live.cloud import Opening, VirtualClock, account_of, over_answers, over_world


def leave(pace: Pace, requests: int, *, threads: int) -> None:
    """Let that many requests leave from several threads."""

    def leave_some() -> None:
        for _ in range(requests // threads):
            pace.wait()

    workers = [threading.Thread(target=leave_some) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


class FastClock(VirtualClock):
    """Real time, five times as fast: threads really run side by side."""

    scale = 5.0

    def __init__(self) -> None:
        super().__init__()
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Fast time."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=(time.monotonic() - self._origin) * self.scale)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds / self.scale)


class TestPace:
    @pytest.mark.parametrize("rate", [1.0, 5.0, 9.8])
    def test_the_configured_rate_is_reached_and_not_exceeded(self, rate: float) -> None:
        """Three hundred requests take as long as the rate says, apart from the first five."""
        clock = VirtualClock()

        leave(Pace(clock, rate=rate), 300, threads=6)

        assert 0.98 <= (300 - 5) / rate / clock.elapsed_s <= 1.001

    def test_a_higher_wish_is_cut_to_what_the_cloud_serves(self) -> None:
        """The cloud serves ten a second; we stay below it whatever a file says."""
        assert Pace(VirtualClock(), rate=1000.0).rate == CEILING_PER_S

    def test_rest_is_not_saved_up_beyond_five(self) -> None:
        """After an hour of silence at most five requests leave at once."""
        clock = VirtualClock()
        pace = Pace(clock, rate=5.0)
        clock.sleep(3600)
        quiet_s = clock.elapsed_s

        for _ in range(6):
            pace.wait()

        assert clock.elapsed_s - quiet_s == pytest.approx(0.2, abs=0.01)

    def test_a_pause_holds_everybody(self) -> None:
        """Retry-After counts for all threads, not only for the one that met it."""
        clock = VirtualClock()
        pace = Pace(clock, rate=5.0)

        pace.pause(30.0)
        leave(pace, 4, threads=4)

        assert clock.elapsed_s >= 30.0

    def test_a_clock_that_was_put_back_does_not_stop_us(self) -> None:
        """When the computer's clock jumps an hour back, requests go on."""
        clock = VirtualClock()
        pace = Pace(clock, rate=5.0)
        pace.pause(1.0)
        clock._s -= 3600.0
        before_s = clock.elapsed_s

        pace.wait()

        assert clock.elapsed_s - before_s <= 1.5


class TestInFlight:
    def test_slow_answers_need_more_places(self) -> None:
        """Rate times latency requests are on the way at once; half as many again keep the rate up."""
        places = InFlight(rate=9.8)
        places.enter()

        places.leave(1.0)

        assert places.limit == 15

    @pytest.mark.parametrize(("latency_s", "limit"), [(0.0, 4), (60.0, 32)])
    def test_there_are_never_fewer_than_4_or_more_than_32(self, latency_s: float, limit: int) -> None:
        """A cloud that hangs does not make us open a hundred connections."""
        places = InFlight(rate=9.8)
        places.enter()

        places.leave(latency_s)

        assert places.limit == limit

    def test_no_more_than_the_limit_are_on_the_way(self) -> None:
        """The fifth of five waits until one of four is back."""
        places, most, now = InFlight(rate=5.0), [0], [0]
        guard = threading.Lock()

        def go() -> None:
            places.enter()
            with guard:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.005)
            with guard:
                now[0] -= 1
            places.leave(None)

        workers = [threading.Thread(target=go) for _ in range(20)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert most[0] == 4


class TestAgainstTheCloudsLimiter:
    @pytest.mark.parametrize(("rate", "concurrency"), [(5.0, 64), (9.8, 1), (9.8, 64)])
    def test_a_fleet_is_read_at_the_configured_rate_without_one_rejection(self, rate: float, concurrency: int) -> None:
        """At least 95 % of the rate, and no answer 429."""
        made = generated_world(40, 200)
        opened = over_world(made.world, Opening(account=account_of(rate=rate), concurrency=concurrency))
        needs = [
            ReadNeed(account="main", installation_id=str(site["id"]), state_of=tuple(site["chargers"]))
            for site in made.desired
        ]
        started_at = made.world.now()

        fleet = opened.observer.observe(needs, breadth=Breadth.ACCOUNT)

        elapsed_s = made.world.now() - started_at
        statuses = {entry["status"] for entry in made.world.log}
        assert statuses == {200}
        assert fleet.reads[0].requests == 1 + 2 + 200
        assert (fleet.reads[0].requests - 5) / elapsed_s / rate >= 0.95

    def test_slow_answers_do_not_slow_the_run_down(self) -> None:
        """Answers that take 0.8 s come back side by side; four at a time would reach half the rate."""
        clock = FastClock()
        times: list[float] = []

        def answer(request: httpx.Request) -> httpx.Response:
            times.append(clock.now().timestamp())
            clock.sleep(0.8)
            return httpx.Response(404)

        needs = [ReadNeed(account="main", installation_id=f"00000000-0000-0000-0000-{n:012}") for n in range(30)]
        opened = over_answers(answer, Opening(account=account_of(rate=9.8), concurrency=64), clock)

        opened.observer.observe(needs, breadth=Breadth.SITES)

        busy = times[20:]
        assert (len(busy) - 1) / (busy[-1] - busy[0]) / 9.8 >= 0.75

    def test_other_users_of_the_account_make_us_wait_not_fail(self) -> None:
        """When somebody else empties the bucket, 429 pauses us and the snapshot is still whole."""
        rejected = iter([429] * 5)

        def answer(request: httpx.Request) -> httpx.Response:
            status = next(rejected, 200)
            headers = {"Retry-After": "1"} if status == 429 else {}
            return httpx.Response(status, json={"Pages": 0, "Data": []}, headers=headers)

        clock = VirtualClock()
        opened = over_answers(answer, clock=clock)

        fleet = opened.observer.observe([], breadth=Breadth.ACCOUNT)

        assert fleet.reads[0].requests == 2
        assert clock.elapsed_s >= 5.0
