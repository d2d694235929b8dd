"""Drafts of files in `released/`: the file of an installation as it was, kept for the record."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from reconciler.loading.files import FleetFile, read_source
from reconciler.loading.findings import Source
from reconciler.loading.modelines import PREFIX, modeline
from reconciler.loading.origins import ReadFleet
from reconciler.model.desired import DesiredFleet
from reconciler.model.handover import FileDraft


class Releases:
    """Implements `workflows.handover.Filing` over a fleet that was read and has no error."""

    def __init__(self, fleet: ReadFleet, desired: DesiredFleet) -> None:
        self._fleet = fleet
        self._excepted = {one.installation_id for one in desired.deviations}

    def released(self, installation_id: str) -> FileDraft | str:
        """The file of an installation as it will be in `released/`; a text says why it cannot go there."""
        if installation_id in self._excepted:
            return "exceptions.yaml still names the installation; take that entry out first"
        file, _ = self._fleet.files[installation_id]
        source = read_source(self._fleet.folder, file)
        if not isinstance(source, Source):
            return source.what
        text = source.data.decode()
        inside = str(PurePosixPath(file.path).relative_to(self._fleet.folder.root))
        for relative in _names(PurePosixPath(inside).stem, installation_id):
            target = self._fleet.folder.file(*relative.split("/"))
            after = _with_modeline(text, relative)
            before = self._text(target, relative)
            if before in (None, after):
                return FileDraft(file=target.name, path=relative, before=before, after=after, instead_of=(inside, text))
        return "released/ holds another file of that name; rename this one"

    def _text(self, file: FleetFile, relative: str) -> str | None:
        if not self._fleet.folder.exists(relative):
            return None
        source = read_source(self._fleet.folder, file)
        return source.data.decode("utf-8", "replace") if isinstance(source, Source) else ""


def _names(stem: str, installation_id: str) -> Iterator[str]:
    yield f"released/{stem}.yaml"
    yield f"released/{stem}-{installation_id[:8]}.yaml"
    yield f"released/{stem}-{installation_id}.yaml"


def _with_modeline(text: str, relative: str) -> str:
    """The first line leads an editor to the schema from the new place."""
    first, end, rest = text.partition("\n")
    if not first.startswith(PREFIX):
        return text
    return modeline(relative) + ("\r" if first.endswith("\r") else "") + end + rest
