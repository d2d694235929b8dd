"""Each account is read in a job of its own, and the fleet is told of once, on the shipped workflow."""

from tests.github.conftest import Place, good
from tests.github.runner import Job

ACCOUNTS = """\
version: 1
accounts:
  main: {cloud: sandbox, credentials: ZAPTEC}
  south: {cloud: sandbox, credentials: ZAPTEC_SOUTH}
"""


def over_two_accounts(place: Place) -> None:
    """Solbakken belongs to a second account with a login of its own."""
    fleet = place.clone / "fleet"
    (fleet / "fleet.yaml").write_text(ACCOUNTS)
    for file in (fleet / "installations").glob("*.yaml"):
        account = "south" if file.stem == "solbakken" else "main"
        file.write_text(f"{file.read_text()}account: {account}\n")
    place.git("commit", "-q", "-am", "two accounts")
    place.git("push", "-q", "origin", "main")


def results(jobs: dict[str, Job]) -> dict[str, str]:
    """How each job ended."""
    return {name: job.result for name, job in jobs.items()}


def test_two_accounts_are_read_side_by_side_and_told_of_once(place: Place) -> None:
    """A job each; the snapshot for pull requests, the report and the issue are those of the whole fleet."""
    over_two_accounts(place)
    place.sandbox("set", "ZPR081003", "maxCurrent=25")

    jobs = good(place.night())

    assert results(jobs) == dict.fromkeys(("shards", "look", "Look (main)", "Look (south)", "tell"), "success")
    assert "only account south" in jobs["Look (south)"].step("Look at everything").out
    snapshot, report = place.artefact("snapshot", "*.json"), place.artefact("drift", "drift.json")
    assert ([one["name"] for one in snapshot["accounts"]], snapshot["selection"]) == (["main", "south"], None)
    assert (report["selection"], report["coverage"]["installations"]["compared"]) == (None, 3)
    assert report["ledger_head"]
    (issue,) = place.github.state["issues"]
    assert "ZPR081003" in issue["body"]


def test_an_account_that_cannot_be_read_hides_nothing_of_the_others(place: Place) -> None:
    """Its job is red, the report says what was not compared, and what was open there is not called resolved."""
    over_two_accounts(place)
    place.sandbox("set", "ZPR081003", "maxCurrent=25")
    good(place.night())
    place.github.environment = {**place.github.environment, "ZAPTEC_SOUTH_USERNAME": "half a login"}
    place.sandbox("set", "ZAP012345", "maxCurrent=10")

    jobs = place.night()

    assert results(jobs) == {
        "shards": "success",
        "look": "failure",
        "Look (main)": "success",
        "Look (south)": "failure",
        "tell": "success",
    }
    assert "PARTIAL: nothing of account south" in jobs["tell"].step("Join the shards").out
    report = place.artefact("drift", "drift.json")
    assert report["coverage"]["installations"] | {"unmanaged": 0} == {
        "desired": 3, "compared": 2, "unreadable": 1, "unmanaged": 0
    }  # fmt: skip
    assert [one["what"] for one in report["transitions"] if one["kind"] == "resolved"] == []
    (issue,) = place.github.state["issues"]
    assert (issue["state"], "ZAP012345" in issue["body"]) == ("open", True)
    assert "Compared 2 of 3 installations" in issue["body"]


def test_a_fleet_without_installations_starts_no_other_job(place: Place) -> None:
    """There is nothing to read, and nothing wrong; GitHub takes no empty matrix."""
    place.git("rm", "-q", "-r", "fleet/installations")
    place.git("commit", "-q", "-m", "none yet")
    place.git("push", "-q", "origin", "main")

    jobs = place.night()

    assert results(jobs) == {"shards": "success", "look": "skipped", "tell": "skipped"}


def test_wrong_files_stop_the_night(place: Place) -> None:
    """The first job is red and says where."""
    place.edit("wrong", "elveveien-12", "3", serial="ZAP012345")
    place.git("checkout", "-q", "main")
    place.git("merge", "-q", "wrong")
    place.git("push", "-q", "origin", "main")

    jobs = place.night()

    assert results(jobs) == {"shards": "failure", "look": "skipped", "tell": "skipped"}
    assert "::error file=fleet/installations/elveveien-12.yaml" in jobs["shards"].step("Which shards there are").out
