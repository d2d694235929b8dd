"""A reviewed plan of an account that is gone: named and left out, while everything else is applied."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.acceptance.conftest import Shop

BAKKEGATA = "installations/homes/bakkegata-7.yaml"
FURULIA = "installations/coops/furulia.yaml"


def reviewed(shop: Shop, name: str, selector: str) -> dict[str, Any]:
    """A plan in the folder of reviewed ones."""
    (shop.folder / "reviewed").mkdir(exist_ok=True)
    shop.plan(selector, "--out", f"reviewed/{name}.json")
    document: dict[str, Any] = json.loads((shop.folder / f"reviewed/{name}.json").read_text())
    return document


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    """The same file with other words."""
    path.write_text(change(path.read_text()))


def renamed(shop: Shop) -> None:
    """The account `main` is called `oslo` from now on, in all files."""
    rewrite(shop.folder / "fleet/fleet.yaml", lambda text: text.replace("\n  main:\n", "\n  oslo:\n"))
    for file in (shop.folder / "fleet/installations").rglob("*.yaml"):
        rewrite(file, lambda text: text.replace("\naccount: main", "\naccount: oslo"))


def test_a_renamed_account_does_not_stop_every_later_apply(shop: Shop) -> None:
    """What was reviewed under the old name is named and left out; what was reviewed since is carried out."""
    reviewed(shop, "pull-1", "Bakkegata 7")
    renamed(shop)
    later = reviewed(shop, "pull-2", "Furulia*")

    ended = shop.apply("--yes", "--reviewed", "reviewed", "--report", "markdown=told.md")

    assert ended.code == 4, ended.err  # a person must still accept an invitation
    done = {one["change"] for one in ended.document["outcomes"]}
    assert done == {one["id"] for one in later["changes"]}
    told = "pull-1.json was made for account main at the cloud sandbox, which fleet.yaml does not have any more"
    assert f"note: left out: {told}" in ended.err
    assert "account main at the cloud sandbox" in (shop.folder / "told.md").read_text()


def test_a_gone_account_leaves_nothing_to_do_and_is_told_all_the_same(shop: Shop) -> None:
    """Nobody looks into the plans; the summary has to say it."""
    reviewed(shop, "pull-1", "Bakkegata 7")
    renamed(shop)

    ended = shop.apply("--yes", "--reviewed", "reviewed", "--report", "markdown=told.md")

    assert ended.code == 0, ended.err
    assert ended.document["outcomes"] == []
    assert "account main at the cloud sandbox" in (shop.folder / "told.md").read_text()
