"""What `doctor` found, for a terminal."""

from collections.abc import Sequence

from reconciler.model.checkup import Health, Symptom
from reconciler.report.escape import for_terminal
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

_WORDS = {
    Health.GOOD: ("good  ", Tone.GOOD),
    Health.NOTE: ("note  ", Tone.CHANGE),
    Health.BAD: ("bad   ", Tone.BAD),
    Health.LOGIN: ("login ", Tone.BAD),
}


def checkup_text(symptoms: Sequence[Symptom], *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """A line for each, the remedy below it, and one line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for one in symptoms:
        page.line(_WORDS[one.health], (for_terminal(one.subject), Tone.STRONG), f"  {for_terminal(one.what)}")
        if one.remedy:
            page.line(("remedy: ", Tone.QUIET), for_terminal(one.remedy), indent=6)
    bad = sum(one.health in (Health.BAD, Health.LOGIN) for one in symptoms)
    page.line("Nothing stands in the way of a plan." if not bad else f"{bad} to repair; see the remedies.")
    return str(page)
