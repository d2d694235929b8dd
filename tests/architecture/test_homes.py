"""Everything that touches the outside has one home."""

import sys
import tomllib
from collections.abc import Iterable

import pytest

from tests.architecture.sources import ROOT, Module, calls, imported, listed, module_of, modules

HOMES = {
    "click": frozenset({"cli"}),
    "deepdiff": frozenset({"planning"}),
    "filelock": frozenset({"store", "sandbox"}),
    "h11": frozenset({"live"}),
    "httpx": frozenset({"live", "cli.clouds", "cli.wiring"}),
    "jinja2": frozenset({"report", "cli"}),
    "jsonschema": frozenset({"loading"}),
    "markupsafe": frozenset({"report", "sandbox"}),
    "msgspec": frozenset({"records"}),
    "referencing": frozenset({"loading"}),
    "rich": frozenset({"report", "cli"}),
    "tenacity": frozenset({"live"}),
    "werkzeug": frozenset({"sandbox"}),
    "yaml": frozenset({"loading"}),
}
"""Third-party packages and the parts that may import them. A new one needs a row here and a reason in its commit."""

STUBS_ONLY = frozenset({"_typeshed"})
"""Known to the type checker, never imported at run time."""

DISTRIBUTIONS = {"pyyaml": "yaml"}
"""Where the name to install differs from the name to import."""

READERS = frozenset({"loading", "store", "sandbox", "cli"})
WRITERS = frozenset({"store", "sandbox"})
CLOCKS = frozenset({"live", "store", "sandbox", "cli"})

READING = frozenset({"open", "io.open", "os.open", "os.listdir", "os.scandir", "os.walk"})
READING_METHODS = ("read_text", "read_bytes", "open", "iterdir", "glob", "rglob")
WRITING = frozenset({"os.replace", "os.rename", "os.unlink", "os.remove", "os.write", "shutil.rmtree", "shutil.move"})
WRITING_METHODS = ("write_text", "write_bytes", "unlink", "mkdir", "rmdir", "touch", "symlink_to", "hardlink_to")
CLOCK_CALLS = (".now", ".utcnow", ".today", "time.time", "time.monotonic", "time.sleep", "time.perf_counter")
PURE_WITHOUT = frozenset(
    {"io", "logging", "os", "random", "secrets", "shutil", "socket", "subprocess", "tempfile", "time"}
)


def outside_home(module: Module) -> list[str]:
    """Third-party imports that a module must not have."""
    return [
        f"{module.at(node)} imports {name}"
        for name, node in imported(module)
        if name not in sys.stdlib_module_names | STUBS_ONLY | {"reconciler"}
        and not module.is_in(HOMES.get(name, frozenset()))
    ]


def file_access(module: Module) -> list[str]:
    """Calls that read or write files where neither belongs, as far as their names tell."""
    return [
        f"{module.at(node)} calls {name}"
        for name, node in calls(module)
        if (_named(name, WRITING, WRITING_METHODS) and not module.is_in(WRITERS))
        or (_named(name, READING, READING_METHODS) and not module.is_in(READERS))
    ]


def _named(name: str, functions: Iterable[str], methods: tuple[str, ...]) -> bool:
    return name in functions or (
        "." in name and name.rsplit(".", 1)[1] in methods and name not in {"os.open", "webbrowser.open"}
    )


def clock_reads(module: Module) -> list[str]:
    """Calls that ask the machine for the time."""
    return [
        f"{module.at(node)} calls {name}"
        for name, node in calls(module)
        if name in CLOCK_CALLS
        or (name.endswith((".now", ".utcnow", ".today")) and name.split(".")[0] in {"datetime", "date"})
    ]


def all_offenders(check: object, chosen: Iterable[Module]) -> list[str]:
    """What one check finds in these modules."""
    assert callable(check)
    return [offender for module in chosen for offender in check(module)]


class TestThirdParty:
    def test_each_package_is_imported_at_home_only(self) -> None:
        """Replacing a library touches one part."""
        offenders = all_offenders(outside_home, modules())

        assert offenders == [], listed(offenders)

    @pytest.mark.parametrize("text", ["import yaml", "from rich.table import Table", "def f():\n    import requests"])
    def test_an_import_elsewhere_is_found(self, text: str) -> None:
        """Also inside a function, and of a package that nobody has listed."""
        assert len(outside_home(module_of(text))) == 1

    def test_every_dependency_is_used_and_has_a_home(self) -> None:
        """Nothing is installed for nothing."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        declared = {text.split(">")[0].split("[")[0].strip() for text in project["dependencies"]}
        used = {name for module in modules() for name, _ in imported(module)}

        names = {DISTRIBUTIONS.get(name, name) for name in declared}
        assert names - set(HOMES) == set()
        assert names - used == set()


class TestFiles:
    def test_files_are_touched_where_they_belong(self) -> None:
        """Reading is for loading, writing for store; the sandbox keeps its own world."""
        offenders = all_offenders(file_access, modules())

        assert offenders == [], listed(offenders)

    @pytest.mark.parametrize("text", ["open('x')", "path.write_text('x')", "a.b().unlink()", "os.open('x', 0)"])
    def test_access_elsewhere_is_found(self, text: str) -> None:
        """Functions and methods are both known."""
        assert len(file_access(module_of(text, name="reconciler.report.sample"))) == 1

    def test_the_command_line_does_not_write_itself(self) -> None:
        """It asks store to, so that every file is written whole."""
        assert len(file_access(module_of("path.write_text('x')", name="reconciler.cli.sample"))) == 1
        assert file_access(module_of("path.read_text()", name="reconciler.cli.sample")) == []


class TestPureCore:
    def test_model_and_planning_do_not_reach_outside(self) -> None:
        """The core can be tested with values alone."""
        core = [module for module in modules() if module.is_in(frozenset({"model", "planning"}))]
        offenders = [
            f"{module.at(node)} imports {name}"
            for module in core
            for name, node in imported(module)
            if name in PURE_WITHOUT
        ]

        assert core
        assert offenders == [], listed(offenders)

    def test_only_the_edges_know_the_time(self) -> None:
        """Everything else is told, so that a test can choose."""
        inner = [module for module in modules() if not module.is_in(CLOCKS)]
        offenders = all_offenders(clock_reads, inner)

        assert offenders == [], listed(offenders)

    @pytest.mark.parametrize("text", ["datetime.now(UTC)", "date.today()", "time.sleep(1)", "datetime.datetime.now()"])
    def test_asking_for_the_time_is_found(self, text: str) -> None:
        """A clock that was passed in is fine, the machine's is not."""
        assert len(clock_reads(module_of(text))) == 1
        assert clock_reads(module_of("self._clock.now()")) == []


def test_only_the_command_line_prints() -> None:
    """Everything below returns values, so that stdout holds the result and nothing else."""
    offenders = [
        f"{module.at(node)} prints"
        for module in modules()
        for name, node in calls(module)
        if name in {"print", "sys.stdout.write", "sys.stderr.write", "click.echo"}
        and not module.is_in(frozenset({"cli"}))
    ]

    assert offenders == [], listed(offenders)
