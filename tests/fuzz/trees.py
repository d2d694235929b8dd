"""Mutations that know the structure: maps, lists and scalars change, everything around them stays valid."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

from tests.fuzz import values

Path = tuple[Any, ...]


class Twin(str):
    """A key that may stand twice in one map, because it only equals itself."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


def places(tree: Any) -> list[Path]:
    """Paths of everything inside, itself first."""
    found: list[Path] = [()]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        found.extend((key, *rest) for rest in places(value))
    return found


def at(tree: Any, path: Path) -> Any:
    """What stands at a path; None when nothing does."""
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def changed(tree: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """The tree with something else at one place; only what lies on the way is copied."""
    if not path:
        return change(tree)
    step = path[0]
    if isinstance(tree, dict) and step in tree:
        return {key: changed(item, path[1:], change) if key == step else item for key, item in tree.items()}
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return [*tree[:step], changed(tree[step], path[1:], change), *tree[step + 1 :]]
    return tree


def anything(random: Random) -> Any:
    """A value that a reader may not expect."""
    kind = random.random()
    if kind < 0.35:
        return random.choice(values.WORDS)
    if kind < 0.55:
        return random.choice(values.NUMBERS)
    if kind < 0.8:
        return random.choice(values.SHAPES)
    return values.raw(random.randrange(len(values.TOKENS)))


def mutated(random: Random, tree: Any, donors: list[Any]) -> Any:
    """The tree with one to four mutations; `donors` are other trees whose parts fit somewhere."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        path = random.choice(places(tree))
        tree = random.choice(_MUTATIONS)(random, tree, path=path, donors=donors)
    return tree


def _replaced(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    value = anything(random)
    return changed(tree, path, lambda _: value)


def _grafted(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    donor = random.choice([tree, *donors])
    value = at(donor, random.choice(places(donor)))
    return changed(tree, path, lambda _: value)


def _grafted_alike(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    """From a place of the same name, so that it mostly stays valid."""
    donor = random.choice(donors)
    alike = [other for other in places(donor) if other[-1:] == path[-1:] and other]
    if not alike:
        return tree
    value = at(donor, random.choice(alike))
    return changed(tree, path, lambda _: value)


def _removed(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    if not path:
        return tree

    def without(holder: Any) -> Any:
        if isinstance(holder, dict):
            return {key: item for key, item in holder.items() if key != path[-1]}
        return [item for index, item in enumerate(holder) if index != path[-1]]

    return changed(tree, path[:-1], without)


def _added(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    name, value = random.choice(values.NAMES), anything(random)

    def more(holder: Any) -> Any:
        if isinstance(holder, dict):
            return {name: value, **holder} if random.random() < 0.5 else {**holder, name: value}
        return [*holder, value] if isinstance(holder, list) else holder

    return changed(tree, path, more)


def _added_alike(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    """Members that another valid tree has in such a map."""
    donor = random.choice(donors)
    alike = [other for other in places(donor) if isinstance(at(donor, other), dict) and other[-1:] == path[-1:]]
    if not alike or not isinstance(at(tree, path), dict):
        return tree
    more = at(donor, random.choice(alike))
    chosen = {key: item for key, item in more.items() if random.random() < 0.5}
    return changed(tree, path, lambda holder: {**holder, **chosen})


def _doubled(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    def twice(holder: Any) -> Any:
        if isinstance(holder, list) and holder:
            return [*holder, random.choice(holder)]
        if isinstance(holder, dict) and holder:
            key = random.choice(list(holder))
            return {**holder, Twin(key): holder[key] if random.random() < 0.5 else anything(random)}
        return holder

    return changed(tree, path, twice)


def _renamed(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    def other(holder: Any) -> Any:
        if not isinstance(holder, dict) or not holder:
            return holder
        old = random.choice(list(holder))
        new = random.choice((*values.NAMES, str(old).upper(), str(old).swapcase(), str(old)[:-1], f"{old}x", *holder))
        return {(new if key == old else key): item for key, item in holder.items()}

    return changed(tree, path, other)


def _swapped(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    other = random.choice(places(tree))
    first, second = at(tree, path), at(tree, other)
    if path[: len(other)] == other or other[: len(path)] == path:
        return tree
    return changed(changed(tree, path, lambda _: second), other, lambda _: first)


def _wrapped(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    wrap = random.choice((lambda item: [item], lambda item: {"x": item}, str, lambda item: [item, item]))
    return changed(tree, path, wrap)


def _unwrapped(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    def inner(holder: Any) -> Any:
        items = list(holder.values()) if isinstance(holder, dict) else holder if isinstance(holder, list) else []
        return random.choice(items) if items else holder

    return changed(tree, path, inner)


def _retyped(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    """The same value in another type: 16, 16.0, "16", [16]."""

    def other(value: Any) -> Any:
        match value:
            case bool():
                return random.choice((int(value), str(value).lower(), not value))
            case int() | float():
                return random.choice((str(value), -value, value + 1, value * 1.0 if abs(value) < 1e300 else 0))
            case str():
                return random.choice((value.upper(), value + " ", value + "\n", [value], value[: len(value) // 2]))
            case dict():
                return random.choice((list(value), [{"key": key, "value": item} for key, item in value.items()]))
            case list():
                return {str(index): item for index, item in enumerate(value)}
            case _:
                return False

    return changed(tree, path, other)


def _many(random: Random, tree: Any, *, path: Path, donors: list[Any]) -> Any:
    """Longer than anybody would write."""
    count = random.choice((101, 120, 300) if random.random() < 0.98 else (5000, 30_000))

    def grown(holder: Any) -> Any:
        if isinstance(holder, list):
            return random.choice(
                (
                    [*holder, *range(count), "a"],
                    [random.choice(holder) if holder else 0] * count,
                    [f"x{n}" for n in range(count)],
                )
            )
        if isinstance(holder, dict):
            item = random.choice((*holder.values(), 1))
            return {**holder, **{f"{next(iter(holder), 'k')}{n}": item for n in range(count)}}
        return str(holder) * count

    return changed(tree, path, grown)


_MUTATIONS = (
    *(_replaced,) * 6,
    _grafted,
    *(_grafted_alike,) * 3,
    *(_removed,) * 3,
    *(_added,) * 2,
    *(_added_alike,) * 3,
    *(_doubled,) * 2,
    *(_renamed,) * 2,
    _swapped,
    _wrapped,
    _unwrapped,
    *(_retyped,) * 3,
)
_RARE = 0.005


def grown(random: Random, tree: Any) -> Any:
    """Rarely, one part of the tree grows far beyond what anybody would write."""
    if random.random() >= _RARE:
        return tree
    holders = [path for path in places(tree) if isinstance(at(tree, path), list | dict | str)]
    return _many(random, tree, path=random.choice(holders), donors=[]) if holders else tree


def as_json(random: Random, tree: Any) -> bytes:
    """JSON, with half characters escaped, and with tokens that no writer would write."""
    ascii_only = random.random() < 0.7
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=random.choice((None, None, 1)))
    return with_tokens_as_bytes(text)


def as_yaml(random: Random, tree: Any) -> bytes:
    """YAML in flow style, sometimes in block style."""
    if random.random() < 0.85:
        return as_json(random, tree)
    try:
        text = yaml.dump(_plain(tree), Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    except (yaml.YAMLError, ValueError):
        return as_json(random, tree)
    return with_tokens_as_bytes(text)


def with_tokens_as_bytes(text: str) -> bytes:
    """The text as it would lie on a disk."""
    return values.with_tokens(text).encode("utf-8", "surrogatepass")


_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _plain(tree: Any) -> Any:
    """Without twins, which the dumper does not know, and without shared parts, which it would give anchors."""
    if isinstance(tree, dict):
        return {str(key): _plain(item) for key, item in tree.items()}
    return [_plain(item) for item in tree] if isinstance(tree, list) else tree
