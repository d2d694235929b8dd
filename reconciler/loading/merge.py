"""Merges layers: defaults of fleet.yaml, profiles in listed order, the file.

Maps merge, lists replace, chargers merge by serial, permission entries and removals (also those of a charger) by person
or group. Secret
references and `disabled` are taken whole. `unmanaged` of a layer takes back what earlier layers declared, before the
layer's own settings count. A layer that sets another authentication mode drops what earlier layers configured for other
modes: a URL of the former backend must never follow silently. A later layer may list somebody whom an earlier one wants
away, and the other way round; the later one holds.

A merged tree looks like a file, but `entries` and `absent` of permissions are maps keyed by principal.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.loading.yaml_source import TreePath
from reconciler.model.principal import group_named, one_spelling
from reconciler.model.settings import MODES, Scope, settings_of

Tree = Mapping[str, Any]

CHARGER_SETTINGS = frozenset(row.name for row in settings_of(Scope.CHARGER))
SETTING_NAMES = (
    *(row.name for row in settings_of(Scope.INSTALLATION)),
    *(f"chargers.{row.name}" for row in settings_of(Scope.CHARGER)),
    *(f"{place}permissions.{part}" for place in ("", "chargers.") for part in ("mode", "entries", "absent")),
)
"""What `unmanaged` and `final` call the settings."""

_WHOLE = frozenset({"initialPassword", "authPayload", "disabled"})
_ATOMIC_LISTS = frozenset({"entries", "absent"})
_NOT_INHERITED = frozenset({"unmanaged", "profiles", "version"})
_MODES = frozenset(word for word, _ in MODES)


def merged(layers: Iterable[Tree]) -> Tree:
    """All layers, later ones on top."""
    tree: Tree = {}
    for layer in layers:
        tree = merge(tree, layer)
    return tree


def merge(base: Tree, layer: Tree) -> Tree:
    """One more layer on top of what is merged already; neither is changed."""
    under = _taken_back(base, layer.get("unmanaged"))
    result = dict(under)
    for key, value in layer.items():
        if key in _NOT_INHERITED:
            continue
        before = under.get(key)
        if key == "permissions":
            result[key] = _merged_permissions(before, value)
        elif key == "chargers":
            result[key] = _merged_chargers(before, value)
        elif before is None:
            result[key] = value
        elif key == "authentication":
            result[key] = _deep(_without_other_modes(before, value), value)
        else:
            result[key] = _deep(before, value)
    return result


def effective_charger(defaults: Any, charger: Any) -> dict[str, Any]:
    """Settings of one charger over the defaults; `disabled` goes with 0 A and is not inherited without it."""
    own = charger if isinstance(charger, dict) else {}
    inherited = defaults if isinstance(defaults, dict) else {}
    both = {**inherited, **own}
    if "disabled" not in inherited and "unmanaged" not in both:
        return both
    back = own.get("unmanaged")
    result = dict(inherited)
    for name in back if isinstance(back, list) else ():
        result.pop(name, None)
    inherited_reason = "disabled" in result and "disabled" not in own
    result.update(own)
    result.pop("unmanaged", None)
    if inherited_reason and result.get("maxCurrent") != 0:
        result.pop("disabled", None)
    return result


def principal_of(entry: Any) -> str | None:
    """`person:<id>`, `user-id:<guid>` or `userGroup:<key>` of a permission entry or removal; None when it has none."""
    if not isinstance(entry, dict):
        return None
    user, group = entry.get("user"), entry.get("userGroup")
    if isinstance(user, str):
        return one_spelling(user)
    return group_named(group) if isinstance(group, str) else None


def lists_principals(path: Sequence[str | int]) -> bool:
    """Whether a path leads to `entries` or `absent` of the installation or of a charger."""
    steps = (*path,)
    below = steps[2:] if len(steps) == 4 and steps[0] == "chargers" else steps
    return below in {("permissions", "entries"), ("permissions", "absent")}


def takes_back_nothing(base: Tree, name: str) -> bool:
    """Whether an entry of `unmanaged` leaves what earlier layers declared as it is."""
    return _taken_back(base, [name]) == base


def is_setting_name(name: str) -> bool:
    """Whether it is a setting or the beginning of one."""
    return any(known == name or known.startswith(name + ".") for known in SETTING_NAMES)


def _deep(base: Any, value: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(base, dict):
        return value
    result = dict(base)
    for key, item in value.items():
        result[key] = item if key in _WHOLE or key not in base else _deep(base[key], item)
    return result


def _without_other_modes(base: Any, layer: Any) -> Any:
    mode = layer.get("mode") if isinstance(layer, dict) else None
    if not isinstance(base, dict) or not isinstance(mode, str) or base.get("mode") == mode:
        return base
    foreign = _MODES - {mode} if mode == "native" else (_MODES - {mode}) | {"authorizationRequired"}
    return {key: value for key, value in base.items() if key not in foreign}


def _merged_chargers(base: Any, layer: Any) -> Any:
    result = _deep(base, layer)
    for serial, charger in layer.items() if isinstance(layer, dict) else ():
        if isinstance(charger, dict) and "permissions" in charger:
            before = base.get(serial) if isinstance(base, dict) else None
            inherited = before.get("permissions") if isinstance(before, dict) else None
            permissions = _merged_permissions(inherited, charger["permissions"])
            result = {**result, serial: {**result[serial], "permissions": permissions}}
    return result


def _merged_permissions(base: Any, layer: Any) -> Any:
    if not isinstance(layer, dict):
        return layer
    result = dict(base) if isinstance(base, dict) else {}
    result.update({key: value for key, value in layer.items() if key not in _ATOMIC_LISTS})
    wanted, unwanted = _by_principal(layer.get("entries")), _by_principal(layer.get("absent"))
    for key, own, opposite in (("entries", wanted, unwanted), ("absent", unwanted, wanted)):
        inherited = {name: entry for name, entry in result.get(key, {}).items() if name not in opposite}
        if key in layer or key in result:
            result[key] = {**inherited, **own}
    return result


def _by_principal(entries: Any) -> dict[str, Any]:
    """Entries that name nobody have their own problem; they stay, so that no rule misses them."""
    items = entries if isinstance(entries, list) else []
    return {principal_of(entry) or f"?{index}": entry for index, entry in enumerate(items)}


def _taken_back(base: Tree, names: Any) -> Tree:
    if not isinstance(names, list):
        return base
    tree = base
    for name in names:
        if isinstance(name, str):
            for path in _paths_taken(tree, name):
                tree = _without(tree, path)
    return tree


def _paths_taken(tree: Tree, name: str) -> tuple[TreePath, ...]:
    steps = tuple(name.split("."))
    if steps[0] != "chargers":
        return (steps,)
    if len(steps) == 1:
        return (("chargerDefaults",), ("chargers",))
    serials = tree.get("chargers")
    each = tuple(("chargers", serial, *steps[1:]) for serial in serials) if isinstance(serials, dict) else ()
    return (("chargerDefaults", *steps[1:]), *each)


def _without(tree: Any, path: TreePath) -> Any:
    if not isinstance(tree, dict) or path[0] not in tree:
        return tree
    result = dict(tree)
    child = _without(result[path[0]], path[1:]) if len(path) > 1 else None
    if len(path) == 1 or child == {}:
        del result[path[0]]
    else:
        result[path[0]] = child
    return result
