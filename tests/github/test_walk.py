"""A team works with pull requests alone: the steps of the shipped workflows, run one after another."""

import re
from typing import Any

import pytest

from tests.github.conftest import Place
from tests.github.runner import Job


def good(jobs: dict[str, Job]) -> dict[str, Job]:
    """The same, if every job that ran ended well; else what the steps said."""
    wrong = [job for job in jobs.values() if job.result == "failure"]
    assert not wrong, "\n".join(
        f"{job.name}: {step.name}: {step.code}\n{step.out}" for job in wrong for step in job.steps
    )
    return jobs


def comments(place: Place, number: int) -> list[dict[str, Any]]:
    """What stands on a pull request."""
    return [one for one in place.github.state["comments"] if one["issue"] == number]


def started(place: Place) -> Place:
    """The first night has passed and the first apply has had nothing to do."""
    good(place.night())
    good(place.apply(name="workflow_dispatch"))
    return place


def test_a_team_works_with_pull_requests_alone(place: Place) -> None:
    """Edit, review, merge, apply; a change from outside is reported, ages, and is gone after the repair."""
    started(place)

    assert place.github.state["issues"] == []
    assert place.writes() == []

    # A branch edits a file: one comment.
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))

    (comment,) = comments(place, 11)
    assert comment["body"].startswith("<!-- reconciler:plan -->\n")
    assert "**10 A**" in comment["body"].replace("`", "")

    # A second push updates the same comment.
    place.edit("home", "elveveien-12", "12", serial="ZAP012345")
    good(place.pushed("home"))

    (again,) = comments(place, 11)
    assert (again["id"], again["edited"]) == (comment["id"], 1)
    assert "**12 A**" in again["body"].replace("`", "")
    assert "10 A" not in again["body"]

    # Main moves on, and somebody changes a charger; the next snapshot sees it.
    place.edit("work", "havnen-kontor", "20", serial="ZPR084001")
    good(place.pushed("work"))
    place.merge("work")
    place.sandbox("set", "ZPR081003", "maxCurrent=25")
    good(place.night())
    good(place.pushed("home"))

    causes = {one["charger"]: one["cause"] for one in place.artefact("plan", "plan.json")["changes"]}
    assert causes == {
        "ZAP012345": "this pull request",
        "ZPR084001": "already pending on base",
        "ZPR081003": "drift",
    }
    (third,) = comments(place, 11)
    assert third["id"] == comment["id"]
    parts = [third["body"].find(words) for words in ("ZAP012345", "ZPR084001", "ZPR081003")]
    assert -1 < parts[0] < parts[1]
    assert parts[2] > parts[0]

    # The second merge in a row: the run of the first was dropped, and this one covers both.
    place.merge("home")
    jobs = good(place.apply())

    assert jobs["record"].result == "success"
    outcomes = place.artefact("apply", "*/result.json")["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["done", "done"]
    assert len(place.writes()) == 2
    assert "not reviewed" in jobs["apply"].step("Apply what was reviewed").out
    (drifted,) = [one for one in place.github.state["issues"]]
    assert drifted["state"] == "open"

    # Another apply has nothing to do.
    good(place.apply(name="workflow_dispatch"))

    assert len(place.writes()) == 2

    # The next night tells the age of what is left, in the same issue.
    place.sandbox("advance", "1d")
    good(place.night())

    (issue,) = place.github.state["issues"]
    assert issue["number"] == drifted["number"]
    assert "ZPR081003" in issue["body"]
    assert "ZPR084001" not in issue["body"]
    assert re.search(r"\b1 d\b|\b1 day|24 h", issue["body"]), issue["body"]

    # After the repair it is closed; and it opens again by itself.
    place.sandbox("set", "ZPR081003", "maxCurrent=32")
    good(place.night())

    (issue,) = place.github.state["issues"]
    assert issue["state"] == "closed"
    assert "Nothing is open" in comments(place, issue["number"])[-1]["body"]


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


def test_a_merge_that_nobody_planned_changes_nothing(place: Place) -> None:
    """Without a plan that reviewers could see nothing of it is carried out; it stays open in the report."""
    started(place)
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    place.git("push", "-q", "origin", "home")
    place.merge("home")

    jobs = place.apply()

    assert "no plan was made of what was merged" in jobs["apply"].step("Fetch the plans that were reviewed").out
    assert place.writes() == []


@pytest.mark.parametrize("forged", ['{"kind": "plan"}', "[", "x" * 100])
def test_a_forged_artefact_counts_for_nothing(place: Place, forged: str) -> None:
    """Whoever can change a workflow in a pull request can keep anything under the name of a plan."""
    started(place)
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))
    run = place.github.state["runs"][-1]["id"]
    (place.github.state_folder / "artefacts" / str(run) / "plan" / "plan.json").write_text(forged)
    place.merge("home")

    jobs = place.apply()

    assert "nothing of it counts as reviewed" in jobs["apply"].step("Fetch the plans that were reviewed").out
    assert place.writes() == []
