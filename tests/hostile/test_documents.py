"""A saved plan or result that somebody has edited: `show` refuses it or shows it, and obeys nothing in it."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Shop
from tests.hostile.checks import flaws_of_json, flaws_of_markdown, flaws_of_stream

FORMATS = ("text", "markdown", "json")
BAIT = (
    "\x1b[31m\u202e::error::x ##[add-mask]y [a](https://evil.example) <script>x</script> | @all #1 `` ` -->\n\n# b"
    + "Ø" * 3000,
    "::set-output name=x::y",
    "",
)
Pattern = tuple[str, ...]


def texts_in(tree: Any, so_far: Pattern = ()) -> Iterator[tuple[Pattern, list[Any], Any]]:
    """Every text of a document: its place without numbers, the map or list that holds it, and its key there."""
    items: Any = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, below in items:
        place = (*so_far, "[]" if isinstance(tree, list) else key)
        if isinstance(below, str):
            yield place, tree, key
        yield from texts_in(below, place)


def baited(document: Any, place: Pattern, bait: str) -> Any:
    """The document with every text at that place replaced."""
    made = copy.deepcopy(document)
    for at, holder, key in [*texts_in(made)]:
        if at == place:
            holder[key] = bait
    return made


def kinds_of_flaws(name: str, text: str) -> list[str]:
    """What is wrong with one rendered document."""
    found = flaws_of_stream(text)
    match name:
        case "markdown":
            return found + flaws_of_markdown(text)
        case "json":
            return found + flaws_of_json(text)
        case _:
            return found


def shown(shop: Shop, file: Path) -> tuple[list[str], set[int]]:
    """What is wrong with any way of showing a file, and the exit codes."""
    flaws, codes = [], set()
    for name in FORMATS:
        ended = shop.run("show", str(file), "--format", name)
        codes.add(ended.code)
        flaws += [f"{name}: {flaw[:200]}" for flaw in flaws_of_stream(ended.err)]
        flaws += [f"{name}: {flaw[:200]}" for flaw in kinds_of_flaws(name, ended.out)] if ended.code == 0 else []
        assert "internal error" not in ended.err
    return flaws, codes


@pytest.fixture
def run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[Shop, Path]:
    """A finished run, with something of every kind in its plan."""
    monkeypatch.setenv("COLUMNS", "80")
    shop.run("apply", "--yes")
    return shop, next((shop.folder / ".reconciler" / "runs").iterdir())


@pytest.mark.parametrize("name", ["plan.json", "result.json", "rollback.json"])
def test_no_text_of_a_document_acts(run: tuple[Shop, Path], name: str) -> None:
    """Each text in turn, also those that only a machine should have written."""
    shop, folder = run
    file = folder / name
    document = json.loads(file.read_text())
    places = sorted({place for place, _, _ in texts_in(document)})
    codes: set[int] = set()

    for place in places:
        for bait in BAIT:
            file.write_text(json.dumps(baited(document, place, bait)))

            flaws, seen = shown(shop, file)

            codes |= seen
            assert not flaws, f"{'.'.join(place)}: {flaws}"

    assert codes == {0, 3}
