"""The chargers of an installation to pick from, in the operator's terminal only: names can be names of people."""

from reconciler.model.consent import model_of
from reconciler.model.observed import ObservedCharger, ObservedInstallation
from reconciler.model.value import Unreadable
from reconciler.report.escape import name
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs


def chargers_text(site: ObservedInstallation, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """A numbered line per charger: serial, name, circuit, model."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    page.line((name(site.name or site.id), Tone.STRONG), f"  {len(site.chargers)} chargers")
    for number, charger in enumerate(site.chargers, start=1):
        more = "  ".join(
            part for part in (name(charger.name), _circuit(site, charger), model_of(charger.serial)) if part
        )
        page.labelled((f"{number}.", Tone.PLAIN), (charger.serial, Tone.STRONG), f"  {more}", cells=5)
    return str(page)


def _circuit(site: ObservedInstallation, charger: ObservedCharger) -> str:
    circuits = () if site.circuits is None or isinstance(site.circuits, Unreadable) else site.circuits
    return next((name(one.name) for one in circuits if one.id == charger.circuit_id), "circuit not known")
