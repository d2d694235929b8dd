"""A team works with pull requests alone: the steps of the shipped workflows, run one after another."""

import re
from typing import Any

from tests.github.conftest import Place, good, started


def comments(place: Place, number: int) -> list[dict[str, Any]]:
    """What stands on a pull request."""
    return [one for one in place.github.state["comments"] if one["issue"] == number]


def test_a_team_works_with_pull_requests_alone(place: Place) -> None:
    """Edit, review, merge, apply; a change from outside is reported, ages, and is gone after the repair."""
    started(place)

    assert place.github.state["issues"] == []
    assert place.writes() == []
    comment = one_comment_is_kept_up_to_date(place)
    causes_are_told_apart(place, comment)
    number = both_merges_are_applied_and_nothing_else(place)
    the_issue_ages_and_ends(place, number)


def one_comment_is_kept_up_to_date(place: Place) -> int:
    """A branch edits a file, and edits it again; the id of the comment."""
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))
    (first,) = comments(place, 11)
    place.edit("home", "elveveien-12", "12", serial="ZAP012345")
    good(place.pushed("home"))
    (again,) = comments(place, 11)

    assert first["body"].startswith("<!-- reconciler:plan -->\n")
    assert "**`10 A`**" in first["body"]
    assert (again["id"], again["edited"]) == (first["id"], 1)
    assert "**`12 A`**" in again["body"]
    assert "10 A" not in again["body"]
    found: int = first["id"]
    return found


def causes_are_told_apart(place: Place, comment: int) -> None:
    """Main moves on, and somebody changes a charger; the next snapshot sees it."""
    place.edit("work", "havnen-kontor", "20", serial="ZPR084001")
    good(place.pushed("work"))
    place.merge("work")
    place.sandbox("set", "ZPR081003", "maxCurrent=25")
    good(place.night())
    good(place.pushed("home"))

    assert {one["charger"]: one["cause"] for one in place.artefact("plan-11", "plan.json")["changes"]} == {
        "ZAP012345": "this pull request",
        "ZPR084001": "already pending on base",
        "ZPR081003": "drift",
    }
    (third,) = comments(place, 11)
    assert third["id"] == comment
    body = third["body"].partition("<details>")[0]
    parts = re.split(r"^#### (.*)$", body, flags=re.MULTILINE)[1:]
    assert parts[::2] == ["This pull request: 1 change", "Already pending on base: 1 change", "Drift: 1 change"]
    told = [re.findall(r"`(ZAP012345|ZPR084001|ZPR081003)`", table) for table in parts[1::2]]
    assert told == [["ZAP012345"], ["ZPR084001"], ["ZPR081003"]]


def both_merges_are_applied_and_nothing_else(place: Place) -> int:
    """The run of the first merge was dropped while it waited, so one run covers both; the number of the issue."""
    place.merge("home")
    jobs = good(place.apply())

    assert jobs["record"].result == "success"
    outcomes = place.artefact("apply", "*/result.json")["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["done", "done"]
    reviewed = sorted(map(place.update_of, ("ZAP012345", "ZPR084001")))
    assert sorted(place.writes()) == reviewed
    assert "1 change not reviewed" in jobs["apply"].step("Apply what was reviewed").out

    good(place.apply(name="workflow_dispatch"))

    assert sorted(place.writes()) == reviewed
    (issue,) = place.github.state["issues"]
    assert issue["state"] == "open"
    found: int = issue["number"]
    return found


def the_issue_ages_and_ends(place: Place, number: int) -> None:
    """The next night tells the age in the same issue; after the repair it is closed. World time runs on meanwhile."""
    place.sandbox("advance", "3d")
    good(place.night())
    (aged,) = place.github.state["issues"]
    place.sandbox("set", "ZPR081003", "maxCurrent=32")
    good(place.night())
    (ended,) = place.github.state["issues"]

    assert (aged["number"], aged["state"]) == (number, "open")
    assert re.search(r"\| ZPR081003 .*\| for [3-5] days, seen 2 times \|", aged["body"])
    assert re.search(r"Resolved since the last run \(1\)(.|\n)*ZPR084001", aged["body"])
    assert (ended["number"], ended["state"]) == (number, "closed")
    assert "Nothing is open" in comments(place, number)[-1]["body"]


def test_a_fork_gets_a_summary_and_no_comment(place: Place) -> None:
    """Its plan stands in the summary of the run, and no job that may write starts."""
    good(place.night())
    place.edit("foreign", "elveveien-12", "10", serial="ZAP012345")

    jobs = good(place.pushed("foreign", fork=True))

    assert jobs["comment"].result == "skipped"
    assert comments(place, 11) == []
    assert "ZAP012345" in jobs["plan"].summary


def test_wrong_files_replace_an_older_plan(place: Place) -> None:
    """A comment never shows the plan of another commit than the latest."""
    good(place.night())
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))
    place.edit("home", "elveveien-12", "3", serial="ZAP012345")

    jobs = place.pushed("home")

    assert jobs["plan"].result == "failure"
    assert "::error file=fleet/installations/elveveien-12.yaml,line=" in jobs["plan"].step("Check the files").out
    (comment,) = comments(place, 11)
    assert "there is none" in comment["body"]
    assert "10 A" not in comment["body"]


def test_what_nobody_could_review_is_not_carried_out(place: Place) -> None:
    """Neither a merge without a plan, nor one whose artefact is no plan: a changed workflow may keep anything."""
    started(place)
    place.edit("unplanned", "elveveien-12", "10", serial="ZAP012345")
    place.git("push", "-q", "origin", "unplanned")
    place.merge("unplanned")
    place.edit("forged", "havnen-kontor", "20", serial="ZPR084001")
    good(place.pushed("forged"))
    (place.kept("plan-12") / "plan.json").write_text('{"kind": "plan"}')
    place.merge("forged")

    said = place.apply()["apply"].step("Fetch the plans that were reviewed").out

    assert "#11: no plan was made of what was merged" in said
    assert re.search(r"#12: its plan cannot be used \(.*\), so nothing of it counts as reviewed", said)
    assert place.writes() == []


def test_a_repository_of_a_fleet_alone_names_the_program(place: Place) -> None:
    """One that `init` made holds no program: a variable says which one to install, another pins the cloud."""
    place.git("rm", "-q", "pyproject.toml")
    place.git("commit", "-q", "-m", "files only")
    place.git("push", "-q", "origin", "main")

    without = place.night()
    place.github.variables = {"RECONCILER_REQUIREMENT": "reconciler==1.2.3", "RECONCILER_ACCOUNTS": "main:sandbox"}
    good(place.night())
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))

    assert without["shards"].step("Install the program").code != 0
    assert len(comments(place, 11)) == 1


def test_an_apply_that_could_not_log_in_is_not_recorded(place: Place) -> None:
    """The next one covers the same pull requests again."""
    started(place)
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))
    place.merge("home")
    login, place.github.secrets = place.github.secrets, {}

    failed = place.apply()
    place.github.secrets = login
    good(place.apply(name="workflow_dispatch"))

    assert {name: job.result for name, job in failed.items()} == {
        "apply": "failure",
        "record": "skipped",
        "waiting": "success",
    }
    assert place.writes() == [place.update_of("ZAP012345")]
