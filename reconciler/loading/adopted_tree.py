"""What the tree of one installation file looks like when it says what is wished, over its profiles and defaults."""

import copy
from collections.abc import Iterable
from typing import Any

from reconciler.loading.merge import CHARGER_SETTINGS, Tree, effective_charger, merge, principal_of
from reconciler.model.adoption import Wish
from reconciler.model.settings import MODES
from reconciler.model.value import Absent, Value

_MODES = frozenset(word for word, _ in MODES)


def with_wishes(own: Tree, base: Tree, wishes: Iterable[Wish]) -> dict[str, Any]:
    """A copy of the file's own tree in which each wish holds; what the layers below say already is not repeated.

    Args:
        own: The file's own tree.
        base: Everything below it, merged.
        wishes: What the merged tree shall say.
    """
    tree: dict[str, Any] = copy.deepcopy(dict(own))
    for wish in wishes:
        match wish.path:
            case (*place, "permissions", principal):
                _grant(_below(tree, place), _at(base, tuple(place)), principal, wish.value)
            case ("chargers", serial, name):
                _set_charger(tree, base, serial, name, wish.value)
            case _:
                _set(tree, base, wish.path, wish.value)
    return tree


def _set(tree: dict[str, Any], base: Tree, path: tuple[str, ...], value: Value | Absent) -> None:
    if path == ("authentication", "mode") and not isinstance(value, Absent):
        _forget_other_modes(tree, str(value))
    if isinstance(value, Absent):
        _remove(tree, path)
        if _at(base, path) is not None:
            _take_back(tree, ".".join(path))
    elif _at(merge(base, tree), path) != value or type(_at(merge(base, tree), path)) is not type(_plain(value)):
        _put(tree, path, _plain(value))


def _set_charger(tree: dict[str, Any], base: Tree, serial: str, name: str, value: Value | Absent) -> None:
    charger = _charger(tree, serial)
    if isinstance(value, Absent):
        charger.pop(name, None)
        if name in _effective(tree, base, serial) and name in CHARGER_SETTINGS:
            charger["unmanaged"] = [*charger.get("unmanaged", []), name]
        return
    if name == "maxCurrent" and value != 0:
        charger.pop("disabled", None)
    if name in charger.get("unmanaged", []):
        _leave_out(charger, "unmanaged", name)
    now = _effective(tree, base, serial).get(name)
    if now != value or isinstance(now, bool) is not isinstance(value, bool):
        charger[name] = _plain(value)


def _charger(tree: dict[str, Any], serial: str) -> dict[str, Any]:
    chargers: dict[str, Any] = tree.setdefault("chargers", {})
    charger: dict[str, Any] = chargers.setdefault(serial, {})
    return charger


def _effective(tree: Tree, base: Tree, serial: str) -> dict[str, Any]:
    merged = merge(base, tree)
    chargers = merged.get("chargers")
    return effective_charger(merged.get("chargerDefaults"), chargers.get(serial) if isinstance(chargers, dict) else {})


def _below(tree: dict[str, Any], place: Iterable[str]) -> dict[str, Any]:
    here = tree
    for step in place:
        here = here.setdefault(step, {})
    return here


def _grant(tree: dict[str, Any], base: Any, principal: str, value: Value | Absent) -> None:
    """Entries and removals are lists in a file and maps by principal once merged; both trees begin at their place."""
    if _is_granted(tree, base, principal, value):
        return
    permissions: dict[str, Any] = tree.setdefault("permissions", {})
    for key in ("entries", "absent"):
        kept = [item for item in permissions.get(key, []) if principal_of(item) != principal]
        if key in permissions and (key == "absent" or isinstance(value, Absent)):
            permissions[key] = kept
    if isinstance(value, Absent):
        if principal in (_at(base, ("permissions", "entries")) or {}):
            permissions["absent"] = [*permissions.get("absent", []), _named(principal)]
        return
    entries = permissions.setdefault("entries", [])
    entry = next((item for item in entries if principal_of(item) == principal), None)
    if entry is None:
        entry = _named(principal)
        entries.append(entry)
    entry["roles"] = _plain(value)


def _is_granted(tree: Tree, base: Any, principal: str, value: Value | Absent) -> bool:
    """Whether the layers below grant exactly that and the file says nothing of this principal."""
    own = tree.get("permissions", {})
    if any(principal_of(item) == principal for key in ("entries", "absent") for item in own.get(key, [])):
        return False
    below = (_at(base, ("permissions", "entries")) or {}).get(principal, {}).get("roles")
    return isinstance(value, tuple) and isinstance(below, list) and sorted(below) == sorted(value)


def _named(principal: str) -> dict[str, Any]:
    kind, _, name = principal.partition(":")
    return {"userGroup": name} if kind == "userGroup" else {"user": principal}


def _forget_other_modes(tree: dict[str, Any], mode: str) -> None:
    authentication = tree.get("authentication")
    if isinstance(authentication, dict):
        foreign = (_MODES - {mode}) | ({"authorizationRequired"} if mode != "native" else set())
        for key in foreign:
            authentication.pop(key, None)


def _take_back(tree: dict[str, Any], name: str) -> None:
    tree["unmanaged"] = [*tree.get("unmanaged", []), name]


def _leave_out(tree: dict[str, Any], key: str, item: str) -> None:
    tree[key] = [one for one in tree[key] if one != item]
    if not tree[key]:
        del tree[key]


def _plain(value: Value) -> Any:
    match value:
        case tuple():
            return list(value)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(tree, dict) or step not in tree:
            return None
        tree = tree[step]
    return tree


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def _remove(tree: dict[str, Any], path: tuple[str, ...]) -> None:
    """What is empty then goes too."""
    *way, last = path
    parent = _at(tree, tuple(way))
    if isinstance(parent, dict):
        parent.pop(last, None)
        if not parent and way:
            _remove(tree, tuple(way))
