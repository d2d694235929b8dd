"""The strict reader: what is typed, what stays text, and what it refuses."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.loading import yaml_source
from reconciler.loading.places import places_of
from reconciler.loading.yaml_scalars import MOST_VALUES
from reconciler.loading.yaml_source import BROKEN, LARGEST_FILE, read_yaml


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("16", 16),
        ("-3", -3),
        ("0", 0),
        ("31.999", 31.999),
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("22:00", "22:00"),
        ("06:30", "06:30"),
        ("012", "012"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("+5", "+5"),
        (".inf", ".inf"),
        ("~", "~"),
        ("2026-01-01", "2026-01-01"),
        ("1" * 16, "1" * 16),
        ('"16"', "16"),
        ("'true'", "true"),
        ("ø", "ø"),
    ],
)
def test_only_true_false_and_decimal_numbers_are_typed(written: str, value: object) -> None:
    """Norway stays Norway, and half past six stays a time."""
    reading = read_yaml(f"a: {written}\n".encode())

    assert reading.flaws == ()
    assert reading.value["a"] == value
    assert type(reading.value["a"]) is type(value)


def test_keys_are_always_text() -> None:
    """A serial made of digits would otherwise be a number."""
    reading = read_yaml(b"12: a\ntrue: b\nNO: c\n")

    assert reading.value == {"12": "a", "true": "b", "NO": "c"}


def test_block_and_flow_style_read_the_same() -> None:
    """Style is a matter of taste."""
    block = read_yaml(b"a:\n  - b: 1\n    c: [x, y]\n  - {}\n")
    flow = read_yaml(b"{a: [{b: 1, c: [x, y]}, {}]}\n")

    assert block.value == flow.value == {"a": [{"b": 1, "c": ["x", "y"]}, {}]}


def test_line_ends_of_windows_and_a_byte_order_mark_are_fine() -> None:
    """Editors write them without asking."""
    reading = read_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    assert (reading.value, reading.flaws) == ({"a": 1, "b": 2}, ())


def test_not_utf_8_is_told_with_its_place() -> None:
    """Latin-1 from an old editor, for instance."""
    (flaw,) = read_yaml("a: 1\nb: blå\n".encode("latin-1")).flaws

    assert (flaw.code, flaw.line, flaw.column) == ("E010", 2, 6)


def test_columns_count_characters_not_bytes() -> None:
    """As an editor does."""
    (flaw,) = read_yaml("ø: {å: null}\n".encode()).flaws

    assert (flaw.code, flaw.line, flaw.column) == ("E013", 1, 8)


def test_a_file_beyond_the_limit_is_not_parsed() -> None:
    """Whatever it holds."""
    reading = read_yaml(b"a: " + b"x" * LARGEST_FILE)

    assert reading.value is None
    assert [flaw.code for flaw in reading.flaws] == ["E011"]


def test_an_alias_bomb_never_unfolds() -> None:
    """Nine levels of nine would be four hundred million texts."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))

    reading = read_yaml(f"l0: &l0 [x]\n{levels}".encode())

    assert reading.value is None
    assert {flaw.code for flaw in reading.flaws} == {"E009"}


def test_null_leaves_a_hole_that_rules_can_see() -> None:
    """The rest of the file is still checked."""
    reading = read_yaml(b"a: null\nb: 1\n")

    assert reading.value == {"a": BROKEN, "b": 1}


def test_a_file_full_of_flaws_is_cut_short() -> None:
    """A hundred are enough to see that this is no fleet file."""
    reading = read_yaml(b"- null\n" * 1000)

    assert len(reading.flaws) == 100


def test_what_the_parser_quotes_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A syntax error may lie right beside a secret; the slow parser quotes what it reads."""
    monkeypatch.setattr(yaml_source, "_NewParser", yaml.SafeLoader)

    (flaw,) = read_yaml(b'a: "CANARY \\q"\n').flaws

    assert flaw.code == "E008"
    assert "CANARY" not in flaw.what
    assert "'q'" not in flaw.what


@pytest.mark.parametrize("text", [b"a: {b", b"a:", b"a: 'b", b"x: 1\na: [1,"])
def test_what_is_missing_at_the_end_is_told_in_the_last_line(text: bytes) -> None:
    """The parser places it behind the last line, where no editor can go."""
    flaws = read_yaml(text).flaws

    assert {flaw.line for flaw in flaws} == {text.count(b"\n") + 1}


def test_more_values_than_a_fleet_file_can_have_are_not_read() -> None:
    """Small in bytes, large in memory."""
    reading = read_yaml(b"- 1\n" * (MOST_VALUES + 1))

    assert reading.value is None
    assert [flaw.code for flaw in reading.flaws] == ["E011"]


@pytest.mark.parametrize(("text", "code"), [(b'a: "\\UFFFFFFFF"', "E008"), (b'a: "\\ud800"', "E010")])
def test_the_parser_in_python_may_raise_what_it_likes(text: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a character, and half of one: the C parser refuses both."""
    monkeypatch.setattr(yaml_source, "_NewParser", yaml.SafeLoader)

    assert [flaw.code for flaw in read_yaml(text).flaws] == [code]


def test_places_are_known_as_far_as_a_file_goes() -> None:
    """A file may break between two looks."""
    assert places_of(b"a: 1\n? [b]\n: {")["a",] == (1, 1, 1, 4)


_SCALARS = st.one_of(
    st.booleans(), st.integers(-(10**14), 10**14), st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N")))
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(data=st.binary(max_size=300))
def test_no_bytes_at_all_make_it_fail(data: bytes) -> None:
    """Whatever is in a file: a value or a flaw with a place, never an exception."""
    reading = read_yaml(data)

    assert reading.value is not None or reading.flaws
    assert all(flaw.line >= 1 and flaw.column >= 1 for flaw in reading.flaws)


@given(text=st.text(alphabet=" \n-:{}[],&*!|>'\"#%@`?a1<\t\r\\~\u202e", max_size=60))
def test_no_yaml_punctuation_makes_it_fail(text: str) -> None:
    """Random bytes rarely get past the first character; these do."""
    reading = read_yaml(text.encode())

    assert reading.value is not None or reading.flaws


@given(text=st.text(alphabet=" \n-:{}[],a1\"'", max_size=60))
def test_whatever_can_be_read_has_places(text: str) -> None:
    """The second parse for places sees what the first one saw."""
    data = text.encode()
    reading = read_yaml(data)

    if reading.value is not None:
        assert () in places_of(data)


@given(tree=_TREES.filter(lambda tree: tree not in (None, "")))
def test_what_pyyaml_writes_is_read_back(tree: object) -> None:
    """Without anchors, its output is inside the strict subset, and no text turns into a number."""
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=False, width=10_000)

    reading = read_yaml(text.encode())

    if not reading.flaws:
        assert reading.value == tree


class TestPlaces:
    def test_keys_values_and_items_are_found(self) -> None:
        """Line and column of each, from 1."""
        places = places_of(b"a:\n  - b: {c: 1, d: [2, 3]}\n")

        assert places["a", 0, "b", "d"] == (2, 15, 2, 18)
        assert places["a", 0, "b", "d", 1] == (2, 22, 2, 22)
        assert places["a",] == (1, 1, 2, 3)

    def test_a_tab_does_not_hide_the_places_of_the_rest(self) -> None:
        """Other problems of the same file still point somewhere."""
        places = places_of(b"a:\n\t- b\nc: 1\n")

        assert places["c",] == (3, 1, 3, 4)
