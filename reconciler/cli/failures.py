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

    Where it happened is shown only of what may be a mistake of ours, and only when -vv or RECONCILER_VERBOSE asks.
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
        case InvalidFilesError():
            return _invalid_files(error)
        case ReconcilerError():
            _say(error.what, error.where, error.remedy)
            return error.exit_code
        case _:
            words = _of_this_machine(error)
            _say(*(words or _bug(error)))
            if _asked_for_details() and (words is None or isinstance(error, ImportError)):
                _frames(error)
            return ExitCode.ERROR


def _interrupted() -> int:
    # CPython remembers one that passed a text given to exec, such as those of dataclasses, and would end this process
    # by the signal instead of with our code; another text that ends well makes it forget.
    exec("")  # noqa: S102  an empty text
    click.echo("interrupted", err=True)
    return ExitCode.INTERRUPTED


def _usage(error: click.ClickException) -> int:
    """Click quotes what was typed, which a script may have taken from a file name."""
    said = StringIO()
    error.show(said)
    for line in said.getvalue().splitlines():
        click.echo(_shown(line), err=True)
    return ExitCode.USAGE


def _invalid_files(error: InvalidFilesError) -> int:
    for problem in error.problems:
        click.echo(_shown(str(problem)), err=True)
    click.echo(f"error: {error.what}; {error.remedy}", err=True)
    return error.exit_code


def _of_this_machine(error: BaseException) -> tuple[str, str, str] | None:
    """What, where and remedy of a failure that no command and no file of a fleet can help; None of any other."""
    match error:
        case OSError() if error.filename or error.errno in _DISK:
            what, where = error.strerror or "a file cannot be used", str(error.filename or "standard output")
            return what, where, "check the path, its permissions and the space left, then run the command again"
        case MemoryError():
            where = "this machine, or what the container or `ulimit` allows of it"
            remedy = "allow more (1 GiB is enough for 100000 files), or plan a part of the fleet"
            return "there is not enough memory", where, remedy
        case ImportError():
            what = f"a part of the program cannot be loaded: {error.name or 'unknown'}"
            remedy = "install it again (`pip install --force-reinstall reconciler`)"
            return what, "where Python and the reconciler are installed", remedy
        case _:
            return None


def _bug(error: BaseException) -> tuple[str, str, str]:
    return (
        f"internal error ({type(error).__name__}); this is a bug of the reconciler",
        "the run folder under .reconciler/runs tells what was sent, if anything was",
        "report it with the command you ran; RECONCILER_VERBOSE=2 shows the details",
    )


def _frames(error: BaseException) -> None:
    """Places and lines of code, without any value."""
    for line in "".join(traceback.format_tb(error.__traceback__)).splitlines():
        click.echo(_shown(line), err=True)


def _say(what: str, where: str, remedy: str) -> None:
    click.echo(f"error: {_shown(what)}", err=True)
    click.echo(f"  where:  {_shown(where)}", err=True)
    click.echo(f"  remedy: {_shown(remedy)}", err=True)


def _asked_for_details() -> bool:
    """-vv or RECONCILER_VERBOSE=2; asked here because an error can come before the options are known."""
    flags = sum(len(one) - 1 for one in sys.argv if re.fullmatch("-v+", one)) + sys.argv.count("--verbose")
    return flags > 1 or os.environ.get("RECONCILER_VERBOSE", "") not in {"", "0", "1"}
