"""The `adopt` command."""

import sys
from collections.abc import Mapping, Sequence
from typing import assert_never

import click

from reconciler.cli.fleet_files import load, load_valid
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import (
    Format,
    Render,
    emit,
    format_options,
    is_terminal,
    parsed_reports,
    say,
    screen,
    show_beside,
)
from reconciler.cli.planning import policy_at
from reconciler.cli.wiring import Access, connected
from reconciler.errors import UsageProblemError
from reconciler.loading.beginning import without_installations
from reconciler.loading.load import LoadedFleet
from reconciler.model.adoption import Adoption
from reconciler.model.desired import Account, DesiredFleet
from reconciler.model.exit import ExitCode, code_of
from reconciler.model.factoring import Layout
from reconciler.model.words import counted


@click.command("adopt")
@click.argument("targets", nargs=-1, metavar="[ID|SERIAL|SELECTOR]...")
@click.option("--all", "everything", is_flag=True, help="A new file for every visible installation without one.")
@click.option(
    "--layout",
    type=click.Choice([one.value for one in Layout]),
    default=Layout.SHARED.value,
    show_default=True,
    help="Of several new files: what they share in profiles where that is shorter, or each file on its own.",
)
@click.option("--dry-run", is_flag=True, help="Show the differences of the files and write nothing.")
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@format_options
@global_options
def command(
    targets: tuple[str, ...],
    everything: bool,  # noqa: FBT001  click hands flags over as booleans
    layout: str,
    dry_run: bool,  # noqa: FBT001  as above
    yes: bool,  # noqa: FBT001  as above
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Write the live state into files, so that the plan becomes empty. Never writes to the cloud.

    ID or SERIAL (or another SELECTOR of existing files) says what to take over; a serial means this charger only. An
    existing file gets a line patch that keeps comments and layout; an installation without a file gets a new one.
    What no file may declare is listed and stays out. Exits with 4 when there is such a thing, 0 otherwise.
    """
    from reconciler.cli.adopting import write_files

    parsed_reports(reports)
    if bool(targets) == everything:
        raise UsageProblemError(
            "nothing says what to take over" if not targets else "--all and names exclude each other",
            where="adopt",
            remedy="name an installation id, a serial or a file, or give --all for everything that has no file",
        )
    loaded, desired = _fleet()
    adoption = _adoption(loaded, desired, targets, layout=Layout(layout))
    emitted = _renders(adoption)
    if not dry_run and adoption.to_write and not _confirmed(adoption, yes=yes):
        say("nothing was written")
        return ExitCode.DONE
    written = () if dry_run else write_files(adoption, current_globals().fleet)
    emit(emitted, format_=format_, reports=reports)
    for path in written:
        say(f"written: {path}")
    return code_of(adoption.conditions)


def _fleet() -> tuple[LoadedFleet, DesiredFleet]:
    """The files; there may be none yet."""
    loaded = load()
    desired = without_installations(loaded, str(current_globals().fleet))
    return (loaded, desired) if desired is not None else load_valid()


def _renders(adoption: Adoption) -> Mapping[Format, Render]:
    from reconciler.report import adoption as report
    from reconciler.report.json_document import to_text

    return {
        Format.TEXT: lambda: report.adoption_text(report.told_of(adoption), **screen()),
        Format.MARKDOWN: lambda: report.adoption_markdown(report.told_of(adoption)),
        Format.JSON: lambda: to_text(report.adoption_document(adoption)),
    }


def _adoption(loaded: LoadedFleet, desired: DesiredFleet, targets: Sequence[str], *, layout: Layout) -> Adoption:
    from reconciler.cli.adopting import ids_to_read, takeover_of
    from reconciler.loading.drafts import FleetDrafts
    from reconciler.workflows.adopt import adopt
    from reconciler.workflows.factoring import adopt_shared
    from reconciler.workflows.snapshot import survey_fleet

    accounts = _accounts(desired)
    only = ids_to_read(desired, targets)
    with connected(accounts, access=Access.READ_ONLY) as connections:
        observed = survey_fleet(connections.surveyors, only=only)
        policy = policy_at(connections.clock.now(), connections, accepted=(), root=current_globals().root)
    takeover = takeover_of(targets, desired, observed)
    fleet = loaded.origins.fleet
    if fleet is None:
        raise RuntimeError("a fleet that loaded has its files")
    drafts = FleetDrafts(fleet)
    match layout:
        case Layout.SHARED:
            return adopt_shared(takeover, drafts, policy=policy, origins=loaded.origins)
        case Layout.FILES:
            return adopt(takeover, drafts, policy=policy, origins=loaded.origins)
        case _:
            assert_never(layout)


def _accounts(desired: DesiredFleet) -> list[Account]:
    found = [account for account in desired.accounts if current_globals().chooses(account.name)]
    if not found:
        raise UsageProblemError(
            "there is no account of that name", where="--account", remedy="see `accounts:` in fleet.yaml"
        )
    return found


def _confirmed(adoption: Adoption, *, yes: bool) -> bool:
    """Show what would be written, and ask.

    Raises:
        UsageProblemError: There is nobody to ask.
    """
    from reconciler.report.adoption import adoption_text, told_of

    if yes:
        return True
    show_beside(adoption_text(told_of(adoption), **screen()))
    if not is_terminal(sys.stdin):
        raise UsageProblemError(
            "there is no terminal to ask, so nothing was written",
            where="adopt",
            remedy="review `reconciler adopt … --dry-run`, then give --yes",
        )
    return click.confirm(f"Write {counted(len(adoption.writes), 'file')}?", default=False, err=True)
