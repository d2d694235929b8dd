"""Saved documents are shown as they were printed, without a cloud."""

import json

import pytest

from tests.acceptance.conftest import Shop

BROKEN = ("installations/homes/bakkegata-7.yaml", r"maxCurrent: \d+", "maxCurrent: 3")


@pytest.mark.parametrize("name", ["text", "markdown", "json", "github"])
def test_a_validation_is_shown_as_it_was(shop: Shop, name: str) -> None:
    """With how to repair each problem."""
    shop.edit(*BROKEN)
    printed = shop.run("validate", "--format", name, "--report", "json=found.json").out

    shown = shop.run("show", "found.json", "--format", name)

    assert shown.code == 0, shown.err
    assert shown.out == printed
    assert {"text": "repair: ", "markdown": "| Repair |", "json": '"remedy"', "github": "::error"}[name] in shown.out


@pytest.mark.parametrize("name", ["text", "markdown", "json"])
def test_an_adoption_is_shown_as_it_was(shop: Shop, name: str) -> None:
    """Files, differences and what stays out."""
    printed = shop.run("adopt", "*", "--dry-run", "--format", name, "--report", "json=adopted.json").out

    shown = shop.run("show", "adopted.json", "--format", name)

    assert shown.code == 0, shown.err
    assert shown.out == printed
    assert "ZAP012347" in shown.out


def test_counts_that_somebody_changed_are_noticed(shop: Shop) -> None:
    """A valid fleet is not made by editing what was found."""
    shop.edit(*BROKEN)
    shop.run("validate", "--report", "json=found.json")
    file = shop.folder / "found.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "problems": []}))

    ended = shop.run("show", "found.json")

    assert ended.code == 3
    assert "counts do not fit" in ended.err
