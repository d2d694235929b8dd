"""Paging, sorting and filtering, the same for both lists.

Page size 50, at most 100 since March 2025; a larger one is cut to 100.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from werkzeug.wrappers import Request

from reconciler.sandbox.reading import (
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
from reconciler.sandbox.world import World

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


def kept(world: World, question: object, *, choose: Callable[[], list[Charger]]) -> list[Charger]:
    """What `choose` gives, or gave for the same question while nothing changed: a large world has hundreds of pages.

    After a change nothing is kept until all that it set going has settled.
    """
    memory = world.memory
    is_quiet = world.time_scale > 0 and world.now() > memory.changed_at + QUIET_AFTER_S
    if not is_quiet or len(world.data["chargers"]) < LARGE:
        memory.lists.clear()
        return choose()
    if question not in memory.lists:
        memory.lists[question] = choose()
    return memory.lists[question]


def page(
    request: Request,
    items: Sequence[Item],
    *,
    render: Callable[[Item], Row],
    short: tuple[str, ...],
) -> dict[str, object]:
    """The page that the request asks for; `short` names what ReturnIdNameOnly keeps."""
    size = _size(request)
    index = query_number(request, "PageIndex") or 0
    if index < 0:
        raise invalid("PageIndex", "The value must not be negative.")
    excluded = {value.lower() for value in query_values(request, "Exclude")}
    chosen = _sorted(request, [i for i in items if i["id"] not in excluded], render)
    pages = math.ceil(len(chosen) / size)
    if query_flag(request, "PageInfoOnly"):
        return {"Pages": pages}
    data = [render(item) for item in chosen[index * size : (index + 1) * size]]
    if query_flag(request, "ReturnIdNameOnly"):
        data = [{name: row[name] for name in short if name in row} for row in data]
    return {"Pages": pages, "Data": data}


def _size(request: Request) -> int:
    size = query_number(request, "PageSize")
    if size is None:
        return DEFAULT_PAGE_SIZE
    if size < 1:
        raise invalid("PageSize", "The value must be at least 1.")
    return min(size, LARGEST_PAGE_SIZE)


def _sorted(request: Request, items: list[Item], render: Callable[[Item], Row]) -> list[Item]:
    wanted = query_value(request, "SortProperty")
    if wanted is None:
        return items
    descending = query_flag(request, "SortDescending")
    return sorted(items, key=lambda item: _sort_key(render(item), wanted), reverse=descending)


def _sort_key(row: Row, wanted: str) -> tuple[bool, float, str]:
    value = next((v for name, v in row.items() if name.casefold() == wanted.casefold()), None)
    number = float(value) if isinstance(value, int | float) else 0.0
    return value is None, number, str(value).casefold()
