"""What the script of the page works on: one compact JSON text, safe inside a script element."""

import json
from collections.abc import Sequence

from reconciler.model.finding import DriftReport, FindingKind, Severity
from reconciler.report.escape import cut, for_json
from reconciler.report.html_findings import KINDS, VALUE_CELLS, FindingRow, labels_of, name_of
from reconciler.report.html_views import unread_of

MOST_FINDINGS = 30_000
"""Findings in the data of a page; more would make it too big to send. The page says when there are more."""

NUMBERS = ("since_min", "seen", "flaps", "cars")
TEXTS = [
    "group",
    "news",
    "name",
    "installation",
    "labels",
    "what",
    "setting",
    "wanted",
    "actual",
    "why",
    "who",
    "next",
    "file",
    "code",
    "note",
    "target",
    "adopt",
    "adopt_not",
    "restore",
    "restore_not",
]
_SEVERITIES = tuple(Severity)
_KINDS = tuple(FindingKind)
_HERE = "\x00"  # stands for the target in texts that repeat it; no visible text holds it

Json = dict[str, object]


class _Texts:
    """Every text once; rows hold its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Where that text stands."""
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        """In the order of their numbers."""
        return list(self._numbers)


def data_of(report: DriftReport, rows: Sequence[FindingRow]) -> str:
    """The JSON text.

    `texts` holds every text once. A finding is [severity, kind, numbers..., texts...]; a site is
    [name, id, labels, chargers, compared, worst], where `worst` has a digit per group, `?` not read, or `-`.
    """
    texts = _Texts()
    findings = [_finding(row, texts) for row in rows[:MOST_FINDINGS]]
    data: Json = {
        "severities": [[one.value, one.meaning] for one in _SEVERITIES],
        "kinds": [[one.value, KINDS[one]] for one in _KINDS],
        "columns": [*NUMBERS, *TEXTS],
        "numbers": len(NUMBERS),
        "groups": [cut(group, VALUE_CELLS) for group in report.groups],
        "observed": report.observed_at.isoformat(),
        "findings": findings,
        "sites": [
            [
                texts.number(name_of(site.name)),
                texts.number(site.installation_id),
                texts.number(labels_of(site.labels)),
                site.chargers,
                int(site.compared),
                _worst(dict(site.worst), unread_of(site, report.groups), report.groups),
            ]
            for site in report.sites
        ],
        "texts": texts.all(),
    }
    return for_script(json.dumps(data, separators=(",", ":")))


def for_script(text: str) -> str:
    """JSON of plain ASCII that no browser takes for the end of a script, a comment or a tag."""
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return for_json(escaped)


def _finding(row: FindingRow, texts: _Texts) -> list[int]:
    shared = [str(getattr(row, name)) for name in TEXTS]
    places = [
        texts.number(text if name == "target" else text.replace(row.target, _HERE))
        for name, text in zip(TEXTS, shared, strict=True)
    ]
    numbers = [int(getattr(row, name)) for name in NUMBERS]
    return [_SEVERITIES.index(row.severity), _KINDS.index(row.kind), *numbers, *places]


def _worst(worst: dict[str, Severity], unread: frozenset[str], groups: tuple[str, ...]) -> str:
    blank = dict.fromkeys(unread, "?")
    return "".join(worst[group].value[1:] if group in worst else blank.get(group, "-") for group in groups)
