"""Drafts of the files that a hand-over needs: an installation's file, and the profile when the fleet has none."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from reconciler.loading.adopted_tree import with_wishes
from reconciler.loading.edits import edits_between
from reconciler.loading.files import FleetFile, read_source
from reconciler.loading.findings import Source
from reconciler.loading.handover_files import PERMISSIONS
from reconciler.loading.installations import effective_tree, read_installation
from reconciler.loading.layers import Layer
from reconciler.loading.layout import current_notes
from reconciler.loading.merge import Tree, merge, principal_of
from reconciler.loading.modelines import modeline
from reconciler.loading.origins import ReadFleet
from reconciler.loading.patching import PatchError, patched
from reconciler.loading.shared import Shared
from reconciler.loading.site import as_items, as_map
from reconciler.loading.slugs import file_names, safe_name
from reconciler.loading.tree_reader import read_tree
from reconciler.loading.yaml_source import read_yaml
from reconciler.loading.yaml_text import entry_lines
from reconciler.model.adoption import Wish
from reconciler.model.handover import PROFILE, FileDraft, Wanted
from reconciler.model.observed import ObservedInstallation
from reconciler.model.problem import Severity

ROLES = ("user", "owner")
IDLE = {"when": "idle", "giveUpAfterHours": 72}
_HEAD = ("version", "id", "name", "account", "labels", "profiles")
_OWNER_ACCEPTED = "ownerAccepted"


class HandoverDrafts:
    """Implements `workflows.handover.Drafts` over a fleet that was read and has no error."""

    def __init__(self, fleet: ReadFleet, groups: Iterable[str]) -> None:
        """Prepare the profile.

        Args:
            fleet: The files.
            groups: Our own groups in all accounts, as permissions name them; only a single one goes into the profile.
        """
        self._fleet = fleet
        self._names: Mapping[str, str] = {}
        self._profile = None if PROFILE in fleet.shared.profiles.layers else self._new_profile(sorted(set(groups)))
        self._shared = fleet.shared if self._profile is None else _with_profile(fleet.shared, self._profile)

    @property
    def profile(self) -> FileDraft | None:
        """The profile of hand-overs; None when the fleet has one."""
        return self._profile

    def take(self, names: Mapping[str, str]) -> None:
        """Names of installations that get new files in this run, by id, so that no two files get the same."""
        self._names = self._names_of(names)

    def patch(self, installation_id: str, wanted: Wanted) -> FileDraft | str:
        """An existing file that says what is wanted; comments and layout stay.

        A text says which rule of the files, or that the layout of this one, does not let it.
        """
        file, _ = self._fleet.files[installation_id]
        source = read_source(self._fleet.folder, file)
        if not isinstance(source, Source):
            return source.what
        own = read_tree(source, "installation").tree or {}
        raw = read_yaml(source.data).value
        tree = _wanted_tree(own, self._shared, wanted)
        text = source.data.decode()
        try:
            edits = list(edits_between(raw if isinstance(raw, dict) else dict(own), tree))
            after = current_notes(patched(text, edits), effective_tree(tree, self._shared)) if edits else text
        except PatchError as error:
            return str(error)
        return self._draft(file, text, after)

    def new(self, site: ObservedInstallation, wanted: Wanted) -> FileDraft | str:
        """A file for an installation that has none; a text says which rule of the files does not let it."""
        head: dict[str, Any] = {"version": 1, "id": site.id, "name": safe_name(site.name or "") or site.id}
        if len(self._fleet.shared.rules.accounts) > 1:
            head["account"] = site.account
        relative = f"installations/{self._name(site)}.yaml"
        file = self._fleet.folder.file(*relative.split("/"))
        return self._draft(file, None, _new_text(relative, _wanted_tree(head, self._shared, wanted)))

    def _draft(self, file: FleetFile, before: str | None, after: str) -> FileDraft | str:
        read = read_installation(Source(shown=file.name, data=after.encode(), name=file.name), self._shared)
        errors = [problem for problem in read.problems if problem.severity is Severity.ERROR]
        if read.desired is None or errors:
            return f"{errors[0].code} {errors[0].what}" if errors else "a shared file has an error"
        relative = str(PurePosixPath(file.path).relative_to(self._fleet.folder.root))
        return FileDraft(file=file.name, path=relative, before=before, after=after)

    def _new_profile(self, groups: list[str]) -> FileDraft:
        path = f"profiles/{PROFILE}.yaml"
        tree: dict[str, Any] = {
            "authentication": {"mode": "native", "authorizationRequired": False},
            "chargerDefaults": {"standAlone": False, "maxCurrent": 16},
            "switch": dict(IDLE),
        }
        if len(groups) == 1:
            tree[PERMISSIONS] = {"absent": [_leaving(groups[0])]}
        lines = [modeline(path), "#", "# A home charger on its way to its owner: it works at once, without us."]
        for key, value in tree.items():
            lines += ["", *entry_lines(key, value, indent=0)]
        file = self._fleet.folder.file("profiles", f"{PROFILE}.yaml")
        return FileDraft(file=file.name, path=path, before=None, after="\n".join(lines) + "\n")

    def _name(self, site: ObservedInstallation) -> str:
        return self._names.get(site.id) or self._names_of({site.id: site.name or ""})[site.id]

    def _names_of(self, names: Mapping[str, str]) -> dict[str, str]:
        taken = {PurePosixPath(file.path).stem.casefold() for file, _ in self._fleet.files.values()}
        return file_names(names, taken)


def _with_profile(shared: Shared, draft: FileDraft) -> Shared:
    source = Source(shown=draft.file, data=draft.after.encode(), name=draft.file)
    layer = Layer(source=source, tree=read_tree(source, "profile").tree or {})
    profiles = replace(
        shared.profiles,
        layers={**shared.profiles.layers, PROFILE: layer},
        complete=shared.profiles.complete | {PROFILE},
    )
    return replace(shared, profiles=profiles, _bases={})


def _wanted_tree(own: Tree, shared: Shared, wanted: Wanted) -> dict[str, Any]:
    """A copy of the file's own tree in which everything that is wanted holds."""
    tree: dict[str, Any] = copy.deepcopy(dict(own))
    if wanted.wave is not None:
        tree.setdefault("labels", {})["wave"] = wanted.wave
    if PROFILE not in as_items(tree.get("profiles")):
        tree["profiles"] = [*as_items(tree.get("profiles")), PROFILE]
    _invite_later(tree, wanted)
    base = shared.base_of(tree).tree
    tree = with_wishes(tree, base, _wishes(tree, shared, wanted))
    tree["chargers"][wanted.serial].setdefault("maxCurrent", _plain(wanted.current_a))
    if wanted.owner is not None:
        _let_us_leave(tree, base, wanted.group)
    if wanted.waits_for_idle and "switch" not in merge(base, tree):
        tree["switch"] = dict(IDLE)
    return tree


def _invite_later(tree: dict[str, Any], wanted: Wanted) -> None:
    """Permissions stay out of the file as long as nobody shall be invited."""
    names = [one for one in as_items(tree.get("unmanaged")) if one != PERMISSIONS]
    if wanted.owner is None:
        names.append(PERMISSIONS)
    if names:
        tree["unmanaged"] = names
    else:
        tree.pop("unmanaged", None)


def _wishes(tree: Tree, shared: Shared, wanted: Wanted) -> Iterator[Wish]:
    yield Wish(path=("authentication", "mode"), value="native")
    yield Wish(path=("authentication", "authorizationRequired"), value=False)
    known = as_map(effective_tree(tree, shared).get("chargers"))
    for serial in wanted.serials:
        yield Wish(path=("chargers", serial, "standAlone"), value=False)
        if serial == wanted.serial or not as_map(known.get(serial)).get("maxCurrent"):
            yield Wish(path=("chargers", serial, "maxCurrent"), value=wanted.current_a)
    if wanted.owner is not None:
        yield Wish(path=(PERMISSIONS, wanted.owner), value=ROLES)


def _let_us_leave(tree: dict[str, Any], base: Tree, group: str) -> None:
    """Our group goes once an owner has accepted, whatever the file said of it."""
    permissions = tree.setdefault(PERMISSIONS, {})
    if "entries" in permissions:
        permissions["entries"] = [one for one in permissions["entries"] if principal_of(one) != group]
    merged = as_map(as_map(merge(base, tree).get(PERMISSIONS)).get("absent")).get(group)
    if as_map(merged).get("after") == _OWNER_ACCEPTED:
        return
    others = [one for one in as_items(permissions.get("absent")) if principal_of(one) != group]
    permissions["absent"] = [*others, _leaving(group)]


def _leaving(group: str) -> dict[str, str]:
    return {"userGroup": group.partition(":")[2], "after": _OWNER_ACCEPTED}


def _new_text(relative: str, tree: Tree) -> str:
    lines = [
        modeline(relative),
        "#",
        "# A hand-over, begun by `reconciler handover start`. Our group goes once the owner has accepted.",
    ]
    lines += [line for key in _HEAD if key in tree for line in entry_lines(key, tree[key], indent=0)]
    for key, value in tree.items():
        if key not in _HEAD:
            lines += ["", *entry_lines(key, value, indent=0)]
    return "\n".join(lines) + "\n"


def _plain(amperes: float) -> float | int:
    return int(amperes) if amperes.is_integer() else amperes
