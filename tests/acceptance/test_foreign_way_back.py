"""Under the name of a way back nothing comes in that its run did not find; a resume goes on with the run that began."""

import json
from pathlib import Path
from typing import Any

from reconciler.loading.documents import read_plan
from reconciler.model.exit import ExitCode
from reconciler.report import json_document
from tests.acceptance.conftest import Shop

HAVNEN = "Havnen kontor"
KAIA = "Kaia P-hus"


def folder_of(ended_document: dict[str, Any], shop: Shop) -> Path:
    """The folder of a run."""
    return shop.folder / ".reconciler" / "runs" / str(ended_document["run_id"])


def writes(shop: Shop) -> int:
    """How many requests changed the world so far."""
    return sum(entry["effect"] for entry in shop.log())


def forged(plan: Path, **members: object) -> Path:
    """The plan with other members, read and written again so that it is well formed."""
    data = json.loads(plan.read_text()) | members
    path = plan.with_name("forged.json")
    path.write_text(json.dumps(data))
    path.write_text(json_document.to_text(json_document.plan_document(read_plan(path))))
    return path


def test_a_plan_that_calls_itself_a_way_back_from_no_run_is_refused(shop: Shop) -> None:
    """Its wishes would count in place of the files, and nothing has ever checked them."""
    shop.run("plan", HAVNEN, "--out", str(shop.folder / "plan.json"))
    path = forged(shop.folder / "plan.json", rollback={"run": "20261121T000000Z-aaaa", "lost": []})

    ended = shop.apply(str(path))

    assert ended.code == ExitCode.INVALID_FILES
    assert "there is no such run here" in ended.err
    assert writes(shop) == 0


def test_a_way_back_with_a_wish_of_its_own_is_refused(shop: Shop) -> None:
    """It names a run that exists, and wants what that run never saw."""
    shop.run("plan", HAVNEN, "--out", str(shop.folder / "plan.json"))
    run = shop.apply(KAIA, "--yes").document["run_id"]
    before = writes(shop)
    path = forged(shop.folder / "plan.json", rollback={"run": run, "lost": []})

    ended = shop.apply(str(path))

    assert ended.code == ExitCode.INVALID_FILES
    assert f"it wants what run {run} did not find" in ended.err
    assert writes(shop) == before


def test_a_run_whose_plan_was_exchanged_is_not_resumed(shop: Shop) -> None:
    """Its result and its way back would be about something else."""
    shop.run("plan", HAVNEN, "--out", str(shop.folder / "other.json"))
    first = shop.apply(KAIA, "--yes")
    before = writes(shop)
    (folder_of(first.document, shop) / "plan.json").write_text((shop.folder / "other.json").read_text())

    ended = shop.run("apply", "--resume", "last")

    assert ended.code == ExitCode.INVALID_FILES
    assert "not the plan that the run began with" in ended.err
    assert writes(shop) == before


def test_a_run_that_was_taken_back_is_not_resumed(shop: Shop) -> None:
    """Half of it would be done again, behind the back of whoever took it back."""
    first = shop.apply(KAIA, "--yes").document
    shop.apply(str(folder_of(first, shop) / "rollback.json"))
    before = writes(shop)

    ended = shop.run("apply", "--resume", str(first["run_id"]))

    assert ended.code == ExitCode.ERROR
    assert "took this run back" in ended.err
    assert writes(shop) == before


def test_what_a_plan_says_about_accepted_guards_lifts_nothing_at_a_resume(shop: Shop) -> None:
    """Only the command line of the run does, as its journal has it."""
    shop.edit("fleet.yaml", "maxChangedInstallations: 25", "maxChangedInstallations: 1")
    first = shop.apply("--yes")
    plan = folder_of(first.document, shop) / "plan.json"
    plan.write_text(json.dumps(json.loads(plan.read_text()) | {"accepted": ["changed-installations:fleet"]}))

    ended = shop.run("apply", "--resume", "last")

    assert (first.code, ended.code) == (ExitCode.REFUSED, ExitCode.REFUSED)
    assert writes(shop) == 0


def test_an_empty_list_of_waves_is_a_mistake(shop: Shop) -> None:
    """A variable that is not set in CI must not do the whole fleet at once."""
    ended = shop.run("apply", "--yes", "--waves", "", KAIA)

    assert ended.code == ExitCode.USAGE
    assert not any(entry["method"] == "GET" for entry in shop.log())
