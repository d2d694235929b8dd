"""Tables that somebody else exported as CSV: their head line, their rows with lines. No message repeats a row."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from reconciler.loading.findings import Finding, make_problem
from reconciler.loading.nearest import nearest
from reconciler.loading.yaml_source import MOST_FLAWS
from reconciler.model.problem import Problem
from reconciler.records import dataclass

Rows = list[tuple[int, Mapping[str, str]]]
"""Each row by column, with the line where it begins."""

_SIGNS = {"\t": "tabs", "|": "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a table must look like; `needed` are columns that it cannot go without, `code` that of its problems."""

    code: str
    columns: tuple[str, ...]
    needed: tuple[str, ...] = ()
    most_rows: int


def rows_in(data: bytes, shown: str, form: Form) -> tuple[Rows, list[Problem]]:
    """The rows of a table in UTF-8, stripped, and what is wrong with it as such; empty rows are left out."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [], [_problem(shown, form, line, "this is not UTF-8.")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter_of(text))
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            lines.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error:
        return [], [_problem(shown, form, begins, "this row is not CSV; look for a quote that is not closed.")]
    return _rows(lines, shown, form)


def _rows(lines: list[tuple[int, list[str]]], shown: str, form: Form) -> tuple[Rows, list[Problem]]:
    names = columns_of(lines[0][1], form.columns) if lines else []
    flaw = flaw_of_head(names, form.columns, needed=form.needed)
    if flaw is not None:
        return [], [_problem(shown, form, 1, flaw)]
    body = [(line, cells) for line, cells in lines[1:] if any(cells)]
    if len(body) > form.most_rows:
        what = f"more than {form.most_rows} rows; part it into several lists."
        return [], [_problem(shown, form, body[form.most_rows][0], what)]
    odd = (line for line, cells in body if len(cells) != len(names))
    what = f"not {len(names)} columns as the first line."
    problems = [_problem(shown, form, line, what) for line in islice(odd, MOST_FLAWS)]
    fitting = [(line, dict(zip(names, cells, strict=True))) for line, cells in body if len(cells) == len(names)]
    if not body:
        problems.append(_problem(shown, form, 1, "the list has no rows."))
    return list(fitting), problems


def _problem(shown: str, form: Form, line: int, what: str) -> Problem:
    return make_problem(shown, Finding(code=form.code, path=(), what=what), line=line)


def delimiter_of(text: str) -> str:
    """A comma, or a semicolon where the first line has more of them."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def columns_of(cells: Sequence[str], known: Sequence[str]) -> list[str]:
    """The names as we write them, whatever their capitals; others as they stand there."""
    folded = {name.casefold(): name for name in known}
    return [folded.get(cell.strip().casefold(), cell.strip()) for cell in cells]


def flaw_of_head(names: Sequence[str], known: Sequence[str], *, needed: Collection[str] = ()) -> str | None:
    """What is wrong with the names of the columns; None when nothing is.

    A name is only repeated where it is nearly one of ours: without a head line the first row stands there.
    """
    columns = f"the columns are {', '.join(known)}"
    parted = next((word for sign, word in _SIGNS.items() if names and sign in names[0]), None)
    if parted is not None:
        return f"its columns are parted by {parted}; part them by commas or semicolons."
    strange = next(((place, name) for place, name in enumerate(names, start=1) if name not in known), None)
    if strange is not None:
        return f"{_strange(*strange, known)}; {columns}."
    twice = next((name for name in known if names.count(name) > 1), None)
    if twice is not None:
        return f"the column `{twice}` comes twice; {columns}."
    missing = [f"`{name}`" for name in known if name in needed and name not in names]
    if missing:
        return f"the first line does not name {' and '.join(missing)}; {columns}."
    return None if names else f"the first line must name the columns; {columns}."


def _strange(place: int, name: str, known: Sequence[str]) -> str:
    near = nearest(name[:40], known) if name.isalpha() else None
    if near is None:
        return f"the first line must name the columns, and its column {place} has no name of ours"
    return f"`{name[:40]}` is not a column, did you mean `{near}`?"
