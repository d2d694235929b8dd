"""Which files make a fleet, and their bytes. Only ordinary files inside the fleet folder are ever opened."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.loading.addresses import has_address, redacted
from reconciler.loading.findings import Finding, Source, make_problem
from reconciler.loading.yaml_source import LARGEST_FILE
from reconciler.model.problem import Problem

_AT_THE_TOP = ("fleet.yaml", "exceptions.yaml")
_ALMOST_YAML = (".yml", ".json", ".yaml.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFile:
    """A file and its name as shown, relative to the folder that holds the fleet."""

    path: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFolder:
    """The fleet folder: where it really is, and what its files are called when shown."""

    root: str
    name: str

    def file(self, *parts: str) -> FleetFile:
        """A file at a place that the layout fixes."""
        return FleetFile(path=os.path.join(self.root, *parts), shown=self._shown("/".join(parts)))

    def exists(self, *parts: str) -> bool:
        """Whether something is there, even something unusable."""
        return os.path.lexists(os.path.join(self.root, *parts))

    def below(self, folder: str) -> tuple[tuple[FleetFile, ...], tuple[Problem, ...]]:
        """All `.yaml` files below a folder, sorted by name as shown, and the names that cannot be used."""
        files: list[FleetFile] = []
        problems: list[Problem] = []
        path = os.path.join(self.root, folder)
        if os.path.islink(path):
            problems.append(_refused(self._shown(folder), "a symlink to a folder."))
        elif os.path.isdir(path):
            for found in self._walk(folder):
                (files if isinstance(found, FleetFile) else problems).append(found)  # type: ignore[arg-type]  # told apart
        return tuple(sorted(files, key=lambda file: file.shown)), tuple(problems)

    def misplaced(self) -> Iterator[Problem]:
        """YAML files beside fleet.yaml that nobody reads there."""
        for name in sorted(os.listdir(self.root)):
            almost = name.lower().endswith((".yaml", *_ALMOST_YAML)) and not name.startswith(".")
            if almost and name not in _AT_THE_TOP and os.path.isfile(os.path.join(self.root, name)):
                what = f"only {' and '.join(_AT_THE_TOP)} are read here."
                yield make_problem(self._shown(name), Finding(code="E024", path=(), what=what))

    def _walk(self, folder: str) -> Iterator[FleetFile | Problem]:
        with os.scandir(os.path.join(self.root, folder)) as entries:
            listed = sorted(
                (entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name
            )
        for entry in listed:
            relative = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(relative)
            else:
                yield from self._one(entry, relative)

    def _one(self, entry: os.DirEntry[str], relative: str) -> Iterator[FleetFile | Problem]:
        shown = self._shown(relative)
        lower = entry.name.lower()
        if entry.is_symlink() and entry.is_dir():
            yield _refused(shown, "a symlink to a folder.")
        elif lower.endswith(_ALMOST_YAML) or (lower.endswith(".yaml") and not entry.name.endswith(".yaml")):
            yield make_problem(shown, Finding(code="E024", path=(), what="this name does not end in .yaml."))
        elif entry.name.endswith(".yaml"):
            if has_address(relative):
                yield make_problem(shown, Finding(code="E230", path=(), what="an e-mail address in a file name."))
            yield FleetFile(path=entry.path, shown=shown)

    def _shown(self, relative: str) -> str:
        printable = "".join(sign if sign.isprintable() else "?" for sign in f"{self.name}/{relative}")
        return redacted(printable)


def fleet_folder(path: Path) -> FleetFolder | Problem:
    """The folder, or why there is none."""
    root = os.path.realpath(path)
    if not os.path.isdir(root):
        finding = Finding(code="E019", path=(), what="there is no such folder.")
        return make_problem(str(path), finding)
    return FleetFolder(root=root, name=os.path.basename(root) or "fleet")


def read_source(folder: FleetFolder, file: FleetFile) -> Source | Problem:
    """The bytes of one file, or why it must not or cannot be read."""
    try:
        return _opened(folder, file)
    except OSError as error:
        return _refused(file.shown, f"it cannot be read: {error.strerror or 'no reason given'}.")


def _opened(folder: FleetFolder, file: FleetFile) -> Source | Problem:
    if os.path.islink(file.path):
        real = os.path.realpath(file.path)
        if os.path.commonpath([real, folder.root]) != folder.root:
            return _refused(file.shown, "a symlink that leaves the fleet folder.")
    with open(os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            return _refused(file.shown, "not an ordinary file.")
        return Source(shown=file.shown, data=stream.read(LARGEST_FILE + 1))


def _refused(shown: str, what: str) -> Problem:
    return make_problem(shown, Finding(code="E012", path=(), what=what))
