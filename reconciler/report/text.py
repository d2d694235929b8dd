"""A line of text in tones: how many cells it takes, where it breaks, and how it looks with colours."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text as RichText


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


_CODES = {
    Tone.STRONG: "1",
    Tone.QUIET: "2",
    Tone.GOOD: "32",
    Tone.CHANGE: "33",
    Tone.LESS: "36",
    Tone.BAD: "1;31",
    Tone.OPEN: "35",
}
"""How a terminal of sixteen colours is told."""


class Text:
    """Pieces of one line, each in its tone; a value. Inside what rich renders it is a text of rich's.

    Rich is asked only where a line is broken: in a short plan every line fits, and all of rich would take as long to
    load as such a plan takes.
    """

    __slots__ = ("pieces", "plain")

    def __init__(self, *pieces: tuple[str, Tone]) -> None:
        self.pieces = tuple(piece for piece in pieces if piece[0])
        self.plain = "".join(words for words, _ in self.pieces)

    @property
    def cell_len(self) -> int:
        """Cells that it takes in a terminal."""
        return cell_len(self.plain)

    @property
    def colored(self) -> str:
        """The text with the codes of its tones."""
        return "".join(
            f"\x1b[{_CODES[tone]}m{words}\x1b[0m" if tone in _CODES else words for words, tone in self.pieces
        )

    def __add__(self, other: "Text | str") -> "Text":
        added = ((other, Tone.PLAIN),) if isinstance(other, str) else other.pieces
        return Text(*self.pieces, *added)

    def wrapped(self, width: int) -> "Sequence[Text]":
        """Lines of at most that many cells, broken as rich breaks them."""
        # Rich counts characters as well as cells: it takes trailing spaces off where there are more than fit.
        if len(self.plain) <= width and self.cell_len <= width:
            return [self]
        return [_read(line) for line in self.__rich__().wrap(_console(), width)]

    def __rich__(self) -> "RichText":
        from rich.text import Text as RichText  # noqa: PLC0415  a plan that nothing is drawn around does without

        text = RichText()
        for words, tone in self.pieces:
            text.append(words, style=tone.value)
        return text


@cache
def _console() -> "Console":
    """Rich asks it for nothing but what a tab is."""
    from rich.console import Console  # noqa: PLC0415  where every line fits, nothing that breaks them is loaded

    return Console()


def _read(line: "RichText") -> Text:
    pieces: list[tuple[str, Tone]] = []
    end = 0
    for span in line.spans:
        pieces += (
            (line.plain[end : span.start], Tone.PLAIN),
            (line.plain[span.start : span.end], Tone(str(span.style))),
        )
        end = span.end
    return Text(*pieces, (line.plain[end:], Tone.PLAIN))
