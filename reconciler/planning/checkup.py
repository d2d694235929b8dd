"""What `doctor` concludes from a clock and from the roles that the lists tell."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from reconciler.model.checkup import Health, Symptom
from reconciler.model.desired import Account, Cloud, DesiredInstallation
from reconciler.model.observed import ObservedFleet, ObservedInstallation
from reconciler.model.words import counted
from reconciler.planning.guards_account import OWNER_BIT, SERVICE_BIT

SKEW = timedelta(minutes=2)
"""Dates in files and attestations count in days; more than this means that the clock is not kept right."""
FASTEST = 9.8
_BOTH = OWNER_BIT | SERVICE_BIT


def clock_symptom(account: str, *, server: datetime | None, own: datetime) -> Symptom:
    """How far our clock is from the one of the server; `server` None when it does not tell the time."""
    subject = f"{account}: clock"
    if server is None:
        return Symptom(health=Health.NOTE, subject=subject, what="the server does not tell its time")
    skew = abs(server - own)
    if skew <= SKEW:
        return Symptom(health=Health.GOOD, subject=subject, what=f"{int(skew.total_seconds())} s from the server's")
    return Symptom(
        health=Health.BAD,
        subject=subject,
        what=f"{int(skew.total_seconds())} s from the server's",
        remedy="let the machine keep its time (NTP): end dates and ages would be wrong",
    )


def rate_symptom(account: Account, requests: int) -> Symptom:
    """The configured rate, and what the lists took."""
    what = f"{account.rate:g} requests per second; the lists took {counted(requests, 'request')}"
    if account.cloud is Cloud.ZAPTEC and account.rate > FASTEST:
        remedy = f"set rate to {FASTEST:g} or less; the cloud answers 429 above 10"
        return Symptom(health=Health.BAD, subject=f"{account.name}: rate", what=what, remedy=remedy)
    return Symptom(health=Health.GOOD, subject=f"{account.name}: rate", what=what)


def role_symptoms(sites: Iterable[DesiredInstallation], observed: ObservedFleet) -> Iterator[Symptom]:
    """Per installation of the files: what the account may write there. One line for all where nothing is missing."""
    fine = 0
    for site in sites:
        found = observed.installation(site.id, site.account)
        symptom = _roles_at(site, found)
        fine += symptom is None
        if symptom is not None:
            yield symptom
    if fine:
        what = f"enough at {counted(fine, 'installation')} to write everything that the files declare"
        yield Symptom(health=Health.GOOD, subject="roles", what=what)


def _roles_at(site: DesiredInstallation, found: ObservedInstallation | None) -> Symptom | None:
    subject = f"{site.account}: {site.name} ({site.id})"
    if found is None:
        return Symptom(
            health=Health.BAD,
            subject=subject,
            what="the account does not see it",
            remedy="ask the owner whether access was withdrawn, or check `account:` in the file",
        )
    if found.roles is None:
        return Symptom(health=Health.NOTE, subject=subject, what="the cloud does not tell our roles")
    lacking = [*_lacking(site, found)]
    if not lacking:
        return None
    return Symptom(
        health=Health.BAD,
        subject=subject,
        what=f"cannot write {', '.join(lacking)}",
        remedy="give the account's user group the role Service (or Owner where that is enough) in the Portal",
    )


def _lacking(site: DesiredInstallation, found: ObservedInstallation) -> Iterator[str]:
    """Settings that the file declares and the account's roles do not cover, in our words."""
    roles = found.roles or 0
    if site.get("maxCurrent") is not None and not roles & SERVICE_BIT:
        yield "the installation's maximum current (needs Service)"
    declared = [name for name, _ in site.settings if name != "maxCurrent"]
    if (declared or site.permissions is not None) and not roles & _BOTH:
        yield "authentication and permissions (need Owner or Service)"
    for wanted in site.chargers:
        charger = found.charger(wanted.serial)
        own = roles if charger is None or charger.roles is None else charger.roles
        if (wanted.settings or wanted.permissions is not None) and not own & _BOTH:
            yield f"{wanted.serial} (needs Owner or Service)"
