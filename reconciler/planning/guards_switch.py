"""Guards about switching the authentication mode: when, for whom, and what is lost with it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from reconciler.model.change import Change
from reconciler.model.observed import ObservedCharger, OperatingMode
from reconciler.model.settings import Scope
from reconciler.model.words import after, before, counted
from reconciler.planning.access import gains_owner, is_group, loses_owner
from reconciler.planning.guard import Objection, some
from reconciler.planning.site import MODE, NATIVE, OCPP_CLOUD, URL_VERSION, Site

HOUSING_SEGMENTS = frozenset({"apartments", "co-op", "condominium", "coop", "housing"})
"""Values of the label `segment` that mean: residents pay for what each of them charged."""


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


def switch_gave_up(site: Site) -> Iterable[Objection]:
    """A mode that waits for idle chargers does so until `giveUpAfterHours`, counted from the first apply."""
    deadline = gives_up_at(site)
    since = waits_since(site)
    busy = busy_chargers(site)
    if deadline is None or since is None or not busy or site.policy.now <= deadline:
        return
    hours = (site.policy.now - since).total_seconds() / 3600
    limit = site.desired.switch.give_up_after_h if site.desired and site.desired.switch else 0
    serials = [serial for serial, _ in busy]
    yield Objection(
        measured=f"{hours:.0f} h",
        limit=f"{limit} h",
        message=f"the authentication mode has waited since {moment(since)} for {some(serials)}, which "
        f"{busy[0][1] if len(busy) == 1 else 'are not idle'}",
        remedy=f"write switch.giveUpAfterHours above {hours:.0f} to wait on, once {some(serials)} can become idle",
    )


def busy_chargers(site: Site) -> tuple[tuple[str, str], ...]:
    """Serial and reason of every charger under which the mode may not be switched now."""
    found = ((one.serial, why_not_idle(one)) for one in site.observed.chargers)
    return tuple(sorted((serial, why) for serial, why in found if why is not None))


def waits_since(site: Site) -> datetime | None:
    """Since when applies have found the wanted switch of the mode waiting; None when none has yet."""
    switch = site.mode_switch
    here = (site.observed.account, site.observed.id, switch.after if switch is not None else None)
    waits = [one.since for one in site.policy.switch_waits if (one.account, one.installation_id, one.mode) == here]
    return min(waits, default=None)


def gives_up_at(site: Site) -> datetime | None:
    """Until when the mode waits for idle chargers; None when no apply has found it waiting."""
    since = waits_since(site)
    if since is None or site.desired is None or site.desired.switch is None:
        return None
    return since + timedelta(hours=site.desired.switch.give_up_after_h)


def moment(at: datetime) -> str:
    """`2026-01-15 06:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def lose_user_reports(site: Site) -> Iterable[Objection]:
    """Leaving Zaptec's own authentication in housing ends the reports per resident that bills are made from."""
    switch = site.mode_switch
    segment = dict(site.desired.labels).get("segment", "") if site.desired is not None else ""
    if switch is None or switch.before != NATIVE or segment.casefold() not in HOUSING_SEGMENTS:
        return
    yield Objection(
        measured=f"segment {segment}, {counted(len(site.chargers), 'charger')}",
        limit="no change of authentication",
        message=f"authentication would go from {before(switch)} to {after(switch)}, and from then on reports name "
        "chargers instead of residents",
        remedy="export the report of the running period first and switch at its end; then let whoever bills agree",
    )


def changes_identities(site: Site) -> Iterable[Objection]:
    """Another URL version in OCPP 1.6J Cloud changes the identity under which the backend knows each charger."""
    if site.mode_switch is not None or site.observed.get(MODE) != OCPP_CLOUD:
        return
    for change in site.of(Scope.INSTALLATION, URL_VERSION):
        yield Objection(
            measured=counted(len(site.chargers), "charger"),
            limit="none",
            message=f"the URL version would go from {before(change)} to {after(change)}, so the backend sees "
            f"{counted(len(site.chargers), 'charger')} under another identity",
            remedy="have the backend register the new identities first; it then confirms, and you acknowledge",
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
