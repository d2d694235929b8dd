"""The list of links to ask for: a CSV file from a customer register, read but not judged yet."""

from pathlib import Path

from reconciler.loading.csv_tables import Form, Rows, rows_in
from reconciler.loading.findings import Finding, make_problem
from reconciler.loading.ordinary import ordinary_bytes
from reconciler.model.mail import redacted
from reconciler.model.problem import Problem

COLUMNS = ("reference", "installationId", "installationtype", "lang", "partnerName", "showExisting")
MOST_ROWS = 10_000
LARGEST_LIST = 4 * 1024 * 1024
_CODE = "E252"
_FORM = Form(code=_CODE, columns=COLUMNS, most_rows=MOST_ROWS)


def shown_name(path: Path) -> str:
    """The path as it may be shown."""
    return redacted("".join(sign if sign.isprintable() else "?" for sign in str(path)))


def read_rows(path: Path) -> tuple[Rows, list[Problem]]:
    """The rows by column, and what is wrong with the table as such."""
    shown = shown_name(path)
    try:
        data = ordinary_bytes(path, most=LARGEST_LIST + 1)
    except OSError as error:
        return [], [problem_at(path, 0, f"it cannot be read: {error.strerror or 'no reason given'}.")]
    if len(data) > LARGEST_LIST:
        return [], [problem_at(path, 0, f"larger than {LARGEST_LIST} bytes.")]
    return rows_in(data, shown, _FORM)


def problem_at(path: Path, line: int, what: str, *, column: str = "") -> Problem:
    """A problem with a line of the list."""
    finding = Finding(code=_CODE, path=(column,) if column else (), what=what)
    return make_problem(shown_name(path), finding, line=line)
