"""From bytes to a tree that the rules may trust, with every problem of the file itself."""

from dataclasses import dataclass
from typing import Any

from reconciler.loading.addresses import address_problems
from reconciler.loading.findings import Source, problem_of, problem_of_flaw
from reconciler.loading.own_rules import with_our_words
from reconciler.loading.schema import findings_of, without_broken_parts
from reconciler.loading.yaml_source import BROKEN, read_yaml
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
    tree, words = with_our_words(reading.value) if isinstance(reading.value, dict) else (reading.value, ())
    findings = findings_of(kind, tree)
    if findings:
        tree = without_broken_parts(tree, findings)
    problems.extend(problem_of(source, finding) for finding in (*words, *findings))
    return ReadFile(source=source, tree=tree if isinstance(tree, dict) else None, problems=tuple(problems))
