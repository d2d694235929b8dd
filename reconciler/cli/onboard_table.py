"""Many links at once: the CSV that says what to ask for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from reconciler.cli.onboard_link import Asked, reference_problems, request_of
from reconciler.errors import InvalidFilesError
from reconciler.loading.csv_tables import Rows
from reconciler.loading.link_list import problem_at, read_rows
from reconciler.loading.yaml_source import MOST_FLAWS
from reconciler.model.consent import InstallationKind
from reconciler.model.problem import Problem
from reconciler.planning.consent_link import problems_of

_ANY_KEY = "KEY"
_KINDS = {"0": InstallationKind.PRO, "1": InstallationKind.GO}
_SHOWN = {"true": True, "false": False}


def read_table(path: Path, common: Asked) -> list[Asked]:
    """One request per line; an empty cell or a column that is not there means what the options say.

    Raises:
        InvalidFilesError: Something is wrong with it; carries every problem with its line.
    """
    rows, problems = read_rows(path)
    problems += islice(_problems(path, rows, common), MOST_FLAWS)
    if problems:
        raise InvalidFilesError(tuple(sorted(problems, key=lambda problem: problem.sort_key)))
    return [_asked(row, common) for _, row in rows]


def _problems(path: Path, rows: Rows, common: Asked) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line, row in rows:
        for column, what in _wrong_in(row, common):
            yield problem_at(path, line, what, column=column)
        reference = row.get("reference", "")
        if reference and reference in first:
            what = f"this reference stands in line {first[reference]} already."
            yield problem_at(path, line, what, column="reference")
        first.setdefault(reference, line)


def _wrong_in(row: Mapping[str, str], common: Asked) -> Iterator[tuple[str, str]]:
    """What is wrong with the cells of a line; what is wrong with the options is told once, elsewhere."""
    if row.get("installationtype", "") not in {"", *_KINDS}:
        yield "installationtype", "this is 1 (Go / Home) or 0 (Pro)."
    if row.get("showExisting", "").lower() not in {"", *_SHOWN}:
        yield "showExisting", "this is true or false."
    asked = _asked(row, common)
    for problem in (*problems_of(request_of(asked, _ANY_KEY)), *reference_problems(asked)):
        if row.get(problem.where) or (problem.where == "installationId" and asked.installation_id is None):
            yield problem.where, f"{problem.what}: {problem.remedy}."


def _asked(row: Mapping[str, str], common: Asked) -> Asked:
    return replace(
        common,
        reference=row.get("reference") or common.reference,
        installation_id=row.get("installationId", "").lower() or common.installation_id,
        kind=_KINDS.get(row.get("installationtype", ""), common.kind),
        lang=row.get("lang") or common.lang,
        partner_name=row.get("partnerName") or common.partner_name,
        show_existing=_SHOWN.get(row.get("showExisting", "").lower(), common.show_existing),
    )
