"""Load the fleet for a command, or stop with everything that is wrong in it."""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from reconciler.cli.collecting import all_of_it_stays
from reconciler.cli.options import current_globals
from reconciler.cli.output import say
from reconciler.errors import InvalidFilesError, UsageProblemError
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.loading.site import FleetRules
from reconciler.model.desired import DesiredFleet
from reconciler.model.problem import Severity
from reconciler.report.escape import for_terminal
from reconciler.store.layout import FOLDER

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def load(
    today: date | None = None, *, under: FleetRules | None = None, meanwhile: Callable[[], None] | None = None
) -> LoadedFleet:
    """Read all files of the fleet that the options name, and check its people where FLEET_PEOPLE names a directory.

    With `under`, those rules count instead of what fleet.yaml says; `meanwhile` is done beside the reading.
    """
    fleet = current_globals().fleet
    day = today or datetime.now().astimezone().date()
    commit = commit_around(fleet)
    with all_of_it_stays():
        loaded = load_fleet(fleet, today=day, commit=commit, under=under, meanwhile=meanwhile)
    directory = os.environ.get("FLEET_PEOPLE")
    if loaded.desired is None or not directory:
        return loaded
    from reconciler.loading.people import load_people, unknown_people

    strangers = unknown_people(loaded.desired, load_people(Path(directory)), loaded.origins)
    return replace(loaded, problems=(*loaded.problems, *strangers))


def load_valid(
    *, under: FleetRules | None = None, meanwhile: Callable[[], None] | None = None
) -> tuple[LoadedFleet, DesiredFleet]:
    """Read all files; warnings go to stderr. `under` and `meanwhile` as in `load`.

    Raises:
        InvalidFilesError: Something is wrong; carries all errors.
        UsageProblemError: `.reconciler` is in git.
    """
    check_not_in_git(current_globals().root / FOLDER)
    return valid(load(under=under, meanwhile=meanwhile))


def valid(loaded: LoadedFleet) -> tuple[LoadedFleet, DesiredFleet]:
    """What was loaded, if it may be used; warnings go to stderr.

    Raises:
        InvalidFilesError: Something is wrong; carries all errors.
    """
    errors = tuple(problem for problem in loaded.problems if problem.severity is Severity.ERROR)
    if loaded.desired is None or errors:
        raise InvalidFilesError(errors)
    for problem in loaded.problems:
        say(f"warning: {for_terminal(str(problem))}")
    return loaded, loaded.desired


def commit_around(fleet: Path) -> str | None:
    """The commit that is checked out around the fleet; None outside git."""
    commit = _git(fleet if fleet.is_dir() else Path(), "rev-parse", "HEAD").strip()
    return commit if _COMMIT.fullmatch(commit) else None


def check_not_in_git(state: Path) -> None:
    """Runs of the past are believed, so a pull request must not bring any.

    Raises:
        UsageProblemError: Something of `.reconciler` is in git. Without git this cannot be seen.
    """
    if os.path.lexists(state) and _git(state.parent, "ls-files", "--", state.name):
        raise UsageProblemError(
            "this folder is in git, and what it says about former runs would be believed",
            where=str(state),
            remedy=f"see who put it there; then: git rm -r --cached {state.name}",
        )


def _git(folder: Path, *arguments: str) -> str:
    """What git says there; nothing when there is no git, or it does not like the folder."""
    # A folder of the fleet may be made to look like a repository of its own; it is none.
    command = ["git", "-c", "safe.bareRepository=explicit", "-C", str(folder), *arguments]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603  no shell
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return found.stdout if found.returncode == 0 else ""
