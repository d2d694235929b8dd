"""The `apply` command."""

import sys
from pathlib import Path

import click

from reconciler.cli.accepting import accept_option, accepted_guards
from reconciler.cli.fleet_files import load_valid
from reconciler.cli.merged_budget import tell_ways_out
from reconciler.cli.options import global_options
from reconciler.cli.output import Format, emit, format_options, is_terminal, parsed_reports, say, show_beside
from reconciler.cli.renders import plan_renders, result_renders
from reconciler.cli.reviewed_accounts import noted, with_notes
from reconciler.cli.reviewing import reviewed_in, with_left, with_owed
from reconciler.cli.running import finished_plan, run_apply, run_resume
from reconciler.cli.saved_plan import Request
from reconciler.cli.selecting import selection_options
from reconciler.errors import UsageProblemError
from reconciler.model.exit import ExitCode, code_of
from reconciler.model.exit_of_run import conditions_of_result
from reconciler.model.plan import Plan
from reconciler.workflows.waves import parse_waves


@click.command("apply")
@selection_options
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@accept_option
@click.option("--fail-fast", is_flag=True, help="Stop writing after the first failure.")
@click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Stop writing after N failures.")
@click.option(
    "--waves",
    metavar="SIZES",
    help="Some installations first, and more only while those are healthy, for instance 5,10%,rest.",
)
@click.option(
    "--resume",
    "resumed",
    metavar="RUN",
    allow_from_autoenv=False,
    help="Go on with an interrupted run: its id, its folder, or `last`.",
)
@click.option(
    "--reviewed",
    "reviewed",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Carry out only changes that this reviewed plan brings, or those in this folder. May be given several times.",
)
@format_options
@global_options
def command(  # noqa: PLR0913, PLR0917  one per option
    selectors: tuple[str, ...],
    exclude: tuple[str, ...],
    yes: bool,  # noqa: FBT001  click hands flags over as booleans
    accepted: tuple[str, ...],
    fail_fast: bool,  # noqa: FBT001  as above
    max_failures: int | None,
    waves: str | None,
    resumed: str | None,
    reviewed: tuple[Path, ...],
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Carry out a plan in safe order and prove it by reading back.

    With a first argument ending in .json exactly that plan is carried out without asking; SELECTORs then pick a part
    of it. A plan made with --base is for --reviewed, because it also lists what others bring. Otherwise: plan, show,
    ask, apply. Exits with 0 when everything is done and proven, 4 when something is left (conflict, pending, waiting,
    failed), 5 when a fleet guard refused and nothing was written. Answering no writes nothing and tells with the exit
    code only what stays open.

    Ctrl-C ends it in good order (130), a second one at once. --resume RUN goes on with a run that was interrupted or
    killed: it looks at what was under way, does what is left of its plan, and tells what became of every change.
    """
    parsed_reports(reports)
    if waves is not None:
        parse_waves(waves)
    saved = Path(selectors[0]) if selectors and selectors[0].endswith(".json") else None
    if resumed is not None and (selectors or exclude or reviewed):
        raise UsageProblemError(
            "a run is resumed as a whole",
            where="--resume",
            remedy="leave plan file, selectors, --exclude and --reviewed out; for a part of it, plan again",
        )
    loaded, desired = load_valid()
    notes: list[str] = []
    request = Request(
        loaded=loaded,
        desired=desired,
        selectors=selectors[1:] if saved else selectors,
        exclude=exclude,
        accepted=accepted_guards(accepted, desired),
        max_failures=1 if fail_fast else max_failures,
        waves=waves or "",
        reviewed=reviewed_in(reviewed, desired, tell=noted(notes)),
    )
    if resumed is None:
        ended = run_apply(request, saved=saved, confirm=lambda plan: saved is not None or _confirmed(plan, yes=yes))
    else:
        ended = run_resume(request, resumed)
    if ended.result is None:
        say("nothing was written")
        return ExitCode(code_of(ended.also))
    renders = result_renders(ended.result, plan=ended.plan, also=ended.also)
    if not ended.result.outcomes or (ended.plan.refused_whole and resumed is None):
        # Nothing ran, so the plan tells people more; machines get a result in any case.
        renders = {**with_owed(plan_renders(ended.plan), ended.result), Format.JSON: renders[Format.JSON]}
    renders = with_left(renders, ended.left, plan=ended.plan, shown=ended.result.not_reviewed)
    tell_ways_out(ended.plan, request.reviewed, tell=noted(notes))
    renders = with_notes(renders, notes)
    emit(renders, format_=format_, reports=reports)
    return ExitCode(code_of((*conditions_of_result(ended.result), *ended.also)))


def _confirmed(plan: Plan, *, yes: bool) -> bool:
    """Show the plan and ask.

    Raises:
        UsageProblemError: There is nobody to ask.
    """
    if yes:
        return True
    show_beside(finished_plan(plan))
    if not is_terminal(sys.stdin):
        raise UsageProblemError(
            "there is no terminal to ask, so nothing was written",
            where="apply",
            remedy="review `reconciler plan --out plan.json`, then `reconciler apply plan.json`; or give --yes",
        )
    return click.confirm("Carry out these changes?", default=False, err=True)
