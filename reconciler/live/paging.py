"""Walking the pages of a list while others may change it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.live.failures import CallError
from reconciler.live.together import Together
from reconciler.model.value import Reason

T = TypeVar("T")

PAGE_SIZE = 100
"""The cloud's maximum since March 2025."""

MOST_WALKS = 3
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page; `pages` is how many the list has at this moment."""

    pages: int
    items: tuple[T, ...]


def walk(
    fetch: Callable[[int], Page[T]], *, id_of: Callable[[T], str], together: Together, label: str, call: str
) -> tuple[T, ...]:
    """All items of a list, sorted by id; the pages after the first are read side by side.

    A walk during which the number of pages moved, an item came twice or a page was short is not trusted and done again.

    Raises:
        CallError: The list would not stand still, or a page cannot be read.
    """
    for _ in range(MOST_WALKS):
        first = fetch(0)
        if first.pages > MOST_PAGES:
            raise CallError(f"a list of {first.pages} pages", call=call, reason=Reason.BAD_ANSWER)
        rest = together.run(label, work=fetch, items=range(1, max(first.pages, 1)))
        items = _whole([first, *rest], id_of)
        if items is not None:
            return items
    raise CallError(f"the list changed during each of {MOST_WALKS} walks", call=call, reason=Reason.BAD_ANSWER)


def _whole(pages: Sequence[Page[T]], id_of: Callable[[T], str]) -> tuple[T, ...] | None:
    first = pages[0]
    full = len(first.items)
    steady = all(page.pages == first.pages for page in pages)
    filled = all(len(page.items) == full for page in pages[:-1]) and (
        first.pages == 0 or 0 < len(pages[-1].items) <= full
    )
    found = {id_of(item): item for page in pages for item in page.items}
    if not steady or not filled or len(found) != sum(len(page.items) for page in pages):
        return None
    return tuple(found[key] for key in sorted(found))
