"""From something found in a tree to a problem with a place, a reason and a remedy."""

import re
from collections.abc import Iterable
from enum import Enum

from reconciler.loading.explanations import BY_CODE
from reconciler.loading.places import Place, places_of
from reconciler.loading.yaml_source import Flaw, TreePath
from reconciler.model.problem import Problem, Severity
from reconciler.records import dataclass


class At(Enum):
    """Which end of an entry a problem points at."""

    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found, at a path of the tree. `remedy` replaces that of the code."""

    code: str
    path: TreePath
    what: str
    remedy: str = ""
    at: At = At.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file: its names, and its bytes for finding places again.

    Attributes:
        shown: As the user can open it from here, for problems.
        name: From the fleet's own folder on, the same on every machine, for origins; empty outside a fleet.
    """

    shown: str
    data: bytes
    name: str = ""


_PLAIN_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_NOWHERE = Place(1, 1, 1, 1)


def echo(text: object) -> str:
    """A word that may be shown: short and plain, so that it is neither an address nor a sentence."""
    word = str(text)
    return word if _PLAIN_WORD.fullmatch(word) else "…"


def shown_path(path: TreePath) -> str:
    """A path for people, `permissions.entries[0].roles`; steps that may not be shown become `…`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(("." if parts else "") + echo(step))
    return "".join(parts)


def problem_of(source: Source, finding: Finding) -> Problem:
    """The problem at the place of the path, or of the nearest thing around it."""
    place = place_in(source, finding.path)
    line, column = (place.key_line, place.key_column) if finding.at is At.KEY else (place.line, place.column)
    return make_problem(source.shown, finding, line=line, column=column)


def problem_of_flaw(source: Source, flaw: Flaw) -> Problem:
    """The problem that the strict reader found."""
    finding = Finding(code=flaw.code, path=flaw.path, what=flaw.what, remedy=flaw.remedy)
    return make_problem(source.shown, finding, line=flaw.line, column=flaw.column)


def make_problem(shown: str, finding: Finding, *, line: int = 0, column: int = 0) -> Problem:
    """A problem with the reason and, unless the finding brings one, the remedy of its code."""
    explanation = BY_CODE[finding.code]
    return Problem(
        file=shown,
        line=line,
        column=column,
        code=finding.code,
        path=shown_path(finding.path),
        what=finding.what,
        why=explanation.why,
        remedy=finding.remedy or explanation.remedy,
        severity=Severity.WARNING if finding.code.startswith("W") else Severity.ERROR,
    )


def place_in(source: Source, path: TreePath) -> Place:
    """Place of the path, or of the nearest enclosing key that has one."""
    places = places_of(source.data)
    while path and path not in places:
        path = path[:-1]
    return places.get(path, _NOWHERE)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file and place, each cause once; of credentials in one line the finding that names the setting."""
    unique = {(problem.sort_key, problem.what): problem for problem in problems}
    named = {(problem.file, problem.line) for problem in unique.values() if problem.code == "E217" and problem.path}
    return tuple(
        problem
        for _, problem in sorted(unique.items(), key=lambda item: item[0])
        if problem.code != "E217" or problem.path or (problem.file, problem.line) not in named
    )
