"""What the pages list is what the code has."""

import os
import re
from pathlib import Path

import pytest

from reconciler.cli.explain import all_explanations
from reconciler.cli.main import COMMANDS, run
from reconciler.model.exit import ExitCode

CHECKOUT = Path(__file__).resolve().parents[2]
REFERENCE = CHECKOUT / "docs" / "reference.md"
README = CHECKOUT / "README.md"
SOURCES = sorted((CHECKOUT / "reconciler").rglob("*.py"))
VARIABLE = re.compile(r"\bRECONCILER_[A-Z_]+\b|\bFLEET_(?:PEOPLE|SECRETS_DIR)\b")
CODE = re.compile(r'code="([EWP]\d{3})"')


def region(name: str) -> str:
    """A marked part of the reference."""
    text = REFERENCE.read_text()
    match = re.search(rf"<!-- \w+: {name} -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert match, f"docs/reference.md has no region {name}"
    return match[1]


def codes_table() -> str:
    """Every code that `explain` knows, with its title."""
    lines = ["| code | meaning |", "|---|---|"]
    lines += [f"| `{code}` | {one.title.replace('|', '&#124;')} |" for code, one in sorted(all_explanations().items())]
    return "\n".join(lines) + "\n"


def test_the_exit_codes_are_those_of_the_code() -> None:
    """In the reference and in the README."""
    wanted = {str(int(code)) for code in ExitCode}

    for text in (region("exit codes"), README.read_text().split("## Exit codes")[1].split("\n## ")[0]):
        first, _, *rows = [line for line in text.splitlines() if line.startswith("|")]

        assert first.startswith("| code |")
        assert {row.split("|")[1].strip() for row in rows} == wanted


def test_every_variable_is_listed() -> None:
    """A variable that nobody can find is a trap."""
    used = {name for path in SOURCES for name in VARIABLE.findall(path.read_text())} - {"RECONCILER_"}

    listed = set(VARIABLE.findall(region("environment")))

    assert used == listed - {"RECONCILER_WRITE_GOLDEN"}


def test_the_list_of_codes_is_complete() -> None:
    """RECONCILER_WRITE_GOLDEN=1 writes it anew."""
    if os.environ.get("RECONCILER_WRITE_GOLDEN"):
        REFERENCE.write_text(
            REFERENCE.read_text().replace(f": codes -->\n{region('codes')}", f": codes -->\n{codes_table()}")
        )

    assert region("codes") == codes_table()


def test_every_code_in_use_is_explained() -> None:
    """A message that cannot be looked up helps nobody."""
    used = {code for path in SOURCES if "explain" not in path.name for code in CODE.findall(path.read_text())}

    assert len(used) > 60
    assert used <= set(all_explanations())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The one-line help in the list is the first line of the command's own help or says the same."""
    assert run([name, "--help"]) == 0

    assert "Usage: reconciler" in capsys.readouterr().out
    assert f"`reconciler {name}" in README.read_text()


@pytest.mark.parametrize("code", sorted(all_explanations()))
def test_every_code_can_be_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Title, why and remedy, on the command line."""
    assert run(["explain", code]) == 0

    assert all_explanations()[code].title.split()[0] in capsys.readouterr().out
