"""Runs jobs of our workflows as a runner of GitHub would, as far as they use it; anything else is an error."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.sources import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
REPOSITORY = "fleet-owner/fleet"

_WORKFLOW = {"name", "on", "permissions", "concurrency", "defaults", "jobs"}
_JOB = {
    "name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "environment", "env", "steps", "strategy",
    "outputs",
}  # fmt: skip
_STEP = {"name", "id", "uses", "with", "run", "env", "working-directory", "continue-on-error"}
_ALL = "+refs/heads/*:refs/remotes/origin/*"
_TOKEN = re.compile(r"\s*(?:(?P<sign>&&|\|\||==|!=|!|\(|\))|'(?P<text>[^']*)'|(?P<name>[A-Za-z_][\w.-]*(?:\(\))?))")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def read_workflow(name: str) -> dict[str, Any]:
    """A workflow as data; `on` is a word and not a truth."""
    data: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text())
    if True in data:
        data["on"] = data.pop(True)
    return data


class Expression:
    """`${{ … }}`: names, texts, ==, !=, !, &&, || and a few functions."""

    def __init__(self, text: str, look_up: Callable[[str], Any]) -> None:
        self.tokens: list[tuple[str, str]] = []
        place = 0
        text = text.strip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            assert found, f"unsupported in an expression: {text[place:]!r}"
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind]))
            place = found.end()
        self.look_up = look_up

    def value(self) -> Any:
        """What it comes to."""
        found = self._either()
        assert not self.tokens, f"unsupported: {self.tokens}"
        return found

    def _next_is(self, *signs: str) -> bool:
        return bool(self.tokens) and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs

    def _either(self) -> Any:
        found = self._both()
        while self._next_is("||"):
            self.tokens.pop(0)
            other = self._both()
            found = found or other
        return found

    def _both(self) -> Any:
        found = self._same()
        while self._next_is("&&"):
            self.tokens.pop(0)
            other = self._same()
            found = found and other
        return found

    def _same(self) -> Any:
        found = self._one()
        if self._next_is("==", "!="):
            wants_same = self.tokens.pop(0)[1] == "=="
            return (found == self._one()) is wants_same
        return found

    def _one(self) -> Any:
        kind, word = self.tokens.pop(0)
        if kind == "text":
            return word
        if kind == "name" and word == "fromJSON":
            return json.loads(self._one())
        if kind == "name":
            return self.look_up(word)
        if word == "!":
            return not self._one()
        assert word == "(", f"unsupported: {word}"
        found = self._either()
        assert self.tokens.pop(0) == ("sign", ")")
        return found


@dataclass
class Step:
    """What became of one step."""

    name: str
    code: int
    out: str


@dataclass
class Job:
    """What became of one job."""

    name: str
    steps: list[Step] = field(default_factory=list)
    result: str = "success"
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        """By its name."""
        return next(step for step in self.steps if step.name == name)


@dataclass
class Event:
    """What started a run: its name and what GitHub tells about it."""

    name: str
    commit: str
    branch: str
    payload: dict[str, Any] = field(default_factory=dict)
    ref: str = ""


@dataclass
class GitHub:
    """A repository, its runs and what they keep; `gh` on the PATH talks to the same state."""

    folder: Path
    origin: Path
    secrets: Mapping[str, str]
    environment: Mapping[str, str]
    now: Callable[[], str]
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state_folder = self.folder / "gh"
        (self.state_folder / "artefacts").mkdir(parents=True)
        self.save({"comments": [], "issues": [], "pulls": [], "runs": [], "calls": []})
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        _program(self.bin / "gh", f'exec "{sys.executable}" -P "{ROOT}/tests/github/fake_gh.py" "$@"')
        _program(self.bin / "reconciler", f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m reconciler "$@"')
        _program(self.bin / "python", f'exec "{sys.executable}" -P "{ROOT}/tests/github/fake_pip.py" "$@"')

    @property
    def state(self) -> dict[str, Any]:
        """Comments, issues, pull requests and runs."""
        found: dict[str, Any] = json.loads((self.state_folder / "state.json").read_text())
        return found

    def save(self, state: Mapping[str, Any]) -> None:
        """For the next call of gh."""
        (self.state_folder / "state.json").write_text(json.dumps(state))

    def run(self, workflow: str, event: Event) -> dict[str, Job]:
        """All jobs of a workflow, in the order of their needs; by their ids."""
        data = read_workflow(workflow)
        assert set(data) <= _WORKFLOW, set(data) - _WORKFLOW
        assert event.name in data["on"], f"{workflow} does not run on {event.name}"
        state = self.state
        number = 7000 + len(state["runs"])
        made = {
            "id": number, "workflow": workflow, "event": event.name, "head_branch": event.branch,
            "head_sha": event.commit, "created_at": self.now(), "head_repository": {"full_name": _head_of(event)},
        }  # fmt: skip
        state["runs"].append(made)
        self.save(state)
        jobs: dict[str, Job] = {}
        for name, job in data["jobs"].items():
            jobs |= self._ended(name, job, run=number, event=event, before=jobs, data=data)
        return jobs

    def _ended(self, name: str, job: dict[str, Any], **given: Any) -> dict[str, Job]:
        """The job; of a matrix each part too, by its own name."""
        first = _JobRun(self, name, job, **given)
        if "strategy" not in job or not first.is_wanted():
            return {name: first.ended()}
        assert job["strategy"]["fail-fast"] is False, "all parts run to their end"
        matrix = first.expanded(job["strategy"]["matrix"])
        assert set(matrix) == {"include"}, "other kinds of a matrix are not supported"
        assert matrix["include"], "GitHub refuses an empty matrix"
        parts = [_JobRun(self, name, job, **given, matrix=values) for values in matrix["include"]]
        ended = {part.title: part.ended() for part in parts}
        assert len(ended) == len(parts), "parts must have different names"
        wrong = any(part.result == "failure" for part in ended.values())
        steps = [step for part in ended.values() for step in part.steps]
        return {name: Job(name=name, steps=steps, result="failure" if wrong else "success"), **ended}


def _head_of(event: Event) -> str:
    """The repository that the commit of an event came from."""
    pull = event.payload.get("pull_request")
    return REPOSITORY if pull is None else str(pull["head"]["repo"]["full_name"])


def _program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


class _JobRun:
    def __init__(
        self, github: GitHub, name: str, job: dict[str, Any], *, run: int, event: Event, before: dict[str, Job],
        data: dict[str, Any], matrix: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        assert set(job) <= _JOB, set(job) - _JOB
        assert data["defaults"] == {"run": {"shell": "bash"}}
        self.github, self.job, self.run, self.event, self.before = github, job, run, event, before
        self.matrix = matrix or {}
        self.token = "token:" + json.dumps(job["permissions"])
        self.outputs: dict[str, str] = {}
        self.title = name if matrix is None else str(self.expanded(job["name"]))
        self.ended_job = Job(name=self.title)
        self.folder = github.folder / "runs" / str(run) / self.title
        self.workspace = self.folder / "workspace"

    def is_wanted(self) -> bool:
        """Whether it runs: by its condition, else when all that it needs ended well."""
        needs = self.job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        ready = all(self.before[one].result == "success" for one in needs)
        wanted = "if" not in self.job or bool(self.expanded(self.job["if"]))
        return wanted and (ready or "cancelled()" in self.job.get("if", ""))

    def ended(self) -> Job:
        if not self.is_wanted():
            self.ended_job.result = "skipped"
            return self.ended_job
        self.workspace.mkdir(parents=True)
        self.job_env = {key: str(self.expanded(value) or "") for key, value in self.job.get("env", {}).items()}
        for step in self.job["steps"]:
            self._step(step)
            if self.ended_job.result == "failure":
                break
        summary = self.folder / "summary"
        self.ended_job.summary = summary.read_text() if summary.exists() else ""
        self.ended_job.outputs = {key: str(self.expanded(one)) for key, one in self.job.get("outputs", {}).items()}
        return self.ended_job

    def look_up(self, name: str) -> Any:
        fixed = {"cancelled()": False, "github.token": self.token, "github.repository": REPOSITORY}
        if name in fixed:
            return fixed[name]
        root, *parts = name.split(".")
        if root == "secrets":
            assert self.event.name != "pull_request", f"{name} in a pull request"
            return self.github.secrets.get(parts[0], "")
        if root == "vars":
            return self.github.variables.get(parts[0], "")
        if root in {"matrix", "needs", "steps"}:
            return self._of_run(root, parts)
        assert root == "github", f"unsupported: {name}"
        assert parts[0] == "event", f"unsupported: {name}"
        found: Any = self.event.payload
        for part in parts[1:]:
            found = found[part]
        return found

    def _of_run(self, root: str, parts: list[str]) -> Any:
        if root == "matrix":
            return self.matrix[parts[0]]
        if root == "needs" and parts[1:] == ["result"]:
            return self.before[parts[0]].result
        assert parts[1] == "outputs"
        if root == "needs":
            return self.before[parts[0]].outputs.get(parts[2], "")
        return self.outputs.get(f"{parts[0]}.{parts[2]}", "")

    def expanded(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        whole = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", value, re.DOTALL)
        if whole:
            return Expression(whole[1], self.look_up).value()
        return _EXPRESSION.sub(lambda found: str(Expression(found[1], self.look_up).value()), value)

    def _step(self, step: dict[str, Any]) -> None:
        assert set(step) <= _STEP, set(step) - _STEP
        name = step.get("name", step.get("uses", ""))
        if "uses" in step:
            code, out = self._use(
                step["uses"].split("@")[0], {k: self.expanded(v) for k, v in step.get("with", {}).items()}
            )
        else:
            code, out = self._bash(step)
        self.ended_job.steps.append(Step(name=name, code=code, out=out))
        if code and not step.get("continue-on-error"):
            self.ended_job.result = "failure"

    def _bash(self, step: dict[str, Any]) -> tuple[int, str]:
        assert "${{" not in step["run"], "nothing of an expression may become a command"
        output = self.folder / f"output-{len(self.ended_job.steps)}"
        output.touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", step["run"]],
            cwd=self.workspace / step.get("working-directory", "."),
            env=self._env(step) | {"GITHUB_OUTPUT": str(output)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self._take_outputs(step.get("id"), output.read_text())
        return done.returncode, done.stdout + done.stderr

    def _take_outputs(self, step: str | None, text: str) -> None:
        if step is None:
            return
        lines = iter(text.splitlines())
        for line in lines:
            key, sign, value = line.partition("=")
            if "<<" in key or not sign:
                key, sign, end = line.partition("<<")
                assert sign, "neither `name=value` nor `name<<end`"
                value = "\n".join(takewhile(lambda one, end=end: one != end, lines))  # type: ignore[misc]  # bound now
            self.outputs[f"{step}.{key}"] = value

    def _env(self, step: dict[str, Any]) -> dict[str, str]:
        own = {key: str(self.expanded(value) or "") for key, value in step.get("env", {}).items()}
        return {
            "PATH": f"{self.github.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.github.folder / "locks"),
            "FAKE_GH": str(self.github.state_folder),
            "FAKE_ORIGIN": str(self.github.origin),
            "GITHUB_ACTIONS": "true",
            "GITHUB_RUN_ID": str(self.run),
            "GITHUB_SHA": self.event.commit,
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_WORKSPACE": str(self.workspace),
            **self.github.environment,
            **self.job_env,
            **own,
        }

    def _use(self, action: str, given: dict[str, Any]) -> tuple[int, str]:
        match action:
            case "actions/checkout":
                return self._checkout(given)
            case "actions/setup-python":
                assert set(given) == {"python-version"}
                return 0, ""
            case "actions/upload-artifact":
                return self._upload(given)
        raise AssertionError(f"unknown action {action}")

    def _checkout(self, given: dict[str, Any]) -> tuple[int, str]:
        assert set(given) <= {"ref", "path", "fetch-depth", "persist-credentials"}
        assert given["persist-credentials"] is False
        place = self.workspace / given.get("path", ".")
        ref = given.get("ref") or self.event.ref or self.event.commit
        for command in (
            ["init", "-q", str(place)],
            ["-C", str(place), "remote", "add", "origin", f"file://{self.github.origin}"],
            ["-C", str(place), "fetch", "-q", *([] if given.get("fetch-depth") == 0 else ["--depth=1"]), "origin", ref],
            ["-C", str(place), "checkout", "-q", "--detach", "FETCH_HEAD"],
            *([["-C", str(place), "fetch", "-q", "origin", _ALL]] if given.get("fetch-depth") == 0 else []),
        ):
            subprocess.run(["git", *command], check=True, capture_output=True)
        return 0, ""

    def _upload(self, given: dict[str, Any]) -> tuple[int, str]:
        known = {"name", "path", "if-no-files-found", "include-hidden-files", "retention-days", "overwrite"}
        assert set(given) <= known
        source = self.workspace / given["path"]
        hidden = any(part.startswith(".") for part in Path(given["path"]).parts)
        if not source.exists() or (hidden and given.get("include-hidden-files") is not True):
            return (1 if given["if-no-files-found"] == "error" else 0), "no files were found"
        target = self.github.state_folder / "artefacts" / str(self.run) / given["name"]
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.mkdir(parents=True)
            shutil.copy(source, target)
        return 0, ""
