"""Files and cloud in, plan out: the whole core on one screen."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from reconciler.model.desired import DesiredFleet, Origin, Route
from reconciler.model.observed import ObservedFleet, ReadNeed
from reconciler.model.plan import DesiredReference, Plan, PlanAccount, Refusal, Requests, UnreadableItem
from reconciler.model.ports import Origins
from reconciler.planning.coverage import coverage_of
from reconciler.planning.findings import NOTHING as NOTHING_FOUND
from reconciler.planning.former import circuits_of, former_values
from reconciler.planning.guards import fleet_refusals, refusal_key
from reconciler.planning.inspect import inspect
from reconciler.planning.lookup import Lookup
from reconciler.planning.policy import Policy
from reconciler.planning.reads import needs_of, read_floor, total_requests
from reconciler.planning.schedule import NOTHING, schedule
from reconciler.planning.seen import sites_seen
from reconciler.planning.shards import shard_of
from reconciler.planning.sorting import by_target, plan_order

VALID_FOR = timedelta(hours=24)

__all__ = ["Policy", "make_plan"]


def make_plan(
    desired: DesiredFleet,
    observed: ObservedFleet,
    policy: Policy,
    origins: Origins,
    *,
    needs: Sequence[ReadNeed] | None = None,
    quiet: Collection[tuple[str, str]] = frozenset(),
) -> Plan:
    """The smallest set of changes in safe order, and everything that stands in the way.

    The same input gives the same plan in whatever order files and answers came. `needs` are those of the files, where
    they are at hand already, and `quiet` the accounts and ids of installations about which there is nothing to say.
    """
    lookup = Lookup(desired=desired, observed=observed, policy=policy, origins=origins)
    sites = sorted(desired.installations, key=plan_order)
    findings = [NOTHING_FOUND if (site.account, site.id) in quiet else inspect(site, lookup) for site in sites]
    schedules = [
        schedule(site, lookup.installations[site.account, site.id], found, lookup=lookup) if found.changes else NOTHING
        for site, found in zip(sites, findings, strict=True)
    ]
    changes = tuple(chain.from_iterable(one.changes for one in schedules))
    steps = tuple(chain.from_iterable(one.steps for one in schedules))
    refusals = [*chain.from_iterable(one.refusals for one in schedules)]
    refusals += fleet_refusals(changes, desired.limits, policy=policy)
    return Plan(
        tool_version=policy.tool_version,
        created_at=policy.now,
        valid_until=policy.now + VALID_FOR,
        accounts=_accounts(desired),
        desired=DesiredReference(path=desired.path, commit=desired.commit, digest=desired.digest),
        selection=desired.selection,
        coverage=coverage_of(desired, observed, list(zip(sites, findings, strict=True))),
        requests=Requests(
            read=total_requests(observed),
            write=sum(step.route is not Route.PORTAL for step in steps),
            read_floor=read_floor(needs_of(desired) if needs is None else needs, observed),
        ),
        changes=changes,
        steps=steps,
        refusals=tuple(_placed(refusal, origins) for refusal in sorted(refusals, key=refusal_key)),
        pending=by_target(chain(*(one.pending for one in findings), *(one.pending for one in schedules))),
        waiting=by_target(chain(*(one.waiting for one in findings), *(one.waiting for one in schedules))),
        unreadable=by_target(_seen_at(item, origins) for one in findings for item in one.unreadable),
        unverifiable=by_target(chain.from_iterable(one.unverifiable for one in findings)),
        warnings=by_target(chain.from_iterable(one.warnings for one in findings)),
        accepted=tuple(sorted(policy.accepted)),
        sites=sites_seen(changes, lookup.installations),
        former=former_values(changes, lookup.installations),
        circuits=circuits_of(changes, lookup.installations),
        shard=shard_of(desired, observed),
    )


def _placed(refusal: Refusal, origins: Origins) -> Refusal:
    """The same with where somebody would look for it."""
    if refusal.installation_id is None:
        return refusal
    origin = _place_of(refusal.installation_id, refusal.charger, origins)
    return replace(refusal, file=origin.file, line=origin.line)


def _seen_at(item: UnreadableItem, origins: Origins) -> UnreadableItem:
    """The same with where the wish stands that could not be compared."""
    origin = _place_of(item.target.installation_id, item.target.charger, origins)
    return replace(item, file=origin.file, line=origin.line)


def _place_of(installation_id: str, charger: str | None, origins: Origins) -> Origin:
    """Where the charger stands, else its installation."""
    return origins.find(installation_id, ("id",) if charger is None else ("chargers", charger))


def _accounts(desired: DesiredFleet) -> tuple[PlanAccount, ...]:
    """The accounts that the selected files use."""
    used = {site.account for site in desired.installations}
    return tuple(
        PlanAccount(name=account.name, cloud=account.cloud, rate=account.rate)
        for account in sorted(desired.accounts, key=lambda one: one.name)
        if account.name in used
    )
