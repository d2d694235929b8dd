"""A line of text in tones: how many cells it takes, where it breaks, and how it looks with colours."""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

if TYPE_CHECKING:
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

_WORD = re.compile(r"\s*\S+\s*")


class Text:
    """Pieces of one line, each in its tone; a value. Inside what rich renders it is a text of rich's.

    It breaks as rich breaks, from two cells on, where the cells of every character can be counted by itself. Rich
    itself would take as long to load as a small plan takes.
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

    def wrapped(self, width: int) -> "list[Text]":
        """Lines of at most that many cells, broken between words, or within a word that is longer than a line."""
        # Rich counts characters as well as cells: it takes trailing spaces off where there are more than fit.
        if len(self.plain) <= width and self.cell_len <= width:
            return [self]
        return [
            self._cut(start, _without_excess(self.plain[start:end], width))
            for start, end in pairwise((0, *_breaks(self.plain, width), len(self.plain)))
        ]

    def _cut(self, start: int, length: int) -> "Text":
        kept: list[tuple[str, Tone]] = []
        at = 0
        for words, tone in self.pieces:
            kept.append((words[max(0, start - at) : max(0, start + length - at)], tone))
            at += len(words)
        return Text(*kept)

    def __rich__(self) -> "RichText":
        from rich.text import Text as RichText  # noqa: PLC0415  a plan that nothing is drawn around does without

        text = RichText()
        for words, tone in self.pieces:
            text.append(words, style=tone.value)
        return text


def _breaks(plain: str, width: int) -> Iterator[int]:
    """Where lines begin, but the first."""
    used = 0
    for word in _WORD.finditer(plain):
        start, cells = word.start(), cell_len(word[0].rstrip())
        if cells <= width - used:
            used += cell_len(word[0])
        elif cells <= width:
            yield start
            used = cell_len(word[0])
        else:
            *full, last = chop_cells(word[0], width)
            yield from filter(None, accumulate(map(len, full), initial=start))
            used = cell_len(last)


def _without_excess(line: str, width: int) -> int:
    """Characters of a line that stay where trailing spaces are more than fit."""
    excess = max(len(line), cell_len(line)) - width
    spaces = len(line) - len(line.rstrip())
    return len(line) - min(spaces, max(0, excess))
