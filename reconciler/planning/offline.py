"""Plans from a snapshot: the same changes as a plan from the live cloud of that moment, and what cannot be told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from reconciler.model.desired import DesiredFleet, DesiredInstallation
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import Plan, UnreadableItem, UnverifiableItem
from reconciler.model.plan_origin import SnapshotReference
from reconciler.model.ports import Origins
from reconciler.model.settings import Kind, Scope, setting, settings_of
from reconciler.model.snapshot import Snapshot
from reconciler.model.value import SECRET_SET, Reason, Unreadable, Value
from reconciler.planning.inspect import is_quiet
from reconciler.planning.lookup import Lookup
from reconciler.planning.make import Policy, make_plan
from reconciler.planning.reads import as_asked_for, needs_of
from reconciler.planning.site import MODE, installation_target
from reconciler.planning.sorting import by_target
from reconciler.planning.wanted import wanted_of

_SECRETS = frozenset(row.name for row in settings_of(Scope.INSTALLATION) if row.kind is Kind.SECRET)
NOT_COMPARABLE = "a secret is not comparable offline; the snapshot tells only that one is set"


def policy_of(snapshot: Snapshot, *, now: datetime, tool_version: str, accepted: Iterable[str]) -> Policy:
    """What the plan of that moment depended on, at the time of this one; a world may be ahead of the clock here."""
    return Policy(
        now=max(now, snapshot.taken_at),
        tool_version=tool_version,
        people_known=snapshot.people_known,
        accepted=frozenset(accepted),
        queued=snapshot.queued,
        switch_waits=snapshot.switch_waits,
    )


def plan_from(desired: DesiredFleet, snapshot: Snapshot, policy: Policy, origins: Origins) -> Plan:
    """The plan that the live cloud would have given then; it sees nothing that it would not have asked for."""
    needs = needs_of(desired)
    return make_plan(desired, as_asked_for(snapshot.observed, needs), policy, origins, needs=needs)


def plan_offline(desired: DesiredFleet, snapshot: Snapshot, policy: Policy, origins: Origins) -> Plan:
    """The same plan with where it comes from, and with what nobody can tell without the live cloud.

    Most of a fleet is as its files say. Such installations are told at once, so that nothing of them need be hidden
    from the plan, and nobody counts what reading them would take.
    """
    lookup = Lookup(desired=desired, observed=snapshot.observed, policy=policy, origins=origins)
    loud = tuple(site for site in desired.installations if not is_quiet(site, lookup))
    needs = needs_of(replace(desired, installations=loud))
    quiet = {(site.account, site.id) for site in desired.installations} - {(site.account, site.id) for site in loud}
    observed = as_asked_for(snapshot.observed, needs, but=quiet)
    plan = make_plan(desired, observed, policy, origins, needs=needs, quiet=quiet)
    return replace(
        plan,
        requests=replace(plan.requests, read=0, read_floor=0),
        unreadable=by_target(_told_right(item, snapshot) for item in plan.unreadable),
        unverifiable=by_target((*plan.unverifiable, *_secrets(plan, lookup))),
        snapshot=SnapshotReference(taken_at=snapshot.taken_at, digest=snapshot.digest, selection=snapshot.selection),
    )


def _told_right(item: UnreadableItem, snapshot: Snapshot) -> UnreadableItem:
    """What the snapshot leaves out may well be visible."""
    if item.unreadable.reason is not Reason.NOT_VISIBLE:
        return item
    account = item.target.account
    if account not in {one.name for one in snapshot.accounts}:
        detail = f"the snapshot does not hold account {account}"
    elif snapshot.selection is not None and snapshot.shard is None:
        detail = "the snapshot holds only a selection without this installation"
    else:
        return item
    return replace(item, unreadable=Unreadable(reason=Reason.NOT_READ, detail=detail))


def _secrets(plan: Plan, lookup: Lookup) -> Iterable[UnverifiableItem]:
    """Declared secrets where one is set already and nothing changes: it may be another one."""
    changed = {(change.target, change.setting) for change in plan.changes}
    today = lookup.policy.now.date()
    for site in lookup.desired.installations:
        observed = lookup.installations.get((site.account, site.id))
        if observed is None or not _has_secret(site.settings):
            continue
        target = installation_target(site)
        wanted = wanted_of(site, lookup.deviations.get(site.id, ()), today=today).installation
        for name in sorted(wanted):
            if _is_set(name, observed, site) and (target, name) not in changed:
                yield UnverifiableItem(target=target, installation_name=site.name, setting=name, reason=NOT_COMPARABLE)


@lru_cache(maxsize=4096)
def _has_secret(settings: tuple[tuple[str, Value], ...]) -> bool:
    """Asked once for all installations that want the same."""
    return any(name in _SECRETS for name, _ in settings)


def _is_set(name: str, observed: ObservedInstallation, site: DesiredInstallation) -> bool:
    row = setting(Scope.INSTALLATION, name)
    if name not in _SECRETS or observed.get(name) != SECRET_SET:
        return False
    mode = site.get(MODE) or observed.get(MODE)
    return row.only_in_mode in (None, mode)
