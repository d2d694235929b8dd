"""Targets that read what other systems export: the directory of people, and lists of hand-overs and of links."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from reconciler.errors import InvalidFilesError
from reconciler.loading.csv_tables import Rows
from reconciler.loading.handover_list import read_requests
from reconciler.loading.link_list import COLUMNS, MOST_ROWS, read_rows
from reconciler.loading.load import load_fleet
from reconciler.loading.people import load_people, unknown_people
from reconciler.model.handover import Order, Request
from reconciler.model.people import Person
from tests.fuzz import corpus, corpus_mistakes, corpus_tables, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed
from tests.fuzz.findings import check, check_problems, check_text, lines_of
from tests.fuzz.fleet_on_disk import TODAY, FleetOnDisk, people_of

_TEMPLATE = Request(serial="", owner="", max_current_a=10.0, order=Order.SEED, wave="7")
_MANY = Seed(name="links", data=b"lang\n" + b"nb\n" * (MOST_ROWS + 1))


def targets(folder: Path) -> tuple[Target, ...]:
    """All of them; `folder` takes the files."""
    people, lists = _People(folder / "people"), _Lists(folder / "lists")
    return (
        Target(name="people", share=60, seeds=corpus_tables.people_files(), check=people.check, writes=trees.as_yaml),
        Target(name="lists", share=40, seeds=(*corpus_tables.lists(), _MANY), check=lists.check),
    )


class _Lists:
    """Two kinds of list; every case is read as both of them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "list.csv"

    def check(self, case: Case) -> None:
        """Every row with its line, or problems at their lines; never a part of the rows."""
        data = case[0].data
        self._path.write_bytes(data)
        self._check_links(data)
        try:
            requests = read_requests(self._path, _TEMPLATE)
        except InvalidFilesError as error:
            check(error.problems, "refused for nothing")
            check_problems(error.problems, {str(self._path): data})
            check(all(problem.line for problem in error.problems), "a problem without its line")
            return
        _check_requests(requests, data)

    def _check_links(self, data: bytes) -> None:
        rows, problems = read_rows(self._path)
        check_problems(problems, {str(self._path): data})
        check(all(problem.line for problem in problems), "a problem without its line")
        wrong = misfit(rows, Rows)
        check(not wrong, wrong)
        check(rows or problems, "nothing was read and nothing is wrong")
        _check_lines([line for line, _ in rows], data)
        for _, row in rows:
            check(set(row) <= set(COLUMNS) and any(row.values()), "a row that is none")
            check(all(cell == cell.strip() for cell in row.values()), "a cell with its blanks")


def _check_requests(requests: Sequence[Request], data: bytes) -> None:
    check(requests, "a list without a row")
    wrong = misfit(tuple(requests), tuple[Request, ...])
    check(not wrong, wrong)
    check(len({one.serial for one in requests}) == len(requests), "a charger twice")
    origins = [one.origin.line for one in requests if one.origin is not None]
    check(len(origins) == len(requests), "a row without its line")
    _check_lines(origins, data)
    lines = [b"", *data.upper().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")]
    for request, (line, following) in zip(requests, pairwise([*origins, len(lines)]), strict=True):
        check(request.serial.encode() in b"\n".join(lines[line:following]), f"{request.serial} is not in line {line}")
        check(request.owner.startswith("person:") and len(request.owner) > len("person:"), "nobody is the owner")
        filled = replace(_TEMPLATE, serial=request.serial, owner=request.owner, origin=request.origin)
        check(replace(request, postcode=None) == filled, "what no row says is not as it was asked for")


def _check_lines(lines: Sequence[int], data: bytes) -> None:
    """Each row begins behind the one before it; the first line names the columns."""
    check(all(first < second for first, second in pairwise([1, *lines])), "a row in the line of another")
    check(not lines or lines[-1] <= lines_of(data), "a row behind the last line")


class _People:
    """A directory of people, and a fleet that names some."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        disk = FleetOnDisk(folder / "fleet")
        for seed in corpus_mistakes.files_beside_others()[:2]:
            disk.write(seed)
        loaded = [load_fleet(path, today=TODAY) for path in (corpus.SHIPPED, disk.folder)]
        self._fleets = [(one.desired, one.origins) for one in loaded if one.desired is not None]
        assert len(self._fleets) == len(loaded), [one.problems for one in loaded]

    def check(self, case: Case) -> None:
        """Read the directory, and if nothing is wrong look the fleet's people up."""
        path = self._folder / case[0].name
        path.write_bytes(case[0].data)
        try:
            people = load_people(path)
        except InvalidFilesError as error:
            check_problems(error.problems, {str(path): case[0].data})
            return
        for person in people.entries:
            wrong = misfit(person, Person)
            check(not wrong, wrong)
            check(person.email.isprintable() and "@" in person.email, "an address that nobody can write to")
        known = {person.id for person in people.entries}
        for fleet, origins in self._fleets:
            told = unknown_people(replace(fleet, path="fleet"), people, origins)
            for problem in told:
                check_text(str(problem))
                check(problem.line >= 1, "a person without a place")
            named = {problem.what.split()[0].removeprefix("person:") for problem in told}
            check(named == set(people_of(fleet.installations)) - known, "somebody else is told than who is missing")
