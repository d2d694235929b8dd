"""Reads many files on all cores, because a large fleet is waited for.

Every process takes the next few items until none is left, this one too once it has done what else there is to do.
Whatever a process does not hand over, for whatever reason, is read here, so that the outcome never depends on them.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    _Hand = tuple[BaseProcess, IO[bytes]]

T = TypeVar("T")
R = TypeVar("R")

FEWEST = 2_000
"""Of fewer items no process is worth its start."""
_AT_ONCE = 100
_MOST_PARTS = 10_000
"""As many numbers as fit into a pipe without anybody who reads them."""
_MOST_PROCESSES = 8
_BYTES = 4
_ENDING = (signal.SIGINT, signal.SIGTERM)


def nothing() -> None:
    """There is nothing else to do."""


def each(read: Callable[[T], R], items: Sequence[T], *, meanwhile: Callable[[], None] = nothing) -> Iterator[R]:
    """What `read` says of each item, in their order.

    Args:
        read: Depends on nothing but the item; what it returns can be sent to another process.
        items: Many files, for instance.
        meanwhile: What this process does while others have begun already.
    """
    parts = _parts(items)
    others = min(_cores(), _MOST_PROCESSES) - 1
    if len(items) >= FEWEST and others:
        found = _shared_out(read, parts, others=others, meanwhile=meanwhile)
    else:
        meanwhile()
        found = {}
    for number, part in enumerate(parts):
        yield from found[number] if number in found else map(read, part)


def _parts(items: Sequence[T]) -> list[Sequence[T]]:
    size = max(_AT_ONCE, -(-len(items) // _MOST_PARTS))
    return [items[start : start + size] for start in range(0, len(items), size)]


def _cores() -> int:
    """That this process may use; one where processes cannot be split cheaply and safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _shared_out(
    read: Callable[[T], R], parts: Sequence[Sequence[T]], *, others: int, meanwhile: Callable[[], None]
) -> dict[int, list[R]]:
    """Parts by number, as far as the processes got."""
    numbers = _numbered(len(parts))
    crew: list[_Hand] = []
    try:
        with suppress(OSError), _endings_wait():  # this user may start no more processes, or the container
            for _ in range(others):
                crew.append(_hand(read, parts, numbers))
                crew[-1][0].start()
        meanwhile()
        found = dict(_work(read, parts, numbers))
        for process, tray in _begun(crew):
            process.join()
            found.update(taken_from(tray))
    finally:
        os.close(numbers)
        for process, _ in _begun(crew):
            process.kill()
            process.join()
        for _, tray in crew:
            tray.close()
    return found


def _numbered(count: int) -> int:
    """A pipe from which every process takes the number of the part that it reads next."""
    reader, writer = os.pipe()
    with open(writer, "wb") as stream:
        stream.write(b"".join(number.to_bytes(_BYTES, "big") for number in range(count)))
    return reader


def _work(read: Callable[[T], R], parts: Sequence[Sequence[T]], numbers: int) -> Iterator[tuple[int, list[R]]]:
    while taken := os.read(numbers, _BYTES):
        number = int.from_bytes(taken, "big")
        yield number, list(map(read, parts[number]))


def _begun(crew: "Sequence[_Hand]") -> "Sequence[_Hand]":
    """Those of which there is a process."""
    return [hand for hand in crew if hand[0].pid is not None]


def _hand(read: Callable[[T], R], parts: Sequence[Sequence[T]], numbers: int) -> "_Hand":
    """A process that has not begun, and where it will lay down what it read."""
    from multiprocessing import get_context  # noqa: PLC0415  only a large fleet needs it
    from tempfile import TemporaryFile  # noqa: PLC0415  as above

    tray = TemporaryFile()  # noqa: SIM115  closed by whoever takes from it
    return get_context("fork").Process(target=_serve, args=(read, parts, numbers, tray), daemon=True), tray


@contextmanager
def _endings_wait() -> Iterator[None]:
    """What ends this process is heard once all are known: one that has just begun would answer as this one does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(read: Callable[[T], R], parts: Sequence[Sequence[T]], numbers: int, tray: IO[bytes]) -> None:
    """In a process of its own: says nothing but its results; whoever started it also ends it.

    Each part is laid down as soon as it is done, so that nobody waits for it in the end; what several parts have in
    common is written once.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    writer = pickle.Pickler(tray, protocol=pickle.HIGHEST_PROTOCOL)
    with suppress(Exception):  # it happens again where somebody hears of it
        for part in _work(read, parts, numbers):
            writer.dump(part)
        tray.flush()


def taken_from(tray: IO[bytes]) -> Iterator[Any]:
    """What was laid down, as far as it was written; the last of it may be half of one, when its process is gone."""
    tray.seek(0)
    reader = pickle.Unpickler(tray)  # noqa: S301  nobody but our own process wrote it
    with suppress(Exception):  # whatever is missing or makes no sense is read again
        while True:
            yield reader.load()
