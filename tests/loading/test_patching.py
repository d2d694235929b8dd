"""Patches change what was asked for and nothing else in a file."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.loading.edits import Drop, Edit, EditError, Insert, Put, alike, edited, edits_between
from reconciler.loading.layout import NOTED, current_notes
from reconciler.loading.patching import PatchError, patched
from reconciler.loading.yaml_source import read_yaml
from tests.loading.yaml_layouts import ROOTS, TREES, texts

COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)

HOME = """\
# yaml-language-server: $schema=../../../schemas/installation.schema.json
#
# A home.
version: 1
name: 'Elveveien 12'      # for people

chargers:
  # the garage
  ZAP012345:
    maxCurrent: 16        # long cable
  ZAP012346: {maxCurrent: 32, standAlone: false}   # new

permissions:
  entries:
    - {user: "person:c-1", roles: [user, owner]}
    # the electrician
    - userGroup: HANS
      roles: [service]
"""


def comments(text: str) -> Counter[str]:
    """All comments that have a line of their own."""
    return Counter(line.strip() for line in COMMENT.findall(text))


class TestSingleEdits:
    def test_a_value_changes_and_its_comment_stays(self) -> None:
        """The line that everybody expects in the diff, and no other."""
        text = patched(HOME, [Put(path=("chargers", "ZAP012345", "maxCurrent"), value=13.5)])

        assert text == HOME.replace("maxCurrent: 16        # long cable", "maxCurrent: 13.5        # long cable")

    def test_quotes_stay(self) -> None:
        """Whoever quotes keeps the quotes."""
        text = patched(HOME, [Put(path=("name",), value="Elveveien 14's")])

        assert "name: 'Elveveien 14''s'      # for people" in text

    def test_a_value_on_a_shared_line_changes_there(self) -> None:
        """Maps on one line stay on one line."""
        text = patched(HOME, [Put(path=("chargers", "ZAP012346", "standAlone"), value=True)])

        assert "  ZAP012346: {maxCurrent: 32, standAlone: true}   # new\n" in text

    def test_a_new_key_comes_behind_its_siblings(self) -> None:
        """At their indentation."""
        text = patched(HOME, [Put(path=("chargers", "ZAP012345", "standAlone"), value=True)])

        assert "    maxCurrent: 16        # long cable\n    standAlone: true\n  ZAP012346" in text

    def test_a_new_key_in_a_map_on_one_line_stays_there(self) -> None:
        """Behind the last one."""
        edit = Put(path=("chargers", "ZAP012346", "disabled"), value={"reason": "flood", "until": "2035-01-01"})

        text = patched(HOME, [edit])

        assert "standAlone: false, disabled: {reason: flood, until: 2035-01-01}}   # new" in text

    def test_a_removed_key_takes_its_line_along(self) -> None:
        """But not the comment in front of the next one."""
        text = patched(HOME, [Drop(path=("chargers", "ZAP012345"))])

        assert "chargers:\n  # the garage\n  ZAP012346:" in text

    def test_a_removed_person_takes_the_line_along(self) -> None:
        """The comment about the next one stays."""
        text = patched(HOME, [Drop(path=("permissions", "entries", 0))])

        assert "  entries:\n    # the electrician\n    - userGroup: HANS\n" in text

    def test_a_person_joins_at_the_end(self) -> None:
        """As a line in the style of our own files."""
        person = {"user": "person:c-2", "roles": ["user"]}

        text = patched(HOME, [Insert(path=("permissions", "entries", 2), value=person)])

        assert text == HOME + '    - {user: "person:c-2", roles: [user]}\n'

    def test_windows_line_ends_stay(self) -> None:
        """No line changes its end, and new lines have the same."""
        text = patched(HOME.replace("\n", "\r\n"), [Put(path=("account",), value="main")])

        assert text.count("\n") == text.count("\r\n") == HOME.count("\n") + 1

    def test_a_file_without_a_last_line_end_stays_so(self) -> None:
        """The new line does not glue itself to the last one."""
        assert patched("version: 1", [Put(path=("name",), value="x")]) == "version: 1\nname: x"

    @pytest.mark.parametrize(
        "value", ["NO", "012", "22:00", "null", "~", "true", "1.5", "- a", "a: b", "#", "", " x", "*", "&a"]
    )
    def test_a_text_stays_a_text(self, value: str) -> None:
        """Whatever YAML would take it for."""
        text = patched(HOME, [Put(path=("name",), value=value), Put(path=("account",), value=value)])

        tree = read_yaml(text.encode()).value
        assert (tree["name"], tree["account"]) == (value, value)


class TestLayout:
    def test_a_new_entry_at_the_top_goes_where_it_belongs(self) -> None:
        """Profiles stand in the head, in front of the chargers."""
        text = patched(HOME, [Put(path=("profiles",), value=["handover"])])

        assert "name: 'Elveveien 12'      # for people\nprofiles: [handover]\n\nchargers:" in text

    def test_a_new_section_has_a_blank_line_in_front(self) -> None:
        """As the sections that are there."""
        switch = {"when": "idle", "giveUpAfterHours": 72}

        text = patched(HOME, [Put(path=("switch",), value=switch)])

        assert text == HOME + "\nswitch:\n  when: idle\n  giveUpAfterHours: 72\n"

    def test_a_section_between_two_keeps_one_blank_line_on_each_side(self) -> None:
        """And the comment of the next one stays with it."""
        text = patched(
            HOME.replace("\npermissions:", "\n# people\npermissions:"),
            [Put(path=("chargerDefaults",), value={"standAlone": False})],
        )

        assert "# for people\n\nchargerDefaults:\n  standAlone: false\n\nchargers:\n" in text

    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_a_section_that_goes_takes_one_blank_line_along(self, newline: str) -> None:
        """Two in a row would stay otherwise."""
        between = HOME.replace("\npermissions:", "\nunmanaged: [permissions]\n\npermissions:").replace("\n", newline)

        text = patched(between, [Drop(path=("unmanaged",))])

        assert text == HOME.replace("\n", newline)

    def test_a_last_section_that_goes_leaves_no_blank_line(self) -> None:
        """The file ends as before."""
        assert patched(HOME + "\nswitch: {when: idle}\n", [Drop(path=("switch",))]) == HOME

    def test_what_is_written_without_blank_lines_stays_so(self) -> None:
        """The author's own way."""
        assert patched("version: 1\nid: x\n", [Put(path=("permissions",), value={"mode": "additive"})]) == (
            "version: 1\nid: x\npermissions:\n  mode: additive\n"
        )


NOTES = """\
# Taken over.
# Not declared, because no file may say it or nobody could read it:
#   permissions: not readable: no documented call
#   ZAP012345 maxCurrent: E103 0 A without `disabled`.
#   ZAP012346 maxCurrent, standAlone: not readable
#   3 chargers maxCurrent: not readable
version: 1
"""


class TestNotes:
    def test_a_note_about_what_is_declared_now_goes(self) -> None:
        """Others stay, and so does one of which only a part is declared."""
        tree = {"permissions": {}, "chargers": {"ZAP012345": {"maxCurrent": 16}, "ZAP012346": {"standAlone": True}}}

        lines = current_notes(NOTES, tree).splitlines()

        assert lines == [line for line in NOTES.splitlines() if "permissions" not in line and "E103" not in line]

    def test_the_head_goes_with_the_last_note(self) -> None:
        """A head over nothing would say that something is missing."""
        text = f"# x\n{NOTED}\n#   permissions: why\nversion: 1\n"

        assert current_notes(text, {"permissions": {}}) == "# x\nversion: 1\n"
        assert current_notes(text, {}) == text


class TestRefusals:
    @pytest.mark.parametrize(
        "text",
        ["a: 1\na: 2\n", "", "- 1\n", "a: &x 1\nb: *x\n", "a: [", "a:\tb\n", "\x00", "a: null\n", "a: 1\n---\nb: 2\n"],
    )
    def test_a_file_with_problems_is_left_to_validate(self, text: str) -> None:
        """What the strict reader does not take is not patched."""
        with pytest.raises(PatchError):
            patched(text, [Put(path=("b",), value=1)])

    @pytest.mark.parametrize(
        "edit",
        [
            Put(path=("version", "x"), value=1),
            Put(path=("permissions", "entries", 9), value=1),
            Insert(path=("chargers", 0), value=1),
            Insert(path=("permissions", "entries", 7), value=1),
            Drop(path=("permissions", "entries", 7)),
        ],
    )
    def test_an_edit_without_a_place_is_refused(self, edit: Edit) -> None:
        """A path through a number or past the end of a list."""
        with pytest.raises(PatchError):
            patched(HOME, [edit])

    @pytest.mark.parametrize("value", ["a\u202eb", "x" * 9000, "a\x07"])
    def test_a_value_that_no_file_may_hold_is_refused(self, value: str) -> None:
        """The strict reader has the last word, also about what we write."""
        with pytest.raises(PatchError):
            patched(HOME, [Put(path=("name",), value=value)])


@given(st.data(), ROOTS, ROOTS)
def test_any_tree_becomes_any_other(data: st.DataObject, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Whatever the layout: the reader sees what was wanted, and all comment lines and the kind of line ends stay."""
    text = data.draw(texts(old))
    reading = read_yaml(text.encode())
    assume(not reading.flaws and alike(reading.value, old))

    after = patched(text, list(edits_between(old, new)))

    assert alike(read_yaml(after.encode()).value, new)
    assert not comments(text) - comments(after)
    assert ("\r\n" in text) == ("\r\n" in after) or "\n" not in text or "\n" not in after


@given(st.data(), ROOTS, TREES)
def test_one_edit_changes_no_other_line(data: st.DataObject, tree: dict[str, Any], value: Any) -> None:
    """A single value: every line that does not belong to it is there afterwards, in the same order."""
    text = data.draw(texts(tree))
    reading = read_yaml(text.encode())
    assume(not reading.flaws and alike(reading.value, tree))
    key = data.draw(st.sampled_from(sorted(tree)))
    assume(not isinstance(tree[key], dict | list))

    after = patched(text, [Put(path=(key,), value=value)])

    old, new = text.splitlines(), after.splitlines()
    assert len(old) == len(new)
    assert sum(one != other for one, other in zip(old, new, strict=True)) <= 1


@given(ROOTS, ROOTS)
def test_edits_between_two_trees_lead_from_one_to_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Also without any text."""
    assert alike(edited(old, list(edits_between(old, new))), new)
    assert list(edits_between(old, old)) == []


def test_every_file_of_the_example_fleet_survives_every_drop() -> None:
    """Each key of each file can go; what is left is what it was."""
    for file in sorted(Path("fleet/installations").rglob("*.yaml")):
        text = file.read_text()
        tree = read_yaml(text.encode()).value
        for path in [*((key,) for key in tree), *(("chargers", serial) for serial in tree["chargers"])]:
            after = patched(text, [Drop(path=path)])

            assert alike(read_yaml(after.encode()).value, edited(tree, [Drop(path=path)]))
            assert not comments(text) - comments(after)


def test_an_edit_of_a_tree_that_leads_nowhere_is_an_error() -> None:
    """Nothing is made up on the way through a list."""
    with pytest.raises(EditError):
        edited({"a": [1]}, [Put(path=("a", "b"), value=1)])
