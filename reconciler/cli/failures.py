"""How a failure is told: one message on stderr, one exit code."""

import os
import sys
import traceback

import click

from reconciler.errors import InvalidFilesError, ReconcilerError
from reconciler.model.exit import ExitCode
from reconciler.report.escape import for_terminal


def report_failure(error: BaseException) -> int:
    """Say what went wrong and return the exit code.

    A traceback is printed only for our own bugs and only when RECONCILER_VERBOSE asks for it.
    """
    match error:
        case click.ClickException():
            error.show(sys.stderr)
            return ExitCode.USAGE
        case click.Abort() | KeyboardInterrupt():
            click.echo("interrupted", err=True)
            return ExitCode.INTERRUPTED
        case SystemExit():
            return error.code if isinstance(error.code, int) else ExitCode.ERROR
        case InvalidFilesError():
            return _invalid_files(error)
        case ReconcilerError():
            return _known(error)
        case _:
            return _bug(error)


def _known(error: ReconcilerError) -> int:
    click.echo(f"error: {for_terminal(error.what)}", err=True)
    click.echo(f"  where:  {for_terminal(error.where)}", err=True)
    click.echo(f"  remedy: {for_terminal(error.remedy)}", err=True)
    return error.exit_code


def _invalid_files(error: InvalidFilesError) -> int:
    for problem in error.problems:
        click.echo(for_terminal(str(problem)), err=True)
    click.echo(f"error: {error.what}; {error.remedy}", err=True)
    return error.exit_code


def _bug(error: BaseException) -> int:
    click.echo(f"error: internal error ({type(error).__name__}); this is a bug of the reconciler", err=True)
    click.echo("  where:  the run folder under .reconciler/runs tells what was sent, if anything was", err=True)
    click.echo("  remedy: report it with the command you ran; RECONCILER_VERBOSE=2 shows the details", err=True)
    if os.environ.get("RECONCILER_VERBOSE", "0") not in {"", "0", "1"}:
        click.echo("".join(traceback.format_tb(error.__traceback__)), err=True)
    return ExitCode.ERROR
