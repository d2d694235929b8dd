"""The target that walks the pages of a list while others may change it: one list that stood still, or an error."""

import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from reconciler.live.failures import CallError
from reconciler.live.paging import MOST_WALKS, Page, walk
from tests.fuzz.cases import Case, Target
from tests.fuzz.corpus import Seed
from tests.fuzz.findings import FindingError, check, check_error

_CALL = "GET /api/installation"
_LISTS: tuple[list[list[Any]], ...] = (
    [[3, ["a", "b"]], [3, ["c", "d"]], [3, ["e"]]],
    [[1, ["a"]]],
    [[0, []]],
    [[2, ["a", "b"]], [3, ["c", "d"]], [3, ["a", "b"]], [3, ["c", "d"]], [3, ["e", "f"]]],
    [[4, ["a", "b"]], [4, ["b", "c"]], [4, ["d", "e"]], [4, ["f"]], [2, ["a", "b"]], [2, ["c"]]],
    [[3, ["a", "b"]], [3, ["c"]], [3, ["d", "e"]]] * MOST_WALKS,
    [[3, ["a", "b"]], [3, []], [3, ["c"]]],
    [[2, ["a"]], [2, ["b", "c"]]],
    [[10_001, ["a"]]],
)
"""What is told of the list, page by page: how many pages it has, and the ids on this one."""


def targets() -> tuple[Target, ...]:
    """One."""
    seeds = tuple(Seed(name="pages", data=json.dumps(pages).encode(), tree=pages) for pages in _LISTS)
    return (Target(name="pages", share=10, seeds=seeds, check=_check),)


class _Told:
    """Tells one page after the other, the last one for ever, and remembers the walk that is under way."""

    def __init__(self, pages: Sequence[Page[str]]) -> None:
        self._pages, self._asked, self.walks = pages, 0, 0
        self.walk: dict[int, Page[str]] = {}

    def page(self, index: int) -> Page[str]:
        """The next one, whatever its number."""
        if index == 0:
            self.walk, self.walks = {}, self.walks + 1
        check(index not in self.walk, "a page twice in one walk")
        check(self.fits, "a page is asked for behind one that moved")
        self.walk[index] = self._pages[min(self._asked, len(self._pages) - 1)]
        self._asked += 1
        return self.walk[index]

    @property
    def ids(self) -> list[str]:
        """On all pages of this walk."""
        return [one for page in self.walk.values() for one in page.items]

    @property
    def fits(self) -> bool:
        """Whether the pages of this walk can be of one list."""
        if not self.walk:
            return True
        first, last = self.walk[0], self.walk[0].pages - 1
        sizes = {index: len(page.items) for index, page in self.walk.items()}
        of_first = len(first.items)
        whole = all(size == of_first if index < last else size <= of_first for index, size in sizes.items())
        filled = sizes.get(last) != 0
        alike = {page.pages for page in self.walk.values()} == {first.pages}
        return whole and filled and alike and len(set(self.ids)) == len(self.ids)


class _Started:
    """Everything was taken from the queue before anything went wrong, in one order or another."""

    def __init__(self, *, backwards: bool) -> None:
        self._step = -1 if backwards else 1

    def run(self, _label: str, *, work: Callable[[int], None], items: Sequence[int]) -> list[None]:
        """As `Together`, except that the first error stops nobody."""
        errors: list[Exception] = []
        for item in items[:: self._step]:
            try:
                work(item)
            except Exception as error:  # noqa: BLE001  raised below
                errors.append(error)
        if errors:
            raise next((error for error in errors if isinstance(error, FindingError)), errors[0])
        return []


def _check(case: Case) -> None:
    pages = _pages_in(case[0].data)
    if not pages:
        return
    told = _Told(pages)
    together: Any = _Started(backwards=zlib.crc32(case[0].data) % 2 == 0)
    try:
        found = walk(told.page, id_of=lambda one: one, together=together, label="x", call=_CALL)
    except CallError as error:
        check_error(error)
        check(_CALL in error.where, "the error names another call")
        is_too_long = told.walks == 1 and pages[0].pages > len(pages)
        check(is_too_long or (told.walks == MOST_WALKS and not told.fits), "a list that stood still is refused")
        return
    check(told.fits, "a list that moved is believed")
    check(sorted(told.walk) == list(range(max(1, told.walk[0].pages))), "not all of its pages")
    check(list(found) == sorted(told.ids), "something else than what stands on its pages")


def _pages_in(data: bytes) -> list[Page[str]]:
    """Those of a list in which there is nothing but pages."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        return []
    found = []
    for row in rows if isinstance(rows, list) else ():
        match row:
            case [int(pages), list(ids)] if type(pages) is int and 0 <= pages < 20_000 and _are_texts(ids):
                found.append(Page(pages=min(pages, 40) if pages <= 10_000 else pages, items=tuple(ids)))
    return found


def _are_texts(ids: Sequence[object]) -> bool:
    return all(isinstance(one, str) for one in ids)
