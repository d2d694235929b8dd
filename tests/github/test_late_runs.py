"""Runs and plans that come late, twice or from elsewhere, on the shipped workflows."""

import json
import os

from tests.github.conftest import Place, good, started
from tests.github.runner import Event, Job

FETCH = "Fetch the plans that were reviewed"


def merged_one(place: Place) -> str:
    """A pull request was reviewed; the commit that it became."""
    started(place)
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))
    return place.merge("home")


def said(jobs: dict[str, Job]) -> str:
    """What was found out about reviews."""
    return jobs["apply"].step(FETCH).out


def test_an_old_run_does_not_bring_back_what_main_has_left(place: Place) -> None:
    """Somebody starts it again, or it waited for an approval while the next pull request was merged."""
    old = merged_one(place)
    place.edit("back", "elveveien-12", "16", serial="ZAP012345")
    good(place.pushed("back"))
    place.merge("back")

    jobs = place.apply(commit=old)

    assert {name: job.result for name, job in jobs.items()} == {
        "apply": "failure",
        "record": "skipped",
        "waiting": "success",
    }
    assert "main has moved on" in said(jobs)
    assert "the newer run of the workflow applies" in said(jobs)
    assert place.writes() == []


def test_commits_that_touch_no_file_of_the_fleet_stop_nothing(place: Place) -> None:
    """They start no run of their own, so nobody else would apply."""
    old = merged_one(place)
    (place.clone / "README.md").write_text("about us\n")
    place.git("add", "README.md")
    place.git("commit", "-q", "-m", "words")
    place.git("push", "-q", "origin", "main")

    good(place.apply(commit=old))
    good(place.apply(name="workflow_dispatch"))
    again = good(place.apply(commit=old))

    assert len(place.writes()) == 1
    assert "0 commits since" in said(again)


def test_a_merge_that_takes_back_what_is_half_applied_is_carried_out(place: Place) -> None:
    """The first apply wrote and then failed; the second pull request was planned before that."""
    merged_one(place)
    place.edit("back", "elveveien-12", "16", serial="ZAP012345")
    good(place.pushed("back"))
    place.sandbox("set", "ZAP012345", "maxCurrent=10")
    place.merge("back")

    jobs = good(place.apply())

    assert [one["outcome"] for one in place.artefact("apply", "*/result.json")["outcomes"]] == ["done"]
    assert jobs["record"].result == "success"


def test_what_is_not_as_reviewed_is_not_recorded_as_applied(place: Place) -> None:
    """Somebody set another value meanwhile: the job is red and says what to do, until a person has decided."""
    merged_one(place)
    place.sandbox("set", "ZAP012345", "maxCurrent=13")

    failed = place.apply()
    place.sandbox("set", "ZAP012345", "maxCurrent=16")
    good(place.apply(name="workflow_dispatch"))

    assert (failed["apply"].result, failed["record"].result) == ("failure", "skipped")
    assert "it is 13 A now, which no reviewer saw" in failed["apply"].summary
    assert len(place.writes()) == 1


def test_a_plan_that_was_made_after_the_merge_is_no_review(place: Place) -> None:
    """A run that is started again keeps its number, and puts its new plan in the place of the old one."""
    merged_one(place)
    os.utime(place.kept("plan-11"), (4e9, 4e9))

    jobs = good(place.apply())

    assert "#11: no plan was made of what was merged" in said(jobs)
    assert place.writes() == []


def test_the_plan_of_another_pull_request_is_no_review(place: Place) -> None:
    """Two may have the same commit; reviewers of the one have not seen the other."""
    started(place)
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")
    good(place.pushed("home"))
    place.git("branch", "twin", "home")
    place.pulls["twin"] = 12
    place.git("push", "-q", "origin", "twin")
    place.merge("twin")

    jobs = good(place.apply())

    assert "#12: no plan was made of what was merged" in said(jobs)
    assert place.writes() == []


def test_a_plan_against_what_main_never_was_is_no_review(place: Place) -> None:
    """Against another base other changes seem to be of this pull request."""
    merged_one(place)
    file = place.kept("plan-11") / "plan.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "base": {"commit": "a" * 40, "applied": None}}))

    jobs = good(place.apply())

    assert "#11: its plan was compared with what main never was" in said(jobs)
    assert place.writes() == []


def test_a_tag_with_the_name_of_the_branch_brings_no_snapshot(place: Place) -> None:
    """Whoever may push a tag could put it on a commit of his own and start the workflow on it."""
    started(place)
    place.git("checkout", "-q", "-b", "own", "main")
    place.git("commit", "-q", "--allow-empty", "-m", "never reviewed")
    place.git("push", "-q", "origin", "own:refs/tags/main")
    event = Event(name="workflow_dispatch", commit=place.git("rev-parse", "own"), branch="main")
    good(place.github.run("drift.yml", event))
    (place.kept("snapshot") / "snapshot.json").write_text("{}")
    place.edit("home", "elveveien-12", "10", serial="ZAP012345")

    jobs = good(place.pushed("home"))

    assert "snapshot of" in jobs["plan"].step("Fetch the newest snapshot").out
