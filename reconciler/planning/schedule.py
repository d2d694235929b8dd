"""Turns the findings of one installation into steps, pending and waiting items, or refusals."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from reconciler.model.change import Change, Target
from reconciler.model.desired import DesiredInstallation, RemovalGate
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import Gate, PendingItem, Refusal, Step, WaitingItem
from reconciler.model.settings import Scope
from reconciler.model.value import Absent
from reconciler.planning.access import Removal, by_principal, is_group, named_owners, owners_after, owners_have
from reconciler.planning.findings import Findings
from reconciler.planning.guards import site_refusals, with_wishes
from reconciler.planning.guards_access import verdicts
from reconciler.planning.guards_switch import busy_chargers, gives_up_at, moment, waits_since
from reconciler.planning.lookup import Lookup
from reconciler.planning.normalise import means_the_same
from reconciler.planning.order import in_safe_order, needed_by
from reconciler.planning.site import Site
from reconciler.planning.steps import drafts_of
from reconciler.planning.wanted import PERMISSIONS
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What can be done at one installation, in order, and what cannot be done yet or at all."""

    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    pending: tuple[PendingItem, ...] = ()
    waiting: tuple[WaitingItem, ...] = ()


NOTHING = Schedule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a change waits for a device, since when, and until when."""

    reason: str
    since: datetime | None = None
    chargers: tuple[tuple[str, str], ...] = ()


def schedule(
    desired: DesiredInstallation, observed: ObservedInstallation, findings: Findings, *, lookup: Lookup
) -> Schedule:
    """Order the changes of one installation and take out what must wait or is refused."""
    if not findings.changes:
        return NOTHING
    site = Site(
        desired=desired,
        observed=observed,
        changes=findings.changes,
        limits=lookup.desired.limits,
        policy=lookup.policy,
        own_group=lookup.accounts[desired.account].own_principal,
    )
    access = verdicts(site)
    refusals = site_refusals(site)
    waiting = tuple(_waits_for_owner(site, one) for one, (kind, _) in access.items() if kind is Removal.WAITING)
    steps = _all_steps(site, findings.gates, access)
    later = frozenset(_held_by_person(steps, site, access))
    blind = _left_blindly(site, findings, steps) - later
    later |= blind
    holds = _holds(site)
    held = _held_changes(steps, holds)
    pending = tuple(item for change in site.changes if change.id in held for item in _pending(change, holds))
    pending += tuple(_waits_for_sight(change) for step in steps if step.id in blind for change in _of(step, site))
    if refusals:
        return Schedule(refusals=with_wishes(refusals, site.changes), pending=pending, waiting=waiting)
    gone = {step.id for step in steps if not held.isdisjoint(step.change_ids)} | later
    kept = tuple(step for step in steps if step.id not in gone)
    ids = {change_id for step in kept for change_id in step.change_ids}
    return Schedule(
        changes=tuple(change for change in site.changes if change.id in ids),
        steps=kept,
        pending=pending,
        waiting=waiting,
    )


def _all_steps(
    site: Site, gates: Mapping[str, RemovalGate], access: Mapping[str, tuple[Removal, int]]
) -> tuple[Step, ...]:
    declared = {one for one, gate in gates.items() if gate is RemovalGate.OWNER_ACCEPTED}
    unread = declared if not isinstance(site.observed.permissions, tuple) else set()
    gated = {one for one, (kind, _) in access.items() if kind in (Removal.GATED, Removal.WAITING)} | unread
    steps = in_safe_order(drafts_of(site, dict.fromkeys(gated, Gate.OWNER_ACCEPTED)), site)
    owners = tuple(sorted(_named(site)))
    return tuple(replace(one, owners=owners) if one.gate is Gate.OWNER_ACCEPTED else one for one in steps)


def _named(site: Site) -> frozenset[str]:
    return named_owners(None if site.desired is None else site.desired.permissions)


def _held_by_person(steps: Iterable[Step], site: Site, access: Mapping[str, tuple[Removal, int]]) -> Iterable[str]:
    """Steps that take access away and wait for an invitation sent earlier; they are reported, not planned."""
    principals = {one.id: one.target.principal or "" for one in site.of(Scope.PRINCIPAL, PERMISSIONS)}
    for step in steps:
        kinds = [access.get(principals.get(one, ""), (None, 0))[0] for one in step.change_ids]
        if Removal.WAITING in kinds:
            yield step.id


def _left_blindly(site: Site, findings: Findings, steps: Iterable[Step]) -> frozenset[str]:
    """Steps by which a group hands over that may be our own, while something there could not be read.

    Nobody could finish that afterwards.
    """
    if not findings.unreadable:
        return frozenset()
    gated = (step for step in steps if step.gate is Gate.OWNER_ACCEPTED)
    return frozenset(step.id for step in gated if any(is_group(one.target.principal or "") for one in _of(step, site)))


def _of(step: Step, site: Site) -> list[Change]:
    return [change for change in site.changes if change.id in step.change_ids]


def _waits_for_sight(change: Change) -> PendingItem:
    reason = "keeps its access until everything that the file wants here could be read"
    return _item(change, change.target, reason, None)


def _waits_for_owner(site: Site, principal: str) -> WaitingItem:
    observed = site.observed
    return WaitingItem(
        target=Target(account=observed.account, installation_id=observed.id, principal=principal),
        installation_name=site.changes[0].installation_name,
        setting=PERMISSIONS,
        reason=f"loses access once {_whoever_is_missing(site)} accepted",
        since=_oldest_invitation(observed),
    )


def _whoever_is_missing(site: Site) -> str:
    observed = site.observed.permissions if isinstance(site.observed.permissions, tuple) else ()
    return owners_have(owners_after(by_principal(observed), site.changes, named=_named(site)).missing)


def _oldest_invitation(observed: ObservedInstallation) -> datetime | None:
    permissions = observed.permissions if isinstance(observed.permissions, tuple) else ()
    times = [one.invited_at for one in permissions if not one.accepted and one.invited_at is not None]
    return min(times, default=None)


def _holds(site: Site) -> Mapping[str, Hold]:
    """Changes that wait for a device: sent to a charger that is still offline, or a mode that needs idle ones."""
    holds = {}
    for change in site.changes:
        queued = site.queue.get((change.target.charger or "", change.setting))
        if queued is not None and means_the_same(change.row, queued.value, change.after):
            holds[change.id] = Hold(reason="sent, the charger is still offline", since=queued.at)
    switch = site.mode_switch
    waits = site.desired is not None and site.desired.switch is not None
    if switch is not None and waits and (busy := busy_chargers(site)):
        holds[switch.id] = Hold(reason=_patience(site), since=waits_since(site), chargers=busy)
    return holds


def _patience(site: Site) -> str:
    """Since when and until when a switch of the mode waits; the hours count from the first apply that found it so."""
    since, until = waits_since(site), gives_up_at(site)
    if since is None or until is None:
        hours = site.desired.switch.give_up_after_h if site.desired and site.desired.switch else 0
        return f"gives up {hours} h after the first apply"
    verb = "gives up" if site.policy.now <= until else "gave up"
    return f"waits since {moment(since)}, {verb} at {moment(until)}"


def _held_changes(steps: tuple[Step, ...], holds: Mapping[str, Hold]) -> frozenset[str]:
    """Held changes, whatever shares a request with them, and whatever must come after them."""
    first = frozenset(step.id for step in steps if any(one in holds for one in step.change_ids))
    reached = needed_by(steps, first)
    return frozenset(one for step in steps if step.id in reached for one in step.change_ids)


def _pending(change: Change, holds: Mapping[str, Hold]) -> Iterable[PendingItem]:
    hold = holds.get(change.id, Hold(reason="goes with or after something that is pending"))
    target = change.target
    if not hold.chargers:
        yield _item(change, target, hold.reason, hold.since)
    for serial, why in hold.chargers:
        at = Target(account=target.account, installation_id=target.installation_id, charger=serial)
        yield _item(change, at, f"the mode switches when idle; {serial} {why}; {hold.reason}", hold.since)


def _item(change: Change, target: Target, reason: str, since: datetime | None) -> PendingItem:
    return PendingItem(
        target=target,
        installation_name=change.installation_name,
        setting=change.setting,
        before=change.before,
        after=None if isinstance(change.after, Absent) else change.after,
        reason=reason,
        since=since,
    )
