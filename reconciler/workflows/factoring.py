"""Adopt several installations at once and put what they share into layers below their files, when that is shorter."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from reconciler.errors import ReconcilerError
from reconciler.model.adoption import Adoption, FileAction, SharedFile
from reconciler.model.factoring import Room, SharedValues
from reconciler.model.ports import Origins
from reconciler.planning.factoring import NewSite, common_values
from reconciler.planning.make import Policy
from reconciler.workflows.adopt import Drafts, Takeover, adopt


class SharingDrafts(Drafts, Protocol):
    """Drafts that may stand on new layers."""

    @property
    def room(self) -> Room:
        """Where shared values may go."""
        ...

    @property
    def profiles(self) -> Collection[str]:
        """Names of profiles that are there already."""
        ...

    def sharing(self, values: Sequence[SharedValues]) -> tuple[Drafts, tuple[SharedFile, ...]] | None:
        """Drafts of the same files over these layers, and the files of the layers; None when no rule lets them be."""
        ...


def adopt_shared(takeover: Takeover, drafts: SharingDrafts, *, policy: Policy, origins: Origins) -> Adoption:
    """As `adopt`, with shared values factored out.

    Only if all files together get fewer lines and every installation wants exactly what it wants without; otherwise
    each new file stands on its own.

    Raises:
        ReconcilerError: A file cannot be read or patched.
    """
    apart = adopt(takeover, drafts, policy=policy, origins=origins)
    values = common_values(_new_sites(takeover, apart), room=drafts.room, taken=drafts.profiles)
    sharing = drafts.sharing(values) if values else None
    if sharing is None:
        return apart
    over, files = sharing
    try:
        together = adopt(takeover, over, policy=policy, origins=origins)
    except ReconcilerError:  # a rule about whole files does not like the layers; apart they are fine
        return apart
    saved = _lines(apart) - _lines(together) - sum(file.more_lines for file in files)
    if saved <= 0 or not _mean_the_same(apart, together):
        return apart
    return replace(together, shared=files, lines_saved=saved)


def _new_sites(takeover: Takeover, adoption: Adoption) -> list[NewSite]:
    pro = {site.id: site.pro for site in takeover.fresh}
    return [
        NewSite(id=one.installation_id, pro=pro[one.installation_id], adopted=one.adopted)
        for one in adoption.files
        if one.action is FileAction.NEW
    ]


def _lines(adoption: Adoption) -> int:
    return sum(one.draft.after.count("\n") for one in adoption.files)


def _mean_the_same(apart: Adoption, together: Adoption) -> bool:
    return _meaning(apart) == _meaning(together)


def _meaning(adoption: Adoption) -> Iterable[object]:
    return [(one.draft.path, one.draft.desired, one.adopted, one.left) for one in adoption.files]
