"""From bytes to a tree that the rules may trust, with every problem of the file itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reconciler.loading.addresses import address_problems
from reconciler.loading.findings import At, Finding, Source, problem_of, problem_of_flaw
from reconciler.loading.own_rules import with_our_words
from reconciler.loading.schema import findings_of, without_broken_parts
from reconciler.loading.yaml_source import BROKEN, MERGE_KEY, MOST_FLAWS, Flaw, read_yaml
from reconciler.model.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file after the strict reader and its schema. `tree` is None when nothing of it can be used."""

    source: Source
    tree: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()


def read_tree(source: Source, kind: str) -> ReadFile:
    """Read a file of one kind: fleet, profile, installation, exceptions or attestation."""
    reading = read_yaml(source.data)
    problems = [problem_of_flaw(source, flaw) for flaw in reading.flaws]
    problems.extend(address_problems(source, reading.value))
    if reading.value is None or reading.value is BROKEN:
        return ReadFile(source=source, tree=None, problems=tuple(problems))
    value = without_broken_parts(reading.value, _broken_by(reading.flaws)) if reading.flaws else reading.value
    tree, words = with_our_words(value, prefix=("defaults",) if kind == "fleet" else ())
    findings = findings_of(kind, tree)
    if findings:
        tree = without_broken_parts(tree, findings)
    problems.extend(problem_of(source, finding) for finding in (*words, *findings))
    shown = sorted(problems, key=lambda problem: problem.sort_key)[:MOST_FLAWS]
    return ReadFile(source=source, tree=tree if isinstance(tree, dict) else None, problems=tuple(shown))


def _broken_by(flaws: Iterable[Flaw]) -> list[Finding]:
    """Values that have their problem already; a key that stands twice keeps its last value."""
    return [
        Finding(code=flaw.code, path=flaw.path, what="", at=At.KEY if flaw.path[-1] == MERGE_KEY else At.VALUE)
        for flaw in flaws
        if flaw.path and flaw.code != "E001"
    ]
