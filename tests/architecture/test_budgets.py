"""Functions and files stay small enough to be read at once."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, Module, listed, module_of, modules, tree_files

LONGEST_FUNCTION = 40
DEEPEST = 3
LONGEST_FILE = 300

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
_SUPPRESSION = re.compile(
    r"#\s*(noqa|type:\s*ignore)(?P<code>:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[a-z-, ]+\])?(?P<reason>.*)"
)


def functions(module: Module) -> Iterator[Function]:
    """Every function and method."""
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines from the first statement to the last, without the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def depth(node: ast.AST) -> int:
    """How many blocks lie inside each other; `elif` and the cases of a match add none."""
    return max((_depth_below(child) for child in ast.iter_child_nodes(node)), default=0)


def _depth_below(node: ast.AST) -> int:
    if isinstance(node, Function | ast.ClassDef | ast.Lambda):
        return 0  # counted by itself
    if not isinstance(node, _BLOCKS):
        return depth(node)
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        inner = max((_depth_below(child) for child in node.body), default=0)
        return max(1 + inner, _depth_below(node.orelse[0]))
    return 1 + depth(node)


def undocumented(module: Module) -> list[str]:
    """Public names without a docstring."""
    parts = [("the module", module.tree), *_public(module.tree)]
    return [f"{module.name}: {name}" for name, node in parts if not ast.get_docstring(node)]


def _public(node: ast.Module | ast.ClassDef) -> Iterator[tuple[str, Documented]]:
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield child.name, child
            if isinstance(child, ast.ClassDef):
                yield from _public(child)


def bare_suppressions(text: str) -> list[str]:
    """Comments that silence a check without a code or without a reason."""
    found = [(number, _SUPPRESSION.search(line)) for number, line in enumerate(text.splitlines(), start=1)]
    return [
        f"{number}: {match[0]}"
        for number, match in found
        if match and not (match["code"] and match["reason"].strip(" #"))
    ]


class TestPackage:
    def test_functions_are_short(self) -> None:
        """Forty lines are the end; twenty are usual."""
        offenders = {
            f"{module.at(function)} {function.name}": body_lines(function)
            for module in modules()
            for function in functions(module)
            if body_lines(function) > LONGEST_FUNCTION
        }

        assert offenders == {}, listed(offenders.items())

    def test_functions_are_flat(self) -> None:
        """Three levels of blocks at most."""
        offenders = {
            f"{module.at(function)} {function.name}": depth(function)
            for module in modules()
            for function in functions(module)
            if depth(function) > DEEPEST
        }

        assert offenders == {}, listed(offenders.items())

    def test_files_are_short(self) -> None:
        """A file that has grown is usually two."""
        lengths = {module.name: len(module.text.splitlines()) for module in modules()}
        offenders = {name: length for name, length in lengths.items() if length > LONGEST_FILE}

        assert offenders == {}, listed(offenders.items())

    def test_public_names_are_explained(self) -> None:
        """Every module, class, function and method that others may use says what it is for."""
        offenders = [name for module in modules() for name in undocumented(module)]

        assert offenders == [], listed(offenders)

    def test_silenced_checks_say_why(self) -> None:
        """Each has its code and a reason behind it, in the package and in the tests."""
        offenders = {
            str(path.relative_to(ROOT)): found
            for path in tree_files()
            if path.suffix == ".py" and (found := bare_suppressions(path.read_text()))
        }

        assert offenders == {}, listed(offenders.items())


class TestTheChecksThemselves:
    def test_a_docstring_does_not_count_as_length(self) -> None:
        """Explaining more must never be punished."""
        function = next(functions(module_of('def f():\n    """One\n\n    two."""\n    a = 1\n    return a\n')))

        assert body_lines(function) == 2

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("x = 1", 0),
            ("if a:\n  x = 1\nelif b:\n  x = 2\nelif c:\n  x = 3", 1),
            ("if a:\n  x = 1\nelse:\n  for b in a:\n    x = 2", 2),
            ("for a in b:\n  with c:\n    match d:\n      case 1:\n        if e:\n          x = 1", 4),
            ("try:\n  x = 1\nexcept E:\n  while a:\n    x = 2", 2),
            ("def g():\n  if a:\n    x = 1", 0),
        ],
    )
    def test_depth_is_counted_as_a_reader_would(self, text: str, expected: int) -> None:
        """Chains count once, inner functions for themselves."""
        indented = "\n".join(f"  {line}" for line in text.splitlines())
        function = next(functions(module_of(f"def f():\n{indented}\n")))

        assert depth(function) == expected

    def test_missing_docstrings_are_found(self) -> None:
        """Private names may go without."""
        text = '"""A module."""\nclass A:\n  """A."""\n  def b(self): ...\n  def _c(self): ...\ndef d(): ...\n'

        assert undocumented(module_of(text)) == ["reconciler.model.sample: b", "reconciler.model.sample: d"]

    @pytest.mark.parametrize(
        ("comment", "is_bare"),
        [
            ("noqa", True),
            ("noqa: S105", True),
            ("noqa: S105  a kind of setting, not a secret", False),
            ("type: ignore", True),
            ("type: ignore[arg-type]", True),
            ("type: ignore[arg-type]  # the stub is wrong", False),
        ],
    )
    def test_bare_suppressions_are_found(self, comment: str, is_bare: bool) -> None:
        """A code alone does not tell why."""
        assert bool(bare_suppressions(f"x = 1  # {comment}")) is is_bare
