"""The `attest` command: a person's word that permissions were set in the Portal."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from reconciler.cli.fleet_files import load_valid
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import say
from reconciler.cli.wiring import Access, connected
from reconciler.errors import UsageProblemError
from reconciler.loading.select import select
from reconciler.model.attest import owners_of, permissions_digest
from reconciler.model.desired import Account, DesiredInstallation, Route
from reconciler.model.exit import ExitCode
from reconciler.model.observed import Breadth, ReadNeed
from reconciler.planning.attested import confirmed_by
from reconciler.store.attestations import new_attestation, write_attestation

_INITIALS = re.compile(r"[^\W_]{1,6}")


@click.command("attest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", required=True, metavar="INITIALS", help="Who saw it; initials, no address.")
@click.option(
    "--evidence", default="checked in the Portal", show_default=True, metavar="TEXT", help="What was seen and where."
)
@click.option("--accepted", is_flag=True, help="The Portal also shows that the owners have accepted.")
@global_options
def command(
    file: Path,
    by: str,
    evidence: str,
    accepted: bool,  # noqa: FBT001  click hands flags over as booleans
) -> int:
    """Confirm that the permissions in FILE, its chargers' too, were set in the Portal, where no call can read them.

    It says in words what it confirms. That the owners have accepted is a word of its own. That our own group is gone is
    never confirmed while our account sees the installation: that is seen, not said.

    Writes fleet/attestations/<installation id>.yaml, valid for 180 days or until the permissions in the file change.
    """
    _, desired = load_valid()
    _check_initials(by)
    found = select(desired, selectors=[str(file)], exclude=()).installations
    if len(found) != 1:
        raise UsageProblemError(
            f"{file} names {len(found)} installations, and a person's word is about one",
            where="attest",
            remedy=f"give one file, for instance {found[0].file}",
        )
    site = found[0]
    if site.permissions is None and not site.charger_permissions:
        raise UsageProblemError(
            "this file declares no permissions, so there is nothing to confirm",
            where=str(file),
            remedy="declare `permissions:` first, or leave it unattested",
        )
    if accepted and not owners_of(site):
        raise UsageProblemError(
            "this file names no person as owner, so nobody can have accepted",
            where="--accepted",
            remedy="name the owner under `permissions.entries` first, or leave --accepted out",
        )
    if accepted:
        _check_not_read_otherwise(site, desired.account(site.account))
    attestation = new_attestation(
        site.id,
        permissions_digest(site),
        by=by,
        evidence=evidence,
        today=datetime.now().astimezone().date(),
    )
    attestation = replace(attestation, accepted=accepted)
    said = confirmed_by(attestation, site, own_group=desired.account(site.account).own_principal)
    path = write_attestation(current_globals().fleet, attestation, said=said)
    for line in said:
        say(line)
    say(f"written: {path}; commit it")
    return ExitCode.DONE


def _check_not_read_otherwise(site: DesiredInstallation, account: Account) -> None:
    """Where our account reads who has accepted, nobody's word stands against that; what it cannot read, people know.

    Raises:
        UsageProblemError: An owner has not accepted.
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    if account.route_for("permissions") is Route.PORTAL:
        return
    need = ReadNeed(account=account.name, installation_id=site.id, permissions=True)
    with connected([account], access=Access.READ_ONLY) as connections:
        seen = connections.observers[account.name].observe([need], breadth=Breadth.SITES)
    found = seen.installation(site.id, account.name)
    if found is None or not isinstance(found.permissions, tuple):
        return
    accepted = {one.principal for one in found.permissions if one.accepted}
    nameless = any(one.principal.startswith("user-id:") for one in found.permissions)
    known = {one.principal for one in found.permissions} if nameless else set(owners_of(site))
    if missing := sorted((set(owners_of(site)) & known) - accepted):
        raise UsageProblemError(
            f"our account reads that {', '.join(missing)} has not accepted, so nothing was written",
            where="--accepted",
            remedy="see `reconciler handover status`; where our account can read it, no word is needed",
        )


def _check_initials(by: str) -> None:
    """Names of people do not belong into git.

    Raises:
        UsageProblemError: It is longer than initials, or holds something else.
    """
    if not _INITIALS.fullmatch(by):
        raise UsageProblemError(
            "these are no initials", where="--by", remedy="give up to six letters or digits, for instance KL"
        )
