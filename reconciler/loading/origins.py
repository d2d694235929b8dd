"""Where desired values were written: files are read again when somebody asks, because nearly nobody does."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from reconciler.loading.desire import roles_in_order
from reconciler.loading.files import FleetFile, FleetFolder, read_source
from reconciler.loading.findings import Source
from reconciler.loading.installations import effective_tree, layers_of
from reconciler.loading.layers import Layer, origin_of
from reconciler.loading.merge import Tree, lists_principals
from reconciler.loading.not_found import no_such_file, no_value, unreadable_file
from reconciler.loading.shared import Shared
from reconciler.loading.tree_reader import read_tree
from reconciler.loading.yaml_source import Broken
from reconciler.model.desired import Origin
from reconciler.records import dataclass

_SKIPPED = frozenset({"version", "chargerDefaults", "profiles", "unmanaged"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveValue:
    """One value of a merged file and where it was written; secrets show as `env:NAME` or `file:NAME`."""

    path: str
    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFleet:
    """A fleet that was read. `files` maps an installation id to its file and the hash of its bytes at that time."""

    folder: FleetFolder
    shared: Shared
    files: Mapping[str, tuple[FleetFile, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrigins:
    """Implements `Origins`. `fleet` is None when there is none."""

    fleet: ReadFleet | None

    def find(self, installation_id: str, path: Sequence[str]) -> Origin:
        """See `model.ports.Origins`; line 0 when the file is not there any more or was changed meanwhile."""
        if self.fleet is None or installation_id not in self.fleet.files:
            return Origin(file="", line=0)
        file, fingerprint = self.fleet.files[installation_id]
        layers = _layers(self.fleet, file, fingerprint=fingerprint)
        return origin_of(layers, _steps(path)) if layers else Origin(file=file.name, line=0)

    def effective(self, path: Path, prefix: str | None) -> tuple[EffectiveValue, ...]:
        """Values of one merged file, sorted by path; with a prefix only that value and those below it.

        Empty when there is no fleet at all.

        Raises:
            UsageProblemError: The file is no installation file of this fleet, or it has no such value.
        """
        if self.fleet is None:
            return ()
        file = _file(self.fleet.folder, path)
        if file is None:
            raise no_such_file(path, [known.shown for known in self.fleet.folder.below("installations")[0]])
        layers = _layers(self.fleet, file, fingerprint=None)
        if not layers:
            raise unreadable_file(path)
        tree = effective_tree(layers[-1].tree, self.fleet.shared)
        leaves = sorted(_leaves(tree, ())) if tree else []
        chosen = [leaf for leaf in leaves if prefix is None or _is_below(leaf[0], prefix)]
        if not chosen:
            raise no_value(prefix or "", [steps for steps, _ in leaves], file=path)
        return tuple(
            EffectiveValue(path=".".join(path), value=value, origin=origin_of(layers, path)) for path, value in chosen
        )


def _file(folder: FleetFolder, path: Path) -> FleetFile | None:
    """As the user names it: from here, from the fleet folder, or as we show it."""
    root = folder.root
    for candidate in (str(path), os.path.join(root, path), os.path.join(os.path.dirname(root), path)):
        real = os.path.realpath(candidate)
        if real.startswith(os.path.join(root, "installations") + os.sep) and os.path.isfile(real):
            return folder.file(*os.path.relpath(real, root).split(os.sep))
    return None


def _layers(fleet: ReadFleet, file: FleetFile, *, fingerprint: int | None) -> tuple[Layer, ...]:
    source = read_source(fleet.folder, file)
    if not isinstance(source, Source) or (fingerprint is not None and hash(source.data) != fingerprint):
        return ()
    own = _own_tree(source)
    return layers_of(source, own, fleet.shared) if own is not None else ()


@lru_cache(maxsize=64)
def _own_tree(source: Source) -> Tree | None:
    return read_tree(source, "installation").tree


def _steps(path: Sequence[str]) -> tuple[str, ...]:
    """Settings come as one dotted name or step by step."""
    if path and path[0].startswith("authentication."):
        return (*path[0].split("."), *path[1:])
    return tuple(path)


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, dict) and tree and "secretRef" not in tree and not _is_principal(path):
        for key, value in tree.items():
            if path or key not in _SKIPPED:
                yield from _leaves(value, (*path, key))
    else:
        yield path, _shown(tree)


def _is_principal(path: tuple[str, ...]) -> bool:
    return lists_principals(path[:-1])


def _shown(value: Any) -> Any:
    match value:
        case Broken():
            return "(cannot be read)"
        case {"secretRef": dict(reference)}:
            return ":".join(str(part) for pair in reference.items() for part in pair)
        case {"roles": list(roles)}:
            return roles_in_order(roles)
        case {"user": _} | {"userGroup": _}:
            return value.get("after", "nothing")
        case _:
            return value


def _is_below(path: tuple[str, ...], prefix: str) -> bool:
    text = ".".join(path)
    return text == prefix or text.startswith(prefix + ".")
