"""Where results go: stdout in the asked format, and any number of report files."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO, TypedDict, TypeVar

import click

from reconciler.cli.options import ColorChoice, current_globals
from reconciler.errors import UsageProblemError
from reconciler.report.escape import cut, for_json, for_terminal
from reconciler.report.stream import Color, Glyphs, glyphs_for
from reconciler.store.files import write_atomically

F = TypeVar("F", bound=Callable[..., Any])

LONGEST_LINE = 2000
"""Cells of one message; longer is only what somebody made long to hide the rest."""


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    GITHUB = "github"


BASIC = (Format.TEXT, Format.MARKDOWN, Format.JSON)
"""What every command can write."""

WITH_GITHUB = (*BASIC, Format.GITHUB)
"""What commands can write that run in a workflow."""

Render = Callable[[], str]


def format_options(command: F) -> F:
    """Add --format and --report with the formats that every command has."""
    return format_options_of(*BASIC)(command)


def format_options_of(*formats: Format) -> Callable[[F], F]:
    """Add --format and --report with these formats."""
    names = [one.value for one in formats]
    report = click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT=FILE",
        help=f"Also write a report file; FORMAT is one of {', '.join(names)}. May be given several times.",
    )
    choice = click.option(
        "--format", "format_", type=click.Choice(names), default="text", show_default=True, help="Format on stdout."
    )
    return lambda command: choice(report(command))


def emit(renders: Mapping[Format, Render], *, format_: str, reports: Sequence[str]) -> None:
    """Print one format on stdout and write the report files, all from the same result.

    Raises:
        UsageProblemError: The result cannot be written in that format.
    """
    files = parsed_reports(reports, formats=tuple(renders))
    if Format(format_) not in renders:
        names = ", ".join(one.value for one in renders)
        raise UsageProblemError(f"this cannot be written as {format_}", where="--format", remedy=f"formats: {names}")
    show(renders[Format(format_)]())
    for wanted, path in files:
        write_atomically(path, renders[wanted]())


def show(text: str) -> None:
    """Print a result on stdout, in colour also into a pipe when --color always asks for it."""
    click.echo(text, nl=False, color=stdout_color())


def parsed_reports(reports: Sequence[str], *, formats: Sequence[Format] = BASIC) -> list[tuple[Format, Path]]:
    """Split FORMAT=FILE; call it early so that a typing mistake costs no request.

    Raises:
        UsageProblemError: An unknown format, or no file.
    """
    parsed = []
    for report in reports:
        name, _, path = report.partition("=")
        if name not in {one.value for one in formats} or not path:
            raise UsageProblemError(
                f"{report!r} is not a report",
                where="--report",
                remedy=f"write FORMAT=FILE, for instance markdown=plan.md; formats: {', '.join(formats)}",
            )
        parsed.append((Format(name), writable(Path(path), option="--report")))
    return parsed


def writable(path: Path, *, option: str) -> Path:
    """Check before any request that a file can be written later.

    Raises:
        UsageProblemError: It is a folder or `-`, its folder is missing, or may not be written.
    """
    folder = path.parent
    if str(path) == "-" or path.is_dir():
        why, remedy = f"{str(path)!r} is not a file", "name a file; `--format json` prints on stdout"
    elif not folder.is_dir():
        why, remedy = f"there is no folder {folder}", "make it first, or name a file elsewhere"
    elif not os.access(folder, os.W_OK):
        why, remedy = f"the folder {folder} may not be written", "name a file elsewhere"
    else:
        return path
    raise UsageProblemError(why, where=option, remedy=remedy)


class Screen(TypedDict):
    """What every text renderer wants to know about stdout."""

    width: int
    color: Color
    glyphs: Glyphs


def screen() -> Screen:
    """Width, colour and characters of stdout."""
    color = Color.ANSI if stdout_color() else Color.NONE
    return {"width": stdout_width(), "color": color, "glyphs": glyphs_for(sys.stdout.encoding)}


def stdout_width() -> int:
    """Columns to fill: COLUMNS, the terminal, else 100."""
    return max(60, shutil.get_terminal_size((100, 24)).columns)


def stdout_color() -> bool:
    """Whether stdout gets colour: --color decides, then NO_COLOR, then whether it is a terminal."""
    match current_globals().color:
        case ColorChoice.ALWAYS:
            return True
        case ColorChoice.NEVER:
            return False
        case ColorChoice.AUTO:
            return "NO_COLOR" not in os.environ and is_terminal(sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there; a closed stream is nobody."""
    return stream is not None and not stream.closed and stream.isatty()


def say(text: str) -> None:
    """One line to the person at the terminal, on stderr; nothing in it acts on the terminal."""
    click.echo(cut(for_terminal(text), LONGEST_LINE), err=True)


def show_beside(text: str) -> None:
    """A rendered text on stderr, so that stdout stays for the result."""
    click.echo(text, err=True)


def compact(data: object) -> str:
    """JSON on one line, for `--format json` of small answers."""
    return for_json(json.dumps(data, sort_keys=True)) + "\n"
