"""The tutorial is followed literally: each command runs, and what the page shows is seen."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXIT_CODE = re.compile(r"#\s*exit code (\d+)\s*$")


@dataclass(frozen=True)
class Shown:
    """One command of the page and the lines that it shows below it."""

    command: str
    code: int
    lines: tuple[str, ...]


def commands_of(page: Path) -> list[Shown]:
    """Every `$ command` of the console blocks with the lines that follow it."""
    shown = []
    for block in BLOCK.findall(page.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            wanted = EXIT_CODE.search(command)
            code = int(wanted[1]) if wanted else 0
            shown.append(Shown(command, code, tuple(line for line in lines if line.strip())))
    return shown


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An empty home, the command on the path, nothing else."""
    binaries = Path(sys.executable).parent
    return {
        "HOME": str(tmp_path),
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
        "COLUMNS": "100",
        "LANG": "C.UTF-8",
    }


def follow(page: Iterable[Shown], folder: Path, shell: Mapping[str, str]) -> Path:
    """Run each command as the page has it and look for the lines that it shows; returns where the reader ends up."""
    notes = Path(shell["HOME"]) / "cwd"
    for shown in page:
        ended = subprocess.run(
            ["bash", "-c", f"{shown.command}\ncode=$?; pwd > {notes}; exit $code"],
            cwd=folder,
            env=shell,
            capture_output=True,
            text=True,
            check=False,
        )
        folder = Path(notes.read_text().strip())
        output = ended.stdout + ended.stderr
        assert ended.returncode == shown.code, f"$ {shown.command}\n{output}"
        for line in shown.lines:
            pattern = ".*".join(re.escape(part.strip()) for part in line.strip().split("…"))
            assert re.search(pattern, output), f"$ {shown.command}\nthe page shows {line!r}, the command:\n{output}"
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the shipped fleet and its schemas."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("fleet", "schemas"):
        shutil.copytree(CHECKOUT / name, folder / name)
    return folder


def test_the_tutorial_does_what_it_says(clone: Path, shell: dict[str, str]) -> None:
    """A newcomer who copies each line sees what the page shows."""
    page = commands_of(CHECKOUT / "docs" / "tutorial.md")
    assert len(page) > 20

    follow(page, clone, shell)
