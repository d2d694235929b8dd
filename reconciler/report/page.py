"""A page of text of a given width, with or without colour, built from lines, labelled paragraphs and tables."""

from collections.abc import Sequence
from io import StringIO
from itertools import zip_longest
from typing import TYPE_CHECKING

from reconciler.records import dataclass
from reconciler.report.escape import ascii_only, for_terminal
from reconciler.report.stream import Color, Glyphs
from reconciler.report.text import Text, Tone

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

__all__ = ["Look", "Page", "Piece", "Text", "Tone", "console_for"]

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
        """Pieces joined to one text. Escapes them all, so nothing in them acts on a terminal."""
        return Text(*(self._shown(piece) for piece in pieces))

    def _shown(self, piece: Piece) -> tuple[str, Tone]:
        words, tone = (piece, Tone.PLAIN) if isinstance(piece, str) else piece
        shown = for_terminal(words)
        return ascii_only(shown) if self.glyphs is Glyphs.ASCII else shown, tone


class Page:
    """Collects lines; `str(page)` is the text, each line free of trailing spaces, one newline at the end.

    What is only text is written here, with the same result as rich has, because a plan of many installations is
    thousands of short lines; rich breaks the long ones and renders everything else, and is loaded then.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self._file = StringIO()

    def blank(self) -> None:
        """An empty line."""
        self._file.write("\n")

    def line(self, *pieces: Piece, indent: int = 0) -> None:
        """A paragraph, wrapped at the width of the page."""
        self.show(self.look.text(*pieces), indent=indent)

    def labelled(self, label: Piece, *pieces: Piece, cells: int, indent: int = 0) -> None:
        """A label of that many cells and a paragraph that hangs beside it."""
        first, second = self.look.text(label), self.look.text(*pieces)
        room = self.look.width - indent - cells
        if room >= 1 and first.cell_len <= cells and _only_text(first, second):
            self._beside([(first, cells), (second, min(second.cell_len, room) or 1)], indent)
            return
        grid = _grid()
        grid.add_column(width=cells, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(first, second)
        self._render(grid, indent)

    def columns(self, cells: Sequence[tuple[Text, int]]) -> None:
        """Texts beside each other, each wrapped at its own number of cells."""
        widths = [width for _, width in cells]
        if min(widths) >= 1 and sum(widths) <= self.look.width and _only_text(*(text for text, _ in cells)):
            self._beside(cells, 0)
            return
        grid = _grid()
        for width in widths:
            grid.add_column(width=width, overflow="fold")
        grid.add_row(*(text for text, _ in cells))
        self._render(grid, 0)

    def whole(self, *pieces: Piece, indent: int = 0) -> None:
        """Text to be copied: never broken, indented less where that makes it fit, else longer than the page."""
        room = max(0, min(indent, self.look.width - self.look.text(*pieces).cell_len))
        self.unbroken(self.look.text(" " * room, *pieces))

    def unbroken(self, text: Text) -> None:
        """A line that is not wrapped, however long it is."""
        if _only_text(text):
            self._file.write(f"{self._styled(text)}\n")
        else:
            console_for(self.look, self._file).print(text, soft_wrap=True)

    def rule(self) -> None:
        """A line across the page, at most 100 columns."""
        sign = "─" if self.look.glyphs is Glyphs.UNICODE else "-"
        self.show(self.look.text((sign * min(self.look.width, 100), Tone.QUIET)))

    def apart(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        """Two texts at both ends of a line of at most 100 columns, below each other when they do not fit."""
        first, second = self.look.text(*left), self.look.text(*right)
        room = min(self.look.width, 100) - first.cell_len - second.cell_len
        if room < 2:
            self.show(first)
            self.show(second, indent=2)
            return
        self.show(first + " " * room + second)

    def show(self, renderable: "RenderableType", *, indent: int = 0) -> None:
        """Anything that rich can render."""
        room = self.look.width - indent
        if room >= 1 and isinstance(renderable, Text) and _only_text(renderable):
            self._beside([(renderable, room)], indent)
        else:
            self._render(renderable, indent)

    def _render(self, renderable: "RenderableType", indent: int) -> None:
        from rich.padding import Padding  # noqa: PLC0415  see the class

        console_for(self.look, self._file).print(Padding(renderable, (0, 0, 0, indent)), crop=False)

    def _beside(self, cells: Sequence[tuple[Text, int]], indent: int) -> None:
        """Writes texts that are only text beside each other; the widths fit the page."""
        for line in zip_longest(*(text.wrapped(width) for text, width in cells)):
            parts = [" " * indent]
            for part, (_, width) in zip(line, cells, strict=True):
                text = part or Text()
                parts += (self._styled(text), " " * (width - text.cell_len))
            self._file.write(f"{''.join(parts)}\n")

    def _styled(self, text: Text) -> str:
        return text.plain if self.look.color is Color.NONE else text.colored

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self._file.getvalue().split("\n"))


def _only_text(*texts: Text) -> bool:
    """Whether cells can be counted character by character."""
    return not any("\ufe0f" in text.plain for text in texts)  # it makes the picture before it wider


def _grid() -> "Table":
    from rich.table import Table  # noqa: PLC0415  see `Page`

    return Table.grid(padding=0)


def console_for(look: Look, file: StringIO) -> "Console":
    """A rich console that writes text and, at most, sixteen colours: no links, no markup, no emoji."""
    from rich.console import Console  # noqa: PLC0415  see `Page`

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
