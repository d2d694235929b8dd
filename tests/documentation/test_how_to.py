"""How-to pages about drift are followed literally on the sandbox, like the tutorial."""

import re
from pathlib import Path

from tests.documentation.test_tutorial import CHECKOUT, Shown, clone, commands_of, follow, shell

__all__ = ["clone", "shell"]

PAGES = CHECKOUT / "docs" / "how-to"
FILE = re.compile(r"^```yaml\n(# (fleet/exceptions\.yaml)\n.*?)^```$", re.DOTALL | re.MULTILINE)


def test_a_drift_report_looks_as_the_page_shows_it(clone: Path, shell: dict[str, str]) -> None:
    """The report of its example, line by line, and the ways out that it offers."""
    page = commands_of(PAGES / "read-a-drift-report.md")
    assert sum(len(shown.lines) for shown in page) > 20

    follow(page, clone, shell)


def test_an_exception_does_what_the_page_says(clone: Path, shell: dict[str, str]) -> None:
    """With its example as the file, copied to the last letter."""
    page = PAGES / "exceptions.md"
    text, name = FILE.findall(page.read_text())[0]
    (clone / name).write_text(text)

    follow(commands_of(page), clone, shell)


def test_shards_are_listed_and_joined_as_the_page_shows_it(clone: Path, shell: dict[str, str]) -> None:
    """The shipped fleet has one account, so that one shard is all of it."""
    page = commands_of(PAGES / "scale-out.md")
    assert [shown.command.split()[1] for shown in page] == ["shards", "shards", "plan", "drift", "snapshot", "merge"]

    follow(page, clone, shell)


def test_first_contact_ends_in_a_zero_plan(tmp_path: Path, shell: dict[str, str]) -> None:
    """Rehearsed on the sandbox, where some values may stand in no file and one person has not answered."""
    page = commands_of(PAGES / "first-contact.md")
    doctor = next(place for place, shown in enumerate(page) if shown.command == "reconciler doctor")
    open_there = Shown("reconciler plan --detailed-exitcode", 4, ("Changes   none", "person:c-88122"))

    ours = follow(page[:doctor], tmp_path, shell)
    (ours / "fleet/installations/example.yaml").unlink()
    follow([page[doctor], *map(_without_asking, page[doctor + 1 : -1]), open_there], ours, shell)

    assert [shown.command for shown in page][-1] == open_there.command


def _without_asking(shown: Shown) -> Shown:
    """Here is no terminal to ask; in the sandbox some things stay out of every adoption."""
    if not shown.command.startswith("reconciler adopt"):
        return shown
    return Shown(f"{shown.command} --yes", 4, ("stays out",))
