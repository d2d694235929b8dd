"""Whatever JSON comes back, parsing gives values or one kind of error, never a crash, and quotes nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.live import rows, wire
from reconciler.live.refusal import refusal_of
from reconciler.live.wire import WireError
from reconciler.model.value import Absent, Unreadable
from tests.live.answers import CHARGER_ROW, HIERARCHY, INSTALLATION, STATE

SEEDS: list[tuple[Callable[[object], object], object]] = [
    (rows.installation_row, INSTALLATION),
    (rows.installation_row, {**INSTALLATION, "AuthenticationType": 1, "WebhooksAuthUrl": "https://h.example/x"}),
    (rows.charger_row, CHARGER_ROW),
    (rows.state_values, STATE),
    (rows.hierarchy, HIERARCHY),
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "0", "1", "32.000", "true", "NaN", "-0", "\ud800", "x@y.example", "https://u:p@h.example/?q#f"]
    )
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def places(data: object) -> list[tuple[object, ...]]:
    """Paths of everything inside."""
    found: list[tuple[object, ...]] = [()]
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += [(key, *rest) for rest in places(value)]
    return found


def put(data: object, place: tuple[object, ...], value: object) -> object:
    """The same data with another value at one place."""
    if not place:
        return value
    if isinstance(data, dict):
        return {key: put(item, place[1:], value) if key == place[0] else item for key, item in data.items()}
    if isinstance(data, list):
        return [put(item, place[1:], value) if index == place[0] else item for index, item in enumerate(data)]
    return data


def complaint(parse: Callable[[object], object], data: object) -> str:
    """What parsing says about the data, nothing when it takes them; any other error than WireError fails the test."""
    try:
        parse(data)
    except WireError as error:
        return str(error)
    return ""


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Callable[[object], object], object]:
    """A valid answer with up to three places replaced by anything."""
    parse, data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 3))):
        data = put(data, draw(st.sampled_from(places(data))), draw(anything))
    return parse, data


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_mutated_answer_is_read_or_refused(case: tuple[Callable[[object], object], object]) -> None:
    """Only WireError comes out, with a text that names members and quotes no value."""
    said = complaint(*case)

    assert len(said) < 100
    assert "@" not in said


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_what_was_read_can_be_written_down(case: tuple[Callable[[object], object], object]) -> None:
    """Every value fits the model and can be saved as UTF-8."""
    parse, data = case
    try:
        parsed = parse(data)
    except WireError:
        return
    repr(parsed).encode("utf-8")
    values = parsed.values if isinstance(parsed, rows.InstallationRow) else parsed
    if isinstance(values, tuple):
        assert all(isinstance(value, bool | float | str | Absent | Unreadable) for _, value in values)


@given(st.binary(max_size=60) | anything.map(lambda data: json.dumps(data).encode("utf-8", "replace")))
@settings(max_examples=300, deadline=None)
def test_bodies_of_bytes_decode_or_are_refused(body: bytes) -> None:
    """Bytes are JSON or a WireError, and never a refusal by accident."""
    found = refusal_of(body)
    try:
        data = wire.decode(body)
    except WireError:
        assert found is None
        return
    assert found is None or isinstance(data, dict)


@given(st.text(max_size=80) | st.from_regex(r"[a-z]{2,5}://[^ ]{0,20}@?[a-z.]{1,10}[/?#][ -~]{0,10}", fullmatch=True))
@settings(max_examples=500, deadline=None)
def test_a_shown_url_is_itself_or_marked(url: str) -> None:
    """A URL without user, query and fragment is shown as it is; any other is marked and keeps them to itself."""
    shown = wire.safe_url(url)

    assert shown == url or shown.endswith(wire.HIDDEN)
    assert "@" not in shown
    assert "#" not in shown
    assert "?" not in shown.removesuffix(wire.HIDDEN)
    assert shown.isprintable()


@pytest.mark.parametrize("parse", [parse for parse, _ in SEEDS])
@given(data=anything)
@settings(max_examples=60, deadline=None)
def test_any_json_is_read_or_refused(parse: Callable[[object], object], data: object) -> None:
    """Nothing about the shape is taken for granted."""
    assert "@" not in complaint(parse, data)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-04T06:30:00", datetime(2026, 5, 4, 6, 30, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("2026-05-04T08:30:00.1234567+02:00", datetime(2026, 5, 4, 6, 30, 0, 123456, tzinfo=UTC)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_without_its_offset_is_one_in_utc(written: str, read: datetime) -> None:
    """As the older part of the API writes it."""
    assert wire.moment({"at": written}, "At") == read


@pytest.mark.parametrize("written", ["soon", "9999-12-31T23:59:59.9999999", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_no_clock_shows_is_none(written: str) -> None:
    """Nothing could be added to it, or taken away."""
    with pytest.raises(WireError, match="At is not a time"):
        wire.moment({"at": written}, "At")
