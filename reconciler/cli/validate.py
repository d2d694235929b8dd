"""The `validate` command."""

import os
from pathlib import Path

import click

from reconciler.cli.fleet_files import load
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import WITH_GITHUB, Format, emit, format_options_of, parsed_reports
from reconciler.cli.renders import validation_renders
from reconciler.cli.workflow_step import tell_workflow
from reconciler.errors import UsageProblemError
from reconciler.model.exit import ExitCode
from reconciler.model.problem import Problem, Severity


@click.command("validate")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_options_of(*WITH_GITHUB)
@global_options
def command(paths: tuple[str, ...], format_: str, reports: tuple[str, ...]) -> int:
    """Check the files of the fleet: no network, no credentials.

    All files are read, because some rules look across files; PATHs only limit what is shown. Exits with 3 when
    something is wrong.
    """
    parsed_reports(reports, formats=WITH_GITHUB)
    loaded = load()
    for path in paths:
        _check_exists(path)
    problems = tuple(problem for problem in loaded.problems if _shown(problem, paths))
    emit(validation_renders(problems, files=loaded.files), format_=format_, reports=reports)
    wrong = any(problem.severity is Severity.ERROR for problem in problems)
    code = ExitCode.INVALID_FILES if wrong else ExitCode.DONE
    tell_workflow(
        format_,
        summary=validation_renders(problems, files=loaded.files)[Format.MARKDOWN],
        outputs={"exit": str(int(code)), "problems": str(len(problems))},
    )
    return code


def _shown(problem: Problem, paths: tuple[str, ...]) -> bool:
    """Whether a problem lies in one of the paths, seen from here or from the fleet folder."""
    fleet = current_globals().fleet.absolute()
    place = Path(problem.file).absolute()
    wanted = [base / path for path in paths for base in (Path.cwd(), fleet)]
    return not wanted or any(place.is_relative_to(os.path.normpath(path)) for path in wanted)


def _check_exists(path: str) -> None:
    """A path that is not there would always look right.

    Raises:
        UsageProblemError: It is neither below the current folder nor below the fleet.
    """
    fleet = current_globals().fleet
    if Path(path).exists() or (fleet / path).exists():
        return
    import difflib

    known = [str(file) for file in fleet.rglob("*.yaml")]
    near = difflib.get_close_matches(path, known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"give a file or folder below {fleet}"
    raise UsageProblemError(f"there is no {path!r}", where="validate", remedy=remedy)
