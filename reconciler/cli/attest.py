"""The `attest` command: a person's word that permissions were set in the Portal."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.departing import keep_look
from reconciler.cli.fleet_files import load_valid
from reconciler.cli.options import current_globals, global_options
from reconciler.cli.output import say
from reconciler.cli.planning import policy_at
from reconciler.cli.wiring import Access, Connections, connected
from reconciler.errors import CloudError, UsageProblemError
from reconciler.loading.load import LoadedFleet
from reconciler.loading.select import select
from reconciler.model.attest import owners_of, permissions_digest
from reconciler.model.desired import Account, Cloud, DesiredFleet, DesiredInstallation, Route
from reconciler.model.exit import ExitCode
from reconciler.model.observed import ObservedInstallation
from reconciler.planning.attested import confirmed_by, ours_of
from reconciler.planning.gone import is_gone
from reconciler.planning.sightings import missing_owners
from reconciler.records import dataclass
from reconciler.store.attestations import new_attestation, write_attestation
from reconciler.store.sightings import unbind_word
from reconciler.workflows.handover_end import look

_INITIALS = re.compile(r"[^\W_]{1,6}")


@click.command("attest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", required=True, metavar="INITIALS", help="Who saw it; initials, no address.")
@click.option(
    "--evidence", default="checked in the Portal", show_default=True, metavar="TEXT", help="What was seen and where."
)
@click.option("--accepted", is_flag=True, help="The Portal also shows that the owners have accepted.")
@click.option(
    "--left",
    is_flag=True,
    help="Our account sees it no more: the owners have accepted, the settings are as in the file, our group is out.",
)
@global_options
def command(
    file: Path,
    by: str,
    evidence: str,
    accepted: bool,  # noqa: FBT001  click hands flags over as booleans
    left: bool,  # noqa: FBT001  as above
) -> int:
    """Confirm that the permissions in FILE, its chargers' too, were set in the Portal, where no call can read them.

    It says in words what it confirms. That the owners have accepted is a word of its own, and so is how a hand-over
    ended that nobody saw end. That our own group is gone is never confirmed while our account sees the installation.

    Writes fleet/attestations/<installation id>.yaml, valid for 180 days or until the permissions in the file change.
    """
    loaded, desired = load_valid()
    _check_initials(by)
    site = _the_one(desired, file)
    account = desired.account(site.account)
    word = _Word(accepted=accepted or left, left=left)
    _check_sayable(site, account, word, file=file)
    attestation = new_attestation(
        site.id, permissions_digest(site), by=by, evidence=evidence, today=_looked(loaded, desired, site, word).date()
    )
    attestation = replace(attestation, accepted=word.accepted, left=word.left)
    said = confirmed_by(attestation, site, own_group=account.own_principal)
    path = write_attestation(current_globals().fleet, attestation, said=said)
    unbind_word(current_globals().root, site.id)
    for line in said:
        say(line)
    say(f"written: {path}; commit it")
    return ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What somebody says besides that the permissions were set."""

    accepted: bool
    left: bool


def _the_one(desired: DesiredFleet, file: Path) -> DesiredInstallation:
    """The installation of a file. Raises UsageProblemError for none or several."""
    found = select(desired, selectors=[str(file)], exclude=()).installations
    if len(found) != 1:
        raise UsageProblemError(
            f"{file} names {len(found)} installations, and a person's word is about one",
            where="attest",
            remedy=f"give one file, for instance {found[0].file}",
        )
    return found[0]


def _check_sayable(site: DesiredInstallation, account: Account, word: _Word, *, file: Path) -> None:
    """Raises UsageProblemError where the file does not say what the word would be about."""
    if site.permissions is None and not site.charger_permissions:
        raise UsageProblemError(
            "this file declares no permissions, so there is nothing to confirm",
            where=str(file),
            remedy="declare `permissions:` first, or leave it unattested",
        )
    if word.accepted and not owners_of(site):
        raise UsageProblemError(
            "this file names no person as owner, so nobody can have accepted",
            where="--left" if word.left else "--accepted",
            remedy="name the owner under `permissions.entries` first, or leave it out",
        )
    if word.left and not (site.permissions and ours_of(site.permissions, account.own_principal)):
        raise UsageProblemError(
            "this file does not take our own group away, so nothing has ended",
            where="--left",
            remedy="write our group under `permissions.absent`, or leave --left out",
        )


def _looked(loaded: LoadedFleet, desired: DesiredFleet, site: DesiredInstallation, word: _Word) -> datetime:
    """The cloud's time, once what our account reads speaks against nothing that is said.

    Where our account reads who has accepted, nobody's word stands against that, and while it sees the installation our
    access has not ended; what it cannot read, people know. What it reads of the settings is kept for the time after
    our access is gone; where nothing that it could read bears on the word, a look that fails is no reason against it.

    Raises:
        UsageProblemError: An owner has not accepted, or our account still sees the installation.
        CloudError: A login or a list failed, so nothing can be concluded.
    """
    account = desired.account(site.account)
    real = account.cloud is Cloud.ZAPTEC
    if real and not word.accepted:
        return datetime.now(UTC)  # nothing has to be asked
    try:
        with connected([account], access=Access.READ_ONLY) as connections:
            if word.accepted:
                _look(loaded, desired.only((site,), selection=site.file), word, connections)
            return connections.clock.now()
    except CloudError as error:
        if word.left or not real or account.route_for("permissions") is not Route.PORTAL:
            raise
        say(f"nobody looked at the settings ({error.what}); the next plan does")
        return datetime.now(UTC)


def _look(loaded: LoadedFleet, part: DesiredFleet, word: _Word, connections: Connections) -> None:
    (site,) = part.installations
    account = part.account(site.account)
    policy = policy_at(connections.clock.now(), connections, accepted=(), root=current_globals().root)
    looked = look(part, connections.observers, policy, loaded.origins)
    seen = looked.observed.installation(site.id, site.account)
    _check_as_read(site, seen, word)
    _check_before_the_end(site, account, seen, word)
    for one in keep_look(part, looked.observed, looked.plan, connections):
        if one.open:
            say(f"not as the file has it yet, which no word changes: {', '.join(one.open)}")


def _check_as_read(site: DesiredInstallation, seen: ObservedInstallation | None, word: _Word) -> None:
    """Raises UsageProblemError where what was read speaks against the word."""
    if word.left and not is_gone(seen):
        raise UsageProblemError(
            "our account still sees the installation, so nothing was written",
            where="--left",
            remedy="take our group out in the Portal first; before that, --accepted says that the owners have accepted",
        )
    permissions = () if seen is None or not isinstance(seen.permissions, tuple) else seen.permissions
    if permissions and (missing := missing_owners(site, permissions)):
        raise UsageProblemError(
            f"our account reads that {', '.join(missing)} has not accepted, so nothing was written",
            where="--accepted",
            remedy="see `reconciler handover status`; where our account can read it, no word is needed",
        )


def _check_before_the_end(
    site: DesiredInstallation, account: Account, seen: ObservedInstallation | None, word: _Word
) -> None:
    """Raises UsageProblemError where acceptance alone would be said of a hand-over that has ended: was it before?"""
    if word.left or site.permissions is None or not ours_of(site.permissions, account.own_principal):
        return
    if is_gone(seen):
        raise UsageProblemError(
            "our account does not see the installation any more, so this word comes too late and nothing was written",
            where="--accepted",
            remedy="ask the owner, who alone can see it; --left says that all is well there, acceptance included",
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
