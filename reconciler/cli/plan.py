"""The `plan` command."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.accepting import accept_option, accepted_guards
from reconciler.cli.options import global_options
from reconciler.cli.output import WITH_GITHUB, Format, emit, format_options_of, parsed_reports, say, writable
from reconciler.cli.plan_sources import Sources, plan_with
from reconciler.cli.renders import plan_renders
from reconciler.cli.selecting import Asked, selection_options
from reconciler.cli.workflow_step import tell_workflow, tell_wrong_files
from reconciler.errors import InvalidFilesError, UsageProblemError
from reconciler.model.exit import Condition, ExitCode, code_of, conditions_of_plan

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


@click.command("plan")
@selection_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the plan as JSON.")
@accept_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are differences.")
@click.option(
    "--snapshot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Plan from a snapshot: no network, no credentials, no people file.",
)
@click.option("--base", metavar="REF", help="Tell apart what differs from this commit, whose policy counts.")
@click.option("--applied", metavar="REF", help="Commit of the last successful apply, to tell drift from the base.")
@click.option(
    "--owed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What that apply left undone (`github applied --owed-out`), so that it is not told as drift.",
)
@format_options_of(*WITH_GITHUB)
@global_options
def command(  # noqa: PLR0913, PLR0917  one per option
    selectors: tuple[str, ...],
    exclude: tuple[str, ...],
    out: Path | None,
    accepted: tuple[str, ...],
    detailed_exitcode: bool,  # noqa: FBT001  click hands flags over as booleans
    snapshot: Path | None,
    base: str | None,
    applied: str | None,
    owed: Path | None,
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Compare the files with the live cloud and show the smallest set of changes. Never writes to the cloud.

    SELECTORs choose installations: file, folder, id or name (with * and ?), serial, label=value. Exits with 0 when
    everything was compared and nothing is open, 4 when something is unreadable, refused, pending or waiting, 5 when a
    fleet guard refuses.

    With --base the plan says of each change whether this checkout brings it, and accounts, guards, hosts, exceptions,
    acknowledgements and attestations count as on that commit.
    """
    parsed_reports(reports, formats=WITH_GITHUB)
    if out is not None:
        writable(out, option="--out")
    if applied is not None and base is None:
        raise UsageProblemError("--applied needs --base", where="--applied", remedy="give --base REF as well")
    if owed is not None and base is None:
        raise UsageProblemError("--owed needs --base", where="--owed", remedy="give --base REF as well")
    asked = Asked(selectors=selectors, exclude=exclude, accepted=accepted)
    try:
        sources = Sources(snapshot=snapshot, base=base, applied=applied, owed=owed)
        plan = plan_with(sources, asked, lift=accepted_guards)
    except InvalidFilesError as error:
        tell_wrong_files(format_, error)
        raise
    if out is not None:
        _save(plan, out)
        say(f"plan saved to {out}; {_how_to_apply(plan, out)}")
    emit(plan_renders(plan), format_=format_, reports=reports)
    conditions = conditions_of_plan(plan)
    if not detailed_exitcode:
        conditions = tuple(one for one in conditions if one is not Condition.DIFFERENCES)
    code = ExitCode(code_of(conditions))
    if Format(format_) is Format.GITHUB:
        _tell_workflow(plan, code)
    return code


def _save(plan: "Plan", out: Path) -> None:
    from reconciler.report.json_document import plan_document, to_text
    from reconciler.store.files import write_atomically

    write_atomically(out, to_text(plan_document(plan)))


def _tell_workflow(plan: "Plan", code: ExitCode) -> None:
    from reconciler.report.github import plan_outputs, plan_summary

    tell_workflow(Format.GITHUB, summary=lambda: plan_summary(plan), outputs=plan_outputs(plan, code))


def _how_to_apply(plan: "Plan", out: Path) -> str:
    """A plan that was compared also lists what others bring, so only the part of the pull request is for an apply."""
    if plan.base is None:
        return f"apply exactly this with: reconciler apply {out}"
    return f"after the merge, carry out what this pull request brings with: reconciler apply --reviewed {out}"
