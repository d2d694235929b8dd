"""The directory of people, outside git. No message of this module repeats an address or a name."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidFilesError
from reconciler.loading.csv_tables import columns_of, delimiter_of, flaw_of_head
from reconciler.loading.files import shown_from_here
from reconciler.loading.findings import Finding, Source, make_problem, problem_of
from reconciler.loading.ordinary import ordinary_bytes
from reconciler.loading.yaml_source import LARGEST_FILE, MOST_FLAWS, TreePath, read_yaml
from reconciler.model.desired import DesiredFleet, DesiredInstallation, DesiredPermissions
from reconciler.model.mail import has_address, redacted
from reconciler.model.people import People, Person
from reconciler.model.ports import Origins
from reconciler.model.problem import Problem

_COLUMNS = ("id", "email", "name", "language")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_LARGEST_DIRECTORY = 64 * LARGEST_FILE
"""Bytes of a CSV file; a YAML file has the limit of all YAML files."""
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?", re.ASCII)


def load_people(path: Path) -> People:
    """Read a YAML list or a CSV table with the columns id, email, name, language; the last two may be left out.

    Raises:
        InvalidFilesError: The file cannot be read, or an entry cannot be used.
    """
    shown = redacted(str(path))
    try:
        data = ordinary_bytes(path, most=_LARGEST_DIRECTORY + 1)
    except OSError as error:
        what = f"it cannot be read: {error.strerror or 'no reason given'}."
        raise InvalidFilesError((make_problem(shown, Finding(code="E250", path=(), what=what)),)) from None
    source = Source(shown=shown, data=data)
    if len(data) > _LARGEST_DIRECTORY:
        raise InvalidFilesError((_file_problem(source, f"larger than {_LARGEST_DIRECTORY} bytes."),))
    rows, problems = _csv_rows(source) if path.suffix.lower() == ".csv" else _yaml_rows(source)
    problems.extend(islice(_row_problems(rows), MOST_FLAWS))
    if problems:
        raise InvalidFilesError(tuple(sorted(problems, key=lambda problem: problem.sort_key)))
    return People(entries=tuple(_person(row.values) for row in rows))


def unknown_people(fleet: DesiredFleet, people: People, origins: Origins) -> tuple[Problem, ...]:
    """E231 for each `person:<id>` under `entries` or `absent` who is not in the directory."""
    problems: list[Problem] = []
    for site in fleet.installations:
        for path in _principals(site):
            principal = path[-1]
            kind, _, identity = principal.partition(":")
            if kind == "person" and people.get(identity) is None:
                origin = origins.find(site.id, path)
                finding = Finding(code="E231", path=(), what=f"{principal} is not in the directory.")
                shown = shown_from_here(fleet.path, origin.file.partition("/")[2])
                problems.append(make_problem(shown, finding, line=origin.line, column=origin.column))
    return tuple(sorted(problems, key=lambda problem: problem.sort_key))


def _principals(site: DesiredInstallation) -> Iterator[tuple[str, ...]]:
    """Paths of everybody whom the file names, with the principal last."""
    if site.permissions is not None:
        yield from _paths(site.permissions, ("permissions",))
    for serial, permissions in site.charger_permissions:
        yield from _paths(permissions, ("chargers", serial, "permissions"))


def _paths(permissions: DesiredPermissions, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield from ((*place, "entries", entry.principal) for entry in permissions.entries)
    yield from ((*place, "absent", removal.principal) for removal in permissions.absent)


class _Row:
    """One entry and how to say where it is."""

    def __init__(self, values: dict[str, Any], source: Source, *, path: TreePath, line: int) -> None:
        self.values = values
        self._source, self._path, self._line = source, path, line

    def problem(self, key: str, what: str) -> Problem:
        """A problem with one column of this entry."""
        if self._line:
            finding = Finding(code="E250", path=(key,), what=what)
            return make_problem(self._source.shown, finding, line=self._line)
        return problem_of(self._source, Finding(code="E250", path=(*self._path, key), what=what))


def _csv_rows(source: Source) -> tuple[list[_Row], list[Problem]]:
    try:
        text = source.data.decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="", delimiter=delimiter_of(text))
        header = columns_of(table.fieldnames or [], _COLUMNS)
        table.fieldnames = header
        rows = [_Row(dict(row), source, path=(), line=table.line_num) for row in table]
    except (UnicodeDecodeError, csv.Error):
        return [], [_file_problem(source, "this is not a CSV file in UTF-8.")]
    flaw = flaw_of_head(header, _COLUMNS, needed=("id", "email"))
    return (rows, []) if flaw is None else ([], [_file_problem(source, flaw)])


def _yaml_rows(source: Source) -> tuple[list[_Row], list[Problem]]:
    reading = read_yaml(source.data)
    if reading.flaws:
        flaw = reading.flaws[0]
        what = f"not strict YAML: {flaw.what}"
        return [], [make_problem(source.shown, Finding(code="E250", path=(), what=what), line=flaw.line)]
    value = reading.value
    prefix: TreePath = ()
    if isinstance(value, dict) and set(value) == {"people"}:
        value, prefix = value["people"], ("people",)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return [], [_file_problem(source, "expected a list of maps with id, email, name and language.")]
    return [_Row(item, source, path=(*prefix, index), line=0) for index, item in enumerate(value)], []


def _file_problem(source: Source, what: str) -> Problem:
    return make_problem(source.shown, Finding(code="E250", path=(), what=what), line=1)


def _row_problems(rows: list[_Row]) -> Iterator[Problem]:
    seen: dict[str, set[str]] = {"id": set(), "email": set()}
    for row in rows:
        for key in row.values:
            if key not in _COLUMNS:
                yield row.problem("id", "an entry has something besides id, email, name and language.")
        for key, what in _wrong_values(row.values):
            yield row.problem(key, what)
        for key, known in seen.items():
            folded = _folded(row.values.get(key))
            if folded and folded in known:
                yield row.problem(key, f"two entries have this {key}.")
            known.add(folded)


def _wrong_values(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not _ID.fullmatch(str(values.get("id") or "")):
        yield "id", "an id is letters, digits, dots, dashes and underscores."
    email = values.get("email")
    if not isinstance(email, str) or not has_address(email) or email.strip() != email or not email.isprintable():
        yield "email", "this is not an e-mail address (not shown)."
    language = values.get("language") or "en"
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        yield "language", "a language is two small letters, for instance nb."
    if not isinstance(values.get("name") or "", str):
        yield "name", "a name is a text."


def _folded(value: Any) -> str:
    return unicodedata.normalize("NFC", str(value or "")).strip().casefold()


def _person(values: dict[str, Any]) -> Person:
    return Person(
        id=str(values["id"]),
        email=values["email"],
        name=values.get("name") or "",
        language=values.get("language") or "en",
    )
