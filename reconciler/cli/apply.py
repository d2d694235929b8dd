"""The `apply` command."""

import re
import sys
from pathlib import Path

import click

from reconciler.cli.fleet_files import load_valid
from reconciler.cli.options import global_options
from reconciler.cli.output import emit, format_options, parsed_reports, say
from reconciler.cli.planning import selection_options
from reconciler.cli.renders import plan_renders, result_renders
from reconciler.cli.running import Request, finished_plan, run_apply
from reconciler.errors import UsageProblemError
from reconciler.model.exit import ExitCode, code_of, conditions_of_plan, conditions_of_result
from reconciler.model.plan import Plan

_ACCEPT = re.compile(r"[a-z0-9-]+:.+")


@click.command("apply")
@selection_options
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    allow_from_autoenv=False,
    metavar="GUARD:WHERE",
    help="Lift one guard for the fleet (GUARD:fleet) or one installation.",
)
@click.option("--fail-fast", is_flag=True, help="Stop writing after the first failure.")
@click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Stop writing after N failures.")
@format_options
@global_options
def command(
    selectors: tuple[str, ...],
    exclude: tuple[str, ...],
    yes: bool,  # noqa: FBT001  click hands flags over as booleans
    accepted: tuple[str, ...],
    fail_fast: bool,  # noqa: FBT001  as above
    max_failures: int | None,
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Carry out a plan in safe order and prove it by reading back.

    With a first argument ending in .json exactly that plan is carried out without asking; SELECTORs then pick a part
    of it. Otherwise: plan, show, ask, apply. Exits with 0 when everything is done and proven, 4 when something is left
    (conflict, pending, waiting, failed), 5 when a fleet guard refused and nothing was written.
    """
    parsed_reports(reports)
    _check_accepted(accepted)
    saved = Path(selectors[0]) if selectors and selectors[0].endswith(".json") else None
    loaded, desired = load_valid()
    request = Request(
        loaded=loaded,
        desired=desired,
        selectors=selectors[1:] if saved else selectors,
        exclude=exclude,
        accepted=accepted,
        max_failures=1 if fail_fast else max_failures,
    )
    ended = run_apply(request, saved=saved, confirm=lambda plan: saved is not None or _confirmed(plan, yes=yes))
    if ended.result is None:
        emit(plan_renders(ended.plan), format_=format_, reports=reports)
        return ExitCode(code_of(conditions_of_plan(ended.plan)))
    emit(result_renders(ended.result, plan=ended.plan, also=ended.also), format_=format_, reports=reports)
    return ExitCode(code_of((*conditions_of_result(ended.result), *ended.also)))


def _check_accepted(accepted: tuple[str, ...]) -> None:
    for one in accepted:
        if not _ACCEPT.fullmatch(one):
            raise UsageProblemError(
                f"{one!r} does not name a guard and a place",
                where="--accept",
                remedy="write GUARD:fleet or GUARD:INSTALLATION; a refusal shows the exact text",
            )


def _confirmed(plan: Plan, *, yes: bool) -> bool:
    """Show the plan and ask.

    Raises:
        UsageProblemError: There is nobody to ask.
    """
    if yes:
        return True
    say(finished_plan(plan))
    if not sys.stdin.isatty():
        raise UsageProblemError(
            "there is no terminal to ask, so nothing was written",
            where="apply",
            remedy="review `reconciler plan --out plan.json`, then `reconciler apply plan.json`; or give --yes",
        )
    return click.confirm("Carry out these changes?", default=False, err=True)
