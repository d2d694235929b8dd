"""A folder with the shipped fleet, in which the real commands run."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run as run_command_line
from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World

CHECKOUT = Path(__file__).resolve().parents[2]
SECRETS = {"FLEET_SECRET_KAIA_PASSWORD": "canary-kaia", "FLEET_SECRET_HAVNEN_PAYLOAD": "user=canary&password=canary"}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What one command did."""

    code: int
    out: str
    err: str
    document: dict[str, Any] = field(default_factory=dict)


@dataclass
class Shop:
    """A working folder with a fleet and a sandbox world of its own."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    counter: int = 0

    def run(self, *arguments: str, report: bool = False, env: Mapping[str, str] | None = None) -> Ended:
        """Run one command in this folder; `report` also returns its JSON document."""
        extra: Sequence[str] = ()
        self.counter += 1
        path = self.folder / f"report-{self.counter}.json"
        if report:
            extra = ("--report", f"json={path}")
        with self.monkeypatch.context() as patch:
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            code = run_command_line([*arguments, *extra])
        seen = self.capsys.readouterr()
        document = json.loads(path.read_text()) if report and path.exists() else {}
        return Ended(code=code, out=seen.out, err=seen.err, document=document)

    def plan(self, *arguments: str, **options: Any) -> Ended:
        """Run `plan` and return its document too."""
        return self.run("plan", *arguments, report=True, **options)

    def apply(self, *arguments: str, **options: Any) -> Ended:
        """Run `apply` and return its document too."""
        return self.run("apply", *arguments, report=True, **options)

    def log(self) -> list[dict[str, Any]]:
        """What the sandbox was asked so far."""
        entries: list[dict[str, Any]] = json.loads(self.run("sandbox", "log", "--format", "json").out)
        return entries

    def edit(self, path: str, pattern: str, replacement: str) -> None:
        """Change a file of the fleet; a pattern that matches nothing is a mistake of the test."""
        file = self.folder / "fleet" / path
        text, count = re.subn(pattern, replacement, file.read_text(), flags=re.MULTILINE)
        assert count, f"{pattern} is not in {path}"
        file.write_text(text)

    def open_world(self) -> AbstractContextManager[World]:
        """The world, held and saved again."""
        return SandboxFile(self.folder / ".reconciler" / "sandbox.json").hold()

    def world(self) -> World:
        """The world as it is on disk now."""
        return SandboxFile(self.folder / ".reconciler" / "sandbox.json").load()


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shipped fleet and a fresh sandbox in an empty folder; no credentials in the environment."""
    for name in [*os.environ]:
        if name.startswith(("RECONCILER_", "FLEET_", "ZAPTEC_USER", "ZAPTEC_PASS")):
            monkeypatch.delenv(name)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copytree(CHECKOUT / "fleet", tmp_path / "fleet")
    monkeypatch.chdir(tmp_path)
    return Shop(folder=tmp_path, capsys=capsys, monkeypatch=monkeypatch)


@pytest.fixture
def served(shop: Shop) -> Iterator[tuple[Shop, str]]:
    """The same with its world served over HTTP, a thousand times as fast as reality."""
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json")
    with file.locked(url=None):
        world = file.load()
        with running(world, time_scale=1000.0) as url:
            file.announce(url)
            yield shop, url
