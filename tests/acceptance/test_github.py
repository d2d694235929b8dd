"""`reconciler github`: documents become comments, issues and verdicts; hostile ones become nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.exit import ExitCode
from tests.acceptance.conftest import Shop
from tests.acceptance.test_base import Repository
from tests.github.runner import REPOSITORY, GitHub

NABOLAGET = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c04"
BAKKEGATA = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"


@pytest.fixture
def github(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    """A GitHub whose `gh` is the first on the PATH; the token may write everything."""
    folder = tmp_path_factory.mktemp("github")
    made = GitHub(folder=folder, origin=folder, secrets={}, environment={}, now=lambda: "2026-11-21T03:00:00Z")
    monkeypatch.setenv("PATH", f"{made.bin}:{'/usr/bin:/bin'}")
    monkeypatch.setenv("FAKE_GH", str(made.state_folder))
    monkeypatch.setenv("GH_REPO", REPOSITORY)
    may(monkeypatch, issues="write", pull_requests="write")
    return made


def may(monkeypatch: pytest.MonkeyPatch, **permissions: str) -> None:
    """What the token of the job is good for."""
    told = {key.replace("_", "-"): word for key, word in permissions.items()}
    monkeypatch.setenv("GH_TOKEN", f"token:{json.dumps(told)}")


def saved_plan(shop: Shop) -> Path:
    """The plan of the shipped fleet."""
    shop.plan("--out", "plan.json")
    return shop.folder / "plan.json"


class TestComment:
    def test_a_plan_becomes_a_comment(self, shop: Shop, github: GitHub) -> None:
        """Below the marker by which it is found again."""
        saved_plan(shop)

        assert shop.run("github", "comment", "plan.json", "--pr", "7").code == 0

        (comment,) = github.state["comments"]
        assert comment["issue"] == 7
        assert comment["body"].startswith("<!-- reconciler:plan -->\n### Plan: 17 changes")

    @pytest.mark.parametrize(
        "forge",
        [
            lambda plan: plan["changes"].pop(),
            lambda plan: plan["changes"][0].update(id="0" * 16),
            lambda plan: plan.update(kind="result"),
            lambda plan: plan.update(format_version="2.0"),
        ],
        ids=["a change taken out", "another id", "another kind", "another version"],
    )
    def test_a_forged_plan_is_no_comment(self, shop: Shop, github: GitHub, forge: Any) -> None:
        """Whoever can change what a job keeps cannot make the bot say it."""
        file = saved_plan(shop)
        plan = json.loads(file.read_text())
        forge(plan)
        file.write_text(json.dumps(plan))

        assert shop.run("github", "comment", "plan.json", "--pr", "7").code == ExitCode.INVALID_FILES
        assert github.state["comments"] == []

    def test_a_link_to_another_file_is_not_followed(self, shop: Shop, github: GitHub) -> None:
        """An artefact may hold links."""
        file = saved_plan(shop)
        file.rename(shop.folder / "other.json")
        file.symlink_to("/dev/zero")

        assert shop.run("github", "comment", "plan.json", "--pr", "7").code != 0
        assert github.state["comments"] == []

    def test_names_in_a_plan_stay_names(self, shop: Shop, github: GitHub) -> None:
        """A name that looks like the marker, a mention or a picture does nothing on the pull request."""
        file = saved_plan(shop)
        plan = json.loads(file.read_text())
        for change in plan["changes"]:
            change["name"] = "--> @everyone <!-- reconciler:plan -->![x](//a.example)"
        file.write_text(json.dumps(plan))

        shop.run("github", "comment", "plan.json", "--pr", "7")

        body = github.state["comments"][0]["body"]
        assert body.count("<!--") == 1
        assert "![x]" not in body
        assert " @everyone" not in body

    def test_a_token_that_may_not_write_is_told_with_its_page(
        self, shop: Shop, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The reader learns what the job needs."""
        saved_plan(shop)
        may(monkeypatch, pull_requests="read")

        ended = shop.run("github", "comment", "plan.json", "--pr", "7")

        assert ended.code == 1
        assert "set-up-the-workflows" in ended.err


class TestWaiting:
    def test_portal_steps_become_one_issue_per_apply(self, shop: Shop, github: GitHub) -> None:
        """The worksheet stands in it, to tick off; telling it twice changes nothing."""
        shop.apply(BAKKEGATA, "--yes")

        for _ in range(2):
            assert shop.run("github", "waiting", ".reconciler/runs").code == 0

        (issue,) = github.state["issues"]
        assert issue["body"].startswith("<!-- reconciler:waiting ")
        assert issue["title"].endswith(": 3 changes wait for people")
        assert "- [ ] **Check:**" in issue["body"]
        assert issue["body"].count("\n- Bakkegata 7: ") == 3

    def test_without_a_run_there_is_nothing_to_tell(self, shop: Shop, github: GitHub) -> None:
        """A job that found nothing to do leaves nothing."""
        assert shop.run("github", "waiting", "runs").code == 0
        assert github.state["issues"] == []


class TestCheck:
    def test_what_waits_for_time_or_people_is_no_failure(self, shop: Shop) -> None:
        """A red job would only repeat what the comment says."""
        shop.plan("Fjellveien*", "--out", "plan.json")

        assert shop.run("github", "check", "plan.json").code == 0

    def test_a_refusal_is_one(self, shop: Shop) -> None:
        """Merging it would not work."""
        shop.plan("Nabolaget*", "--out", "plan.json")

        assert shop.run("github", "check", "plan.json").code == ExitCode.PARTIAL

    def test_what_the_base_is_refused_too_is_none(self, shop: Shop) -> None:
        """A pull request about something else can be merged; one that adds a refusal cannot."""
        shop.plan("Nabolaget*", "--out", "base.json")
        shop.plan("Nabolaget*", "Fjellveien*", "--out", "other.json")
        shop.plan("Nabolaget*", "Verkstedgata*", "--out", "worse.json")

        assert shop.run("github", "check", "other.json", "--base", "base.json").code == 0
        worse = shop.run("github", "check", "worse.json", "--base", "base.json")
        assert worse.code == ExitCode.PARTIAL
        assert "refused, because of this pull request: Verkstedgata 4: " in worse.err
        assert "Nabolaget" not in worse.err
        assert shop.run("github", "check", "other.json", "--base", "missing.json").code == ExitCode.PARTIAL

    def test_a_plan_against_the_base_needs_no_other_plan(self, shop: Shop) -> None:
        """It tells itself what the base is refused too, of just the commit that it was compared with."""
        repository = Repository(shop)
        repository.git("checkout", "-q", "-b", "feature")
        shop.edit("installations/homes/elveveien-12.yaml", r"maxCurrent: \d+", "maxCurrent: 10")
        refused = repository.plan("--out", "plan.json").document["refusals"]

        ended = shop.run("github", "check", "plan.json")

        assert refused
        assert ended.code == 0
        assert "what is refused is refused on the base too" in ended.err

    def test_a_line_above_makes_no_refusal_new(self, shop: Shop) -> None:
        """A comment in the file moves what is refused already, and nothing else."""
        shop.plan("Nabolaget*", "--out", "base.json")
        shop.edit("installations/homes/nabolaget-5.yaml", "^version: 1", "# for the record\nversion: 1")
        shop.plan("Nabolaget*", "--out", "plan.json")

        ended = shop.run("github", "check", "plan.json", "--base", "base.json")

        assert (ended.code, ended.err) == (0, "plan: refused (what is refused is refused on the base too)\n")

    def test_an_apply_that_did_everything_it_could_is_recorded_as_such(self, shop: Shop) -> None:
        """Steps for people do not hold up the next merge."""
        shop.run("apply", BAKKEGATA, "--yes", "--report", "json=result.json")

        assert shop.run("github", "check", "result.json").code == 0

    def test_a_missing_document_is_one(self, shop: Shop) -> None:
        """Whatever should have made it failed."""
        assert shop.run("github", "check", "plan.json").code == ExitCode.INVALID_FILES

    def test_another_document_is_no_verdict(self, shop: Shop) -> None:
        """A worksheet says nothing about success."""
        (shop.folder / "x.json").write_text('{"kind": "worksheet"}')

        assert shop.run("github", "check", "x.json").code == ExitCode.INVALID_FILES

    def test_what_was_reviewed_and_is_refused_now_is_one(self, shop: Shop) -> None:
        """It is tried again after the next merge; what nobody reviewed there is no reason."""
        where = f"shared-installation:{NABOLAGET}"
        shop.plan("Nabolaget*", "--accept", where, "--out", "plan.json")

        shop.run("apply", "--yes", "--reviewed", "plan.json", "--report", "json=result.json")

        ended = shop.run("github", "check", "result.json")
        assert (ended.code, ended.err) == (ExitCode.PARTIAL, "result: refused, not-converged\n")

    def test_where_nothing_was_reviewed_nothing_is_open(self, shop: Shop) -> None:
        """Refusals of other sites are for the drift report."""
        (shop.folder / "reviewed").mkdir()

        shop.run("apply", "--yes", "--reviewed", "reviewed", "--report", "json=result.json")

        assert shop.run("github", "check", "result.json").code == 0
