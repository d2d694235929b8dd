"""Layers below new installation files: new profiles, and more defaults of a fleet that has no file yet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reconciler.loading.adopted_tree import with_wishes
from reconciler.loading.edits import edits_between
from reconciler.loading.files import read_source
from reconciler.loading.findings import Source
from reconciler.loading.layers import Layer
from reconciler.loading.modelines import modeline
from reconciler.loading.origins import ReadFleet
from reconciler.loading.patching import PatchError, patched
from reconciler.loading.shared import Shared
from reconciler.loading.site import as_map
from reconciler.loading.tree_reader import ReadFile, read_tree
from reconciler.loading.yaml_source import read_yaml
from reconciler.loading.yaml_text import entry_lines
from reconciler.model.adoption import SharedFile
from reconciler.model.factoring import Room, SharedValues
from reconciler.model.problem import Severity

_FLEET = "fleet.yaml"
_HEAD = "# What installations had in common when `reconciler adopt` took them over."


def room_in(fleet: ReadFleet) -> Room:
    """Defaults that are there are never changed, and none is added once an installation has a file."""
    defaults = fleet.shared.defaults
    is_said = defaults is not None and "authentication" in defaults.tree
    return Room.PROFILES if fleet.files or is_said else Room.DEFAULTS_AND_PROFILES


def with_shared(fleet: ReadFleet, values: Sequence[SharedValues]) -> tuple[ReadFleet, tuple[SharedFile, ...]] | None:
    """The fleet as it would be read with these layers, and their files; None when a rule does not let them stand."""
    files: list[SharedFile] = []
    for one in values:
        made = _with_profile(fleet, one) if one.profile else _with_defaults(fleet, one)
        if made is None:
            return None
        fleet, file = made
        files.append(file)
    return fleet, tuple(files)


def _with_profile(fleet: ReadFleet, values: SharedValues) -> tuple[ReadFleet, SharedFile] | None:
    path = f"profiles/{values.profile}.yaml"
    lines = [modeline(path), "#", _HEAD]
    for key, value in with_wishes({}, {}, values.wishes).items():
        lines += ["", *entry_lines(key, value, indent=0)]
    file = fleet.folder.file(*path.split("/"))
    after = "\n".join(lines) + "\n"
    read = _sound(Source(shown=file.shown, data=after.encode(), name=file.name), "profile")
    if read is None:
        return None
    known = fleet.shared.profiles
    layer = Layer(source=read.source, tree=read.tree or {})
    profiles = replace(
        known,
        layers={**known.layers, values.profile: layer},
        complete=known.complete | {values.profile},
    )
    draft = SharedFile(
        file=file.name,
        path=path,
        before=None,
        after=after,
        profile=values.profile,
        installations=values.installations,
    )
    return _on(fleet, replace(fleet.shared, profiles=profiles, _bases={})), draft


def _with_defaults(fleet: ReadFleet, values: SharedValues) -> tuple[ReadFleet, SharedFile] | None:
    file = fleet.folder.file(_FLEET)
    source = read_source(fleet.folder, file)
    if not isinstance(source, Source):
        return None
    raw: Any = as_map(read_yaml(source.data).value)
    wanted = {**raw, "defaults": with_wishes(as_map(raw.get("defaults")), {}, values.wishes)}
    before = source.data.decode()
    try:
        after = patched(before, list(edits_between(raw, wanted)))
    except PatchError:
        return None
    read = _sound(Source(shown=file.shown, data=after.encode(), name=file.name), "fleet")
    if read is None or read.tree is None:
        return None
    layer = Layer(source=read.source, tree=as_map(read.tree["defaults"]), prefix=("defaults",))
    draft = SharedFile(
        file=file.name, path=_FLEET, before=before, after=after, profile="", installations=values.installations
    )
    return _on(fleet, replace(fleet.shared, fleet=read.tree, defaults=layer, _bases={})), draft


def _sound(source: Source, kind: str) -> ReadFile | None:
    read = read_tree(source, kind)
    return None if any(problem.severity is Severity.ERROR for problem in read.problems) else read


def _on(fleet: ReadFleet, shared: Shared) -> ReadFleet:
    return replace(fleet, shared=shared)
