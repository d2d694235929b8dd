"""Rules about one file alone, before it is merged: words, names, and lists that merge by key."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.loading.findings import Finding
from reconciler.loading.merge import (
    CHARGER_SETTINGS,
    SETTING_NAMES,
    Tree,
    is_setting_name,
    principal_of,
    takes_back_nothing,
)
from reconciler.loading.nearest import nearest
from reconciler.loading.site import as_items, as_map
from reconciler.loading.yaml_source import TreePath
from reconciler.model.settings import MODES, Scope, setting

_OUR_MODES = frozenset(word for word, _ in MODES)
_PORTAL_MODES = {
    words.casefold(): ours for ours, words in setting(Scope.INSTALLATION, "authentication.mode").portal_values
}
_API_MODES = {"webhook": "webhooks", "ocpp": "ocppCloud", **{word.casefold(): word for word in _OUR_MODES}}
_ALIASES: Mapping[str, str] = {**_API_MODES, **_PORTAL_MODES}


def with_our_words(tree: Any, *, prefix: tuple[str, ...] = ()) -> tuple[Any, tuple[Finding, ...]]:
    """The tree with our name of the authentication mode, and W201 for another one; `prefix` leads to the settings."""
    path = (*prefix, "authentication", "mode")
    mode = tree
    for step in path:
        mode = mode.get(step) if isinstance(mode, dict) else None
    if not isinstance(mode, str) or mode in _OUR_MODES or mode.casefold() not in _ALIASES:
        return tree, ()
    ours = _ALIASES[mode.casefold()]
    what = f"`{mode}` is understood as `{ours}`."
    return _replaced(tree, path, ours), (Finding(code="W201", path=path, what=what, remedy=f"Write {ours}."),)


def _replaced(tree: Any, path: tuple[str, ...], value: str) -> Any:
    return {**tree, path[0]: _replaced(tree[path[0]], path[1:], value)} if path else value


def own_findings(tree: Tree, base: Tree) -> Iterator[Finding]:
    """Everything about one layer; `base` is what the layers below it say."""
    for path, permissions in _permissions_in(tree):
        yield from _principals(permissions, path)
    if "unmanaged" in tree:
        yield from _unmanaged(as_items(tree["unmanaged"]), base)


def _permissions_in(tree: Tree) -> Iterator[tuple[TreePath, Mapping[str, Any]]]:
    """Those of the installation, then those of its chargers, each with its path."""
    if "permissions" in tree:
        yield ("permissions",), as_map(tree["permissions"])
    for serial, charger in as_map(tree.get("chargers")).items():
        if isinstance(charger, dict) and "permissions" in charger:
            yield ("chargers", serial, "permissions"), as_map(charger["permissions"])


def name_finding(name: str, path: tuple[str | int, ...]) -> Finding:
    """E022 with the setting that is probably meant."""
    right = f"chargers.{name}" if name in CHARGER_SETTINGS else nearest(name, SETTING_NAMES)
    remedy = f"Did you mean `{right}`?" if right else f"Known: {', '.join(SETTING_NAMES)}."
    return Finding(code="E022", path=path, what="this is not a setting.", remedy=remedy)


def _principals(permissions: Mapping[str, Any], path_to: TreePath) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for key in ("entries", "absent"):
        for index, entry in enumerate(as_items(permissions.get(key))):
            principal = principal_of(entry)
            if principal is None:
                continue
            path = (*path_to, key, index)
            if (key, principal) in seen:
                yield Finding(code="E237", path=path, what="this one stands here already.")
            elif key == "absent" and ("entries", principal) in seen:
                yield Finding(code="E238", path=path, what="this one stands under `entries` too.")
            seen.add((key, principal))


def _unmanaged(names: list[Any], base: Tree) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue
        if not is_setting_name(name):
            yield name_finding(name, ("unmanaged", index))
        elif takes_back_nothing(base, name):
            yield Finding(code="W025", path=("unmanaged", index), what="this takes nothing back.")
