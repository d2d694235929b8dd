"""A large snapshot is read line by line; whatever is laid out otherwise is read whole, and both say the same."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidDocumentError
from reconciler.loading.snapshot import read_snapshot
from reconciler.loading.snapshot_rows import read_by_rows
from reconciler.model.digest import digest_of
from reconciler.model.snapshot import Snapshot
from reconciler.report.json_document import to_text
from reconciler.report.json_snapshot import snapshot_document, snapshot_json
from tests.fuzz.corpus import documents


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A snapshot with two sites, as the command writes it."""
    return snapshot_json(_snapshot(tmp_path_factory.mktemp("seed"))).encode()


def _snapshot(folder: Path) -> Snapshot:
    seed = next(one for one in documents() if one.name == "snapshot")
    file = folder / "seed.json"
    file.write_bytes(seed.data)
    return read_snapshot(file)


def stored(folder: Path, data: bytes) -> Path:
    """A file with these bytes."""
    file = folder / "snapshot.json"
    file.write_bytes(data)
    return file


def whole(file: Path) -> Snapshot | str:
    """What is read when the file is laid out otherwise: the snapshot, or what is wrong with it."""
    again = file.with_name("again.json")
    again.write_text(json.dumps(json.loads(file.read_text()), indent=1))
    return outcome(again)


def outcome(file: Path) -> Snapshot | str:
    """The snapshot, or what is wrong with it."""
    try:
        return read_snapshot(file)
    except InvalidDocumentError as error:
        return error.what


def test_each_installation_stands_on_one_line(written: bytes) -> None:
    """A large snapshot can be compared and read line by line, and it is the same document."""
    lines = written.decode().splitlines()
    first = lines.index('  "installations": [')

    rows = [json.loads(line.removesuffix(",")) for line in lines[first + 1 : lines.index("  ],", first)]]

    assert rows == json.loads(written)["installations"]
    assert len(rows) == 2


def test_a_snapshot_is_read_by_rows(written: bytes, tmp_path: Path) -> None:
    """What we write ourselves needs no second way, and gives what the other way gives."""
    file = stored(tmp_path, written)

    assert read_by_rows(file) is not None
    assert read_snapshot(file) == whole(file)


def test_a_name_that_is_escaped_is_read_by_rows(tmp_path: Path) -> None:
    """A name that looks like a command of a workflow is written with an escape, over which no digest goes."""
    snapshot = _snapshot(tmp_path)
    named = tuple(replace(site, name="##[error]x") for site in snapshot.observed.installations)
    snapshot = replace(snapshot, observed=replace(snapshot.observed, installations=named))
    file = stored(tmp_path, snapshot_json(snapshot).encode())

    rows = read_by_rows(file)

    assert b"\\u0023" in file.read_bytes()
    assert rows is not None
    assert {site.name for site in rows.sites} == {"##[error]x"}


def test_an_empty_account_is_read_whole(tmp_path: Path) -> None:
    """Without an installation there is no line to read."""
    snapshot = _snapshot(tmp_path)
    empty = replace(snapshot, observed=replace(snapshot.observed, installations=()))
    file = stored(tmp_path, snapshot_json(empty).encode())

    assert read_by_rows(file) is None
    assert read_snapshot(file).installations.visible == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"},\n    {", b"}\n    {"),
        (b"}\n  ],", b"},\n  ],"),
        (b"},\n    {", b"}},\n    {"),
        (b"},\n    {", b'},\n    {"a":1},\n    {'),
        (b'  "installations": [\n', b'  "x": {\n  "installations": [\n'),
        (b'"serial":"ZPR080001"', b'"serial":"ZPR080001","serial":"ZPR080009"'),
        (b'"serial":"ZPR080001"', b'"serial":"ZPR080009"'),
        (b'"serial":"ZPR080001"', b'"serial":"\\ud800"'),
        (b'"roles":7', b'"roles":NaN'),
        (b'  "kind": "snapshot"', b'  "installations": [],\n  "kind": "snapshot"'),
    ],
)
def test_what_is_not_as_we_write_it_is_not_read_by_rows(old: bytes, new: bytes, written: bytes, tmp_path: Path) -> None:
    """The line by line reader doubts, and the other one says what is wrong."""
    assert old in written
    file = stored(tmp_path, written.replace(old, new, 1))

    found = outcome(file)

    assert read_by_rows(file) is None
    assert isinstance(found, str)


@pytest.mark.parametrize("number", [b"-0.0", b"6.50", b"1e1"])
def test_a_number_written_otherwise_is_the_same_both_ways(number: bytes, written: bytes, tmp_path: Path) -> None:
    """Also with the digest that somebody computes who takes it as it stands there."""
    edited = re.sub(rb'"maxCurrent":[0-9.]+', b'"maxCurrent":' + number, written)
    file = stored(tmp_path, _signed(edited))

    assert edited != written
    assert outcome(file) == whole(file)


def test_two_installations_on_one_line_are_read_whole(written: bytes, tmp_path: Path) -> None:
    """It is the same document for everybody but the line by line reader."""
    file = stored(tmp_path, written.replace(b"},\n    {", b"},{", 1))

    assert read_by_rows(file) is None
    assert outcome(file) == read_snapshot(stored(tmp_path, written))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_two_ways_agree_on_whatever_is_edited(data: st.DataObject, written: bytes, tmp_path: Path) -> None:
    """A snapshot with bytes changed, and a digest that fits again, is the same snapshot both ways or none."""
    edited = bytearray(written)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(edited) - 1))
        edited[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from([b"", b"1", b'"', b"{", b"}", b",", b"\n", b"null", b"0.5", b"true", b"x"])
        )
    file = stored(tmp_path, _signed(bytes(edited)))

    rows = read_by_rows(file)

    assert rows is None or outcome(file) == whole(file)


def _signed(data: bytes) -> bytes:
    """With the digest that a careful forger would put in; as it is when it is no JSON."""
    try:
        tree = json.loads(data)
        told = tree["digest"].encode()
        content = {name: tree[name] for name in (*_CONTENT, "installations")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return data
    return data.replace(told, digest_of(content).encode()) if told else data


_CONTENT = ("taken_at", "accounts", "selection", "people", "reads", "queued", "switch_waits")


def test_other_documents_stay_indented(tmp_path: Path) -> None:
    """Only the one long list stands on lines of its own."""
    document = snapshot_document(_snapshot(tmp_path))

    assert to_text(document) != to_text(document, rows="installations")
    assert json.loads(to_text(document)) == json.loads(to_text(document, rows="installations"))
