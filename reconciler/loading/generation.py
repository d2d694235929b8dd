"""The parameter file of a synthetic fleet: strict YAML, checked against schemas/generation.schema.json."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidFilesError
from reconciler.loading.findings import Finding, Source, make_problem, problem_of
from reconciler.loading.ordinary import ordinary_bytes
from reconciler.loading.tree_reader import read_tree
from reconciler.loading.yaml_source import LARGEST_FILE, TreePath
from reconciler.model.mail import redacted

Tree = Mapping[str, Any]
_CODE = "E253"


def read_generation(path: Path, *, under: Path) -> Tree:
    """The parameters of a file, laid key by key of its top level over those of another one, which is complete.

    Raises:
        InvalidFilesError: Something is wrong with it; carries every problem with its line.
    """
    return {**_read(under), **_read(path)}


def _read(path: Path) -> Tree:
    shown = redacted("".join(sign if sign.isprintable() else "?" for sign in str(path)))
    try:
        source = Source(shown=shown, data=ordinary_bytes(path, most=LARGEST_FILE + 1))
    except OSError as error:
        what = f"it cannot be read: {error.strerror or 'no reason given'}."
        raise InvalidFilesError((make_problem(shown, Finding(code=_CODE, path=(), what=what)),)) from None
    read = read_tree(source, "generation")
    problems = read.problems or tuple(problem_of(source, finding) for finding in _crossed(read.tree or {}))
    if problems or read.tree is None:
        raise InvalidFilesError(tuple(sorted(problems, key=lambda problem: problem.sort_key)))
    return read.tree


def _crossed(tree: Tree) -> Iterator[Finding]:
    """Ranges that end before they begin."""
    ranges: list[tuple[TreePath, Tree]] = [
        (("segments", name, "chargers"), one["chargers"]) for name, one in tree.get("segments", {}).items()
    ]
    if "currents" in tree:
        ranges.append((("currents", "proInstallation"), tree["currents"]["proInstallation"]))
    for path, one in ranges:
        if "least" in one and one["least"] > one["most"]:
            what = f"`least` is {one['least']}, which is more than `most`, {one['most']}."
            yield Finding(code=_CODE, path=(*path, "least"), what=what)
