"""Drafts of installation files that say what is live: patches of those that are there, and new ones."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.loading.adopted_tree import with_wishes
from reconciler.loading.edits import edits_between
from reconciler.loading.files import FleetFile, read_source
from reconciler.loading.findings import Source
from reconciler.loading.installations import effective_tree, read_installation
from reconciler.loading.layout import NOTED, current_notes
from reconciler.loading.merge import Tree
from reconciler.loading.modelines import modeline
from reconciler.loading.origins import ReadFleet
from reconciler.loading.patching import PatchError, patched
from reconciler.loading.sharing import room_in, with_shared
from reconciler.loading.slugs import file_names, safe_name
from reconciler.loading.tree_reader import read_tree
from reconciler.loading.yaml_source import read_yaml
from reconciler.loading.yaml_text import entry_lines, flow
from reconciler.model.adoption import Adopted, Draft, SharedFile, Wish
from reconciler.model.change import Target
from reconciler.model.desired import DesiredInstallation
from reconciler.model.factoring import Room, SharedValues
from reconciler.model.observed import ObservedInstallation
from reconciler.model.problem import Severity
from reconciler.model.value import ABSENT
from reconciler.records import dataclass

_Refused = tuple[tuple[Adopted, str], ...]


class FleetDrafts:
    """Implements `workflows.adopt.Drafts` over a fleet that was read and has no error."""

    def __init__(
        self, fleet: ReadFleet, *, command: str = "reconciler adopt", profile_of: Mapping[str, str] | None = None
    ) -> None:
        """Prepare drafts.

        Args:
            fleet: The files.
            command: What the head of a new file names as its maker.
            profile_of: By id of an installation, the profile that its new file lists.
        """
        self._fleet = fleet
        self._command = command
        self._names: Mapping[str, str] = {}
        self._profile_of = profile_of or {}

    @property
    def room(self) -> Room:
        """Where values that new files share may go."""
        return room_in(self._fleet)

    @property
    def profiles(self) -> Collection[str]:
        """Names of profiles that are there already."""
        return self._fleet.shared.profiles.layers.keys()

    def sharing(self, values: Sequence[SharedValues]) -> "tuple[FleetDrafts, tuple[SharedFile, ...]] | None":
        """Drafts of the same files over these layers, and the files of the layers; None when no rule lets them be."""
        made = with_shared(self._fleet, values)
        if made is None:
            return None
        fleet, files = made
        profile_of = {one: file.profile for file in files if file.profile for one in file.installations}
        return FleetDrafts(fleet, command=self._command, profile_of=profile_of), files

    def patch(self, installation_id: str, adopted: Sequence[Adopted]) -> Draft:
        """The file of an installation with as many of the wishes as its rules let stand.

        Raises:
            ReconcilerError: The file cannot be read any more, or its layout cannot be kept.
        """
        file, _ = self._fleet.files[installation_id]
        source = self._source(file)
        own = read_tree(source, "installation").tree or {}
        tree, refused = self._kept(own, adopted, file.name)
        raw = read_yaml(source.data).value
        try:
            text = source.data.decode()
            edits = list(edits_between(_as_written(raw, own), tree))
            after = current_notes(patched(text, edits), effective_tree(tree, self._fleet.shared)) if edits else text
        except PatchError as error:
            raise ReconcilerError(
                str(error), where=file.shown, remedy="take over by hand what `reconciler plan` shows"
            ) from error
        return self._draft(file, text, after, refused)

    def refused(self, installation_id: str, adopted: Sequence[Adopted]) -> frozenset[tuple[Target, str]]:
        """Implements `planning.adoptable.FileRules`: what a patch of the file would leave out.

        A file whose layout cannot be patched takes over nothing.
        """
        try:
            draft = self.patch(installation_id, adopted)
        except ReconcilerError:
            return frozenset((one.target, one.setting) for one in adopted)
        return frozenset((one.target, one.setting) for one, _ in draft.refused)

    def new(self, site: ObservedInstallation, adopted: Sequence[Adopted], *, notes: Sequence[str]) -> Draft:
        """A new file for an installation; what its rules do not let stand stays unmanaged.

        Args:
            site: Whose name and id it carries.
            adopted: What it shall say.
            notes: Comments at its top, one line each.
        """
        head: dict[str, Any] = {"version": 1, "id": site.id, "name": safe_name(site.name or "") or site.id}
        if len(self._fleet.shared.rules.accounts) > 1:
            head["account"] = site.account
        if site.id in self._profile_of:
            head["profiles"] = [self._profile_of[site.id]]
        relative = f"installations/{self._name(site)}.yaml"
        file = self._fleet.folder.file(*relative.split("/"))
        tree, refused = self._kept(head, adopted, file.name)
        tree, _ = self._kept(tree, [_taken_back(one) for one, _ in refused], file.name)
        told = [*notes, *(f"{_subject(one)}: {why}" for one, why in refused)]
        maker = f"# Taken over from the live installation by `{self._command}`."
        return self._draft(file, None, _new_text(relative, head, tree, [maker, *_noted(told)]), refused)

    def _draft(self, file: FleetFile, before: str | None, after: str, refused: _Refused) -> Draft:
        found = self._checked(after, file.name)
        if found.desired is None:
            raise ReconcilerError(f"the file would be wrong: {found.why}", where=file.shown, remedy="edit it by hand")
        relative = str(PurePosixPath(file.path).relative_to(self._fleet.folder.root))
        return Draft(file=file.name, path=relative, before=before, after=after, desired=found.desired, refused=refused)

    def _source(self, file: FleetFile) -> Source:
        source = read_source(self._fleet.folder, file)
        if not isinstance(source, Source):
            raise ReconcilerError(source.what, where=file.shown, remedy=source.remedy)
        return source

    def _kept(self, own: Tree, adopted: Sequence[Adopted], name: str) -> tuple[dict[str, Any], _Refused]:
        """The tree with all that the rules let stand.

        What the first problem, and others of its code, point at goes before anything else does; where they point at
        nothing that was taken over, halves are tried. So few refusals cost few checks.
        """
        shared = self._fleet.shared
        tree = with_wishes(own, shared.base_of(own).tree, (wish for one in adopted for wish in one.wishes))
        found = self._checked(flow(tree), name)
        if found.desired is not None or not adopted:
            return tree, ()
        if len(adopted) == 1:
            return dict(own), ((adopted[0], found.why),)
        culprits = [(one, why) for one in adopted for why in found.against(one)]
        if culprits:
            gone = {id(one) for one, _ in culprits}
            tree, rest = self._kept(own, [one for one in adopted if id(one) not in gone], name)
            return tree, (*culprits, *rest)
        middle = len(adopted) // 2
        tree, first = self._kept(own, adopted[:middle], name)
        tree, second = self._kept(tree, adopted[middle:], name)
        return tree, (*first, *second)

    def _checked(self, text: str, name: str) -> "_Checked":
        read = read_installation(Source(shown=name, data=text.encode(), name=name), self._fleet.shared)
        errors = [problem for problem in read.problems if problem.severity is Severity.ERROR]
        alike = [(one.path, f"{one.code} {one.what}") for one in errors if one.code == errors[0].code]
        return _Checked(desired=read.desired, errors=tuple(alike))

    def _name(self, site: ObservedInstallation) -> str:
        return self._names.get(site.id) or self._names_of({site.id: site.name or ""})[site.id]

    def _names_of(self, names: Mapping[str, str]) -> dict[str, str]:
        taken = {PurePosixPath(file.path).stem.casefold() for file, _ in self._fleet.files.values()}
        return file_names(names, taken)

    def take(self, names: Mapping[str, str]) -> None:
        """Names of all installations that get new files in this run, by id, so that no two files get the same."""
        self._names = self._names_of(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What a file would want, or its first error and those of the same code: the path of each, and what is wrong."""

    desired: DesiredInstallation | None
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def why(self) -> str:
        """The first of them."""
        return self.errors[0][1] if self.errors else ""

    def against(self, one: Adopted) -> list[str]:
        """The first error about a value that was taken over there, if there is one."""
        paths = {".".join(wish.path) for wish in one.wishes}
        return [why for path, why in self.errors if path in paths][:1]


def _as_written(raw: Any, own: Tree) -> Any:
    """The tree as the text has it; the reader writes some of our words in another form."""
    return raw if isinstance(raw, dict) else dict(own)


def _taken_back(one: Adopted) -> Adopted:
    wishes = tuple(Wish(path=wish.path, value=ABSENT) for wish in one.wishes)
    return Adopted(target=one.target, setting=one.setting, was=one.was, now=one.now, wishes=wishes)


def _subject(one: Adopted) -> str:
    return " ".join(part for part in (one.target.charger, one.target.principal, one.setting) if part)


def _noted(notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    told = [f"#   {safe_name(note, longest=300)}" for note in notes]
    return [NOTED, *told]


def _new_text(relative: str, head: Tree, tree: Tree, comments: Sequence[str]) -> str:
    lines = [modeline(relative), "#", *comments]
    lines += [line for key in head for line in entry_lines(key, tree[key], indent=0)]
    for key, value in tree.items():
        if key not in head:
            lines += ["", *entry_lines(key, value, indent=0)]
    return "\n".join(lines) + "\n"
