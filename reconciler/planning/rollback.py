"""The way back from a plan: an ordinary plan with the former values as wishes, and what stays lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from reconciler.model.change import Change, plain
from reconciler.model.desired import (
    DesiredCharger,
    DesiredFleet,
    DesiredInstallation,
    DesiredPermission,
    DesiredPermissions,
    DesiredRemoval,
    RemovalGate,
    Route,
)
from reconciler.model.digest import digest_of
from reconciler.model.observed import ObservedCharger, ObservedInstallation
from reconciler.model.plan import Counts, Coverage, DesiredReference, FormerValue, Plan, Requests, Rollback, Step
from reconciler.model.value import Absent, Value
from reconciler.planning.access import gates_of
from reconciler.planning.guards import fleet_refusals
from reconciler.planning.inverse import Inverse, inverse_of
from reconciler.planning.make import VALID_FOR
from reconciler.planning.order import in_safe_order
from reconciler.planning.policy import Policy
from reconciler.planning.site import Site
from reconciler.planning.sorting import by_target
from reconciler.planning.steps import drafts_of

LIMIT = "maxCurrent"

Place = tuple[str, str]
"""Account and installation id."""


def rollback_plan(plan: Plan, desired: DesiredFleet, *, run_id: str, now: datetime) -> Plan:
    """The plan that takes another one back, wherever that is possible; it names what is not.

    Its changes expect what the other plan wishes for and wish for what that one saw, so a change that was never made is
    found as it should be. Steps are in safe order again: turning the old order round would not be one.

    Args:
        plan: About to be applied.
        desired: The files, for accounts and limits.
        run_id: The run that is taken back.
        now: When it is made.
    """
    inverses = _inverses(plan, desired)
    changes = tuple(chain.from_iterable(one.changes for one in inverses))
    policy = Policy(now=now, tool_version=plan.tool_version)
    chargers = _chargers(plan)
    steps = tuple(
        chain.from_iterable(_steps(one.changes, desired, policy, chargers=chargers) for one in inverses if one.changes)
    )
    lost = sorted(chain.from_iterable(one.lost for one in inverses), key=lambda one: (one.target.sort_key, one.setting))
    former = chain.from_iterable(one.former for one in inverses)
    return Plan(
        tool_version=plan.tool_version,
        created_at=now,
        valid_until=now + VALID_FOR,
        accounts=plan.accounts,
        desired=_wishes(plan.desired, changes),
        selection=None,
        coverage=_coverage(changes),
        requests=Requests(read=0, write=sum(step.route is not Route.PORTAL for step in steps), read_floor=0),
        changes=changes,
        steps=steps,
        refusals=fleet_refusals(changes, desired.limits, policy=policy),
        warnings=by_target(chain.from_iterable(one.warnings for one in inverses)),
        former=tuple(sorted(former, key=lambda one: (one.target.sort_key, one.setting))),
        circuits=plan.circuits,
        rollback=Rollback(run_id=run_id, lost=tuple(lost)),
    )


def _place(change: Change) -> Place:
    return change.target.account, change.target.installation_id


def _inverses(plan: Plan, desired: DesiredFleet) -> tuple[Inverse, ...]:
    """Each touched installation turned round, in the order of plans."""
    changes: dict[Place, list[Change]] = {}
    for change in plan.changes:
        changes.setdefault(_place(change), []).append(change)
    former: dict[Place, list[FormerValue]] = {}
    for one in plan.former:
        former.setdefault((one.target.account, one.target.installation_id), []).append(one)
    return tuple(
        inverse_of(changes[place], former.get(place, ()), account=desired.account(place[0]))
        for place in sorted(changes)
    )


def _chargers(plan: Plan) -> dict[str, ObservedCharger]:
    """The chargers that a plan writes to, by serial, as far as it knows them."""
    serials = {change.id: change.target.charger for change in plan.changes}
    circuits = dict(plan.circuits)
    pairs = ((serials.get(one), step.target_id) for step in plan.steps for one in step.change_ids)
    return {
        serial: ObservedCharger(id=target_id, serial=serial, circuit_id=circuits.get(serial))
        for serial, target_id in pairs
        if serial is not None
    }


def _steps(
    changes: Sequence[Change], desired: DesiredFleet, policy: Policy, *, chargers: Mapping[str, ObservedCharger]
) -> tuple[Step, ...]:
    """The steps of one installation in safe order; a charger of unknown circuit may share it with every other."""
    target = changes[0].target
    serials = sorted({change.target.charger for change in changes if change.target.charger is not None})
    found = tuple(chargers.get(serial) or ObservedCharger(id=serial, serial=serial) for serial in serials)
    seen = ObservedInstallation(id=target.installation_id, account=target.account, chargers=found)
    site = Site(desired=None, observed=seen, changes=tuple(changes), limits=desired.limits, policy=policy)
    return in_safe_order(drafts_of(site, {}), site)


def _wishes(files: DesiredReference, changes: Iterable[Change]) -> DesiredReference:
    """The files that the plan was made from, with the digest of what the way back wishes for instead."""
    wishes = [[*change.target.sort_key, change.setting, plain(change.after)] for change in changes]
    return replace(files, digest=digest_of(wishes))


def _coverage(changes: Sequence[Change]) -> Coverage:
    """What the way back names; nothing was compared to make it."""
    sites = len({_place(change) for change in changes})
    chargers = len({change.target.charger for change in changes if change.target.charger is not None})
    return Coverage(installations=_counts(sites), chargers=_counts(chargers))


def _counts(number: int) -> Counts:
    return Counts(desired=number, compared=number, unreadable=0, unmanaged=0)


def as_wished(plan: Plan, desired: DesiredFleet) -> DesiredFleet:
    """The files with the wishes of a rollback in place of their own, cut to the installations that it names.

    Labels, acknowledgements, `switch` and the list of chargers stay as the files have them. Exceptions and attestations
    do not count: they are about what the files want. An installation without a file stays out, because such a one is
    never written.
    """
    by_place: dict[Place, list[Change]] = {}
    for change in plan.changes:
        by_place.setdefault(_place(change), []).append(change)
    sites = tuple(
        _wanting(site, by_place[site.account, site.id])
        for site in desired.installations
        if (site.account, site.id) in by_place
    )
    run_id = "" if plan.rollback is None else plan.rollback.run_id
    return replace(
        desired,
        digest=plan.desired.digest,
        installations=sites,
        deviations=(),
        attestations=(),
        selection=f"the way back from run {run_id}",
    )


def _wanting(site: DesiredInstallation, changes: Sequence[Change]) -> DesiredInstallation:
    own: dict[str, Value] = {}
    of_chargers: dict[str, dict[str, Value]] = {}
    access: dict[str | None, list[Change]] = {}
    for change in changes:
        if change.target.principal is not None:
            access.setdefault(change.target.charger, []).append(change)
        elif not isinstance(change.after, Absent):
            serial = change.target.charger
            (own if serial is None else of_chargers.setdefault(serial, {}))[change.setting] = change.after
    return replace(
        site,
        settings=tuple(sorted(own.items())),
        chargers=_wanting_chargers(site, of_chargers, access, below=LIMIT in own),
        permissions=_permissions(site.permissions, access[None]) if None in access else None,
    )


def _wanting_chargers(
    site: DesiredInstallation,
    wishes: Mapping[str, Mapping[str, Value]],
    access: Mapping[str | None, Sequence[Change]],
    *,
    below: bool,
) -> tuple[DesiredCharger, ...]:
    """All chargers of the file; where the installation's limit moves, what stands below it must be read as well."""
    files = {one.serial: one for one in site.chargers}
    found = []
    for serial in sorted(files.keys() | wishes.keys() | {serial for serial in access if serial is not None}):
        one = files.get(serial, DesiredCharger(serial=serial))
        limit = {name: value for name, value in one.settings if below and name == LIMIT}
        settings = tuple(sorted({**limit, **wishes.get(serial, {})}.items()))
        permissions = _permissions(one.permissions, access[serial]) if serial in access else None
        found.append(replace(one, settings=settings, permissions=permissions))
    return tuple(found)


def _permissions(file: DesiredPermissions | None, changes: Sequence[Change]) -> DesiredPermissions:
    """Nobody else is touched, whatever the file says about people that it does not list."""
    gates = {} if file is None else gates_of(file)
    entries, absent = [], []
    for change in sorted(changes, key=lambda one: one.sort_key):
        principal = change.target.principal or ""
        if isinstance(change.after, tuple):
            entries.append(DesiredPermission(principal=principal, roles=change.after))
        else:
            gate = gates.get(principal, RemovalGate.NOTHING)
            absent.append(DesiredRemoval(principal=principal, gate=gate))
    return DesiredPermissions(entries=tuple(entries), absent=tuple(absent))
