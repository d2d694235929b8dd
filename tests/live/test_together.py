"""Many reads side by side."""

import threading

import pytest

from reconciler.live.rate import InFlight
from reconciler.live.together import Together
from tests.live.cloud import NoBar


class TestTogether:
    def test_answers_come_in_the_order_of_the_questions(self) -> None:
        """Whoever answers first."""
        first_may = threading.Event()

        def work(item: int) -> int:
            if item == 0:
                first_may.wait(10)
            elif item == 9:
                first_may.set()
            return item * 10

        with Together(workers=3, progress=NoBar()) as together:
            found = together.run("here", work=work, items=range(10))

        assert found == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]

    @pytest.mark.parametrize("workers", [1, 4, 50])
    def test_each_is_asked_once_and_the_bar_reaches_its_end(self, workers: int) -> None:
        """With fewer threads than questions, and with more."""
        bar, asked = NoBar(), list[int]()
        with Together(workers=workers, progress=bar) as together:
            together.run("here", work=asked.append, items=range(20))

        assert sorted(asked) == list(range(20))
        assert bar.steps == 20

    def test_after_the_first_error_nothing_starts(self) -> None:
        """A login that was refused is not tried for each of ten thousand chargers."""
        asked: list[int] = []

        def work(item: int) -> None:
            asked.append(item)
            raise ValueError(item)

        with Together(workers=2, progress=NoBar()) as together, pytest.raises(ValueError, match=r"0|1"):
            together.run("here", work=work, items=range(1000))

        assert len(asked) <= 2


class TestPlacesOnTheWay:
    def test_who_waits_gets_the_places_that_slower_answers_open(self) -> None:
        """Four are on the way, five wait; the first answer took a second, and all go."""
        places, inside, done = InFlight(rate=9.8), threading.Semaphore(0), threading.Event()

        def stay() -> None:
            places.enter()
            inside.release()
            done.wait(10)
            places.leave(None)

        threads = [threading.Thread(target=stay) for _ in range(8)]
        places.enter()
        for thread in threads:
            thread.start()
        entered = [inside.acquire(timeout=10) for _ in range(3)]
        nobody_else = inside.acquire(timeout=0.1)
        places.leave(1.0)
        entered += [inside.acquire(timeout=10) for _ in range(5)]
        done.set()
        for thread in threads:
            thread.join(10)

        assert entered == [True] * 8
        assert nobody_else is False
