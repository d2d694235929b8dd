"""Many files are read on all cores; whatever happens to a process, the outcome is that of reading them one by one."""

import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from reconciler.loading import side_by_side
from reconciler.loading.load import load_fleet
from reconciler.loading.side_by_side import FEWEST, each
from tests.loading.fleets import TODAY, write

MANY = range(2 * FEWEST + 7)
HERE = os.getpid()
several_cores = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="there is one core to read with"
)


def where(item: int) -> tuple[int, int]:
    """The item and the process that read it."""
    return item, os.getpid()


@several_cores
def test_all_cores_read_and_the_order_is_kept() -> None:
    """More than one process took part, and nobody can tell from the outcome."""
    begun, begins = os.pipe()

    def read(item: int) -> tuple[int, int]:
        if os.getpid() != HERE:
            os.write(begins, b".")
        return where(item)

    found = list(each(read, MANY, meanwhile=lambda: os.read(begun, 1) and None))

    assert [item for item, _ in found] == list(MANY)
    assert len({process for _, process in found}) > 1
    assert not multiprocessing.active_children()


def test_a_few_items_are_read_here() -> None:
    """A process would take longer to start."""
    assert {process for _, process in each(where, range(FEWEST - 1))} == {os.getpid()}


def test_one_core_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to share out."""
    monkeypatch.setattr(side_by_side, "_cores", lambda: 1)

    assert {process for _, process in each(where, MANY)} == {os.getpid()}


@pytest.mark.parametrize("items", [range(3), MANY], ids=["few", "many"])
def test_what_else_there_is_to_do_is_done_once(items: range) -> None:
    """Beside the others, or before."""
    done: list[int] = []

    found = list(each(abs, items, meanwhile=lambda: done.append(os.getpid())))

    assert done == [os.getpid()]
    assert found == list(items)


def test_what_a_dead_process_had_is_read_again() -> None:
    """It may be killed for want of memory."""

    def read(item: int) -> int:
        if os.getpid() != HERE:
            os._exit(9)
        return item

    assert list(each(read, MANY)) == list(MANY)


@pytest.mark.parametrize("many", [1, 150, 1_000])
def test_a_process_may_die_in_the_middle_of_its_work(many: int) -> None:
    """Whatever it laid down counts, and half a part does not."""
    done: list[int] = []

    def read(item: int) -> str:
        done.append(item)
        if os.getpid() != HERE and len(done) > many:
            os._exit(9)
        return f"{item}" * 100

    assert list(each(read, MANY)) == [f"{item}" * 100 for item in MANY]


def test_where_no_process_can_be_started_all_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may have a limit."""

    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)

    assert {process for _, process in each(where, MANY)} == {os.getpid()}


def test_an_error_is_told_here_and_once(capfd: pytest.CaptureFixture[str]) -> None:
    """Nobody reads the traces of other processes."""

    def read(item: int) -> int:
        raise ValueError(str(item))

    with pytest.raises(ValueError, match=r"\d"):
        list(each(read, MANY))

    assert capfd.readouterr() == ("", "")
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_told_to_end_says_nothing(capfd: pytest.CaptureFixture[str], number: int) -> None:
    """Whoever stops a job tells all of its processes, and only the first of them has something to say."""

    def read(item: int) -> int:
        if os.getpid() != HERE:
            os.kill(os.getpid(), number)
        return item

    answers_here = signal.signal(number, signal.default_int_handler)
    try:
        found = list(each(read, MANY))
    finally:
        signal.signal(number, answers_here)

    assert found == list(MANY)
    assert capfd.readouterr() == ("", "")


@several_cores
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_process_starts_is_heard_here_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], number: int
) -> None:
    """The new process has not yet learned not to answer."""
    fork = os.fork

    def told_as_it_starts() -> int:
        child = fork()
        signal.pthread_kill(threading.get_ident(), number)
        return child

    monkeypatch.setattr(os, "fork", told_as_it_starts)
    answers_here = signal.signal(number, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(each(abs, MANY))
    finally:
        signal.signal(number, answers_here)

    assert capfd.readouterr() == ("", "")
    assert not multiprocessing.active_children()


@several_cores
def test_a_signal_that_does_not_wait_leaves_no_file_open(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Another thread of this process may take it; the new process then does its work, and nobody asks for it."""
    fork = os.fork
    children: list[int] = []

    def interrupted() -> int:
        child = fork()
        if child:
            children.append(child)
            raise KeyboardInterrupt
        return child

    monkeypatch.setattr(os, "fork", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(each(abs, MANY))

    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0]
    assert capfd.readouterr() == ("", "")


def test_an_error_elsewhere_leaves_no_process_behind() -> None:
    """Somebody may press Ctrl-C meanwhile."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(each(abs, MANY, meanwhile=stop))

    assert not multiprocessing.active_children()


@several_cores
@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_a_fleet_is_the_same_either_way(broken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, problems, their order, and where each value stands."""
    files = {
        f"installations/{number}.yaml": f"version: 1\nid: 00000000-0000-4000-8000-{number:012}\nname: Home {number}\n"
        f"chargers:\n  ZAP{number:06}: {{maxCurrent: 16}}\n"
        for number in range(250)
    }
    if broken:
        files["installations/twice.yaml"] = files["installations/7.yaml"]
        files["installations/wrong.yaml"] = "version: 1\nid: NO\nname: Wrong\nchargers: {ZAP000003: {x: 1}}\n"
    fleet = write(tmp_path, files)
    monkeypatch.setattr(side_by_side, "FEWEST", 10)

    alone = load_fleet(fleet, today=TODAY)
    together = load_fleet(fleet, today=TODAY, meanwhile=side_by_side.nothing)

    assert together == alone
    assert bool(alone.problems) is broken
    assert (alone.desired is None) is broken
