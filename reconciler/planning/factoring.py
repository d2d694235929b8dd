"""Finds what new installation files have in common, as far as a layer below them makes the fleet shorter.

Authentication with its configuration, and access of groups: what stands on lines of its own. A charger takes one line
whatever it says, so its settings stay in its file, where whoever looks for the amperes of a fuse finds them. Persons
stay there too: whoever moves out is taken out of one place. Access never becomes a default, because a file that
somebody writes later would grant it without a word.

Lines are counted as our own files are laid out; whoever writes the files counts them again.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from reconciler.model.adoption import Adopted, Wish
from reconciler.model.factoring import Room, SharedValues
from reconciler.model.value import Absent
from reconciler.planning.site import MODE
from reconciler.planning.wanted import PERMISSIONS
from reconciler.records import dataclass

PREFIX = "adopted"
_CAPITAL = re.compile(r"([A-Z])")
_PROFILE_HEAD = 3
_BLOCK = 2
"""An empty line and the key of a block."""
_LISTED = 1
"""The key of a list within a block, and the line of a file that names its profile."""
_MOST_SIGNATURES = 40
"""Combinations of values that are looked at in pairs; the most frequent ones, so that the effort stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """What the new file of an installation says; `pro` is None when nobody told which type it is."""

    id: str
    pro: bool | None
    adopted: tuple[Adopted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What goes into a layer together or not at all."""

    setting: str
    principal: str
    wishes: tuple[Wish, ...]

    @property
    def is_of_a_person(self) -> bool:
        return self.setting == PERMISSIONS and not self.principal.startswith("userGroup:")

    @property
    def sort_key(self) -> tuple[str, ...]:
        return self.setting, self.principal, *(f"{'.'.join(one.path)}={one.value!r}" for one in self.wishes)


_Items = frozenset[_Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Installations that share the same; `own` counts one for all further access that only their files grant."""

    items: _Items
    own: int
    sites: tuple[str, ...]


_Groups = Mapping[_Items, Sequence[_Shape]]


def common_values(sites: Collection[NewSite], *, room: Room, taken: Collection[str]) -> tuple[SharedValues, ...]:
    """Layers that together save lines; defaults first, then profiles sorted by name. The order of sites plays no part.

    Args:
        sites: All installations that get a new file.
        room: Where shared values may go.
        taken: Names of profiles that are there already.
    """
    shapes = _shapes(sites)
    groups = _settled(shapes, _chosen(shapes))
    everywhere = _everywhere(shapes) if room is Room.DEFAULTS_AND_PROFILES and len(sites) > 1 else frozenset()
    if everywhere:
        rest = [_Shape(items=one.items - everywhere, own=one.own, sites=one.sites) for one in shapes]
        others = _settled(rest, _chosen(rest))
        by_default = _lines(everywhere) * (len(sites) - 1) - _LISTED
        if by_default + _saved_by(others) > _saved_by(groups):
            ids = tuple(sorted(site.id for site in sites))
            default = SharedValues(profile="", wishes=_wishes(everywhere), installations=ids)
            return default, *_named(others, sites, taken)
    return tuple(_named(groups, sites, taken))


def _shapes(sites: Iterable[NewSite]) -> list[_Shape]:
    of_site = {site.id: frozenset(_items(site.adopted)) for site in sites}
    often = Counter(item for items in of_site.values() for item in items if not item.is_of_a_person)
    found: dict[tuple[_Items, int], list[str]] = {}
    for identity, items in sorted(of_site.items()):
        shared = frozenset(item for item in items if often[item] > 1)
        own = min(1, sum(item.setting == PERMISSIONS for item in items - shared))
        found.setdefault((shared, own), []).append(identity)
    return [_Shape(items=items, own=own, sites=tuple(ids)) for (items, own), ids in found.items()]


def _items(adopted: Iterable[Adopted]) -> Iterator[_Item]:
    for one in adopted:
        is_said = one.wishes and not any(isinstance(wish.value, Absent) for wish in one.wishes)
        if one.target.charger is None and one.setting in {MODE, PERMISSIONS} and is_said:
            yield _Item(setting=one.setting, principal=one.target.principal or "", wishes=one.wishes)


def _everywhere(shapes: Iterable[_Shape]) -> _Items:
    """Authentication, when all installations have the same."""
    common = frozenset.intersection(*(shape.items for shape in shapes))
    return frozenset(item for item in common if item.setting == MODE)


def _chosen(shapes: Sequence[_Shape]) -> list[_Items]:
    """Profiles one after the other, always the one that saves most beyond what those before it save."""
    candidates = _candidates(shapes)
    chosen: list[_Items] = []
    while candidates:
        so_far = [_most(shape, chosen) for shape in shapes]
        more = {one: _more(one, shapes, so_far) for one in candidates}
        best = max(candidates, key=more.__getitem__)
        if more[best] <= 0:
            break
        chosen.append(best)
    return chosen


def _candidates(shapes: Iterable[_Shape]) -> list[_Items]:
    often: Counter[_Items] = Counter()
    for shape in shapes:
        often[shape.items] += len(shape.sites)
    signatures = sorted(often, key=lambda one: (-often[one], _order(one)))[:_MOST_SIGNATURES]
    found = {one & other for one in signatures for other in signatures}
    return sorted(found - {frozenset()}, key=_order)


def _settled(shapes: Sequence[_Shape], chosen: Sequence[_Items]) -> _Groups:
    """Each installation with the profile that saves it most, without profiles that do not pay any more."""
    left = [*chosen]
    while left:
        worth = {one: _more(one, shapes, _without(one, shapes, left)) for one in left}
        worst = min(left, key=worth.__getitem__)
        if worth[worst] > 0:
            break
        left.remove(worst)
    groups: dict[_Items, list[_Shape]] = {common: [] for common in left}
    for shape in shapes:
        best = max(left, key=lambda one: _saved(shape, one), default=None)
        if best is not None and _saved(shape, best) > 0:
            groups[best].append(shape)
    return groups


def _without(common: _Items, shapes: Iterable[_Shape], chosen: Sequence[_Items]) -> list[int]:
    others = [one for one in chosen if one != common]
    return [_most(shape, others) for shape in shapes]


def _most(shape: _Shape, chosen: Iterable[_Items]) -> int:
    return max((_saved(shape, common) for common in chosen), default=0)


def _more(common: _Items, shapes: Iterable[_Shape], so_far: Iterable[int]) -> int:
    """Lines that a profile saves beyond what its installations save already, its own lines taken off."""
    better = sum(
        max(0, _saved(shape, common) - before) * len(shape.sites) for shape, before in zip(shapes, so_far, strict=True)
    )
    return better - _PROFILE_HEAD - _lines(common)


def _saved_by(groups: _Groups) -> int:
    return sum(_more(common, shapes, [0] * len(shapes)) for common, shapes in groups.items())


def _saved(shape: _Shape, common: _Items) -> int:
    """Lines of one file, the one that names the profile taken off; 0 when the profile does not fit."""
    if not common <= shape.items:
        return 0
    return _lines(shape.items, shape.own) - _lines(shape.items - common, shape.own) - _LISTED


def _lines(items: _Items, own: int = 0) -> int:
    keys = sum(len({wish.path[:2] for wish in item.wishes}) for item in items if item.setting == MODE)
    entries = own + sum(item.setting == PERMISSIONS for item in items)
    return (keys + _BLOCK if keys else 0) + (entries + _BLOCK + _LISTED if entries else 0)


def _order(items: _Items) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(item.sort_key for item in items))


def _wishes(items: _Items) -> tuple[Wish, ...]:
    return tuple(wish for item in sorted(items, key=lambda one: one.sort_key) for wish in item.wishes)


def _named(groups: _Groups, sites: Iterable[NewSite], taken: Collection[str]) -> Iterator[SharedValues]:
    """Names by type of installation, or else by mode; numbers only where a name would stand twice."""
    pro = {site.id: site.pro for site in sites}
    by_word: dict[str, list[_Items]] = {}
    members = {common: sorted(one for shape in shapes for one in shape.sites) for common, shapes in groups.items()}
    for common in sorted(groups, key=_order):
        by_word.setdefault(_word({pro[one] for one in members[common]}, common), []).append(common)
    for word, several in sorted(by_word.items()):
        for name, common in zip(_free_names(f"{PREFIX}-{word}", len(several), taken), several, strict=False):
            yield SharedValues(profile=name, wishes=_wishes(common), installations=tuple(members[common]))


def _word(types: Collection[bool | None], common: _Items) -> str:
    match [*types]:
        case [True]:
            return "pro"
        case [False]:
            return "home"
        case _:
            values = (wish.value for item in common for wish in item.wishes if wish.path[-1] == "mode")
            return _CAPITAL.sub(r"-\1", str(next(values, "shared"))).lower()


def _free_names(name: str, count: int, taken: Collection[str]) -> Iterator[str]:
    if count == 1 and name not in taken:
        yield name
        return
    number = 0
    while True:
        number += 1
        if f"{name}-{number}" not in taken:
            yield f"{name}-{number}"
