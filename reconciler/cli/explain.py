"""The `explain` command: a code, or where the values of a file come from."""

import difflib
import re
from pathlib import Path

import click

from reconciler.cli.fleet_files import load
from reconciler.cli.options import global_options
from reconciler.cli.output import screen, show
from reconciler.errors import InvalidFilesError, UsageProblemError
from reconciler.model.exit import ExitCode
from reconciler.model.problem import Explanation

_GUARD = re.compile(r"([a-z]+(?:-[a-z]+)+): ")
_CODE = re.compile(r"[EWPA]\d{3}", re.IGNORECASE)


def all_explanations() -> dict[str, Explanation]:
    """Every code and guard that a user can meet, by its name."""
    from reconciler.cli.explanations import EXPLANATIONS as OF_RUNS
    from reconciler.loading.explanations import EXPLANATIONS as OF_FILES
    from reconciler.planning.explanations import EXPLANATIONS as OF_PLANS

    return {explanation.code: explanation for explanation in (*OF_FILES, *OF_PLANS, *OF_RUNS)}


@click.command("explain")
@click.argument("subject", metavar="FILE|CODE", required=False)
@click.argument("path", required=False)
@global_options
def command(subject: str | None, path: str | None) -> int:
    """Tell where each value of FILE comes from, or what a CODE or guard means and how to satisfy it.

    Without an argument all codes are listed.
    """
    if subject is None:
        for code, explanation in sorted(all_explanations().items()):
            click.echo(f"{code:<28} {explanation.title}")
        return ExitCode.DONE
    if not path and not Path(subject).suffix:
        show(_explained(subject))
        return ExitCode.DONE
    return _values(Path(subject), path)


def _explained(subject: str) -> str:
    from reconciler.report.terminal_files import explanation_text

    known = all_explanations()
    by_guard = {match[1]: code for code, one in known.items() if (match := _GUARD.match(one.title))}
    code = subject.upper() if _CODE.fullmatch(subject) else by_guard.get(subject, subject)
    if code not in known:
        near = difflib.get_close_matches(code, [*known, *by_guard], n=1)
        hint = f"did you mean {near[0]}?" if near else "`reconciler explain` without argument lists all codes"
        raise UsageProblemError(f"{subject!r} is neither a code nor a guard", where="explain", remedy=hint)
    return explanation_text(known[code], **screen())


def _values(file: Path, path: str | None) -> int:
    from reconciler.report.terminal_files import effective_text

    loaded = load()
    values = loaded.effective(file, path)
    if not values and loaded.desired is None:
        raise InvalidFilesError(loaded.problems)
    if not values:
        raise UsageProblemError(
            f"{path or 'nothing'} is not set in this file",
            where=str(file),
            remedy="run `reconciler explain FILE` to see everything that is",
        )
    show(effective_text(values, own=str(file), **screen()))
    return ExitCode.DONE
