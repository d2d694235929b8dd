"""Where results go: stdout in the asked format, and any number of report files."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import click

from reconciler.cli.options import ColorChoice, current_globals
from reconciler.errors import UsageProblemError
from reconciler.report.page import Color, Glyphs, glyphs_for
from reconciler.store.files import write_atomically

F = TypeVar("F", bound=Callable[..., Any])


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


Render = Callable[[], str]


def format_options(command: F) -> F:
    """Add --format and --report."""
    names = [one.value for one in Format]
    command = click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT=FILE",
        help=f"Also write a report file; FORMAT is one of {', '.join(names)}. May be given several times.",
    )(command)
    return click.option(
        "--format", "format_", type=click.Choice(names), default="text", show_default=True, help="Format on stdout."
    )(command)


def emit(renders: Mapping[Format, Render], *, format_: str, reports: Sequence[str]) -> None:
    """Print one format on stdout and write the report files, all from the same result."""
    for wanted, path in parsed_reports(reports):
        write_atomically(path, renders[wanted]())
    click.echo(renders[Format(format_)](), nl=False)


def parsed_reports(reports: Sequence[str]) -> list[tuple[Format, Path]]:
    """Split FORMAT=FILE; call it early so that a typing mistake costs no request.

    Raises:
        UsageProblemError: An unknown format, or no file.
    """
    parsed = []
    for report in reports:
        name, _, path = report.partition("=")
        if name not in {one.value for one in Format} or not path:
            raise UsageProblemError(
                f"{report!r} is not a report",
                where="--report",
                remedy="write FORMAT=FILE, for instance markdown=plan.md; formats: text, markdown, json",
            )
        parsed.append((Format(name), Path(path)))
    return parsed


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
            return "NO_COLOR" not in os.environ and sys.stdout.isatty()


def say(text: str) -> None:
    """One line to the person at the terminal, on stderr."""
    click.echo(text, err=True)


def compact(data: object) -> str:
    """JSON on one line, for `--format json` of small answers."""
    return json.dumps(data, sort_keys=True) + "\n"
