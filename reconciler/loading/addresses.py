"""Finds e-mail addresses and URLs with credentials anywhere in a file, comments included, without repeating them."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from reconciler.loading.findings import Finding, Source, make_problem, problem_of
from reconciler.loading.yaml_source import MOST_FLAWS, TreePath
from reconciler.model.mail import STOP, addresses_in, has_address, is_spelled
from reconciler.model.problem import Problem

_BREAK = re.compile(rf"[{STOP}]")
_LONGEST_TOKEN = 2000
_SIGNS = tuple(sign.encode() for sign in ("@", "\N{FULLWIDTH COMMERCIAL AT}", "\N{SMALL COMMERCIAL AT}", "%", "&"))
"""One of these stands wherever an address does."""


def address_problems(source: Source, tree: Any) -> Iterator[Problem]:
    """E230 for addresses, E217 for credentials in URLs; `source` is UTF-8."""
    if any(sign in source.data for sign in _SIGNS):
        yield from islice(_in_text(source), MOST_FLAWS)
    if b"\\" in source.data:  # an escape may hide one
        for path in islice(_escaped_addresses(tree, ()), MOST_FLAWS):
            yield problem_of(source, Finding(code="E230", path=path, what="an e-mail address (not shown)."))


def _in_text(source: Source) -> Iterator[Problem]:
    for number, line in enumerate(source.data.decode("utf-8", "replace").split("\n"), start=1):
        for hit in addresses_in(line):
            token = _BREAK.split(line[max(0, hit.start() - _LONGEST_TOKEN) : hit.start()])[-1]
            # In a URL the sign stands before the host; spelled as %40 it is part of some value.
            in_url = "://" in token and not is_spelled(hit[0])
            yield _problem(source, number, hit.start() + 1, url=token if in_url else None)


def _problem(source: Source, line: int, column: int, *, url: str | None) -> Problem:
    if url is not None:
        finding = Finding(code="E217", path=(), what="a URL with credentials (not shown).")
        return make_problem(source.shown, finding, line=line, column=column - len(url))
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
