"""Texts about files for a terminal: problems, explanations, and where values come from."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from reconciler.model.desired import Origin
from reconciler.model.problem import Explanation, Problem, Severity
from reconciler.report import wording
from reconciler.report.page import Look, Page, Text, Tone
from reconciler.report.stream import Color, Glyphs


def validation_text(
    problems: Sequence[Problem], *, files: int, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE
) -> str:
    """All problems by file and place, then one line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for problem in sorted(problems, key=lambda problem: problem.sort_key):
        _problem(page, problem)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    read = f"{wording.counted(files, 'file')} read"
    notes = f", {wording.counted(warnings, 'warning')}" if warnings else ""
    if errors:
        page.line(
            (wording.counted(errors, "error"), Tone.BAD), f"{notes} in {read}; `reconciler explain CODE` says more"
        )
    else:
        page.line(("Valid: ", Tone.GOOD), f"{read}, no error{notes}.")
    return str(page)


def _problem(page: Page, problem: Problem) -> None:
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    tone = Tone.BAD if problem.severity is Severity.ERROR else Tone.CHANGE
    page.line((place, Tone.STRONG), "  ", (f"{problem.severity.value} {problem.code}", tone))
    subject = f"{problem.path}: " if problem.path else ""
    page.line((subject, Tone.STRONG), " ".join(part for part in (problem.what, problem.why) if part), indent=2)
    page.line(("repair: ", Tone.QUIET), problem.remedy, indent=2)
    page.blank()


def explanation_text(explanation: Explanation, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """What a code or guard means, why it exists and how to satisfy it."""
    page = Page(Look(width=min(width, 100), color=color, glyphs=glyphs))
    page.line((f"{explanation.code}  ", Tone.BAD), (explanation.title, Tone.STRONG))
    page.blank()
    page.labelled(("Why", Tone.QUIET), explanation.why, cells=9, indent=2)
    page.labelled(("Repair", Tone.QUIET), explanation.remedy, cells=9, indent=2)
    if explanation.example:
        page.blank()
        page.line(("Example", Tone.QUIET), indent=2)
        for line in explanation.example.rstrip("\n").split("\n"):
            page.line(line, indent=6)
    return str(page)


class Effective(Protocol):
    """One effective value and where it was written."""

    @property
    def path(self) -> str:
        """Path of the setting in the merged file."""
        ...

    @property
    def value(self) -> object:
        """The value."""
        ...

    @property
    def origin(self) -> Origin:
        """File and line."""
        ...


def effective_text(
    values: Iterable[Effective], *, own: str, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE
) -> str:
    """Each effective value with the place it came from, in the order given; in the file `own` just its line.

    Paths, values and places stay in one piece, so that they can be copied: what does not fit goes to the next line.
    """
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    text = page.look.text
    rows = [
        (
            text(one.path),
            text((wording.yaml_value(one.value), Tone.STRONG)),
            text((_place(one.origin, own), Tone.QUIET)),
        )
        for one in values
    ]
    first, second = _two_columns(rows, width)
    for path, value, place in rows:
        _effective(page, path, value, place, first=first, second=second)
    return str(page)


_Row = tuple[Text, Text, Text]
_GAP = 2


def _two_columns(rows: Sequence[_Row], width: int) -> tuple[int, int]:
    """Cells of path and value, so that most rows fit on a line; the others take more lines."""
    first = max((path.cell_len for path, _, _ in rows if path.cell_len <= width // 2), default=0)
    place = max((place.cell_len for _, _, place in rows if place.cell_len <= width // 2), default=0)
    room = width - first - place - 2 * _GAP
    return first, max((value.cell_len for _, value, _ in rows if value.cell_len <= room), default=0)


def _effective(page: Page, path: Text, value: Text, place: Text, *, first: int, second: int) -> None:
    """One line, or the place below it, or value and place below the path."""
    line = _padded(path, first)
    if line.cell_len + value.cell_len > page.look.width:
        page.unbroken(path)
        line = page.look.text(" " * _GAP)
    line += value
    column = min(first + _GAP + second, page.look.width - _GAP - place.cell_len)
    line = _padded(line, column)
    if line.cell_len + place.cell_len > page.look.width:
        page.unbroken(line)
        line = page.look.text(" " * _GAP)
    page.unbroken(line + place)


def _padded(text: Text, cells: int) -> Text:
    return text + " " * (max(0, cells - text.cell_len) + _GAP)


def _place(origin: Origin, own: str) -> str:
    return f"line {origin.line}" if origin.file == own and origin.line else str(origin)
