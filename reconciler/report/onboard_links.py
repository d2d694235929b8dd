"""Links that were just made, with their URLs: a line each, as a table, and as a JSON document."""

import csv
from collections.abc import Sequence
from io import StringIO

from reconciler.model.consent import IssuedLink, MadeLink
from reconciler.report.escape import for_csv
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json, moment

COLUMNS = ("reference", "installationId", "installationtype", "lang", "link", "expires", "url")


def links_text(made: Sequence[MadeLink]) -> str:
    """The URLs, a line each."""
    return "".join(f"{one.url}\n" for one in made)


def links_csv(made: Sequence[MadeLink]) -> str:
    """A line per link; no cell is a formula."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for one in made:
        writer.writerow([for_csv(cell) for cell in _cells(one)])
    return buffer.getvalue()


def _cells(one: MadeLink) -> tuple[str, ...]:
    link = one.link
    return (
        link.reference,
        link.installation_id or "",
        str(int(link.kind)),
        link.lang or "",
        link.short,
        f"{link.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        one.url,
    )


def links_document(made: Sequence[MadeLink], *, tool_version: str) -> Json:
    """Everything, in the order of the list (at least one); its schema is schemas/links.schema.json."""
    return {
        **head("links", ()),
        "tool": {"name": "reconciler", "version": tool_version},
        "created_at": moment(made[0].link.issued_at),
        "links": [_part(one) for one in made],
    }


def request_part(link: IssuedLink) -> Json:
    """What a link asks for and until when, as every document about links has it."""
    return {
        "link": link.short,
        "reference": link.reference,
        "account": link.account,
        "lookup_key": link.lookup_key,
        "installation_type": int(link.kind),
        "requested": link.installation_id,
        "expires_at": moment(link.expires_at),
        "has_return": link.has_return,
    }


def _part(one: MadeLink) -> Json:
    return {**request_part(one.link), "lang": one.link.lang, "url": one.url}
