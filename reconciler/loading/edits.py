"""What can be changed in a tree: a value set, an item put in, something taken out."""

import copy
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from reconciler.loading.yaml_source import TreePath
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """The value at a path; keys on the way that are missing are made. `value` is a plain tree without null."""

    path: TreePath
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A new item in front of the one at the position that the path ends with; behind the last one to append."""

    path: TreePath
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The entry or item at a path goes; what is not there is gone already."""

    path: TreePath


Edit = Put | Insert | Drop


class EditError(Exception):
    """The tree has no place for this edit."""


def edited(tree: Any, edits: Sequence[Edit]) -> Any:
    """A copy of the tree after all edits, one after the other.

    Raises:
        EditError: A path leads through something that is no map or list, or to an item that is not there.
    """
    result = copy.deepcopy(tree)
    for edit in edits:
        _apply(result, edit)
    return result


def _apply(tree: Any, edit: Edit) -> None:
    *way, last = edit.path
    here = tree
    for step in way:
        if isinstance(here, dict) and step not in here:
            if isinstance(edit, Drop):
                return
            here[step] = {}
        here = _child(here, step)
    match edit, here:
        case Drop(), dict():
            here.pop(last, None)
        case Drop(), list() if _is_index(last, below=len(here)):
            del here[int(last)]
        case Put(), dict():
            here[last] = copy.deepcopy(edit.value)
        case Put(), list() if _is_index(last, below=len(here)):
            here[int(last)] = copy.deepcopy(edit.value)
        case Insert(), list() if _is_index(last, below=len(here) + 1):
            here.insert(int(last), copy.deepcopy(edit.value))
        case _:
            raise EditError("the file has no place for this value")


def _child(here: Any, step: str | int) -> Any:
    if isinstance(here, dict) and step in here:
        return here[step]
    if isinstance(here, list) and _is_index(step, below=len(here)):
        return here[int(step)]
    raise EditError("the file has no place for this value")


def _is_index(step: str | int, *, below: int) -> bool:
    return isinstance(step, int) and 0 <= step < below


def edits_between(old: Any, new: Any, path: TreePath = ()) -> Iterator[Edit]:
    """The smallest edits that make one tree out of the other: single values, entries, items.

    Items of lists go from the end, so that positions hold until their turn comes.
    """
    if alike(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                yield Drop(path=(*path, key))
        for key, value in new.items():
            if key in old:
                yield from edits_between(old[key], value, (*path, key))
            else:
                yield Put(path=(*path, key), value=value)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _between_lists(old, new, path)
    else:
        yield Put(path=path, value=new)


def _between_lists(old: list[Any], new: list[Any], path: TreePath) -> Iterator[Edit]:
    matcher = SequenceMatcher(a=[_marked(item) for item in old], b=[_marked(item) for item in new], autojunk=False)
    for tag, start, end, first, last in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        shared = min(end - start, last - first)
        for index in reversed(range(start + shared, end)):
            yield Drop(path=(*path, index))
        for item in reversed(new[first + shared : last]):
            yield Insert(path=(*path, start + shared), value=item)
        for offset in reversed(range(shared)):
            yield from edits_between(old[start + offset], new[first + offset], (*path, start + offset))


def _marked(value: Any) -> str:
    return repr(plain_numbers(value))


def alike(first: Any, second: Any) -> bool:
    """Whether two trees say the same: 16 and 16.0 do, 1 and true do not; the order of keys does not count."""
    return bool(_typed(first) == _typed(second))


def _typed(value: Any) -> Any:
    match value:
        case dict():
            return {key: _typed(item) for key, item in value.items()}
        case list() | tuple():
            return [_typed(item) for item in value]
        case bool():
            return ("switch", value)
        case _:
            return value


def plain_numbers(value: Any) -> Any:
    """The tree with whole numbers as such, as the reader gives them."""
    match value:
        case dict():
            return {key: plain_numbers(item) for key, item in value.items()}
        case list() | tuple():
            return [plain_numbers(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
