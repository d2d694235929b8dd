"""From bytes to a tree that the rules may trust, with every problem of the file itself."""

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import chain
from typing import Any

from reconciler.loading.addresses import address_problems
from reconciler.loading.findings import At, Finding, Source, problem_of, problem_of_flaw
from reconciler.loading.own_rules import with_our_words
from reconciler.loading.schema import findings_of, without_broken_parts
from reconciler.loading.yaml_scalars import MERGE_KEY
from reconciler.loading.yaml_source import BROKEN, MOST_FLAWS, Flaw, TreePath, read_yaml
from reconciler.model.problem import Problem
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file after the strict reader and its schema.

    Attributes:
        tree: None when nothing of it can be used; single values that cannot be used are BROKEN.
        lost: Paths whose key was left out, because it is unknown or stands twice: what it says is not in the tree.
    """

    source: Source
    tree: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()
    lost: tuple[TreePath, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything that the file says is in the tree, if only as BROKEN."""
        return self.tree is not None and not self.lost


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
    if isinstance(tree, dict) and not (problems or words or findings or reading.flaws):
        return ReadFile(source=source, tree=tree)
    if findings:
        tree = without_broken_parts(tree, findings)
    found = (problem_of(source, finding) for finding in (*words, *findings))
    shown = nsmallest(MOST_FLAWS, chain(problems, found), key=lambda problem: problem.sort_key)
    usable = tree if isinstance(tree, dict) else None
    lost = (*_lost_by(findings), *(flaw.path for flaw in reading.flaws if flaw.path and flaw.code == "E001"))
    return ReadFile(source=source, tree=usable, problems=tuple(shown), lost=lost)


def _lost_by(findings: Iterable[Finding]) -> Iterator[TreePath]:
    """A missing key (E015) is told at the key around it, which stays."""
    return (finding.path for finding in findings if finding.at is At.KEY and finding.code != "E015")


def _broken_by(flaws: Iterable[Flaw]) -> list[Finding]:
    """Values that have their problem already; a key that stands twice keeps its last value."""
    return [
        Finding(code=flaw.code, path=flaw.path, what="", at=At.KEY if flaw.path[-1] == MERGE_KEY else At.VALUE)
        for flaw in flaws
        if flaw.path and flaw.code != "E001"
    ]
