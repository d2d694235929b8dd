"""The schemas of files, as editors and the tool use them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.loading import schema
from reconciler.loading.explanations import BY_CODE
from reconciler.loading.full_schema import is_valid, registry
from reconciler.loading.merge import SETTING_NAMES
from reconciler.loading.schema import findings_of, is_surely_valid
from reconciler.loading.schema_files import KINDS, schemas
from reconciler.loading.yaml_source import read_yaml
from reconciler.model.guard_ids import ACKNOWLEDGEABLE, GUARD_IDS
from reconciler.model.settings import CHARGER_ROLES, MODES, ROLE_BITS, URL_VERSIONS

FOLDER = Path(schema.__file__).parents[2] / "schemas"
NAMES = [f"{kind}.schema.json" for kind in KINDS]


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every map inside a schema."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for item in node:
            yield from parts(item)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_schema(name: str) -> None:
    """Of the draft it names."""
    text = json.loads((FOLDER / name).read_text())

    Draft202012Validator.check_schema(text)
    assert text["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert text["title"]
    assert text["description"]


@pytest.mark.parametrize("name", NAMES)
def test_unknown_keys_are_refused_everywhere(name: str) -> None:
    """A misspelt key must never be a setting that silently stays unmanaged."""
    open_maps = [
        part for part in parts(schemas()[name]) if part.get("type") == "object" and "additionalProperties" not in part
    ]

    assert open_maps == []


@pytest.mark.parametrize("name", NAMES)
def test_every_key_has_hover_text(name: str) -> None:
    """In the editor, beside each key: what it means, with its unit."""
    bare = [
        key
        for part in parts(schemas()[name])
        for key, value in (part.get("properties") or {}).items()
        if isinstance(value, dict) and not _has_description(value)
    ]

    assert bare == []


def _has_description(value: dict[str, Any]) -> bool:
    if "description" in value:
        return True
    file, _, pointer = value.get("$ref", "").partition("#")
    target: Any = schemas().get(file) if file else None
    candidates = [target] if target else list(schemas().values())
    for candidate in candidates:
        node = candidate
        for step in pointer.strip("/").split("/") if pointer else []:
            node = node.get(step, {})
        if isinstance(node, dict) and _describes(node):
            return True
    return False


def _describes(node: dict[str, Any]) -> bool:
    return "description" in node or ("$ref" in node and _has_description(node))


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_valid(name: str) -> None:
    """What the editor offers must pass."""
    for part in parts(schemas()[name]):
        for example in part.get("examples", []):
            found = [error.message for error in _part_validator(name, part).iter_errors(example)]
            assert found == [], example


def _part_validator(name: str, part: dict[str, Any]) -> Draft202012Validator:
    own = {**part, "$defs": schemas()[name].get("$defs", {})}
    return Draft202012Validator(own, registry=registry())


def test_its_codes_are_explained() -> None:
    """`x-code` names the code of a keyword."""
    used = {code for name in NAMES for part in parts(schemas()[name]) for code in part.get("x-code", {}).values()}

    assert used <= set(BY_CODE)


def test_its_words_are_those_of_the_settings_table() -> None:
    """One table of settings; the schema must not drift away from it."""
    definitions = schemas()["profile.schema.json"]["$defs"]
    authentication = definitions["authentication"]["properties"]

    assert authentication["mode"]["enum"] == [word for word, _ in MODES]
    assert authentication["ocppCloud"]["properties"]["urlVersion"]["enum"] == [word for word, _ in URL_VERSIONS]
    assert definitions["permissionEntry"]["properties"]["roles"]["items"]["enum"] == [word for word, _ in ROLE_BITS]
    assert definitions["chargerPermissionEntry"]["properties"]["roles"]["items"]["enum"] == list(CHARGER_ROLES)
    for name in SETTING_NAMES:
        steps = name.removeprefix("chargers.").split(".")
        of_charger = name.startswith("chargers.")
        node: Any = (definitions["charger"] if of_charger else schemas()["profile.schema.json"])["properties"]
        for step in steps:
            node = _resolved(node[step]).get("properties", {}) if step != steps[-1] else node.get(step)
        assert node is not None, name


def test_editors_offer_the_guards_that_a_file_can_lift() -> None:
    """With what each of them holds back."""
    guard = schemas()["profile.schema.json"]["$defs"]["acknowledgement"]["properties"]["guard"]
    about = {one.id: f"{one.about[0].upper()}{one.about[1:]}." for one in GUARD_IDS}

    assert guard["enum"] == list(ACKNOWLEDGEABLE)
    assert guard["enumDescriptions"] == [about[name] for name in ACKNOWLEDGEABLE]


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref", "")
    return schemas()["profile.schema.json"]["$defs"][reference.rpartition("/")[2]] if reference else node


WORDS = st.sampled_from(
    sorted({word for name in NAMES for part in parts(schemas()[name]) for word in part.get("properties", {})})
)
EXAMPLES = [example for name in NAMES for part in parts(schemas()[name]) for example in part.get("examples", [])]
STRANGE = [True, False, 0, 1, 5.9, 6, 16.0, 32, 33, "", "x", "person:a\n", [], {}, ["x", "x"], {"x": 1}, {"x": {}}]
LEAVES = st.sampled_from([*EXAMPLES, *STRANGE])
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=8
)
VALID = read_yaml((FOLDER.parent / "fleet/installations/homes/elveveien-12.yaml").read_bytes()).value


class TestQuickLook:
    @pytest.mark.parametrize("kind", KINDS)
    @given(tree=TREES)
    def test_it_never_accepts_what_the_schema_refuses(self, kind: str, tree: object) -> None:
        """It may only say that a tree is certainly valid."""
        if is_surely_valid(kind, tree):
            assert is_valid(kind, tree)

    @pytest.mark.parametrize("key", list(schemas()["installation.schema.json"]["properties"]))
    def test_nor_with_one_strange_value_in_a_good_file(self, key: str) -> None:
        """Near misses are where a shortcut goes wrong; it must also accept some, or it would be tested on nothing."""
        trees = [{**VALID, key: value} for value in [*EXAMPLES, *STRANGE]]

        accepted = [tree for tree in trees if is_surely_valid("installation", tree)]

        assert accepted
        assert all(is_valid("installation", tree) for tree in accepted)
        assert len(accepted) < len(trees)

    @pytest.mark.parametrize("file", sorted((FOLDER.parent / "fleet").rglob("*.yaml")), ids=lambda file: file.name)
    def test_it_accepts_ordinary_files(self, file: Path) -> None:
        """Otherwise it would be of no use: a large fleet would take ten times as long."""
        kind = {"installations": "installation", "profiles": "profile"}.get(file.relative_to(FOLDER.parent).parts[1])

        assert is_surely_valid(kind or file.stem, read_yaml(file.read_bytes()).value)

    @pytest.mark.parametrize("line_end", ["", "\n"])
    def test_a_name_ends_where_it_ends(self, line_end: str) -> None:
        """A line end behind a name is easily missed, and Python's `$` allows it."""
        tree = {**VALID, "permissions": {"entries": [{"user": f"person:a{line_end}", "roles": ["owner"]}]}}

        assert [finding.code for finding in findings_of("installation", tree)] == (["E017"] if line_end else [])
