"""How a failure is told: one message on stderr, one exit code."""

import errno
import os
import re
import sys
import traceback
from io import StringIO

import click

from reconciler.cli.output import LONGEST_LINE
from reconciler.errors import InvalidFilesError, ReconcilerError
from reconciler.model.exit import ExitCode
from reconciler.model.mail import addresses_in
from reconciler.report.escape import cut, for_terminal

_DISK = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF, errno.EDQUOT, errno.EROFS})


def _shown(text: str) -> str:
    """What was typed may hold the address of a person, and logs of CI are read by many."""
    shown, end = "", 0
    for match in addresses_in(text):
        shown += text[end : match.start()] + (match.group() if _is_folder(match.group()) else "…")
        end = match.end()
    return cut(for_terminal(shown + text[end:]), LONGEST_LINE)


def _is_folder(found: str) -> bool:
    """Whether it is rather a part of a path, such as the `job@2` of a build server: no mail goes to a bare word."""
    _, sign, behind = found.rpartition("@")
    return bool(sign) and behind.isalnum()


def report_failure(error: BaseException) -> int:
    """Say what went wrong and return the exit code.

    A traceback is printed only for our own bugs and only when -vv or RECONCILER_VERBOSE asks for it.
    """
    match error:
        case click.Abort() | KeyboardInterrupt():
            return _interrupted()
        case RuntimeError(__cause__=KeyboardInterrupt()):  # so Python 3.11 tells of one while it makes a class
            return _interrupted()
        case _:
            return _told(error)


def _told(error: BaseException) -> int:
    match error:
        case click.ClickException():
            return _usage(error)
        case MemoryError():
            return _no_memory()
        case InvalidFilesError():
            return _invalid_files(error)
        case ReconcilerError():
            return _known(error)
        case OSError() if error.filename or error.errno in _DISK:
            return _no_file(error)
        case _:
            return _bug(error)


def _interrupted() -> int:
    click.echo("interrupted", err=True)
    return ExitCode.INTERRUPTED


def _no_memory() -> int:
    click.echo("error: there is not enough memory", err=True)
    click.echo("  where:  this machine, or what the container or `ulimit` allows of it", err=True)
    click.echo("  remedy: allow more (1 GiB is enough for 100000 files), or plan a part of the fleet", err=True)
    return ExitCode.ERROR


def _usage(error: click.ClickException) -> int:
    """Click quotes what was typed, which a script may have taken from a file name."""
    said = StringIO()
    error.show(said)
    for line in said.getvalue().splitlines():
        click.echo(_shown(line), err=True)
    return ExitCode.USAGE


def _no_file(error: OSError) -> int:
    """A file or stream said no."""
    click.echo(f"error: {error.strerror or 'a file cannot be used'}", err=True)
    click.echo(f"  where:  {_shown(str(error.filename or 'standard output'))}", err=True)
    click.echo("  remedy: check the path, its permissions and the space left, then run the command again", err=True)
    return ExitCode.ERROR


def _known(error: ReconcilerError) -> int:
    click.echo(f"error: {_shown(error.what)}", err=True)
    click.echo(f"  where:  {_shown(error.where)}", err=True)
    click.echo(f"  remedy: {_shown(error.remedy)}", err=True)
    return error.exit_code


def _invalid_files(error: InvalidFilesError) -> int:
    for problem in error.problems:
        click.echo(_shown(str(problem)), err=True)
    click.echo(f"error: {error.what}; {error.remedy}", err=True)
    return error.exit_code


def _bug(error: BaseException) -> int:
    click.echo(f"error: internal error ({type(error).__name__}); this is a bug of the reconciler", err=True)
    click.echo("  where:  the run folder under .reconciler/runs tells what was sent, if anything was", err=True)
    click.echo("  remedy: report it with the command you ran; RECONCILER_VERBOSE=2 shows the details", err=True)
    if _asked_for_details():
        click.echo("".join(traceback.format_tb(error.__traceback__)), err=True)
    return ExitCode.ERROR


def _asked_for_details() -> bool:
    """-vv or RECONCILER_VERBOSE=2; asked here because an error can come before the options are known."""
    flags = sum(len(one) - 1 for one in sys.argv if re.fullmatch("-v+", one)) + sys.argv.count("--verbose")
    return flags > 1 or os.environ.get("RECONCILER_VERBOSE", "") not in {"", "0", "1"}
