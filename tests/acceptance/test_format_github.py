"""`--format github`: annotations on stdout, summary and outputs for the runner, and no name is obeyed."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model.change import Cause
from reconciler.model.desired import Route
from reconciler.model.finding import Severity
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import BaseReference
from reconciler.report.github import (
    PER_LEVEL,
    SUMMARY_BUDGET,
    Annotation,
    Level,
    annotations_text,
    outputs_text,
    plan_annotations,
    plan_summary,
)
from reconciler.report.github_drift import drift_annotations
from tests.acceptance.conftest import Shop
from tests.report.drift_samples import HOSTILE, every_kind
from tests.report.samples import FIXTURE, HOSTILE_PLAN, change
from tests.report.test_comment import big

COMMAND = re.compile(r"::(error|warning|notice) [^\n:]*::[^\n]*")


@pytest.fixture
def runner(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The two files of a step, as a runner names them."""
    summary, output = shop.folder / "summary.md", shop.folder / "output.txt"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    return summary, output


def outputs_in(text: str) -> dict[str, str]:
    """As a runner reads them."""
    found = re.findall(r"^(\w+)<<(\S+)\n(.*?)\n\2$", text, re.MULTILINE | re.DOTALL)
    return {name: value for name, _, value in found}


def test_a_plan_tells_the_workflow(shop: Shop, runner: tuple[Path, Path]) -> None:
    """Refusals at file and line, the plan as summary, numbers for later steps."""
    ended = shop.plan("--format", "github")
    summary, output = runner

    assert ended.code == 4
    lines = ended.out.splitlines()
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert any(
        re.match(
            r"::error file=fleet/installations/\S+\.yaml,line=\d+,title=Refused%3A shared-installation::Nabolaget 5: ",
            line,
        )
        for line in lines
    )
    assert any(re.match(r"::notice file=fleet/installations/\S+\.yaml,line=\d+,title=Raises::", line) for line in lines)
    assert summary.read_text().startswith("### Plan: ")
    told = outputs_in(output.read_text())
    assert told["digest"] == ended.document["digest"]
    assert told["changes"] == told["own_changes"] == str(len(ended.document["changes"]))
    assert told["exit"] == "4"
    assert told["refused"] == str(len(ended.document["refusals"]))


def test_wrong_files_are_annotated_where_they_are_wrong(shop: Shop, runner: tuple[Path, Path]) -> None:
    """So that the mistake stands beside its line in the pull request."""
    shop.edit("installations/homes/bakkegata-7.yaml", r"maxCurrent: \d+", "maxCurrent: 3")
    summary, output = runner

    ended = shop.run("validate", "--format", "github")

    assert ended.code == 3
    assert re.match(r"::error file=fleet/installations/homes/bakkegata-7.yaml,line=\d+,title=E\d{3}::", ended.out)
    assert "bakkegata-7.yaml" in summary.read_text()
    assert outputs_in(output.read_text())["exit"] == "3"


def test_a_plan_of_wrong_files_is_annotated_like_their_validation(shop: Shop, runner: tuple[Path, Path]) -> None:
    """A job that plans without validating first would else fail without a word on the pull request."""
    shop.edit("installations/homes/bakkegata-7.yaml", r"maxCurrent: \d+", "maxCurrent: 3")
    summary, output = runner

    ended = shop.run("plan", "--format", "github")

    assert ended.code == 3
    assert re.match(r"::error file=fleet/installations/homes/bakkegata-7.yaml,line=\d+,title=E\d{3}::", ended.out)
    assert summary.read_text().startswith("### Files: 1 error in 1 file")
    assert outputs_in(output.read_text()) == {"exit": "3", "problems": "1"}


def test_a_drift_report_tells_the_workflow(shop: Shop, runner: tuple[Path, Path]) -> None:
    """The worst findings at their lines, the report as summary, counts for later steps."""
    ended = shop.run("drift", "--ledger", "ledger.jsonl", "--format", "github", "--report", "json=drift.json")
    summary, output = runner

    lines = ended.out.splitlines()
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert lines[0].startswith("::error file=fleet/installations/")
    assert "title=S1 changed::" in lines[0]
    assert all("title=S4" not in line for line in lines)
    assert summary.read_text().startswith("<!-- reconciler:drift -->\n\n### Drift: S1 3")
    told = outputs_in(output.read_text())
    found = json.loads((shop.folder / "drift.json").read_text())
    assert (told["exit"], told["s1"]) == ("4", "3")
    assert told["new"] == str(sum(one["kind"] == "new" for one in found["transitions"]))
    assert told["open"] == str(sum(one["kind"] != "suppressed" for one in found["findings"]))


def test_drift_of_wrong_files_is_annotated_like_their_validation(shop: Shop, runner: tuple[Path, Path]) -> None:
    """It is the same mistake."""
    shop.edit("installations/homes/bakkegata-7.yaml", r"maxCurrent: \d+", "maxCurrent: 3")

    ended = shop.run("drift", "--format", "github")

    assert ended.code == 3
    assert re.match(r"::error file=fleet/installations/homes/bakkegata-7.yaml,line=\d+,title=E\d{3}::", ended.out)
    assert outputs_in(runner[1].read_text()) == {"exit": "3", "problems": "1"}


def test_no_name_in_a_drift_report_becomes_a_command() -> None:
    """Names come from the cloud too."""
    text = drift_annotations(every_kind(name=HOSTILE), least=Severity.S4)

    assert text
    assert all(COMMAND.fullmatch(line) for line in text.splitlines())


def test_what_was_there_before_is_no_annotation_of_its_own() -> None:
    """Drift beside a pull request raises no notice at its lines, and what the base is refused is no error."""
    drifted = replace(
        FIXTURE,
        changes=tuple(replace(one, cause=Cause.DRIFT) for one in FIXTURE.changes),
        refusals=tuple(replace(one, cause=Cause.BASE) for one in FIXTURE.refusals),
        base=BaseReference(commit="a" * 40),
    )

    text = plan_annotations(drifted)

    assert "::notice" not in text
    assert "::error" not in text
    assert "title=Refused on the base already%3A " in text


def test_what_could_not_be_read_is_annotated_at_its_line(shop: Shop) -> None:
    """The charger's line, else that of the installation."""
    ended = shop.plan("Lufthavn*", "--format", "github")

    unread = [line for line in ended.out.splitlines() if "title=Not readable" in line]
    assert unread
    assert all(re.search(r"file=fleet/installations/public/lufthavn-p1.yaml,line=\d+", line) for line in unread)


def test_outside_of_a_runner_nothing_is_written(shop: Shop) -> None:
    """Only the annotations are printed."""
    before = {path.name for path in shop.folder.iterdir()} | {".reconciler"}

    assert shop.run("validate", "--format", "github").code == 0

    assert {path.name for path in shop.folder.iterdir()} <= before


def test_other_formats_leave_the_runner_alone(shop: Shop, runner: tuple[Path, Path]) -> None:
    """A step that prints text has its own summary."""
    shop.run("validate")

    assert not runner[0].exists()
    assert not runner[1].exists()


def test_a_full_summary_is_left_as_it_is(shop: Shop, runner: tuple[Path, Path]) -> None:
    """GitHub would show none of it if it grew beyond 1 MiB."""
    runner[0].write_text("x" * (1024 * 1024 - 10))

    ended = shop.plan("--format", "github")

    assert runner[0].stat().st_size == 1024 * 1024 - 10
    assert "the step summary is full" in ended.err


def test_ten_annotations_of_a_level_are_all_that_github_shows() -> None:
    """The tenth tells how many more there are."""
    many = [Annotation(level=Level.ERROR, title="t", message=f"m{number}") for number in range(25)]

    lines = annotations_text([*many, Annotation(level=Level.NOTICE, title="t", message="n")]).splitlines()

    assert len(lines) == PER_LEVEL + 1
    assert "and 16 more" in lines[9]


@pytest.mark.parametrize("plan", [HOSTILE_PLAN, FIXTURE])
def test_no_name_becomes_a_command(plan: Plan) -> None:
    """One line is one command, and every command is one of ours."""
    hostile = "a\n::set-output name=x::y\r%0A::error::z,line=7:x"
    site = ("11111111-0000-4000-8000-000000000001", hostile)
    raised = change(site, "maxCurrent", before=6.0, after=32.0, route=Route.API, charger=hostile, file="a,b:c.yaml")

    text = plan_annotations(replace(plan, changes=(*plan.changes, raised), steps=()))

    assert all(COMMAND.fullmatch(line) for line in text.splitlines())
    assert "\r" not in text
    assert "a%2Cb%3Ac.yaml" in text


def test_no_value_ends_its_own_block() -> None:
    """Not even one that knows how blocks look."""
    text = outputs_text({"a": "1\nend-x\nb<<EOF\nevil\nEOF", "b": "2"})

    assert outputs_in(text)["b"] == "2"
    assert outputs_in(text)["a"].endswith("EOF")


def test_a_summary_of_ten_thousand_sites_fits() -> None:
    """Below 1 MiB."""
    assert len(plan_summary(big(10_000)).encode()) <= SUMMARY_BUDGET
