"""Finds e-mail addresses and URLs with credentials anywhere in a file, comments included, without repeating them."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from reconciler.loading.findings import Finding, Source, make_problem, problem_of
from reconciler.loading.yaml_source import MOST_FLAWS, TreePath
from reconciler.model.problem import Problem

_STOP = r"\s\"'<>(){}\[\],;|`"
_ADDRESS = re.compile(rf"[^{_STOP}:=@]{{1,64}}@[^{_STOP}:=@]{{1,255}}")
_BREAK = re.compile(rf"[{_STOP}]")
_LONGEST_TOKEN = 2000


def has_address(text: str) -> bool:
    """Whether something in the text looks like an e-mail address."""
    return _ADDRESS.search(text) is not None


def redacted(text: str) -> str:
    """The text with `…` for everything that looks like an e-mail address."""
    return _ADDRESS.sub("…", text)


def address_problems(source: Source, tree: Any) -> Iterator[Problem]:
    """E230 for addresses, E217 for credentials in URLs; `source` is UTF-8."""
    if b"@" in source.data:
        yield from islice(_in_text(source), MOST_FLAWS)
    if b"\\" in source.data:  # an escape may hide one
        for path in islice(_escaped_addresses(tree, ()), MOST_FLAWS):
            yield problem_of(source, Finding(code="E230", path=path, what="an e-mail address (not shown)."))


def _in_text(source: Source) -> Iterator[Problem]:
    for number, line in enumerate(source.data.decode("utf-8", "replace").split("\n"), start=1):
        for hit in _ADDRESS.finditer(line) if "@" in line else ():
            token = _BREAK.split(line[max(0, hit.start() - _LONGEST_TOKEN) : hit.start()])[-1]
            yield _problem(source, number, hit.start() + 1, token=token)


def _problem(source: Source, line: int, column: int, *, token: str) -> Problem:
    if "://" in token:
        finding = Finding(code="E217", path=(), what="a URL with credentials (not shown).")
        return make_problem(source.shown, finding, line=line, column=column - len(token))
    finding = Finding(code="E230", path=(), what="an e-mail address (not shown).")
    return make_problem(source.shown, finding, line=line, column=column)


def _escaped_addresses(tree: Any, path: TreePath) -> Iterator[TreePath]:
    match tree:
        case dict():
            for key, value in tree.items():
                if has_address(str(key)):
                    yield (*path, key)
                yield from _escaped_addresses(value, (*path, key))
        case list():
            for index, item in enumerate(tree):
                yield from _escaped_addresses(item, (*path, index))
        case str() if has_address(tree) and "://" not in tree:
            yield path
        case _:
            return
