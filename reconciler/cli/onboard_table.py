"""Many links at once: the CSV that says what to ask for."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

from reconciler.cli.onboard_link import Asked
from reconciler.errors import UsageProblemError
from reconciler.model.consent import InstallationKind

COLUMNS = ("reference", "installationId", "installationtype", "lang", "partnerName", "showExisting")
MOST_LINES = 10_000


def read_table(path: Path, common: Asked) -> list[Asked]:
    """One request per line; an empty cell or a column that is not there means what the options say.

    Raises:
        UsageProblemError: It cannot be read; lists all lines that are wrong.
    """
    rows = _rows(path)
    problems: list[str] = []
    asked: list[Asked] = []
    for number, row in rows:
        try:
            asked.append(_asked(row, common))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    references = [one.reference for one in asked if one.reference]
    problems += [f"reference {one} comes twice" for one in sorted({*references}) if references.count(one) > 1]
    if problems or not asked:
        raise _wrong(path, "; ".join(problems[:20]) or "it has no lines")
    return asked


def _rows(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(path, "it cannot be read as UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.reader(StringIO(text), delimiter=";" if ";" in first and "," not in first else ",", strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _wrong(path, f"line {reader.line_num}: {error}") from None
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or len({*header}) != len(header) or not header or len(lines) > MOST_LINES:
        raise _wrong(path, f"its first line must name columns of {', '.join(COLUMNS)}, each once")
    if any(len(row) != len(header) for _, row in lines[1:]):
        raise _wrong(path, "a line has more or fewer cells than the first")
    return [(number, dict(zip(header, (cell.strip() for cell in row), strict=True))) for number, row in lines[1:]]


def _asked(row: Mapping[str, str], common: Asked) -> Asked:
    kinds = {"": common.kind, "0": InstallationKind.PRO, "1": InstallationKind.GO}
    shown = {"": common.show_existing, "true": True, "false": False}
    kind, show = row.get("installationtype", ""), row.get("showExisting", "").lower()
    if kind not in kinds:
        raise ValueError("installationtype is 1 (Go / Home) or 0 (Pro)")
    if show not in shown:
        raise ValueError("showExisting is true or false")
    return replace(
        common,
        reference=row.get("reference") or common.reference,
        installation_id=row.get("installationId", "").lower() or common.installation_id,
        kind=kinds[kind],
        lang=row.get("lang") or common.lang,
        partner_name=row.get("partnerName") or common.partner_name,
        show_existing=shown[show],
    )


def _wrong(path: Path, what: str) -> UsageProblemError:
    return UsageProblemError(what, where=str(path), remedy="repair the file; no link was made")
