"""What a merge decides and nobody can do yet, on the shipped workflows."""

import json
from typing import Any

from tests.github.conftest import Place, good, started
from tests.github.runner import Job

ROUTES = """\
version: 1
accounts:
  main: {cloud: sandbox, credentials: ZAPTEC, routes: {permissions: partner}, agreement: "our own sandbox contract"}
"""
HANDED_OVER = """\
version: 1
id: 2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c02
name: Fjellveien 3
chargers: {}
permissions:
  entries:
    - {user: "person:c-88122", roles: [user, owner]}
  absent:
    - {userGroup: BSJG, after: ownerAccepted}
"""


def handed_over(place: Place) -> dict[str, Job]:
    """The owner was invited by hand; a pull request brings the file, and is merged. The runs of its last push."""
    (place.clone / "fleet" / "fleet.yaml").write_text(ROUTES)
    place.git("commit", "-q", "-am", "who carries out what")
    place.git("push", "-q", "origin", "main")
    started(place)
    place.git("checkout", "-q", "-b", "over", "main")
    place.pulls["over"] = 11
    (place.clone / "fleet" / "installations" / "fjellveien-3.yaml").write_text(HANDED_OVER)
    place.git("add", "-A")
    place.git("commit", "-q", "-m", "hand over")
    jobs = good(place.pushed("over"))
    place.merge("over")
    return jobs


def record(place: Place) -> dict[str, Any]:
    """What the branch remembers."""
    place.git("fetch", "-q", "origin", "reconciler-ledger")
    found: dict[str, Any] = json.loads(place.git("show", "FETCH_HEAD:applied.json"))
    return found


def test_what_waits_is_remembered_and_carried_out_by_a_later_run(place: Place) -> None:
    """The owner accepts after the merge was recorded; then our group leaves."""
    handed_over(place)
    (comment,) = (one["body"] for one in place.github.state["comments"])

    good(place.apply())
    waits, before = record(place), place.writes()
    place.sandbox("accept-invitation", "person:c-88122")
    later = good(place.apply(name="workflow_dispatch"))
    ended, after = record(place), place.writes()

    assert "erging also decides 2 settings, which wait" in comment
    assert "changes nothing at the chargers" not in comment
    assert before == []
    assert "userGroup:BSJG" in [one["principal"] for one in waits["owed"]]
    assert waits["commit"] == ended["commit"] == place.git("rev-parse", "main")
    assert "still owed from earlier merges" in later["apply"].step("Fetch the plans that were reviewed").out
    assert len(after) == 1
    assert "owed" not in ended
