"""What a merge decides and nobody can do yet, on the shipped workflows."""

import json
from typing import Any

from tests.github.conftest import Place, good, started

ROUTES = """\
version: 1
accounts:
  main: {cloud: sandbox, credentials: ZAPTEC, routes: {permissions: partner}, agreement: "our own sandbox contract"}
"""
NEW_BOARD = """\
version: 1
id: 5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06
name: Furulia sameie
chargers:
  ZPR081101: {maxCurrent: 32}
  ZPR081102: {maxCurrent: 32}
permissions:
  entries:
    - {user: "person:b-31", roles: [user, owner]}
  absent:
    - {user: "person:b-17"}
"""


def a_new_board(place: Place) -> None:
    """A pull request names a new owner and takes the old one away; it is merged."""
    (place.clone / "fleet" / "fleet.yaml").write_text(ROUTES)
    place.git("commit", "-q", "-am", "who carries out what")
    place.git("push", "-q", "origin", "main")
    started(place)
    place.git("checkout", "-q", "-b", "board", "main")
    place.pulls["board"] = 11
    (place.clone / "fleet" / "installations" / "furulia.yaml").write_text(NEW_BOARD)
    place.git("add", "-A")
    place.git("commit", "-q", "-m", "new board")
    good(place.pushed("board"))
    place.merge("board")


def record(place: Place) -> dict[str, Any]:
    """What the branch remembers."""
    place.git("fetch", "-q", "origin", "reconciler-ledger")
    found: dict[str, Any] = json.loads(place.git("show", "FETCH_HEAD:applied.json"))
    return found


def test_what_waits_is_remembered_and_carried_out_by_a_later_run(place: Place) -> None:
    """The new owner is invited, and accepts after the merge was recorded as applied; then the old one leaves."""
    a_new_board(place)

    good(place.apply())
    waits, before = record(place), place.writes()
    place.sandbox("accept-invitation", "person:b-31")
    later = good(place.apply(name="workflow_dispatch"))
    ended, after = record(place), place.writes()
    good(place.apply(name="workflow_dispatch"))

    main = place.git("rev-parse", "main")
    assert (len(before), len(after), len(place.writes())) == (1, 2, 2)
    assert ("person:b-17", None, "waiting") in [(one["principal"], one["after"], one["why"]) for one in waits["owed"]]
    assert "still owed from earlier merges" in later["apply"].step("Fetch the plans that were reviewed").out
    assert (waits["commit"], ended["commit"]) == (main, main)
    assert "owed" not in ended
