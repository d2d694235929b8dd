"""The plan text as an SVG picture, for a README."""

import re
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from reconciler.model.plan import Plan
from reconciler.report.stream import Color
from reconciler.report.terminal import plan_text

THEME = TerminalTheme(
    (24, 28, 32),
    (222, 228, 231),
    [
        (24, 28, 32),
        (255, 123, 114),
        (126, 211, 152),
        (235, 190, 100),
        (121, 184, 255),
        (214, 160, 235),
        (110, 205, 215),
        (222, 228, 231),
    ],
)
_FOREIGN = re.compile(r"@font-face \{.*?\}\n?|<!--.*?-->", re.DOTALL)  # web fonts, and a comment with an address


def plan_svg(plan: Plan, width: int = 100, *, title: str = "reconciler plan") -> str:
    """A picture of the coloured text. Nothing in it is loaded from elsewhere; the same plan gives the same bytes."""
    text = plan_text(plan, width=width, color=Color.ANSI)
    console = Console(
        record=True, file=StringIO(), width=width, force_terminal=True, color_system="standard", _environ={}
    )
    console.print(Text.from_ansi(text.rstrip("\n")))
    svg = console.export_svg(title=title, theme=THEME, unique_id="plan")
    svg = _FOREIGN.sub("", svg).replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
