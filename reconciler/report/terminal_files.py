"""Texts about files for a terminal: problems, explanations, and where values come from."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from rich.table import Table

from reconciler.model.desired import Origin
from reconciler.model.problem import Explanation, Problem, Severity
from reconciler.report import wording
from reconciler.report.page import Color, Glyphs, Look, Page, Tone


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
    """Each effective value with the place it came from, in the order given; in the file `own` just its line."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        grid.add_column(overflow="fold")
    for value in values:
        shown = (wording.yaml_value(value.value), Tone.STRONG)
        origin = (_place(value.origin, own), Tone.QUIET)
        grid.add_row(page.look.text(value.path), page.look.text(shown), page.look.text(origin))
    page.show(grid)
    return str(page)


def _place(origin: Origin, own: str) -> str:
    return f"line {origin.line}" if origin.file == own and origin.line else str(origin)
