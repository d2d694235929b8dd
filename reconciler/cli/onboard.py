"""The `onboard` command: ask the owner of an installation for access, and end with a file that plans to zero."""

from datetime import timedelta
from pathlib import Path

import click

from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import Format, emit, format_options, parsed_reports, screen, writable
from reconciler.errors import UsageProblemError
from reconciler.model.consent import InstallationKind
from reconciler.model.exit import ExitCode, code_of

_KINDS = {"go": InstallationKind.GO, "pro": InstallationKind.PRO}
_SERIALS = click.option(
    "--serial", "serials", multiple=True, metavar="SERIAL", help="Take this charger; may be given several times."
)
_PR = click.option("--pr", "prepares", is_flag=True, help="Also make a git branch and commit the file; never pushes.")


@click.group("onboard")
@global_options
def command() -> None:
    """Ask the owner of an installation for access by a link; the answer ends in a new file that plans to zero."""


@command.command("link")
@click.option("--reference", default="", metavar="TEXT", help="What you call it, for instance a customer number.")
@click.option("--lookup-key", metavar="KEY", help="Of our user group; left out: `group:` of the account.")
@click.option("--partner-name", metavar="NAME", help="Shown before the person logs in.")
@click.option("--lang", metavar="CODE", help="Language of the page, for instance en or no.")
@click.option("--installation", "installation_id", metavar="ID", help="Preselect one; Pro needs it.")
@click.option(
    "--type", "kind", type=click.Choice([*_KINDS]), default="go", show_default=True, help="Go / Home, or Pro."
)
@click.option("--return-url", metavar="URL", help="Where the browser comes back to; left out: Zaptec's receipt page.")
@click.option("--show-existing", is_flag=True, help="Also offer installations that are shared already.")
@click.option("--valid-days", type=click.IntRange(1, 365), default=30, show_default=True, help="Until it expires.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Many links, a line each: reference, installationId, installationtype, lang, partnerName, showExisting.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="A new file for the links."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice([Format.TEXT.value, Format.CSV.value, Format.JSON.value]),
    help="Left out: CSV with --csv or --out, otherwise text, which is the URL alone.",
)
@global_options
def link(  # noqa: PLR0913  one argument per option
    *,
    reference: str,
    lookup_key: str | None,
    partner_name: str | None,
    lang: str | None,
    installation_id: str | None,
    kind: str,
    return_url: str | None,
    show_existing: bool,
    valid_days: int,
    table: Path | None,
    out: Path | None,
    format_: str | None,
) -> int:
    """Make the link that a person opens to give our user group access to an installation.

    A one-time nonce goes into the path of --return-url; only its hash is kept, in .reconciler/consents.json. With --csv
    every line of the file becomes a link; its columns win over the options.
    """
    from reconciler.cli.onboard_link import Asked, issue, new_only, written
    from reconciler.cli.onboard_table import read_table

    if out is not None:
        writable(out, option="--out")
        new_only(out)
    common = Asked(
        reference=reference,
        lookup_key=lookup_key,
        partner_name=partner_name,
        lang=lang,
        installation_id=installation_id.lower() if installation_id else None,
        kind=_KINDS[kind],
        return_url=return_url,
        show_existing=show_existing,
    )
    asked = [common] if table is None else read_table(table, common)
    made = issue(asked, valid_for=timedelta(days=valid_days))
    usual = Format.TEXT if table is None and out is None else Format.CSV
    written(made, usual if format_ is None else Format(format_), out=out)
    return ExitCode.DONE


@command.command("accept")
@click.argument("target", metavar="URL|ID")
@_SERIALS
@_PR
@click.option(
    "--link", "chosen", metavar="LINK", help="With ID: the link that brought it, as `onboard status` names it."
)
@global_options
def accept(
    target: str,
    serials: tuple[str, ...],
    prepares: bool,  # noqa: FBT001  click hands flags over as booleans
    chosen: str | None,
) -> int:
    """Take a redirect's address as it was pasted, or the id of an installation that `onboard status` found.

    What the address says is only believed after its one-time nonce matched and our own account has read the
    installation. Exits with 0 when there is a file, 4 when nobody gave access (yet), 5 when the address counts nothing.
    """
    from reconciler.cli.onboard_accept import accepted_id, accepted_url, told
    from reconciler.cli.onboard_choice import chooser_of
    from reconciler.cli.onboard_git import check_repository

    choose = chooser_of(serials)
    if prepares:
        check_repository(current_globals().fleet)
    if "/" in target:
        if chosen is not None:
            raise UsageProblemError("an address names its link itself", where="--link", remedy="leave --link out")
        return told(accepted_url(target, choose), prepares=prepares)
    return told(accepted_id(target, choose, chosen=chosen), prepares=prepares)


@command.command("listen")
@click.option("--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes a free one.")
@click.option("--timeout", "timeout_s", type=click.IntRange(1, 86_400), metavar="SECONDS", help="Give up after that.")
@_SERIALS
@_PR
@global_options
def listen(
    port: int,
    timeout_s: int | None,
    serials: tuple[str, ...],
    prepares: bool,  # noqa: FBT001  click hands flags over as booleans
) -> int:
    """Receive one redirect on a small page of this machine, and end with its outcome.

    Opening the page changes nothing; its button does. The person may type the serial from the box there; otherwise the
    operator picks in this terminal. Exits as `onboard accept` does, and with 4 when nobody came in time.
    """
    from reconciler.cli.onboard_accept import told
    from reconciler.cli.onboard_choice import chooser_of
    from reconciler.cli.onboard_git import check_repository
    from reconciler.cli.onboard_listen import received

    if prepares:
        check_repository(current_globals().fleet)
    return told(received(port=port, timeout_s=timeout_s, choose=chooser_of(serials)), prepares=prepares)


@command.command("cancel")
@click.argument("links", nargs=-1, required=True, metavar="LINK...")
@global_options
def cancel(links: tuple[str, ...]) -> int:
    """Close links whose answer is not wanted any more; no late redirect makes a file of them.

    LINK is what `onboard status` calls it, or its reference. Asks no cloud: the Portal still takes the link, but access
    that somebody gives by it is then left to `reconciler adopt`. One wrong word, and all stay open.
    """
    from reconciler.cli.onboard_cancel import cancelled

    cancelled(links)
    return ExitCode.DONE


@command.command("status")
@format_options
@global_options
def status(format_: str, reports: tuple[str, ...]) -> int:
    """Tell where every link stands, and what our account sees but the user group does not. Reads only.

    A grant that no redirect told is found by listing. Reminders are due after 7 and 21 days, after 60 somebody else
    should ask. Exits with 4 while a link waits for somebody.
    """
    from reconciler.cli.onboard_state import standing
    from reconciler.report import onboard_status as report
    from reconciler.report.json_document import to_text

    parsed_reports(reports)
    found = standing()
    renders = {
        Format.TEXT: lambda: report.status_text(found, **screen()),
        Format.MARKDOWN: lambda: report.status_markdown(found),
        Format.JSON: lambda: to_text(report.status_document(found)),
    }
    emit(renders, format_=format_, reports=reports)
    return code_of(report.conditions_of(found))
