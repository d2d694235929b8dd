"""The worksheet as one HTML page: nothing is loaded from elsewhere, and only copying needs its script."""

import hashlib
from base64 import b64encode
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reconciler.report.escape import cut, visible
from reconciler.report.worksheet import Worksheet
from reconciler.report.worksheet_forms import VALUE_CELLS, seen_of, summary_of, waits_of


def worksheet_html(sheet: Worksheet) -> str:
    """The page; light, dark, narrow and on paper. The same worksheet gives the same bytes."""
    style, script = _asset("worksheet.css"), _asset("worksheet.js")
    return (
        _templates()
        .get_template("worksheet.html.j2")
        .render(
            sheet=sheet,
            summary=summary_of(sheet),
            seen_of=seen_of,
            waits_of=lambda step: waits_of(step, sheet),
            style=style,
            script=script,
            style_digest=_digest(style),
            script_digest=_digest(script),
        )
    )


def _asset(name: str) -> str:
    return _templates().get_template(name).render()


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("reconciler.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda text: cut(visible(text), VALUE_CELLS)
    environment.filters["name"] = lambda text: cut(visible(text)) or "(no name)"
    return environment
