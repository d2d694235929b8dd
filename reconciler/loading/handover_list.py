"""The list of a hand-over in waves: a CSV file from a customer register. No message repeats what a row says."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from reconciler.errors import InvalidFilesError
from reconciler.loading.csv_tables import Form, Rows, rows_in
from reconciler.loading.findings import Finding, make_problem
from reconciler.loading.ordinary import ordinary_bytes
from reconciler.loading.yaml_source import MOST_FLAWS
from reconciler.model.desired import Origin
from reconciler.model.handover import Request
from reconciler.model.mail import redacted
from reconciler.model.problem import Problem
from reconciler.model.secret import Secret

LARGEST_LIST = 4 * 1024 * 1024
MOST_ROWS = 20_000
_SERIAL = re.compile(r"[A-Z]{3}[0-9]{6}", re.ASCII)
_PERSON = re.compile(r"(?:person:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_POSTCODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])?", re.ASCII)
_CODE = "E251"
_FORM = Form(code=_CODE, columns=("serial", "person", "postcode"), needed=("serial", "person"), most_rows=MOST_ROWS)


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
    rows, problems = rows_in(data, shown, _FORM)
    problems += islice(_problems(shown, rows), MOST_FLAWS)
    if problems:
        raise InvalidFilesError(tuple(sorted(problems, key=lambda problem: problem.sort_key)))
    return tuple(_request(shown, line, row, template) for line, row in rows)


def _bytes(path: Path, shown: str) -> bytes:
    try:
        data = ordinary_bytes(path, most=LARGEST_LIST + 1)
    except OSError as error:
        what = f"it cannot be read: {error.strerror or 'no reason given'}."
        raise InvalidFilesError((_problem(shown, 0, what),)) from None
    if len(data) > LARGEST_LIST:
        raise InvalidFilesError((_problem(shown, 0, f"larger than {LARGEST_LIST} bytes."),))
    return data


def _problems(shown: str, rows: Rows) -> Iterator[Problem]:
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
