"""What the files say of hand-overs: which have begun, and which are over."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from reconciler.loading.files import FleetFolder, read_source
from reconciler.loading.findings import Source
from reconciler.loading.merge import Tree, principal_of
from reconciler.loading.origins import ReadFleet
from reconciler.loading.site import as_items, as_map
from reconciler.loading.tree_reader import read_tree
from reconciler.model.desired import DesiredFleet, DesiredInstallation, RemovalGate
from reconciler.model.handover import PROFILE, Released, Under
from reconciler.model.principal import GROUP

PERMISSIONS = "permissions"
_PERSON = "person:"


def begun(desired: DesiredFleet, fleet: ReadFleet) -> Mapping[str, Under]:
    """The installations whose files hand them over, by id."""
    found = {site.id: _under(site, desired, fleet) for site in desired.installations}
    return {one: under for one, under in found.items() if under is not None}


def released_files(folder: FleetFolder) -> tuple[Released, ...]:
    """The files of hand-overs that are over, sorted by name; one that cannot be read tells nothing."""
    files, _ = folder.below("released")
    found = []
    for file in files:
        source = read_source(folder, file)
        tree = read_tree(source, "installation").tree if isinstance(source, Source) else None
        if tree is None or not isinstance(tree.get("id"), str):
            continue
        entries = as_items(as_map(tree.get(PERMISSIONS)).get("entries"))
        found.append(
            Released(
                file=file.name,
                installation_id=tree["id"],
                name=str(tree.get("name") or PurePosixPath(file.path).stem),
                serials=frozenset(as_map(tree.get("chargers"))),
                owners=frozenset(one for one in map(principal_of, entries) if one and one.startswith(_PERSON)),
            )
        )
    return tuple(found)


def _under(site: DesiredInstallation, desired: DesiredFleet, fleet: ReadFleet) -> Under | None:
    permissions = site.permissions
    if permissions is None:
        return Under(owners=(), leaves=False, uninvited=True) if _waits_with_people(site.id, fleet) else None
    ours = desired.account(site.account).own_principal
    leaving = {one.principal for one in permissions.absent if one.gate is RemovalGate.OWNER_ACCEPTED}
    groups = {one for one in leaving if one.startswith(GROUP)}
    leaves = bool(groups) and (ours is None or ours in groups or _lists_profile(site.id, fleet))
    owners = (one.principal for one in permissions.entries if "owner" in one.roles)
    people = tuple(sorted(one for one in owners if not one.startswith(GROUP)))
    return Under(owners=people, leaves=True, uninvited=False) if leaves else None


def _waits_with_people(installation_id: str, fleet: ReadFleet) -> bool:
    """Whether a file without permissions lists the profile of a hand-over and leaves the permissions out on purpose."""
    own = _own_tree(installation_id, fleet)
    return PROFILE in as_items(own.get("profiles")) and PERMISSIONS in as_items(own.get("unmanaged"))


def _lists_profile(installation_id: str, fleet: ReadFleet) -> bool:
    return PROFILE in as_items(_own_tree(installation_id, fleet).get("profiles"))


def _own_tree(installation_id: str, fleet: ReadFleet) -> Tree:
    """What the file itself says; nothing when it cannot be read, or cannot list the profile of a hand-over."""
    file, _ = fleet.files[installation_id]
    source = read_source(fleet.folder, file)
    if not isinstance(source, Source) or PROFILE.encode() not in source.data:
        return {}
    return read_tree(source, "installation").tree or {}
