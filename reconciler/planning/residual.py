"""The rest of a plan: what was not done, as a plan of its own."""

from dataclasses import replace
from datetime import datetime

from reconciler.model.desired import Route
from reconciler.model.plan import FormerValue, GuardScope, Plan, Refusal, Step
from reconciler.planning.make import VALID_FOR
from reconciler.planning.sorting import Item, by_target

Places = frozenset[tuple[str | None, str | None]]
"""Accounts and ids of installations."""


def residual_plan(plan: Plan, change_ids: frozenset[str], *, now: datetime) -> Plan:
    """Only those changes, in the same order, and only what the plan says about their installations and accounts.

    Coverage and the requests for reading stay those of the whole plan: they tell what was compared to make it, and a
    residual plan compares nothing anew. A refusal of the whole run stays as well; look again (`fleet_refusals`) with
    the limits of the moment in which the rest is applied.

    What is left out must be done, or not be needed: a step that waited for a step that is gone waits for whatever that
    one waited for. Use `with_prerequisites` first when picking a part of a plan that has not run.
    """
    steps = tuple(
        replace(step, change_ids=tuple(one for one in step.change_ids if one in change_ids)) for step in plan.steps
    )
    gone = {step.id: step for step in steps if not step.change_ids}
    kept = tuple(_shortened(step, gone) for step in steps if step.change_ids)
    changes = tuple(change for change in plan.changes if change.id in change_ids)
    places = frozenset((change.target.account, change.target.installation_id) for change in changes)
    accounts = {account for account, _ in places}
    serials = {change.target.charger for change in changes}
    return replace(
        plan,
        created_at=now,
        valid_until=now + VALID_FOR,
        accounts=tuple(one for one in plan.accounts if one.name in accounts),
        requests=replace(plan.requests, write=sum(step.route is not Route.PORTAL for step in kept)),
        changes=changes,
        steps=kept,
        refusals=tuple(one for one in plan.refusals if _is_about(one, places)),
        pending=_there(plan.pending, places),
        waiting=_there(plan.waiting, places),
        unreadable=_there(plan.unreadable, places),
        unverifiable=_there(plan.unverifiable, places),
        warnings=_there(plan.warnings, places),
        sites=tuple(one for one in plan.sites if (one.account, one.installation_id) in places),
        circuits=tuple(pair for pair in plan.circuits if pair[0] in serials),
        former=tuple(one for one in plan.former if (one.target.account, one.target.installation_id) in places),
        owed=tuple(one for one in plan.owed if (one.target.account, one.target.installation_id) in places),
        shard=None,
    )


def joined(one: Plan | None, other: Plan | None) -> Plan | None:
    """Two plans of different settings as one.

    What is said about the whole run comes from the first, and so does what is said about an installation that both
    change.
    """
    if one is None or other is None:
        return one or other
    known = {(change.target.account, change.target.installation_id) for change in one.changes}
    new = frozenset((change.target.account, change.target.installation_id) for change in other.changes) - known
    changes = sorted((*one.changes, *other.changes), key=lambda change: (change.target.sort_key, change.setting))
    accounts = {account.name: account for account in (*other.accounts, *one.accounts)}
    sites = {(site.account, site.installation_id): site for site in (*other.sites, *one.sites)}
    return replace(
        one,
        accounts=tuple(accounts[name] for name in sorted(accounts)),
        requests=replace(one.requests, write=one.requests.write + other.requests.write),
        changes=tuple(changes),
        steps=(*one.steps, *other.steps),
        refusals=(*one.refusals, *(item for item in other.refusals if (item.account, item.installation_id) in new)),
        pending=by_target((*one.pending, *_there(other.pending, new))),
        waiting=by_target((*one.waiting, *_there(other.waiting, new))),
        unreadable=by_target((*one.unreadable, *_there(other.unreadable, new))),
        unverifiable=by_target((*one.unverifiable, *_there(other.unverifiable, new))),
        warnings=by_target((*one.warnings, *_there(other.warnings, new))),
        former=_with_former(one, other, new),
        sites=tuple(sites[place] for place in sorted(sites)),
        circuits=tuple(sorted({*one.circuits, *other.circuits})),
    )


def _with_former(one: Plan, other: Plan, new: Places) -> tuple[FormerValue, ...]:
    added = (item for item in other.former if (item.target.account, item.target.installation_id) in new)
    return tuple(sorted((*one.former, *added), key=lambda item: (item.target.sort_key, item.setting)))


def _is_about(refusal: Refusal, places: Places) -> bool:
    return refusal.scope is GuardScope.FLEET or (refusal.account, refusal.installation_id) in places


def _there(items: tuple[Item, ...], places: Places) -> tuple[Item, ...]:
    return tuple(one for one in items if (one.target.account, one.target.installation_id) in places)


def with_prerequisites(plan: Plan, change_ids: frozenset[str]) -> frozenset[str]:
    """Those changes and all that must come before them, so that a part of a plan is as safe as the whole."""
    wanted = set(change_ids)
    needed: set[str] = set()
    for step in reversed(plan.steps):
        if step.id in needed or not wanted.isdisjoint(step.change_ids):
            wanted.update(step.change_ids if step.id in needed else ())
            needed.update(step.after)
    return frozenset(wanted)


def _shortened(step: Step, gone: dict[str, Step]) -> Step:
    after = _after(step, gone)
    return replace(step, after=after, because=step.because if after else ())


def _after(step: Step, gone: dict[str, Step]) -> tuple[str, ...]:
    """Steps still to wait for, looking through those that are gone."""
    found: set[str] = set()
    todo, seen = list(step.after), set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in gone:
            todo.extend(gone[one].after)
        else:
            found.add(one)
    return tuple(sorted(found))
