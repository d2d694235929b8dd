"""Who may import whom, checked by import-linter with the contracts of pyproject.toml."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

FORBIDDEN = {
    "model/upwards.py": "import reconciler.planning",
    "report/sideways.py": "import reconciler.store",
    "live/planner.py": "import reconciler.planning",
    "sandbox/insider.py": "import reconciler.model",
    "cli/reader.py": "import yaml",
    "store/caller.py": "import httpx",
    "live/differ.py": "import deepdiff",
    "model/packer.py": "import msgspec",
    "loading/painter.py": "import rich",
}
"""One violation of each contract: a new file and what it imports."""


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the package in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    command = [str(program), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def test_every_contract_is_kept() -> None:
    """No part reaches into one that it must not know."""
    found = lint_imports(ROOT)

    assert found.returncode == 0, found.stdout


def test_every_contract_notices_its_violation(tmp_path: Path) -> None:
    """A contract that nothing can break would prove nothing, so each is broken once."""
    package = tmp_path / "reconciler"
    shutil.copytree(ROOT / "reconciler", package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FORBIDDEN.items():
        (package / name).write_text(text)

    found = lint_imports(tmp_path)

    assert re.search(r"Contracts: 0 kept, \d+ broken\.", found.stdout), found.stdout
