"""Drafts of installation files that say what is live: patches of those that are there, and new ones."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.loading.adopted_tree import with_wishes
from reconciler.loading.edits import edits_between
from reconciler.loading.files import FleetFile, read_source
from reconciler.loading.findings import Source
from reconciler.loading.installations import read_installation
from reconciler.loading.merge import Tree
from reconciler.loading.modelines import modeline
from reconciler.loading.origins import ReadFleet
from reconciler.loading.patching import PatchError, patched
from reconciler.loading.slugs import safe_name, slug_of
from reconciler.loading.tree_reader import read_tree
from reconciler.loading.yaml_source import read_yaml
from reconciler.loading.yaml_text import entry_lines, flow
from reconciler.model.adoption import Adopted, Draft, Wish
from reconciler.model.change import Target
from reconciler.model.desired import DesiredInstallation
from reconciler.model.observed import ObservedInstallation
from reconciler.model.problem import Severity
from reconciler.model.value import ABSENT

_Refused = tuple[tuple[Adopted, str], ...]


class FleetDrafts:
    """Implements `workflows.adopt.Drafts` over a fleet that was read and has no error."""

    def __init__(self, fleet: ReadFleet) -> None:
        self._fleet = fleet
        self._taken = {PurePosixPath(file.path).stem.casefold() for file, _ in fleet.files.values()}

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
            after = patched(text, list(edits_between(_as_written(raw, own), tree)))
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
        relative = f"installations/{self._free(slug_of(site.name or ''), site.id)}.yaml"
        file = self._fleet.folder.file(*relative.split("/"))
        tree, refused = self._kept(head, adopted, file.name)
        tree, _ = self._kept(tree, [_taken_back(one) for one, _ in refused], file.name)
        told = [*notes, *(f"{_subject(one)}: {why}" for one, why in refused)]
        return self._draft(file, None, _new_text(relative, head, tree, told), refused)

    def _draft(self, file: FleetFile, before: str | None, after: str, refused: _Refused) -> Draft:
        desired, why = self._checked(after, file.name)
        if desired is None:
            raise ReconcilerError(f"the file would be wrong: {why}", where=file.shown, remedy="edit it by hand")
        relative = str(PurePosixPath(file.path).relative_to(self._fleet.folder.root))
        return Draft(file=file.name, path=relative, before=before, after=after, desired=desired, refused=refused)

    def _source(self, file: FleetFile) -> Source:
        source = read_source(self._fleet.folder, file)
        if not isinstance(source, Source):
            raise ReconcilerError(source.what, where=file.shown, remedy=source.remedy)
        return source

    def _kept(self, own: Tree, adopted: Sequence[Adopted], name: str) -> tuple[dict[str, Any], _Refused]:
        """The tree with all that the rules let stand; halves are tried, so that few refusals cost few checks."""
        shared = self._fleet.shared
        tree = with_wishes(own, shared.base_of(own).tree, (wish for one in adopted for wish in one.wishes))
        desired, why = self._checked(flow(tree), name)
        if desired is not None or not adopted:
            return tree, ()
        if len(adopted) == 1:
            return dict(own), ((adopted[0], why),)
        middle = len(adopted) // 2
        tree, first = self._kept(own, adopted[:middle], name)
        tree, second = self._kept(tree, adopted[middle:], name)
        return tree, (*first, *second)

    def _checked(self, text: str, name: str) -> tuple[DesiredInstallation | None, str]:
        read = read_installation(Source(shown=name, data=text.encode(), name=name), self._fleet.shared)
        errors = [problem for problem in read.problems if problem.severity is Severity.ERROR]
        return read.desired, f"{errors[0].code} {errors[0].what}" if errors else ""

    def _free(self, slug: str, installation_id: str) -> str:
        """The slug, or with the beginning of the id when it is taken; the same in every order of installations."""
        word = slug if slug.casefold() not in self._taken else f"{slug}-{installation_id[:8]}"
        return word if word.casefold() not in self._taken else f"{slug}-{installation_id}"

    def take(self, names: Iterable[str]) -> None:
        """Slugs that several new files would share; each of them gets its id."""
        slugs = [slug_of(name) for name in names]
        self._taken |= {slug for slug in slugs if slugs.count(slug) > 1}


def _as_written(raw: Any, own: Tree) -> Any:
    """The tree as the text has it; the reader writes some of our words in another form."""
    return raw if isinstance(raw, dict) else dict(own)


def _taken_back(one: Adopted) -> Adopted:
    wishes = tuple(Wish(path=wish.path, value=ABSENT) for wish in one.wishes)
    return Adopted(target=one.target, setting=one.setting, was=one.was, now=one.now, wishes=wishes)


def _subject(one: Adopted) -> str:
    return " ".join(part for part in (one.target.charger, one.target.principal, one.setting) if part)


def _new_text(relative: str, head: Tree, tree: Tree, notes: Sequence[str]) -> str:
    lines = [modeline(relative), "#", "# Taken over from the live installation by `reconciler adopt`."]
    if notes:
        lines += ["# Not declared, because no file may say it or nobody could read it:"]
        lines += [f"#   {safe_name(note, longest=300)}" for note in notes]
    lines += [line for key in head for line in entry_lines(key, tree[key], indent=0)]
    for key, value in tree.items():
        if key not in head:
            lines += ["", *entry_lines(key, value, indent=0)]
    return "\n".join(lines) + "\n"
