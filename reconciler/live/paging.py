"""Walking the pages of a list while others may change it."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from reconciler.live.failures import CallError
from reconciler.live.together import Together
from reconciler.model.value import Reason
from reconciler.records import dataclass

T = TypeVar("T")

PAGE_SIZE = 100
"""The cloud's maximum since March 2025."""

MOST_WALKS = 3
MOST_PAGES = 10_000
"""A million objects; a list that claims more is not walked, because that alone would take hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page; `pages` is how many the list has at this moment."""

    pages: int
    items: tuple[T, ...]


def walk(
    fetch: Callable[[int], Page[T]], *, id_of: Callable[[T], str], together: Together, label: str, call: str
) -> tuple[T, ...]:
    """All items of a list, sorted by id; the pages after the first are read side by side.

    A walk during which the number of pages moved, an item came twice or a page was short is not trusted: it ends at the
    first such page and is done again.

    Raises:
        CallError: The list would not stand still, or a page cannot be read.
    """
    for _ in range(MOST_WALKS):
        first = fetch(0)
        if first.pages > MOST_PAGES:
            raise CallError(f"a list of {first.pages} pages", call=call, reason=Reason.BAD_ANSWER)
        found = _Found(first, id_of)
        try:
            found.take(0, first)
            together.run(label, work=partial(_taken, found, fetch), items=range(1, first.pages))
        except _MovedError:
            continue
        return found.items
    raise CallError(f"the list changed during each of {MOST_WALKS} walks", call=call, reason=Reason.BAD_ANSWER)


def _taken(found: "_Found[T]", fetch: Callable[[int], Page[T]], index: int) -> None:
    if found.moved:
        raise _MovedError  # what stands in the queue behind the page that moved is not asked for any more
    found.take(index, fetch(index))


class _MovedError(Exception):
    """A page does not fit the pages before it."""


class _Found(Generic[T]):
    """The items of one walk; thread safe."""

    def __init__(self, first: Page[T], id_of: Callable[[T], str]) -> None:
        self._pages, self._full = first.pages, len(first.items)
        self._id_of = id_of
        self._guard = threading.Lock()
        self._items: dict[str, T] = {}
        self.moved = False

    @property
    def items(self) -> tuple[T, ...]:
        """Sorted by id."""
        return tuple(self._items[key] for key in sorted(self._items))

    def take(self, index: int, page: Page[T]) -> None:
        """Keep a page. Raises _MovedError when it does not fit."""
        size = len(page.items)
        fits = size == self._full if index < self._pages - 1 else self._pages == 0 or 0 < size <= self._full
        items = {self._id_of(item): item for item in page.items}
        with self._guard:
            new = len(items) == size and self._items.keys().isdisjoint(items)
            if page.pages != self._pages or not fits or not new:
                self.moved = True
                raise _MovedError
            self._items.update(items)
