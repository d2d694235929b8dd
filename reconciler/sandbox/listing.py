"""Paging, sorting and filtering, the same for both lists.

Page size 50, at most 100 since March 2025; a larger one is cut to 100.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from werkzeug.wrappers import Request

from reconciler.sandbox.reading import (
    Call,
    invalid,
    known_id,
    query_flag,
    query_number,
    query_value,
    query_values,
)
from reconciler.sandbox.records import Charger, Installation
from reconciler.sandbox.rows import Row
from reconciler.sandbox.terms import Role

DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE_SIZE = 100
LARGE = 5_000
"""Chargers of a world from which on lists are kept."""
QUIET_AFTER_S = 60.0
"""World time; far longer than the longest settling delay."""
Item = TypeVar("Item", Installation, Charger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is cut down to; none means that the parameter was left out."""

    roles: int | None
    kind: int | None
    device: int | None
    name: str
    not_seen_by: str | None
    installation: str | None
    with_disabled: bool

    @classmethod
    def of(cls, request: Request) -> "Filters":
        """The filters of a request, all of them read, so that nonsense in any is noticed.

        Raises:
            Refused: 400, a parameter is of the wrong kind.
        """
        installation = query_value(request, "InstallationId")
        return cls(
            roles=query_number(request, "Roles"),
            kind=query_number(request, "InstallationType"),
            device=query_number(request, "DeviceType"),
            name=(query_value(request, "NameFilter") or "").casefold(),
            not_seen_by=query_value(request, "ExcludeIfVisibleForUserGroupLookupKey"),
            installation=None if installation is None else known_id(installation),
            with_disabled=query_flag(request, "IncludeDisabled"),
        )

    def allows_roles(self, roles: Role) -> bool:
        """Whether the caller holds any of the roles asked for, and any at all."""
        return bool(roles) and (not self.roles or bool(roles & self.roles))

    def allows_kind(self, kind: int) -> bool:
        """Whether an installation's type is asked for."""
        return self.kind is None or self.kind == kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[Item]):
    """What a list is made of; `short` names what ReturnIdNameOnly keeps."""

    choose: Callable[[], list[Item]]
    render: Callable[[Item], Row]
    short: tuple[str, ...]


def page(call: Call, found: Found[Item], filters: Filters) -> dict[str, object]:
    """The page that the request asks for."""
    request = call.request
    size = _size(request)
    index = query_number(request, "PageIndex") or 0
    if index < 0:
        raise invalid("PageIndex", "The value must not be negative.")
    chosen = _kept(call, found, filters)
    pages = math.ceil(len(chosen) / size)
    if query_flag(request, "PageInfoOnly"):
        return {"Pages": pages}
    data = [found.render(item) for item in chosen[index * size : (index + 1) * size]]
    if query_flag(request, "ReturnIdNameOnly"):
        data = [{name: row[name] for name in found.short if name in row} for row in data]
    return {"Pages": pages, "Data": data}


def _kept(call: Call, found: Found[Item], filters: Filters) -> Sequence[Item]:
    """The whole list, or the one that was made for the same question while nothing changed.

    A large world has hundreds of pages. After a change nothing is kept until all that it set going has settled.
    """
    world, request = call.world, call.request
    excluded = frozenset(value.lower() for value in query_values(request, "Exclude"))
    wanted, descending = query_value(request, "SortProperty"), query_flag(request, "SortDescending")

    def listed() -> list[Item]:
        items = [item for item in found.choose() if item["id"] not in excluded]
        return items if wanted is None else _sorted(items, wanted, found.render, descending=descending)

    is_quiet = world.time_scale > 0 and world.now() > world.memory.changed_at + QUIET_AFTER_S
    if not is_quiet or call.stale or len(world.data["chargers"]) < LARGE:
        return listed()
    question = (call.user["id"], found.short, filters, excluded, wanted, descending)
    lists: dict[object, Sequence[Item]] = world.memory.lists
    if question not in lists:
        lists[question] = listed()
    return lists[question]


def _size(request: Request) -> int:
    size = query_number(request, "PageSize")
    if size is None:
        return DEFAULT_PAGE_SIZE
    if size < 1:
        raise invalid("PageSize", "The value must be at least 1.")
    return min(size, LARGEST_PAGE_SIZE)


def _sorted(items: list[Item], wanted: str, render: Callable[[Item], Row], *, descending: bool) -> list[Item]:
    return sorted(items, key=lambda item: _sort_key(render(item), wanted), reverse=descending)


def _sort_key(row: Row, wanted: str) -> tuple[bool, float, str]:
    value = next((v for name, v in row.items() if name.casefold() == wanted.casefold()), None)
    number = float(value) if isinstance(value, int | float) else 0.0
    return value is None, number, str(value).casefold()
