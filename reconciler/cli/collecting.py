"""When the garbage collector need not look."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_of_it_stays() -> Iterator[None]:
    """What is made meanwhile is wanted to the end and holds no cycles.

    Looking for some in it, again and again while a large fleet grows, took a tenth of a plan from a snapshot.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
