"""Our own documents are looked at quickly; jsonschema is asked when that doubts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.loading.document_schema import mismatch_in
from reconciler.loading.document_schema_files import is_surely_valid_document
from tests.fuzz.corpus import documents

SOUND = [json.loads(one.data) for one in documents()]
STRANGE = [None, True, 1, 1.0, -1, 0, "", "x", "x\n", [], {}, [1], ["x", "x"], {"x": 1}, "2026-02-30T00:00:00Z", "2026"]
"""Values that fit nearly everywhere, and nowhere all of them."""


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place inside a document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, item in items:
        yield (*path, step)
        yield from paths(item, (*path, step))


PLACES = [(number, path) for number, document in enumerate(SOUND) for path in paths(document)]


@pytest.mark.parametrize("document", SOUND, ids=lambda document: document["kind"])
def test_what_we_wrote_needs_no_second_look(document: dict[str, Any]) -> None:
    """Asking jsonschema would take longer than reading most documents."""
    assert is_surely_valid_document(document, kind=document["kind"])


@given(place=st.sampled_from(PLACES), value=st.sampled_from([*STRANGE, "left out"]))
def test_the_quick_look_accepts_nothing_that_the_schema_refuses(place: tuple[int, Any], value: Any) -> None:
    """A document with one strange value, or with one member left out."""
    number, path = place
    document = json.loads(json.dumps(SOUND[number]))
    parent: Any = document
    for step in path[:-1]:
        parent = parent[step]
    if value == "left out":
        del parent[path[-1]]
    else:
        parent[path[-1]] = value

    if is_surely_valid_document(document, kind=SOUND[number]["kind"]):
        assert mismatch_in(document, kind=SOUND[number]["kind"]) == ""
