"""A page of text looks the same whether rich renders its lines or the page writes them itself."""

from collections.abc import Sequence
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Span, Text

from reconciler.report.page import Look, Page, Piece, Tone, console_for
from reconciler.report.stream import Color, Glyphs

_WORDS = st.text("ab-, .→é東京🚗☀\ufe0f\ufe0e\u0301\u200b\u200d\u00a0\t\n\x1b[", max_size=12)
_LONG = st.sampled_from(
    ["", " ", "   ", "wss://ocpp.backend.example/" * 4, "東京" * 30, "🚗" * 25, "e\u0301" * 50, "a " * 60]
)
_PIECES = st.lists(st.tuples(_WORDS | _LONG, st.sampled_from(Tone)), max_size=5)
_LOOKS = st.builds(
    Look,
    width=st.integers(1, 60) | st.sampled_from([80, 100, 160]),
    color=st.sampled_from(Color),
    glyphs=st.sampled_from(Glyphs),
)
_INDENTS = st.sampled_from([0, 0, 2, 4, 7, 30])


def by_rich(look: Look, renderable: RenderableType, *, indent: int = 0) -> str:
    """What a page of it looks like when rich renders all of it."""
    file = StringIO()
    console_for(look, file).print(Padding(renderable, (0, 0, 0, indent)), crop=False)
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))


class TestSameAsRich:
    @given(look=_LOOKS, pieces=_PIECES, indent=_INDENTS)
    @example(look=Look(width=4, color=Color.ANSI), pieces=[("e\u0301e\u0301  ", Tone.BAD)], indent=0)
    def test_a_paragraph(self, look: Look, pieces: Sequence[Piece], indent: int) -> None:
        """Same breaks, same colours, at any width."""
        page = Page(look)

        page.line(*pieces, indent=indent)

        assert str(page) == by_rich(look, look.text(*pieces), indent=indent)

    @given(look=_LOOKS, label=_PIECES, pieces=_PIECES, cells=st.integers(1, 20), indent=_INDENTS)
    @example(
        look=Look(width=40, color=Color.ANSI),
        label=[("found", Tone.QUIET)],
        pieces=[("e\u0301 ", Tone.BAD)],
        cells=9,
        indent=2,
    )
    def test_a_label_and_its_paragraph(
        self, look: Look, label: Sequence[Piece], pieces: Sequence[Piece], cells: int, indent: int
    ) -> None:
        """The paragraph hangs beside the label, and a label that is too long is cut."""
        page, first = Page(look), next(iter(label), "found")
        grid = Table.grid(padding=0)
        grid.add_column(width=cells, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(look.text(first), look.text(*pieces))

        page.labelled(first, *pieces, cells=cells, indent=indent)

        assert str(page) == by_rich(look, grid, indent=indent)

    @given(look=_LOOKS, cells=st.lists(st.tuples(_PIECES, st.integers(-1, 30)), min_size=1, max_size=4))
    def test_columns(self, look: Look, cells: Sequence[tuple[Sequence[Piece], int]]) -> None:
        """Also where they do not fit beside each other."""
        page = Page(look)
        texts = [(look.text(*pieces), width) for pieces, width in cells]
        grid = Table.grid(padding=0)
        for _, width in texts:
            grid.add_column(width=width, overflow="fold")
        grid.add_row(*(text for text, _ in texts))

        page.columns(texts)

        assert str(page) == by_rich(look, grid)

    @given(look=_LOOKS, pieces=_PIECES)
    def test_a_line_that_is_not_broken(self, look: Look, pieces: Sequence[Piece]) -> None:
        """However long it is."""
        page, file = Page(look), StringIO()
        console_for(look, file).print(look.text(*pieces), soft_wrap=True)

        page.unbroken(look.text(*pieces))

        assert str(page) == "\n".join(line.rstrip() for line in file.getvalue().split("\n"))

    @pytest.mark.parametrize(
        "text",
        [
            Text("a\tb"),
            Text("tab\there\nand a second line  "),
            Text("all of it quiet", style="dim"),
            Text("at the right", justify="right"),
            Text("too long for the width of this page", overflow="ellipsis", no_wrap=True),
            Text("one within another", spans=[Span(0, 18, "dim"), Span(4, 10, "bold"), Span(11, 18, "red")]),
            Text("sun \u2600\ufe0f and \u200d joined, wider than the page is"),
        ],
    )
    @pytest.mark.parametrize("color", Color)
    def test_a_text_of_another_kind(self, text: Text, color: Color) -> None:
        """What a page does not write itself it leaves to rich."""
        look = Look(width=24, color=color)
        page = Page(look)

        page.show(text, indent=2)

        assert str(page) == by_rich(look, text, indent=2)
