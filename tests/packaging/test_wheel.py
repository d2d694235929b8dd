"""What `pip install` brings is all that is needed, checked from outside the checkout."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler import __version__
from tests.architecture.sources import ROOT, tree_files

Run = Callable[..., subprocess.CompletedProcess[str]]


def run(*command: str, folder: Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says."""
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def succeeded(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """The same, after a look at its exit code."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is in the tree, built without a network."""
    source = tmp_path_factory.mktemp("source")
    for path in tree_files():
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    succeeded(run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "out", folder=source))
    return next((source / "out").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel's content and its `reconciler` command, and nothing of the checkout."""
    target = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--target", str(target))
    succeeded(run(sys.executable, "-m", "pip", "install", *options, str(wheel), folder=target))
    return target


@pytest.fixture
def outside(installed: Path, tmp_path: Path) -> Run:
    """Runs a command in a folder with a copy of the fleet, with an empty HOME and no settings of the caller."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(ROOT / "fleet", tmp_path / "fleet")
    environment = {"HOME": str(home), "PATH": os.defpath, "PYTHONPATH": str(installed), "COLUMNS": "100"}
    return lambda *command: run(*command, folder=tmp_path, environment=environment)


@pytest.fixture
def program(installed: Path) -> str:
    """The command that pip made."""
    return str(installed / "bin" / "reconciler")


class TestContent:
    def test_every_schema_is_inside(self, wheel: Path) -> None:
        """Editors and programs find the schemas wherever the tool is installed."""
        schemas = {f"reconciler/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}

        assert schemas
        assert schemas <= set(zipfile.ZipFile(wheel).namelist())

    def test_the_workflows_are_inside(self, wheel: Path) -> None:
        """`init` brings them wherever the tool is installed; the one that tests the tool stays here."""
        names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("reconciler/workflows_yaml/")}

        assert names == {f"reconciler/workflows_yaml/{name}.yml" for name in ("apply", "drift", "plan")}

    def test_every_file_of_the_package_is_inside(self, wheel: Path) -> None:
        """Templates and other data are not forgotten."""
        files = {path.relative_to(ROOT).as_posix() for path in tree_files() if path.is_relative_to(ROOT / "reconciler")}

        assert files <= set(zipfile.ZipFile(wheel).namelist())

    def test_nothing_else_is_inside(self, wheel: Path) -> None:
        """Tests and fleets stay in the repository."""
        tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

        assert tops == {"reconciler", f"reconciler-{__version__}.dist-info"}

    def test_the_license_is_inside(self, wheel: Path) -> None:
        """As its text asks for."""
        assert any(name.endswith("/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


class TestInstalled:
    def test_it_is_the_wheel_that_runs(self, outside: Run, installed: Path) -> None:
        """The checks below do not look at the checkout by mistake."""
        shown = succeeded(outside(sys.executable, "-c", "import reconciler; print(reconciler.__file__)"))

        assert Path(shown.stdout.strip()).is_relative_to(installed)

    def test_it_says_its_version(self, outside: Run, program: str) -> None:
        """The command is there and starts."""
        assert __version__ in succeeded(outside(program, "--version")).stdout

    def test_it_runs_as_a_module(self, outside: Run) -> None:
        """Where scripts are not on the path."""
        assert __version__ in succeeded(outside(sys.executable, "-m", "reconciler", "--version")).stdout

    def test_the_schemas_work(self, outside: Run, program: str) -> None:
        """Files are checked against the schemas of the wheel."""
        shown = succeeded(outside(program, "validate", "--format", "json"))

        assert json.loads(shown.stdout)["kind"] == "validation"

    def test_a_wrong_file_is_found(self, outside: Run, program: str, tmp_path: Path) -> None:
        """Checking really happens: an unknown key ends with 3."""
        file = next((tmp_path / "fleet" / "installations").rglob("*.yaml"))
        file.write_text(file.read_text() + "maxCurent: 16\n")

        assert outside(program, "validate").returncode == 3

    def test_the_sandbox_is_there(self, outside: Run, program: str) -> None:
        """A first look needs no server, no credentials and no network."""
        succeeded(outside(program, "sandbox", "log"))

    def test_a_plan_can_be_made(self, outside: Run, program: str) -> None:
        """The fleet is compared with the sandbox's world."""
        shown = outside(program, "plan", "--format", "json")

        assert json.loads(shown.stdout)["kind"] == "plan", shown.stderr
