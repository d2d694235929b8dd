"""The frame of every page: markup, style and headers. A page has no script, no cookie and nothing from elsewhere."""

import base64
import hashlib

from markupsafe import Markup
from werkzeug.wrappers import Response

from reconciler.sandbox.consent.words import Words

STYLE = Markup("""
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1b1f24;--soft:#555d68;--line:#c6ccd4;
--act:#0b57d0;--on-act:#fff;--bad:#a3161a}
@media (prefers-color-scheme:dark){:root{--back:#14171b;--card:#1e2228;--text:#e9ecf0;--soft:#a9b2bd;
--line:#454d57;--act:#a8c7fa;--on-act:#06245c;--bad:#ffb4ab}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header{padding:.6rem 1rem;text-align:center;font-size:.875rem;color:var(--soft);
border-bottom:1px solid var(--line)}
main{width:min(32rem,100% - 1.5rem);margin:1rem auto;padding:1.25rem;
background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .75rem;font-size:1.375rem;line-height:1.3}
p,ul,fieldset{margin:0 0 1rem}
ul{padding-left:1.25rem}
.soft{font-size:.875rem;color:var(--soft)}
.bad{color:var(--bad);font-weight:600}
label{display:block}
.field{margin-bottom:1rem}
.field input{display:block;width:100%;min-height:2.75rem;margin-top:.25rem;padding:.5rem .75rem;font:inherit;
color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.5rem}
fieldset{min-width:0;padding:0;border:0}
legend{padding:0;margin-bottom:.5rem;font-weight:600}
.choice{display:flex;gap:.75rem;align-items:center;min-height:3rem;padding:.5rem .75rem;margin-bottom:.5rem;
border:1px solid var(--line);border-radius:.5rem}
.choice:has(:checked){border-color:var(--act);outline:1px solid var(--act)}
.choice input{flex:none;width:1.25rem;height:1.25rem;margin:0;accent-color:var(--act)}
.choice .soft{display:block}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem}
button{flex:1 1 8rem;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;cursor:pointer;
color:var(--act);background:transparent;border:1px solid var(--act);border-radius:.5rem}
button.main{color:var(--on-act);background:var(--act)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
""")
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_FRAME = Markup(
    '<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head>\n"
    "<body><header>{note}</header>\n<main>\n<h1>{title}</h1>\n{content}\n</main></body>\n</html>\n"
)


def framed(words: Words, *, title: str, content: Markup, status: int = 200, goes_to: str = "") -> Response:
    """A page; `goes_to` is the origin that its form may end at beside the page's own."""
    page = _FRAME.format(lang=words.language.value, title=title, style=STYLE, note=words.rehearsal, content=content)
    # A browser holds the form's own address and the one it is sent on to against form-action.
    targets = f"'self' {goes_to}".strip()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {targets}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return Response(page, status=status, headers=headers, mimetype="text/html")


def sent_to(address: str) -> Response:
    """On to another page, which learns nothing of where the browser comes from."""
    return Response(b"", status=303, headers={**_HEADERS, "Location": address})
