"""What is not a file at all, or leads somewhere else: special files, links, names. A fixed list, tried once each."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from reconciler.errors import InvalidDocumentError, InvalidFilesError
from reconciler.loading.documents import read_plan
from reconciler.loading.files import DEEPEST_FOLDER
from reconciler.loading.handover_list import read_requests
from reconciler.loading.known_files import wanted_of
from reconciler.loading.link_list import read_rows
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.loading.part import Remembered, load_part
from reconciler.loading.people import load_people
from reconciler.loading.snapshot import read_snapshot
from reconciler.model.handover import Request
from tests.fuzz import corpus
from tests.fuzz.findings import check, check_error, check_problems
from tests.fuzz.fleet_on_disk import TODAY

HARMFUL: dict[str, Callable[[Path], object]] = {
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "a socket": lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nothing.yaml"),
    "a link out of the fleet": lambda path: path.symlink_to("/etc/hostname"),
    "a folder": lambda path: path.mkdir(),
    "nothing": lambda path: None,
    "a file that nobody may read": lambda path: (path.write_text("x"), path.chmod(0)),
}
PLACES = ("fleet.yaml", "exceptions.yaml", "profiles/x.yaml", "installations/x.yaml", "attestations/x.yaml")
NAMES = (
    "installations/kari@people/x.yaml",
    "installations/\x1b[31m\n.yaml",
    "installations/\udcff.yaml",
    "installations/x.yml",
    "installations/X.YAML",
    "installations/.hidden.yaml",
    "profiles/" + "x" * 200 + ".yaml",
    "stray.yaml",
    "instalations/x.yaml",
    "old/deep/x.yml",
    "old/" + "a/" * 25 + "x.yaml",
)
NOBODYS = ("installations/notes.txt", "old/notes.md", ".hidden/x.yaml")
"""Nothing is to be said of them."""


def check_all(folder: Path) -> None:
    """Each is a problem or an error, and none is waited for."""
    number = 0
    for make in HARMFUL.values():
        for place in PLACES:
            number += 1
            _check_fleet(folder / f"harmful-{number}", place, make)
        _check_alone(folder / f"harmful-{number}", make)
    for name in NAMES:
        number += 1
        _check_fleet(folder / f"harmful-{number}", name, lambda path: path.write_text("x: 1\n"))
    for name in NOBODYS:
        number += 1
        loaded = _check_fleet(folder / f"harmful-{number}", name, lambda path: path.write_text("x: 1\n"))
        check(all(name not in one.file for one in loaded.problems), f"something is said of {name}")
    number += 1
    _check_depth(folder / f"harmful-{number}")
    for link in ("installations", "profiles", "attestations"):
        number += 1
        _check_folder(folder / f"harmful-{number}", link)
    _check_no_fleet(folder)
    _check_alone(folder / "harmful-1", _huge)
    _check_lists(folder / "harmful-1")


def _huge(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.touch()
    os.truncate(path, 300 * 1024 * 1024)


def _check_fleet(root: Path, name: str, make: Callable[[Path], object]) -> LoadedFleet:
    fleet = root / "fleet"
    files = {name: text for name, text in corpus.EVERYTHING.items() if name != "exceptions.yaml"}
    for other, text in files.items():
        (fleet / other).parent.mkdir(parents=True, exist_ok=True)
        (fleet / other).write_text(text)
    (fleet / name).parent.mkdir(parents=True, exist_ok=True)
    (fleet / name).unlink(missing_ok=True)
    make(fleet / name)
    loaded = load_fleet(fleet, today=TODAY)
    check_problems(loaded.problems, {problem.file: b"x: 1\n" * 1000 for problem in loaded.problems})
    loaded.effective(fleet / "installations/a/there.yaml", None)
    return loaded


def _check_depth(root: Path) -> None:
    """Files too deep are told, and so is a link to a folder among them; the files above are read all the same."""
    deep = "installations/" + "a/" * (DEEPEST_FOLDER + 1) + "x.yaml"
    loaded = _check_fleet(root, deep, lambda path: path.write_text("x: 1\n"))
    check([problem.code for problem in loaded.problems if "levels deep" in problem.what] == ["E012"], "a file too deep")
    (root / "fleet/installations/link").symlink_to(root)
    again = load_fleet(root / "fleet", today=TODAY)
    told = [problem.file for problem in again.problems if problem.what == "a symlink to a folder."]
    check(again.files == loaded.files and len(told) == 1, "a link to a folder was followed")


def _check_folder(root: Path, name: str) -> None:
    fleet = root / "fleet"
    fleet.mkdir(parents=True)
    (fleet / "fleet.yaml").write_text(corpus.EVERYTHING["fleet.yaml"])
    (fleet / name).symlink_to(root)
    loaded = load_fleet(fleet, today=TODAY)
    check(any(problem.code == "E012" for problem in loaded.problems), "a link to a folder was followed")


def _check_no_fleet(folder: Path) -> None:
    for path in (folder / "none", folder / "document.json"):
        loaded = load_fleet(path, today=TODAY)
        check([problem.code for problem in loaded.problems] == ["E019"], "a fleet that is none")
        check(loaded.effective(Path("x.yaml"), None) == (), "a value of nothing")
        wanted = wanted_of(["x"], [], accounts=[], fleet_path=str(path))
        part = load_part(path, today=TODAY, wanted=wanted, remembered=Remembered(index=b"", settled_ns=0))
        check(part.fleet.problems == loaded.problems and part.is_whole, "a part of a fleet that is none")


def _check_alone(root: Path, make: Callable[[Path], object]) -> None:
    path = root / f"alone-{len(list(root.iterdir()))}.json"
    make(path)
    reads: tuple[Callable[[Path], object], ...] = (read_plan, load_people)
    for read in reads if make is _huge else (*reads, read_snapshot):
        try:
            read(path)
            check(False, "something was read")
        except InvalidDocumentError as error:
            check_error(error)
        except InvalidFilesError as error:
            check_problems(error.problems, {})


def _check_lists(root: Path) -> None:
    """Lists that are none, or too large."""
    for number, make in enumerate((*HARMFUL.values(), _huge)):
        path = root / f"list-{number}.csv"
        make(path)
        try:
            read_requests(path, Request(serial="", owner=""))
            check(False, "something was read")
        except InvalidFilesError as error:
            check_problems(error.problems, {})
        found, problems = read_rows(path)
        check(not found and problems, "something was read")
        check_problems(problems, {})
