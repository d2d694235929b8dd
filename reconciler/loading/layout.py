"""How an installation file is laid out: the order of its entries, blank lines between them, notes that became void."""

import re
from collections.abc import Iterable

from reconciler.loading.merge import Tree

_HEAD = ("version", "id", "name", "account", "labels", "profiles")
_ORDER = (
    *_HEAD,
    "authentication",
    "maxCurrent",
    "chargerDefaults",
    "chargers",
    "permissions",
    "acknowledge",
    "switch",
    "unmanaged",
)
NOTED = "# Not declared, because no file may say it or nobody could read it:"
_NOTE = re.compile(r"#   (?:(?P<serial>[A-Z]{3}[0-9]{6}) )?(?P<names>[A-Za-z.]+(?:, [A-Za-z.]+)*): .*")


def predecessor(key: str, there: Iterable[str]) -> str | None:
    """The top entry behind which a new one goes; None when the order says nothing about it."""
    if key not in _ORDER:
        return None
    before = set(_ORDER[: _ORDER.index(key)])
    return max((one for one in there if one in before), key=_ORDER.index, default=None)


def stands_apart(key: str) -> bool:
    """Whether a blank line stands in front of a top entry."""
    return key in _ORDER and key not in _HEAD


def current_notes(text: str, tree: Tree) -> str:
    """The text without the notes about what the merged tree declares now, and without their head when none is left."""
    lines = text.split("\n")
    start = next((place for place, line in enumerate(lines) if line.rstrip("\r") == NOTED), None)
    if start is None:
        return text
    stop = start + 1
    while stop < len(lines) and lines[stop].startswith("#   "):
        stop += 1
    kept = [line for line in lines[start + 1 : stop] if not _is_void(line.rstrip("\r"), tree)]
    head = lines[start : start + 1] if kept else []
    return "\n".join([*lines[:start], *head, *kept, *lines[stop:]])


def _is_void(line: str, tree: Tree) -> bool:
    found = _NOTE.fullmatch(line)
    if found is None:
        return False
    place = ("chargers", found["serial"]) if found["serial"] else ()
    return all(_is_declared(tree, (*place, *name.split("."))) for name in found["names"].split(", "))


def _is_declared(tree: object, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(tree, dict) or step not in tree:
            return False
        tree = tree[step]
    return True
