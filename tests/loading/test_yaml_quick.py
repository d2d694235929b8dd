"""The quick reader says what the close one says, or nothing."""

import threading
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.loading import yaml_quick
from reconciler.loading.yaml_quick import UnusualError, quick_value
from reconciler.loading.yaml_source import Reading, read_closely, read_yaml
from tests.loading.yaml_layouts import ROOTS, texts

PIECES = st.sampled_from(
    [
        *("a", "b", "12", "true", "null", "~", "NO", "<<", "é", "\u00a0", '"', "'", "\\", "\\n", "\\0", '"x"', "''"),
        *(": ", ":", "- ", "-", "? ", ", ", ",", "[", "]", "{", "}", "#", " #", "|", ">", "|-\n ", "--- ", "---\n"),
        *("...\n", "&a ", "*a", "!t ", "! ", "!!str ", "%YAML 1.1\n", "\n", "\n  ", "\n    ", "\r\n", "\t", " ", "  "),
    ]
)
"""What YAML is made of, so that what is put together is often a document and often nearly one."""


class PythonComposer(yaml_quick._Unresolved, yaml.SafeLoader):
    """PyYAML without its C library."""


@pytest.fixture(params=["C", "Python"])
def any_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each parser of PyYAML in turn."""
    if request.param == "Python":
        monkeypatch.setattr(yaml_quick, "_Composer", PythonComposer)
    return


@given(ROOTS.flatmap(texts))
def test_an_ordinary_file_reads_the_same_in_both(text: str) -> None:
    """Whatever its layout."""
    data = text.encode()

    assert repr(read_yaml(data)) == repr(read_closely(data))


@given(st.lists(PIECES, max_size=25).map("".join))
@example("a: ! b\n")
@example("a: &x b\n")
@example("a: b\n--- \nc: d\n")
@example("<<: {a: b}\n")
@example("{a: 1, 'a': 2}\n")
@example("- a: 1\n- \n")
@example("a: |\n  b\n")
@example("? [a]\n: b\n")
@example('a: "\\0"\n')
def test_whatever_looks_like_yaml_reads_the_same_in_both(text: str) -> None:
    """Flaws are told by the close reader alone, and never passed over."""
    data = text.encode()

    assert repr(read_yaml(data)) == repr(read_closely(data))


def test_an_ordinary_file_is_read_quickly(any_parser: None) -> None:
    """Otherwise all of this would be in vain."""
    text = (
        "# ours\nversion: 1\nid: 'x'\nchargers:\n  ZAP1: {maxCurrent: 13.5, standAlone: true}\nprofiles: [a, \"b\"]\n"
    )

    assert quick_value(text.encode()) == {
        "version": 1,
        "id": "x",
        "chargers": {"ZAP1": {"maxCurrent": 13.5, "standAlone": True}},
        "profiles": ["a", "b"],
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", "# nothing\n", "a:\n", "a: null\n", "a: 1\na: 2\n", "a: &x 1\n", "a: *x\n", "a: !t 1\n", "a: ! 1\n"),
        *(
            "<<: {}\n",
            "%YAML 1.1\n---\na: 1\n",
            "a: 1\n---\nb: 2\n",
            "{a: 1\n",
            "[a]: 1\n",
            'a: "\\0"\n',
        ),
        *("a: " + "x" * 9000 + "\n", "- " * 30 + "a\n", "[" * 30 + "]" * 30 + "\n", "[" * 90_000, "- " * 45_000),
        *("x: [" + "{a: 1}, " * 500 + "]\n", "- a\n" * 60_000, "".join(" " * n + "a:\n" for n in range(300))),
    ],
)
def test_what_may_be_a_flaw_is_left_to_the_close_reader(text: str, any_parser: None) -> None:
    """A file that is very deep least of all may end the process, whose parser calls itself for each level."""
    with pytest.raises(UnusualError):
        quick_value(text.encode())


def test_levels_count_the_same_in_both(any_parser: None) -> None:
    """The deepest file that is allowed is allowed in both."""
    for levels in (19, 20, 21, 22):
        data = ("[" * levels + "1" + "]" * levels).encode()

        assert repr(read_yaml(data)) == repr(read_closely(data))


@pytest.mark.parametrize("level", ["[a: ", "[", "{a: ", "- ", "? "])
def test_the_deepest_usual_file_is_read_on_a_small_stack(level: str) -> None:
    """A thread may have little of it; the parser would end the whole process."""
    lines = [level * (190 // len(level))] * 4
    data = ("\n".join(lines) + "\n").encode()
    readings: list[Reading] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: readings.append(read_yaml(data)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)

    assert [reading.value for reading in readings] == [None]
    assert readings[0].flaws
