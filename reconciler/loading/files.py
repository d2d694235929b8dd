"""Which files make a fleet, and their bytes. Only ordinary files inside the fleet folder are ever opened."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from reconciler.loading.findings import Finding, Source, make_problem
from reconciler.loading.nearest import nearest
from reconciler.loading.ordinary import SpecialFileError, ordinary_bytes, unlinked_bytes
from reconciler.loading.yaml_source import LARGEST_FILE
from reconciler.model.mail import has_address, redacted
from reconciler.model.problem import Problem
from reconciler.records import dataclass

_AT_THE_TOP = ("fleet.yaml", "exceptions.yaml")
FOLDERS = ("installations", "profiles", "attestations", "released")
"""Those of a fleet; what was released is only kept for the record."""
DEEPEST_FOLDER = 20
"""Levels below the fleet; nobody sorts homes any finer, and a thousand would be more than the stack holds."""
_ALMOST_YAML = (".yml", ".json", ".yaml.txt")
_LEADS_NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFile:
    """One file of the fleet.

    Attributes:
        path: Where it really is.
        name: From the fleet's own folder on (`fleet/installations/x.yaml`), the same on every machine.
        shown: As the user can open it from here.
    """

    path: str
    name: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFolder:
    """The fleet folder.

    Attributes:
        root: Where it really is.
        name: What it is called, the same on every machine.
        before: What leads from here to its files, `fleet/` for instance; empty when we stand in it.
    """

    root: str
    name: str
    before: str

    def file(self, *parts: str) -> FleetFile:
        """A file at a place that the layout fixes."""
        return self._file("/".join(parts), os.path.join(self.root, *parts))

    def exists(self, *parts: str) -> bool:
        """Whether something is there, even something unusable."""
        return os.path.lexists(os.path.join(self.root, *parts))

    def below(self, folder: str) -> tuple[tuple[FleetFile, ...], tuple[Problem, ...]]:
        """All `.yaml` files below a folder, sorted by name, and what cannot be used or looked into."""
        files: list[FleetFile] = []
        problems: list[Problem] = []
        path = os.path.join(self.root, folder)
        if os.path.islink(path):
            problems.append(_refused(self._shown(folder), "a symlink to a folder."))
        elif os.path.isdir(path):
            for found in self._walk(folder):
                (files if isinstance(found, FleetFile) else problems).append(found)  # type: ignore[arg-type]  # told apart
        return tuple(sorted(files, key=lambda file: file.name)), tuple(problems)

    def misplaced(self) -> Iterator[Problem]:
        """YAML files beside fleet.yaml, or in folders beside it, that nobody reads there."""
        try:
            names = sorted(os.listdir(self.root))
        except OSError as error:
            yield _unreadable(printable(self.before or "."), error, noun="folder")
            return
        for name in names:
            almost = name.lower().endswith((".yaml", *_ALMOST_YAML)) and not name.startswith(".")
            if almost and name not in _AT_THE_TOP and os.path.isfile(os.path.join(self.root, name)):
                what = f"only {' and '.join(_AT_THE_TOP)} are read here."
                yield make_problem(self._shown(name), Finding(code="E024", path=(), what=what))
            elif not name.startswith(".") and name not in FOLDERS:
                yield from self._nowhere(name)

    def _nowhere(self, folder: str) -> Iterator[Problem]:
        """YAML files in a folder that is none of ours; notes and whatever else lies there are nobody's business."""
        path = os.path.join(self.root, folder)
        if os.path.islink(path) or not os.path.isdir(path):
            return
        near = nearest(folder, FOLDERS)
        remedy = f"Did you mean {near}/?" if near else ""
        what = f"of the folders here only {', '.join(FOLDERS[:-1])} and {FOLDERS[-1]} are read."
        for found in self._walk(folder):
            told = isinstance(found, FleetFile) or found.code == "E024"
            shown = found.shown if isinstance(found, FleetFile) else found.file
            if told and shown.lower().endswith((".yaml", ".yml")):
                yield make_problem(shown, Finding(code="E024", path=(), what=what, remedy=remedy))

    def _walk(self, folder: str) -> Iterator[FleetFile | Problem]:
        if folder.count("/") >= DEEPEST_FOLDER:
            what = f"a folder more than {DEEPEST_FOLDER} levels deep."
            yield _refused(self._shown(folder), what, remedy="Move its files up.")
            return
        try:
            listed = _entries(os.path.join(self.root, folder))
        except OSError as error:
            yield _unreadable(self._shown(folder), error, noun="folder")
            return
        is_plain = _is_plain(f"{self.before}{self.name}/{folder}")
        for entry in listed:
            relative = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(relative)
            elif is_plain and entry.name.endswith(".yaml") and not entry.is_symlink() and _is_plain(entry.name):
                yield FleetFile(path=entry.path, name=f"{self.name}/{relative}", shown=self.before + relative)
            else:
                yield from self._one(entry, relative)

    def _one(self, entry: os.DirEntry[str], relative: str) -> Iterator[FleetFile | Problem]:
        shown = self._shown(relative)
        lower = entry.name.lower()
        if entry.is_symlink() and os.path.isdir(entry.path):
            yield _refused(shown, "a symlink to a folder.")
        elif lower.endswith(_ALMOST_YAML) or (lower.endswith(".yaml") and not entry.name.endswith(".yaml")):
            yield make_problem(shown, Finding(code="E024", path=(), what="this name does not end in .yaml."))
        elif entry.name.endswith(".yaml"):
            if has_address(relative):
                yield make_problem(shown, Finding(code="E230", path=(), what="an e-mail address in a file name."))
            yield self._file(relative, entry.path)

    def _file(self, relative: str, path: str) -> FleetFile:
        name = printable(f"{self.name}/{relative}")
        return FleetFile(path=path, name=name, shown=name if self._is_here else self._shown(relative))

    @property
    def _is_here(self) -> bool:
        return self.before == f"{self.name}/"

    def _shown(self, relative: str) -> str:
        return printable(self.before + relative)


def shown_from_here(fleet: str, relative: str) -> str:
    """A file or folder of the fleet as the user can open it.

    Args:
        fleet: The fleet folder as the user named it.
        relative: From the fleet folder on.
    """
    return printable(_before(fleet) + relative)


def _before(fleet: str) -> str:
    folder = os.path.normpath(fleet)
    if os.path.isabs(folder):
        return os.path.join(folder, "").removeprefix(os.path.join(os.getcwd(), ""))
    return "" if folder == os.curdir else os.path.join(folder, "")


def _is_plain(name: str) -> bool:
    """Whether nothing in a name has to be looked at twice; most are like that, and there may be very many."""
    return name.isascii() and name.isprintable() and not ("@" in name or "%" in name or "&" in name)


def printable(name: str) -> str:
    """A file name that can be shown: no control characters, no addresses."""
    if _is_plain(name):
        return name
    return redacted(name if name.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in name))


def fleet_folder(path: Path) -> FleetFolder | Problem:
    """The folder, or why there is none."""
    root = os.path.realpath(path)
    if not os.path.isdir(root):
        kind = "this is a file, not a folder" if os.path.isfile(root) else "there is no such folder"
        finding = Finding(code="E019", path=(), what=f"{kind} (looked at {printable(root)}).")
        return make_problem(printable(str(path)), finding)
    return FleetFolder(root=root, name=os.path.basename(root) or "fleet", before=_before(str(path)))


def read_source(folder: FleetFolder, file: FleetFile) -> Source | Problem:
    """The bytes of one file, or why it must not or cannot be read."""
    try:
        return _opened(folder, file)
    except OSError as error:
        if error.errno in _LEADS_NOWHERE and os.path.islink(file.path):
            return _refused(file.shown, "a symlink that leads nowhere.")
        return _unreadable(file.shown, error, noun="file")


def _opened(folder: FleetFolder, file: FleetFile) -> Source | Problem:
    try:
        data = unlinked_bytes(file.path, most=LARGEST_FILE + 1)
    except SpecialFileError:
        return _refused(file.shown, "not an ordinary file.")
    except OSError:
        if not os.path.islink(file.path):
            raise
        return _linked(folder, file)
    return Source(shown=file.shown, data=data, name=file.name)


def _linked(folder: FleetFolder, file: FleetFile) -> Source | Problem:
    real = os.path.realpath(file.path)
    if os.path.commonpath([real, folder.root]) != folder.root:
        return _refused(file.shown, "a symlink that leaves the fleet folder.")
    try:
        data = ordinary_bytes(file.path, most=LARGEST_FILE + 1)
    except SpecialFileError:
        return _refused(file.shown, "not an ordinary file.")
    return Source(shown=file.shown, data=data, name=file.name)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _refused(shown: str, what: str, *, remedy: str = "") -> Problem:
    return make_problem(shown, Finding(code="E012", path=(), what=what, remedy=remedy))


def _unreadable(shown: str, error: OSError, *, noun: str) -> Problem:
    what = f"this {noun} cannot be read: {error.strerror or 'no reason given'}."
    return make_problem(shown, Finding(code="E026", path=(), what=what))
