"""The list of a hand-over in waves: a CSV file from a customer register. No message repeats what a row says."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from reconciler.errors import InvalidFilesError
from reconciler.loading.addresses import redacted
from reconciler.loading.findings import Finding, make_problem
from reconciler.loading.ordinary import ordinary_bytes
from reconciler.loading.yaml_source import MOST_FLAWS
from reconciler.model.desired import Origin
from reconciler.model.handover import Request
from reconciler.model.problem import Problem
from reconciler.model.secret import Secret

LARGEST_LIST = 4 * 1024 * 1024
MOST_ROWS = 20_000
_COLUMNS = ("serial", "person", "postcode")
_NEEDED = frozenset({"serial", "person"})
_SERIAL = re.compile(r"[A-Z]{3}[0-9]{6}", re.ASCII)
_PERSON = re.compile(r"(?:person:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_POSTCODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])?", re.ASCII)
_CODE = "E251"


def read_requests(path: Path, template: Request) -> tuple[Request, ...]:
    """The rows of a list, in its order.

    Args:
        path: UTF-8 with a head line; columns serial, person and, if known, postcode, parted by commas or semicolons.
        template: What no row says; its serial, owner, postcode and origin are replaced.

    Raises:
        InvalidFilesError: Something is wrong with it; carries every problem with its line.
    """
    shown = redacted("".join(sign if sign.isprintable() else "?" for sign in str(path)))
    return _requests(shown, _bytes(path, shown), template)


def _requests(shown: str, data: bytes, template: Request) -> tuple[Request, ...]:
    rows, problems = _table(shown, data)
    problems += islice(_problems(shown, rows), MOST_FLAWS)
    if not rows and not problems:
        problems.append(_problem(shown, 1, "the list has no rows."))
    if problems:
        raise InvalidFilesError(tuple(sorted(problems, key=lambda problem: problem.sort_key)))
    return tuple(_request(shown, line, row, template) for line, row in rows)


_Rows = list[tuple[int, Mapping[str, str]]]


def _bytes(path: Path, shown: str) -> bytes:
    try:
        data = ordinary_bytes(path, most=LARGEST_LIST + 1)
    except OSError as error:
        what = f"it cannot be read: {error.strerror or 'no reason given'}."
        raise InvalidFilesError((_problem(shown, 0, what),)) from None
    if len(data) > LARGEST_LIST:
        raise InvalidFilesError((_problem(shown, 0, f"larger than {LARGEST_LIST} bytes."),))
    return data


def _table(shown: str, data: bytes) -> tuple[_Rows, list[Problem]]:
    """The rows with the lines where they begin, and what is wrong with the table as such."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [], [_problem(shown, line, "this is not UTF-8.")]
    head, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=";" if ";" in head else ",")
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            lines.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error:
        return [], [_problem(shown, begins, "this row is not CSV; look for a quote that is not closed.")]
    return _rows(shown, lines)


def _rows(shown: str, lines: list[tuple[int, list[str]]]) -> tuple[_Rows, list[Problem]]:
    names = [cell.casefold() for cell in lines[0][1]] if lines else []
    if not _NEEDED <= set(names) <= set(_COLUMNS) or len(set(names)) < len(names):
        return [], [_problem(shown, 1, f"the first line must name once each columns out of {', '.join(_COLUMNS)}.")]
    body = [(line, cells) for line, cells in lines[1:] if any(cells)]
    if len(body) > MOST_ROWS:
        return [], [_problem(shown, body[MOST_ROWS][0], f"more than {MOST_ROWS} rows; part it into several lists.")]
    odd = (line for line, cells in body if len(cells) != len(names))
    problems = [
        _problem(shown, line, f"not {len(names)} columns as the first line.") for line in islice(odd, MOST_FLAWS)
    ]
    fitting = [(line, dict(zip(names, cells, strict=True))) for line, cells in body if len(cells) == len(names)]
    return list(fitting), problems


def _problems(shown: str, rows: _Rows) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line, row in rows:
        serial = row["serial"].upper()
        if not _SERIAL.fullmatch(serial):
            yield _problem(shown, line, "a serial is three letters and six digits, as on the box.", "serial")
        elif serial in first:
            yield _problem(shown, line, f"this serial stands in line {first[serial]} already.", "serial")
        first.setdefault(serial, line)
        if not _PERSON.fullmatch(row["person"]):
            what = "a person is an id of the directory of people: letters, digits, dots, dashes and underscores."
            yield _problem(shown, line, what, "person")
        if row.get("postcode") and not _POSTCODE.fullmatch(row["postcode"]):
            yield _problem(shown, line, "a postcode is up to twelve letters and digits.", "postcode")


def _request(shown: str, line: int, row: Mapping[str, str], template: Request) -> Request:
    postcode = row.get("postcode")
    return Request(
        serial=row["serial"].upper(),
        owner=f"person:{row['person'].removeprefix('person:')}",
        max_current_a=template.max_current_a,
        order=template.order,
        postcode=Secret(postcode) if postcode else None,
        wave=template.wave,
        origin=Origin(file=shown, line=line),
    )


def _problem(shown: str, line: int, what: str, column: str = "") -> Problem:
    return make_problem(shown, Finding(code=_CODE, path=(column,) if column else (), what=what), line=line)
