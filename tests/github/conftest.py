"""A fleet repository with its own GitHub and a sandbox that is served over HTTP."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from tests.architecture.sources import ROOT
from tests.github.runner import REPOSITORY, Event, GitHub, Job

LOGIN = {"ZAPTEC_USERNAME": "owner@sandbox.example", "ZAPTEC_PASSWORD": "sandbox"}

FLEET = """\
version: 1
accounts:
  main: {cloud: sandbox, credentials: ZAPTEC}
"""
SITES = {
    "elveveien-12": ("2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01", "Elveveien 12", {"ZAP012345": 16}),
    "havnen-kontor": ("e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05", "Havnen kontor", {"ZPR084001": 32, "ZPR084002": 32}),
    "solbakken": ("5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b02", "Solbakken borettslag", {"ZPR081003": 32}),
}


def site_text(name: str) -> str:
    """A file that says what the sandbox has."""
    site, title, chargers = SITES[name]
    lines = [f"  {serial}: {{maxCurrent: {amperes}}}" for serial, amperes in chargers.items()]
    return "\n".join(["version: 1", f"id: {site}", f"name: {title}", "chargers:", *lines, ""])


@dataclass
class Place:
    """A clone in which people work, the repository on GitHub, and the sandbox."""

    folder: Path
    github: GitHub
    url: str
    pulls: dict[str, int] = field(default_factory=dict)

    @property
    def clone(self) -> Path:
        """Where people edit."""
        return self.folder / "clone"

    def git(self, *arguments: str) -> str:
        """One git command of a person."""
        who = {"GIT_AUTHOR_NAME": "kari", "GIT_AUTHOR_EMAIL": "kari@users.example"}
        who |= {"GIT_COMMITTER_NAME": "kari", "GIT_COMMITTER_EMAIL": "kari@users.example"}
        done = subprocess.run(
            ["git", *arguments], cwd=self.clone, check=False, capture_output=True, text=True, env={**os.environ, **who}
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def edit(self, branch: str, name: str, amperes: str, *, serial: str) -> None:
        """Change one current in a file, on a branch from main, and push it."""
        if branch in self.pulls:
            self.git("checkout", "-q", branch)
        else:
            self.git("checkout", "-q", "-b", branch, "main")
            self.pulls[branch] = 11 + len(self.pulls)
        file = self.clone / "fleet" / "installations" / f"{name}.yaml"
        text, count = re.subn(rf"({serial}: {{maxCurrent: )\S+}}", rf"\g<1>{amperes}}}", file.read_text())
        assert count == 1
        file.write_text(text)
        self.git("commit", "-q", "-am", f"{serial} to {amperes}")

    def pushed(self, branch: str, *, fork: bool = False) -> dict[str, Job]:
        """The runs that a push to a pull request starts."""
        self.git("push", "-q", "-f", "origin", branch)
        head, base = self.git("rev-parse", branch), self.git("rev-parse", "main")
        self.git("checkout", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "-m", "what merging would give", branch)
        number = self.pulls[branch]
        ref = f"refs/pull/{number}/merge"
        self.git("push", "-q", "-f", "origin", f"HEAD:{ref}")
        owner = "somebody/fork" if fork else REPOSITORY
        payload = {
            "pull_request": {
                "number": number,
                "base": {"sha": base},
                "head": {"sha": head, "repo": {"full_name": owner}},
            }
        }
        event = Event(name="pull_request", commit=head, branch=branch, payload=payload, ref=ref)
        return self.github.run("plan.yml", event)

    def merge(self, branch: str) -> str:
        """Merge a pull request on GitHub; the new commit of main."""
        head = self.git("rev-parse", branch)
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)
        self.git("push", "-q", "origin", "main")
        commit = self.git("rev-parse", "main")
        brought = self.git("rev-list", f"{commit}^1..{commit}").split()
        state = self.github.state
        state["pulls"].append(
            {
                "number": self.pulls[branch],
                "base": {"ref": "main"},
                "head": {"ref": branch, "sha": head, "repo": {"full_name": REPOSITORY}},
                "merge_commit_sha": commit,
                "merged_at": moment(),
                "commits": brought,
            }
        )
        self.github.save(state)
        return commit

    def apply(self, *, name: str = "push", commit: str | None = None) -> dict[str, Job]:
        """What a push to main starts; an older commit is a run that waited, or was started again."""
        event = Event(name=name, commit=commit or self.git("rev-parse", "main"), branch="main")
        return self.github.run("apply.yml", event)

    def night(self) -> dict[str, Job]:
        """What the schedule starts."""
        event = Event(name="schedule", commit=self.git("rev-parse", "main"), branch="main")
        return self.github.run("drift.yml", event)

    def sandbox(self, *arguments: str) -> str:
        """Something that happens in the world."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "reconciler", "sandbox", *arguments],
            cwd=self.folder / "world",
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def writes(self) -> list[str]:
        """Paths of all requests so far that could change something."""
        entries = json.loads(self.sandbox("log", "--format", "json"))
        return [entry["path"] for entry in entries if entry["method"] != "GET" and "token" not in entry["path"]]

    def kept(self, name: str) -> Path:
        """The folder of what the latest run kept under that name."""
        return self.github.state_folder / "artefacts" / str(self.github.state["runs"][-1]["id"]) / name

    def artefact(self, name: str, file: str) -> Any:
        """A document that the latest run kept."""
        found = sorted(self.kept(name).glob(file))
        return json.loads(found[-1].read_text())


def moment() -> str:
    """Now, as GitHub writes it; a second later than it is, because its clock has no finer steps."""
    return (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def good(jobs: dict[str, Job]) -> dict[str, Job]:
    """The same, if every job that ran ended well; else what the steps said."""
    wrong = [job for job in jobs.values() if job.result == "failure"]
    assert not wrong, "\n".join(
        f"{job.name}: {step.name}: {step.code}\n{step.out}" for job in wrong for step in job.steps
    )
    return jobs


def started(place: Place) -> Place:
    """The first night has passed and the first apply has had nothing to do."""
    good(place.night())
    good(place.apply(name="workflow_dispatch"))
    return place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A fleet of three installations that are as they should be, on GitHub."""
    for name in [*os.environ]:
        if name.startswith(("RECONCILER_", "FLEET_", "ZAPTEC", "GH_", "GITHUB_")):
            monkeypatch.delenv(name)
    origin, clone, world = tmp_path / "origin.git", tmp_path / "clone", tmp_path / "world"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    _guard_pushes(origin)
    subprocess.run(["git", "init", "-q", "-b", "main", str(clone)], check=True)
    _write_fleet(clone)
    (world / ".reconciler").mkdir(parents=True)
    file = SandboxFile(world / ".reconciler" / "sandbox.json")
    with file.locked(url=None):
        content = file.load()
        with running(content, time_scale=1000.0) as url:
            file.announce(url)
            environment = {"RECONCILER_SANDBOX_URL": url}
            github = GitHub(
                folder=tmp_path / "github", origin=origin, secrets=LOGIN, environment=environment, now=moment
            )
            made = Place(folder=tmp_path, github=github, url=url)
            made.git("remote", "add", "origin", str(origin))
            made.git("add", "-A")
            made.git("commit", "-q", "-m", "first")
            made.git("push", "-q", "origin", "main")
            yield made


def _write_fleet(clone: Path) -> None:
    (clone / "fleet" / "installations").mkdir(parents=True)
    (clone / "fleet" / "fleet.yaml").write_text(FLEET)
    for name in SITES:
        (clone / "fleet" / "installations" / f"{name}.yaml").write_text(site_text(name))
    (clone / "pyproject.toml").write_text("# the program of this scratch repository\n")
    (clone / ".gitignore").write_text(".reconciler/\n")


def _guard_pushes(origin: Path) -> None:
    """A job may push only with a token that may write contents; people push as they like."""
    hook = origin / "hooks" / "pre-receive"
    hook.write_text(
        '#!/bin/sh\ncase "${GH_TOKEN-}" in ""|*\'"contents": "write"\'*) exit 0 ;; esac\necho "no permission"\nexit 1\n'
    )
    hook.chmod(0o755)
