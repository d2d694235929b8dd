"""Guards about switching the authentication mode, and about rights that the account needs."""

from collections.abc import Iterable

from reconciler.model.change import Change
from reconciler.model.desired import Route
from reconciler.model.observed import ObservedCharger, OperatingMode
from reconciler.model.settings import Scope
from reconciler.model.words import counted
from reconciler.planning.access import gains_owner, is_group, loses_owner
from reconciler.planning.guard import Objection, some
from reconciler.planning.site import Site, enters_native

OWNER_BIT, SERVICE_BIT = 2, 4
NO_NATIVE_OCPP = ("ZCS", "ZCH")
"""Serials of Pro chargers that cannot do native OCPP (Zaptec's configuration guide, read 2026-05)."""
FIRST_NATIVE_PRO = "ZPR080000"


def why_not_idle(charger: ObservedCharger) -> str | None:
    """Why the mode may not be switched under this charger now; None when it is online and without a car."""
    if charger.online is False:
        return "is offline"
    match charger.mode:
        case OperatingMode.DISCONNECTED if charger.online:
            return None
        case OperatingMode.CHARGING:
            return "is charging"
        case OperatingMode.REQUESTING:
            return "has a car waiting to charge"
        case OperatingMode.FINISHED:
            return "still has a car plugged in"
        case _:
            return "does not say what it is doing"


def switch_while_busy(site: Site) -> Iterable[Objection]:
    """A mode switches only while every charger is online and idle; with `switch: {when: idle}` it waits instead."""
    waits = site.desired is not None and site.desired.switch is not None
    if site.mode_switch is None or waits:
        return
    for charger in sorted(site.observed.chargers, key=lambda one: one.serial):
        why = why_not_idle(charger)
        if why is not None:
            yield Objection(
                measured=why,
                limit="online and idle",
                message=f"the authentication mode would switch while {charger.serial} {why}",
                remedy="write `switch: {when: idle}` to wait for it",
                charger=charger.serial,
            )


def native_unsupported(site: Site) -> Iterable[Objection]:
    """Older Pro chargers cannot do native OCPP."""
    if not enters_native(site):
        return
    for serial in sorted(site.chargers):
        too_old = serial.startswith("ZPR") and serial < FIRST_NATIVE_PRO
        if too_old or serial.startswith(NO_NATIVE_OCPP):
            yield Objection(
                measured=serial,
                limit=f"{FIRST_NATIVE_PRO} or later",
                message=f"{serial} cannot do native OCPP",
                remedy="use ocppCloud for this installation, or replace the charger",
                charger=serial,
            )


def native_not_allowed(site: Site) -> Iterable[Objection]:
    """Only a user group with that service level may switch to native OCPP."""
    if enters_native(site) and site.observed.native_allowed is False:
        yield Objection(
            measured="no user group with Allow OCPP 1.6J",
            limit="one",
            message="no user group with access here may switch to OCPP 1.6J",
            remedy="ask Zaptec to allow OCPP 1.6J for the user group, and give that group access",
        )


def shared_installation(site: Site) -> Iterable[Objection]:
    """Authentication and ownership hold for every charger of a site, also for those of somebody else."""
    if site.desired is None:
        return
    listed = {charger.serial for charger in site.desired.chargers}
    foreign = sorted(serial for serial in site.chargers if serial not in listed)
    reasons = [change for change in site.changes if change == site.mode_switch or _hands_over(change)]
    if foreign and reasons:
        what = "the authentication mode" if site.mode_switch in reasons else "the ownership"
        yield Objection(
            measured=f"{counted(len(foreign), 'charger')} not in the file: {some(foreign)}",
            limit="none",
            message=f"changing {what} also hits {counted(len(foreign), 'charger')} that the file does not list",
            remedy="list them if they are meant, or let Zaptec split the installation",
        )


def _hands_over(change: Change) -> bool:
    person = not is_group(change.target.principal or "")
    return change.target.scope is Scope.PRINCIPAL and (loses_owner(change) or (person and gains_owner(change)))


def power_managed(site: Site) -> Iterable[Objection]:
    """With automatic power management the cloud refuses every update of the installation."""
    if site.observed.power_managed and site.of(Scope.INSTALLATION, "maxCurrent"):
        yield Objection(
            measured="automatic power management is on",
            limit="off",
            message="the cloud refuses installation updates while automatic power management (APM) is on",
            remedy="turn it off in the Portal, or take the setting out of the file",
        )


def role_missing(site: Site) -> Iterable[Objection]:
    """What our account may not change is not even tried."""
    seen: set[tuple[str | None, str]] = set()
    for change in site.changes:
        needed, role = _needed_role(change)
        roles = _roles_at(site, change)
        key = (change.target.charger, role)
        if change.route is Route.PORTAL or roles is None or roles & needed or key in seen:
            continue
        seen.add(key)
        yield Objection(
            measured=_role_words(roles),
            limit=role,
            message=f"{change.target.charger or 'the installation'}: {change.row.label.lower()} needs {role}, the "
            f"account has {_role_words(roles)}",
            remedy=f"give the account's user group the role {role}",
            charger=change.target.charger,
        )


def _needed_role(change: Change) -> tuple[int, str]:
    if change.target.scope is Scope.INSTALLATION and change.setting == "maxCurrent":
        return SERVICE_BIT, "Service"
    return OWNER_BIT | SERVICE_BIT, "Owner or Service"


def _roles_at(site: Site, change: Change) -> int | None:
    charger = site.chargers.get(change.target.charger or "")
    own = None if charger is None else charger.roles
    return site.observed.roles if own is None else own


def _role_words(roles: int) -> str:
    words = [word for bit, word in ((1, "User"), (OWNER_BIT, "Owner"), (SERVICE_BIT, "Service")) if roles & bit]
    return " + ".join(words) or "no role"
