"""The `handover` command: give chargers to their owners, by files; plan and apply do the rest."""

from pathlib import Path

import click

from reconciler.cli.options import NumberRange, global_options
from reconciler.cli.output import format_options, parsed_reports, say, show
from reconciler.cli.selecting import selection_options
from reconciler.errors import UsageProblemError
from reconciler.model.exit import ExitCode, code_of
from reconciler.model.handover import Order
from reconciler.report.handover_letter import Language

_dry_run = click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
_yes = click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")


@click.group("handover")
@global_options
def command() -> None:
    """Hand chargers over to their owners. Only files are written; `plan` and `apply` carry them out."""


@command.command("start")
@click.argument("serial", required=False, metavar="[SERIAL]")
@click.option("--owner", metavar="PERSON", help="Who gets it: person:<id> of the directory of people.")
@click.option(
    "--csv",
    "list_",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Many at once: columns serial, person and, if known, postcode.",
)
@click.option("--wave", metavar="NAME", help="Label of these files, so that `wave=NAME` selects them.")
@click.option(
    "--max-current",
    "max_current_a",
    type=NumberRange(6, 32),
    default=16,
    show_default=True,
    help="A per phase; less where the circuit carries less.",
)
@click.option(
    "--order",
    type=click.Choice([one.value for one in Order]),
    default=Order.INVITE_FIRST.value,
    show_default=True,
    help="seed: invite only once the settings are done, by starting again after the apply.",
)
@_dry_run
@_yes
@format_options
@global_options
def start(  # noqa: PLR0913, PLR0917  click passes one parameter per option
    serial: str | None,
    owner: str | None,
    list_: Path | None,
    wave: str | None,
    max_current_a: float,
    order: str,
    dry_run: bool,  # noqa: FBT001  click hands flags over as booleans
    yes: bool,  # noqa: FBT001  as above
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Write the file of a hand-over: profile `handover`, the current, the owner. The cloud is only read.

    SERIAL stands on the box. What speaks against it is refused, each reason with what to do about it. A row of a list
    that is refused stays out and is listed, the others go; the same list again changes only what is left.

    Exits with 0 when every file is there, 4 when something stays out, 3 when the list is wrong.
    """
    from reconciler.cli.handing_over import requests_of, start_batch
    from reconciler.cli.handover_files import Writing, write_batch

    parsed_reports(reports)
    _check_one_or_many(serial, owner, list_)
    requests = requests_of(serial, owner, list_, wave=wave, max_current_a=max_current_a, order=Order(order))
    batch = start_batch(requests)
    return write_batch(batch, Writing(dry_run=dry_run, yes=yes, format_=format_, reports=reports))


@command.command("status")
@selection_options
@format_options
@global_options
def status(selectors: tuple[str, ...], exclude: tuple[str, ...], format_: str, reports: tuple[str, ...]) -> int:
    """Show every hand-over under way: invited since, reminders, what blocks it, what the owner must do next.

    Exits with 0 when nothing is open, 4 otherwise.
    """
    from reconciler.cli.handing_over import look_at
    from reconciler.cli.handover_files import emit_status

    parsed_reports(reports)
    found = look_at(selectors, exclude)
    emit_status(found, format_=format_, reports=reports)
    return code_of(found.conditions)


@command.command("finish")
@click.argument("serials", nargs=-1, metavar="[SERIAL]...")
@_dry_run
@_yes
@format_options
@global_options
def finish(
    serials: tuple[str, ...],
    dry_run: bool,  # noqa: FBT001  click hands flags over as booleans
    yes: bool,  # noqa: FBT001  as above
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Move the files of hand-overs that are over to released/: kept for the record, no longer compared.

    Over is what was done to the end: our access is gone, and we took it away ourselves, or somebody attested it and
    what we saw last bears that out. Without SERIAL all that are over. Exits with 4 when a SERIAL is not, or
    without SERIAL when any hand-over is still open.
    """
    from reconciler.cli.handing_over import finish_batch
    from reconciler.cli.handover_files import Writing, write_batch

    parsed_reports(reports)
    batch = finish_batch(serials)
    return write_batch(batch, Writing(dry_run=dry_run, yes=yes, format_=format_, reports=reports))


@command.command("letter")
@click.argument("serial")
@click.option(
    "--lang",
    type=click.Choice([one.value for one in Language], case_sensitive=False),
    default=None,
    help="Left out: the owner's language in the directory of people, else en.",
)
@global_options
def letter(serial: str, lang: str | None) -> int:
    """Print what the new owner must do: accept the invitation, look in spam, log in to the app. Names nobody."""
    from reconciler.cli.handover_letters import letter_for

    found = letter_for(serial, None if lang is None else Language(lang))
    if not found.invited:
        say(
            f"warning: nothing here tells that the owner was invited, so the e-mail that the letter speaks of may not "
            f"have left: `reconciler apply {found.file}` first; `reconciler handover status` tells"
        )
    show(found.text)
    say("put name and address on it yourself: this text holds neither")
    return ExitCode.DONE


def _check_one_or_many(serial: str | None, owner: str | None, list_: Path | None) -> None:
    """One charger by SERIAL and --owner, or many by --csv.

    Raises:
        UsageProblemError: Both, neither, or half of one.
    """
    if list_ is not None and (serial is not None or owner is not None):
        what, remedy = "a list names chargers and owners itself", "give SERIAL and --owner, or --csv FILE"
    elif list_ is None and serial is None:
        what, remedy = "nothing says which charger", "give the serial on the box, or --csv FILE"
    elif list_ is None and owner is None:
        what, remedy = "nothing says to whom", "give --owner person:<id>"
    else:
        return
    raise UsageProblemError(what, where="handover start", remedy=remedy)
