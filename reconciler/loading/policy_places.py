"""Where a piece of policy stands in the files of a fleet; asked only for what a pull request changes."""

from collections.abc import Sequence

from reconciler.loading.files import FleetFolder, read_source
from reconciler.loading.findings import Source, place_in
from reconciler.loading.load import LoadedFleet
from reconciler.loading.yaml_source import TreePath
from reconciler.model.desired import Origin
from reconciler.model.plan_origin import PolicyKind

_PARTS = {
    PolicyKind.ACCOUNT: "accounts",
    PolicyKind.GUARD: "guards",
    PolicyKind.ALLOWED_HOST: "allowedHosts",
    PolicyKind.BOUND: "final",
}
"""Keys of fleet.yaml."""

_NOWHERE = Origin(file="", line=0)


def policy_place(loaded: LoadedFleet, kind: PolicyKind, about: Sequence[str]) -> Origin:
    """File and line of what is said there, or of the nearest key around it; line 0 when the file is not there any more.

    Args:
        loaded: The fleet.
        kind: Decides in which file to look.
        about: What names it in that file: the keys below its part of fleet.yaml; installation id and guard of an
            acknowledgement; installation id, charger and setting of an exception; installation id of an attestation.
    """
    fleet = loaded.origins.fleet
    if fleet is None:
        return _NOWHERE
    match kind:
        case PolicyKind.ACKNOWLEDGEMENT:
            return _acknowledged(loaded, *about)
        case PolicyKind.EXCEPTION:
            return _excepted(loaded, fleet.folder, about)
        case PolicyKind.ATTESTATION:
            return _attested(fleet.folder, *about)
        case _:
            return _placed(fleet.folder, "fleet.yaml", _path(fleet.shared.fleet, _PARTS[kind], about))


def _path(tree: object, part: str, about: Sequence[str]) -> TreePath:
    """Hosts are a list: there the position counts."""
    items = tree.get(part) if isinstance(tree, dict) else None
    if isinstance(items, list):
        return (part, *(items.index(one) for one in about if one in items))
    return (part, *about)


def _placed(folder: FleetFolder, name: str, path: TreePath) -> Origin:
    file = folder.file(*name.split("/"))
    source = read_source(folder, file) if folder.exists(*name.split("/")) else None
    if not isinstance(source, Source):
        return Origin(file=file.name, line=0)
    return Origin(file=file.name, line=place_in(source, path).key_line)


def _acknowledged(loaded: LoadedFleet, identity: str, guard: str) -> Origin:
    sites = () if loaded.desired is None else loaded.desired.installations
    guards = next((tuple(one.guard for one in site.acknowledgements) for site in sites if site.id == identity), ())
    position = (str(guards.index(guard)),) if guard in guards else ()
    return loaded.origins.find(identity, ("acknowledge", *position))


def _excepted(loaded: LoadedFleet, folder: FleetFolder, about: Sequence[str]) -> Origin:
    for one, origin in loaded.exceptions:
        if (one.installation_id, one.charger or "", one.setting) == tuple(about):
            return origin
    return _placed(folder, "exceptions.yaml", ("exceptions",))


def _attested(folder: FleetFolder, identity: str) -> Origin:
    found = (file for file in folder.below("attestations")[0] if file.name.endswith(f"/{identity}.yaml"))
    file = next(found, folder.file("attestations", f"{identity}.yaml"))
    return _placed(folder, file.name.partition("/")[2], ())
