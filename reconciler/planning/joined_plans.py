"""Plans of shards as the one plan that the whole fleet would have given."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from reconciler.errors import InvalidDocumentError
from reconciler.model.change import Change, Target
from reconciler.model.desired import GuardLimits
from reconciler.model.digest import digest_of
from reconciler.model.plan import DesiredReference, GuardScope, Plan, Refusal, Requests, UnreadableItem
from reconciler.model.plan_origin import SnapshotReference
from reconciler.model.value import Reason
from reconciler.planning.guard import FLEET
from reconciler.planning.guards import fleet_refusals, refusal_key
from reconciler.planning.inspect import SEEN_NOWHERE, WHOLE_INSTALLATION, not_shown_by, seen_in
from reconciler.planning.joining import Seen, Told, check_joinable, is_whole, seen_in_shards, summed
from reconciler.planning.policy import Policy
from reconciler.planning.sorting import by_target


def joined_plan(plans: Sequence[tuple[str, Plan]]) -> Plan:
    """One plan out of one per shard; fleet guards count over all of them.

    Args:
        plans: Each with the file that it stands in.

    Raises:
        InvalidDocumentError: They do not fit together, an account is missing, or they are no plans of the files alone.
    """
    told = [_told(where, plan) for where, plan in plans]
    parts = [plan for _, plan in plans]
    for where, plan in plans:
        _check_kind(plan, where)
    if is_whole(told):
        return parts[0]
    whole = check_joinable(told)
    first = parts[0]
    changes = tuple(sorted(chain(*(one.changes for one in parts)), key=_site_of))
    joined = replace(
        first,
        created_at=min(one.created_at for one in parts),
        valid_until=min(one.valid_until for one in parts),
        accounts=tuple(sorted(chain(*(one.accounts for one in parts)), key=lambda one: one.name)),
        desired=DesiredReference(
            path=min(one.desired.path for one in parts), commit=first.desired.commit, digest=whole.digest
        ),
        selection=None,
        coverage=summed([one.coverage for one in parts]),
        requests=_requests([one.requests for one in parts]),
        changes=changes,
        steps=tuple(
            sorted(chain(*(one.steps for one in parts)), key=lambda step: (step.account, step.installation_id))
        ),
        accepted=_accepted(parts),
        sites=tuple(sorted(chain(*(one.sites for one in parts)), key=lambda one: (one.account, one.installation_id))),
        circuits=tuple(sorted(chain(*(one.circuits for one in parts)))),
        snapshot=_snapshot(told, parts),
        shard=None,
    )
    return _with_items(joined, parts, limits=whole.limits)


def _with_items(joined: Plan, parts: Sequence[Plan], *, limits: GuardLimits) -> Plan:
    """What is listed beside the changes, in the order of a plan."""
    seen = seen_in_shards(one.shard for one in parts)
    return replace(
        joined,
        refusals=_refusals(joined, parts, limits),
        pending=by_target(chain(*(one.pending for one in parts))),
        waiting=by_target(chain(*(one.waiting for one in parts))),
        unreadable=by_target(_told_by_all(item, seen) for one in parts for item in one.unreadable),
        unverifiable=by_target(chain(*(one.unverifiable for one in parts))),
        warnings=by_target(chain(*(one.warnings for one in parts))),
        former=tuple(sorted(chain(*(one.former for one in parts)), key=lambda one: (one.target.sort_key, one.setting))),
        owed=tuple(sorted(chain(*(one.owed for one in parts)), key=lambda one: (one.sort_key, one.wish[2]))),
    )


def _told(where: str, plan: Plan) -> Told:
    listed = (plan.changes, plan.pending, plan.waiting, plan.unreadable, plan.unverifiable, plan.warnings)
    targets: Iterable[Target] = chain.from_iterable((item.target for item in items) for items in listed)
    sites = {(target.account, target.installation_id) for target in targets}
    sites |= {(one.account, one.installation_id) for one in plan.steps}
    sites |= {(one.account or "", one.installation_id) for one in plan.refusals if one.installation_id is not None}
    return Told(
        where=where,
        tool_version=plan.tool_version,
        commit=plan.desired.commit,
        selection=plan.selection,
        shard=plan.shard,
        accounts=tuple(one.name for one in plan.accounts),
        sites=frozenset(sites),
        coverage=plan.coverage,
    )


def _check_kind(plan: Plan, where: str) -> None:
    what = "was compared with a base" if plan.base is not None else "takes a run back"
    if plan.base is not None or plan.rollback is not None:
        raise InvalidDocumentError(
            f"this plan {what}, and such plans are not joined",
            where=where,
            remedy="join the snapshots of the shards and plan once from that: reconciler plan --snapshot FILE",
        )


def _site_of(change: Change) -> tuple[str, str]:
    return change.target.account, change.target.installation_id


def _requests(all_of: Sequence[Requests]) -> Requests:
    return Requests(
        read=sum(one.read for one in all_of),
        write=sum(one.write for one in all_of),
        read_floor=sum(one.read_floor for one in all_of),
    )


def _accepted(parts: Sequence[Plan]) -> tuple[str, ...]:
    """A guard of the whole fleet is lifted when every shard was told so: one of them speaks for itself only."""
    everywhere = frozenset.intersection(*(frozenset(one.accepted) for one in parts))
    anywhere = frozenset(chain(*(one.accepted for one in parts)))
    return tuple(sorted(one for one in anywhere if one in everywhere or not one.endswith(f":{FLEET}")))


def _refusals(joined: Plan, parts: Sequence[Plan], limits: GuardLimits) -> tuple[Refusal, ...]:
    """Those of the sites, and what the guards of the fleet say about all changes together."""
    policy = Policy(now=joined.created_at, tool_version=joined.tool_version, accepted=frozenset(joined.accepted))
    of_sites = (one for part in parts for one in part.refusals if one.scope is not GuardScope.FLEET)
    return tuple(sorted((*fleet_refusals(joined.changes, limits, policy=policy), *of_sites), key=refusal_key))


def _told_by_all(item: UnreadableItem, seen: Seen) -> UnreadableItem:
    """The same with what another shard shows of it."""
    target, detail = item.target, item.unreadable.detail
    match item.unreadable.reason:
        case Reason.NOT_VISIBLE if item.what == WHOLE_INSTALLATION and target.installation_id in seen.installations:
            detail = not_shown_by(target.account, but_by=seen.installations[target.installation_id])
        case Reason.NOT_FOUND if target.charger in seen.chargers:
            place = seen.chargers[target.charger or ""]
            detail = detail.replace(SEEN_NOWHERE, seen_in(place.installation_name, place.installation_id))
        case _:
            return item
    return replace(item, unreadable=replace(item.unreadable, detail=detail))


def _snapshot(told: Sequence[Told], parts: Sequence[Plan]) -> SnapshotReference | None:
    """What they were made from: the live cloud, the same snapshot, or one each.

    Raises:
        InvalidDocumentError: Some from the live cloud and some not.
    """
    found = [one.snapshot for one in parts if one.snapshot is not None]
    if not found:
        return None
    if len(found) < len(parts):
        raise InvalidDocumentError(
            "some were made from a snapshot and some from the live cloud",
            where=", ".join(one.where for one in told),
            remedy="make all of them in the same way",
        )
    return found[0] if len(set(found)) == 1 else _joined_snapshot(found, parts)


def _joined_snapshot(found: Sequence[SnapshotReference], parts: Sequence[Plan]) -> SnapshotReference:
    """Several as one; each that holds exactly its shard holds all that there is."""
    complete = all(one.selection in (None, part.selection) for one, part in zip(found, parts, strict=True))
    return SnapshotReference(
        taken_at=min(one.taken_at for one in found),
        digest=digest_of(sorted(one.digest for one in found)),
        selection=None if complete else "; ".join(sorted({one.selection or "everything" for one in found})),
    )
