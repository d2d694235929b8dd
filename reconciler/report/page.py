"""A page of text of a given width, with or without colour, built from lines, labelled paragraphs and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reconciler.report.escape import ascii_only, for_terminal
from reconciler.report.stream import Color, Glyphs


class Tone(StrEnum):
    """What a piece of text is, which decides its colour."""

    PLAIN = ""
    STRONG = "bold"
    QUIET = "dim"
    GOOD = "green"
    CHANGE = "yellow"
    LESS = "cyan"
    BAD = "bold red"
    OPEN = "magenta"


Piece = str | tuple[str, Tone]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a page looks.

    Attributes:
        width: Columns of the terminal.
    """

    width: int
    color: Color
    glyphs: Glyphs = Glyphs.UNICODE

    def text(self, *pieces: Piece) -> Text:
        """Pieces joined to one styled text. Escapes them all, so nothing in them acts on a terminal."""
        text = Text()
        for piece in pieces:
            words, tone = (piece, Tone.PLAIN) if isinstance(piece, str) else piece
            shown = for_terminal(words)
            text.append(ascii_only(shown) if self.glyphs is Glyphs.ASCII else shown, style=tone.value)
        return text


class Page:
    """Collects lines; `str(page)` is the text, each line free of trailing spaces, one newline at the end."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._console = console_for(look, StringIO())

    def blank(self) -> None:
        """An empty line."""
        self._console.print()

    def line(self, *pieces: Piece, indent: int = 0) -> None:
        """A paragraph, wrapped at the width of the page."""
        self.show(self.look.text(*pieces), indent=indent)

    def labelled(self, label: Piece, *pieces: Piece, cells: int, indent: int = 0) -> None:
        """A label of that many cells and a paragraph that hangs beside it."""
        grid = Table.grid(padding=0)
        grid.add_column(width=cells, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(self.look.text(label), self.look.text(*pieces))
        self.show(grid, indent=indent)

    def whole(self, *pieces: Piece, indent: int = 0) -> None:
        """Text to be copied: never broken, indented less where that makes it fit, else longer than the page."""
        text = self.look.text(*pieces)
        room = max(0, min(indent, self.look.width - text.cell_len))
        self.unbroken(Text.assemble(" " * room, text))

    def unbroken(self, text: Text) -> None:
        """A line that is not wrapped, however long it is."""
        self._console.print(text, soft_wrap=True)

    def rule(self) -> None:
        """A line across the page, at most 100 columns."""
        sign = "─" if self.look.glyphs is Glyphs.UNICODE else "-"
        self._console.print(Text(sign * min(self.look.width, 100), style=Tone.QUIET.value))

    def apart(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        """Two texts at both ends of a line of at most 100 columns, below each other when they do not fit."""
        first, second = self.look.text(*left), self.look.text(*right)
        room = min(self.look.width, 100) - first.cell_len - second.cell_len
        if room < 2:
            self.show(first)
            self.show(second, indent=2)
            return
        self.show(Text.assemble(first, " " * room, second))

    def show(self, renderable: RenderableType, *, indent: int = 0) -> None:
        """Anything that rich can render."""
        self._console.print(Padding(renderable, (0, 0, 0, indent)), crop=False)

    def __str__(self) -> str:
        file = self._console.file
        text = file.getvalue() if isinstance(file, StringIO) else ""
        return "\n".join(line.rstrip() for line in text.split("\n"))


def console_for(look: Look, file: StringIO) -> Console:
    """A rich console that writes text and, at most, sixteen colours: no links, no markup, no emoji."""
    return Console(
        file=file,
        width=look.width,
        color_system="standard" if look.color is Color.ANSI else None,
        force_terminal=look.color is Color.ANSI,
        force_interactive=False,
        no_color=look.color is Color.NONE,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
