"""Loads a fleet: every file read, checked and merged, every problem of every file told at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from reconciler.loading.deviations import (
    attestation_findings,
    attestation_of,
    attested_twice,
    deviations_of,
    exception_findings,
)
from reconciler.loading.files import FleetFile, FleetFolder, fleet_folder, read_source
from reconciler.loading.findings import At, Finding, Source, in_order, make_problem, place_in, problem_of
from reconciler.loading.fingerprint import desired_digest
from reconciler.loading.fleet_file import accounts_of, limits_of
from reconciler.loading.installations import OneFile, ReadInstallation, read_one
from reconciler.loading.known_files import NOTHING, LeftOut
from reconciler.loading.origins import EffectiveValue, FileOrigins, ReadFleet
from reconciler.loading.rules_permissions import mistyped_groups
from reconciler.loading.shared import Shared, read_shared
from reconciler.loading.site import FleetRules
from reconciler.loading.tree_reader import read_tree
from reconciler.model.desired import Attestation, DesiredFleet, DesiredInstallation, Deviation, Origin
from reconciler.model.problem import Problem, Severity
from reconciler.records import dataclass

_FLEET_IS_EMPTY = "there is no installation file here."


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFleet:
    """What a fleet folder holds.

    Attributes:
        desired: None when any problem is an error.
        problems: Errors and warnings of all files, sorted by file and place.
        files: Installation files that were found.
        rules: What its own fleet.yaml says to every other file; None without a fleet folder.
        exceptions: The exceptions and where the end of each stands.
    """

    desired: DesiredFleet | None
    problems: tuple[Problem, ...]
    origins: FileOrigins
    files: int
    rules: FleetRules | None = None
    exceptions: tuple[tuple[Deviation, Origin], ...] = ()

    def effective(self, file: Path, path: str | None) -> tuple[EffectiveValue, ...]:
        """Effective values of one installation file with their origins; with a path only that and what lies below.

        What an exception decides comes from exceptions.yaml, as a plan has it.
        Empty when there is no fleet folder; `problems` says so.

        Raises:
            UsageProblemError: The file is no installation file of this fleet, or it has no such value.
        """
        values = self.origins.effective(file, path)
        if not self.exceptions:
            return values
        identity = next(one.value for one in self.origins.effective(file, "id"))
        mine = [(one, origin) for one, origin in self.exceptions if one.installation_id == identity]
        return tuple(_excepted(value, mine) for value in values)


def _excepted(value: EffectiveValue, exceptions: Sequence[tuple[Deviation, Origin]]) -> EffectiveValue:
    for one, origin in exceptions:
        place = ("chargers", one.charger, one.setting) if one.charger else (one.setting,)
        name = ".".join(place)
        if value.path == name and one.value is not None:
            return replace(value, value=one.value, origin=origin)
        if one.value is None and (value.path == name or value.path.startswith(f"{name}.")):
            return replace(value, value=f"(whatever is live until {one.until.isoformat()})", origin=origin)
    return value


def load_fleet(
    path: Path,
    *,
    today: date,
    commit: str | None = None,
    under: FleetRules | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> LoadedFleet:
    """Read a fleet folder. Raises nothing for bad files: they become problems.

    Args:
        path: The folder that holds fleet.yaml.
        today: Decides which end dates are over; dates are inclusive.
        commit: Revision of the files, when somebody knows it.
        under: Rules that count instead of those of fleet.yaml itself: those of the base, for a pull request.
        meanwhile: What else has to be done before anything can go on; the files are then read on all cores beside it.
    """
    opened = open_fleet(path, today=today, under=under)
    if isinstance(opened, LoadedFleet):
        return opened
    read = partial(read_one, folder=opened.folder, shared=opened.shared)
    for file, found in zip(opened.files, _each(read, opened.files, meanwhile), strict=True):
        opened.gathered.note(file, found)
    return finished(opened, path, today=today, commit=commit)


def _each(
    read: Callable[[FleetFile], OneFile], files: Sequence[FleetFile], meanwhile: Callable[[], None] | None
) -> Iterator[OneFile]:
    if meanwhile is None:
        return map(read, files)
    from reconciler.loading.side_by_side import each  # noqa: PLC0415  who reads alone hands nothing over

    return each(read, files, meanwhile=meanwhile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A fleet of which everything was read that its installation files share, and none of these.

    Attributes:
        gathered: What is known so far; the installation files are added to it.
    """

    folder: FleetFolder
    shared: Shared
    files: tuple[FleetFile, ...]
    gathered: "Gathered"


def open_fleet(path: Path, *, today: date, under: FleetRules | None = None) -> Opened | LoadedFleet:
    """The beginning of `load_fleet`; where there is no folder, this is all of it."""
    folder = fleet_folder(path)
    if isinstance(folder, Problem):
        return LoadedFleet(desired=None, problems=(folder,), origins=FileOrigins(fleet=None), files=0)
    problems: list[Problem] = []
    shared = read_shared(folder, problems, today=today, under=under)
    files, unusable = folder.below("installations")
    problems.extend((*unusable, *folder.misplaced()))
    if not files and not unusable:
        problems.append(
            make_problem(folder.file("installations").shown, Finding(code="E019", path=(), what=_FLEET_IS_EMPTY))
        )
    gathered = Gathered(folder=folder, problems=problems)
    gathered.knows_all_ids = not unusable
    return Opened(folder=folder, shared=shared, files=files, gathered=gathered)


def finished(opened: Opened, path: Path, *, today: date, commit: str | None, others: LeftOut = NOTHING) -> LoadedFleet:
    """The end of `load_fleet`: what looks across files, and the value of it all.

    Args:
        opened: Everything that was to be read.
        path: As in `load_fleet`.
        today: As in `load_fleet`.
        commit: As in `load_fleet`.
        others: Files that were left out. `desired` is without these, except that its size is that of the whole, and
            without a digest.
    """
    folder, shared, gathered = opened.folder, opened.shared, opened.gathered
    size = (len(gathered.serials), sum(map(len, gathered.serials.values())))
    if others.records and folder.exists("exceptions.yaml"):
        gathered.serials.update(others.serials())
    exceptions = _read_exceptions(folder, gathered, today=today)
    attestations = _read_attestations(folder, gathered.problems)
    sorted_problems = in_order(gathered.problems)
    loaded = LoadedFleet(
        desired=None,
        problems=sorted_problems,
        origins=FileOrigins(fleet=ReadFleet(folder=folder, shared=shared, files=gathered.places)),
        files=len(opened.files),
        rules=shared.own_rules,
    )
    if _has_error(sorted_problems):
        return loaded
    desired = replace(
        _desired(path, shared, gathered.desired, commit=commit),
        deviations=tuple(deviation for deviation, _ in exceptions),
        attestations=attestations,
    )
    digest = "" if others.records else desired_digest(desired, gathered.digests)
    further = others.size
    whole = (size[0] + further[0], size[1] + further[1])
    about_groups = tuple(_about_groups(folder, desired))
    return replace(
        loaded,
        desired=replace(desired, fleet_size=whole, digest=digest),
        exceptions=exceptions,
        problems=in_order([*sorted_problems, *about_groups]) if about_groups else sorted_problems,
    )


def _about_groups(folder: FleetFolder, desired: DesiredFleet) -> Iterator[Problem]:
    found = tuple(mistyped_groups(desired.accounts, desired.installations))
    source = read_source(folder, folder.file("fleet.yaml")) if found else None
    if isinstance(source, Source):
        yield from (problem_of(source, finding) for finding in found)


def _desired(path: Path, shared: Shared, sites: Sequence[DesiredInstallation], *, commit: str | None) -> DesiredFleet:
    """What fleet.yaml and the files of the installations say; they have no error."""
    return DesiredFleet(
        path=str(path),
        digest="",
        accounts=accounts_of(shared.fleet),
        limits=limits_of(shared.fleet),
        allowed_hosts=tuple(sorted(shared.own_rules.allowed_hosts or ())),
        installations=tuple(sorted(sites, key=lambda installation: installation.id)),
        commit=commit,
    )


class Gathered:
    """Grows while the installation files are read; knows which id and serial stands where."""

    def __init__(self, *, folder: FleetFolder, problems: list[Problem]) -> None:
        self.desired: list[DesiredInstallation] = []
        self.digests: dict[str, str] = {}
        self.places: dict[str, tuple[FleetFile, int]] = {}
        self.serials: dict[str, Collection[str]] = {}
        self.knows_all_ids = True
        self._folder = folder
        self.problems = problems
        self.file_of_serial: dict[str, FleetFile] = {}

    def note(self, file: FleetFile, found: OneFile) -> None:
        """Add what a file holds."""
        read = found.read
        if isinstance(read, Problem):
            self.problems.append(read)
            self.knows_all_ids = False
            return
        self.problems.extend(read.problems)
        self._note_id(file, found.fingerprint, read)
        self._note_serials(file, read)
        if read.desired is not None:
            self.desired.append(read.desired)
            self.digests[read.desired.id] = found.digest

    def _note_id(self, file: FleetFile, fingerprint: int, read: ReadInstallation) -> None:
        if read.id is None:
            self.knows_all_ids = False
            return
        if read.id in self.places:
            self._twice(file, ("id",), code="E006", first=self.places[read.id][0])
            return
        self.places[read.id] = (file, fingerprint)
        self.serials[read.id] = read.serials

    def _note_serials(self, file: FleetFile, read: ReadInstallation) -> None:
        for serial in read.serials:
            first = self.file_of_serial.setdefault(serial, file)
            if first is not file:
                self._twice(file, ("chargers", serial), code="E125", first=first)

    def _twice(self, file: FleetFile, path: tuple[str, ...], *, code: str, first: FleetFile) -> None:
        other, source = read_source(self._folder, first), read_source(self._folder, file)
        line = f":{place_in(other, path).key_line}" if isinstance(other, Source) else ""
        finding = Finding(code=code, path=path, what=f"also in {first.shown}{line}.", at=At.KEY)
        told = make_problem(file.shown, finding) if isinstance(source, Problem) else problem_of(source, finding)
        self.problems.append(told)


def _read_exceptions(folder: FleetFolder, gathered: Gathered, *, today: date) -> tuple[tuple[Deviation, Origin], ...]:
    if not folder.exists("exceptions.yaml"):
        return ()
    problems = gathered.problems
    source = read_source(folder, folder.file("exceptions.yaml"))
    if not isinstance(source, Source):
        problems.append(source)
        return ()
    read = read_tree(source, "exceptions")
    tree = read.tree or {}
    found = exception_findings(tree, gathered.serials, today=today, knows_all_ids=gathered.knows_all_ids)
    problems.extend((*read.problems, *(problem_of(source, finding) for finding in found)))
    return () if _has_error(problems) else deviations_of(tree, source)


def _read_attestations(folder: FleetFolder, problems: list[Problem]) -> tuple[Attestation, ...]:
    files, unusable = folder.below("attestations")
    problems.extend(unusable)
    attestations: dict[str, Attestation] = {}
    for file in files:
        source = read_source(folder, file)
        if not isinstance(source, Source):
            problems.append(source)
            continue
        read = read_tree(source, "attestation")
        found = [problem_of(source, finding) for finding in attestation_findings(read.tree or {}, Path(file.path).name)]
        problems.extend((*read.problems, *found))
        if read.tree is not None and not _has_error((*read.problems, *found)):
            attested = attestation_of(read.tree)
            if attestations.setdefault(attested.installation_id, attested) is not attested:
                problems.append(problem_of(source, attested_twice()))
    return tuple(attestations[identity] for identity in sorted(attestations))


def _has_error(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)
