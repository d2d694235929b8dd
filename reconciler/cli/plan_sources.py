"""Plans from a snapshot, and plans of pull requests, which are compared with their base."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.cli.collecting import all_of_it_stays
from reconciler.cli.options import current_globals
from reconciler.cli.pins import check_pins
from reconciler.cli.selected_files import load_selected
from reconciler.cli.selecting import Asked, accounts_of, chosen
from reconciler.cli.snapshot_file import SnapshotFile
from reconciler.cli.unsteady import unsteady_at, unsteady_offline
from reconciler.model.desired import DesiredFleet
from reconciler.records import dataclass

if TYPE_CHECKING:
    from reconciler.cli.comparing import Comparison, Fleet
    from reconciler.model.plan import Plan
    from reconciler.model.ports import Origins
    from reconciler.model.snapshot import Snapshot
    from reconciler.planning.policy import Policy

Lift = Callable[[Sequence[str], DesiredFleet], Sequence[str]]
"""Checks what is to be lifted against the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a plan comes from: a snapshot instead of the live cloud, commits to compare with.

    Attributes:
        owed: What the last apply left undone although it was reviewed.
    """

    snapshot: Path | None = None
    base: str | None = None
    applied: str | None = None
    owed: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One look at the world, for all the plans that are compared."""

    snapshot: "Snapshot"
    policy: "Policy"


def plan_with(sources: Sources, asked: Asked, *, lift: Lift) -> "Plan":
    """The plan of this checkout.

    Raises:
        InvalidDocumentError: The snapshot cannot be used, or what is owed.
        InvalidFilesError: Something is wrong in the files, or on the base.
        UsageProblemError: A reference names no commit, or nothing is selected.
    """
    if sources.base is not None:
        from reconciler.cli.comparing import compared
        from reconciler.loading.documents import read_owed

        owed = () if sources.owed is None else read_owed(sources.owed)
        with compared(sources.base, sources.applied) as (loaded, desired, found):
            comparison = replace(found, owed=owed)
            part = chosen(desired, selectors=asked.selectors, exclude=asked.exclude)
            ahead = None if sources.snapshot is None else SnapshotFile(sources.snapshot)
            seen = _seen(part, ahead, replace(asked, accepted=lift(asked.accepted, desired)))
            return _compared(part, comparison, seen, origins=loaded.origins, offline=sources.snapshot is not None)
    # A guard may be lifted for an installation that is not selected, by a name that must be the only one.
    selectors, exclude = ((), ()) if asked.accepted else (asked.selectors, asked.exclude)
    snapshot = None if sources.snapshot is None else SnapshotFile(sources.snapshot)
    loaded, desired = load_selected(selectors, exclude, meanwhile=None if snapshot is None else _ahead(snapshot))
    asked = replace(asked, accepted=lift(asked.accepted, desired))
    if snapshot is None:
        from reconciler.cli.planning import make_the_plan

        return _alone(make_the_plan(loaded, desired, asked), desired)
    part = chosen(desired, selectors=asked.selectors, exclude=asked.exclude)
    seen = _seen(part, snapshot, asked)
    from reconciler.planning.offline import plan_offline

    with all_of_it_stays():
        plan = plan_offline(part, seen.snapshot, seen.policy, loaded.origins)
    return _alone(plan, desired)


def _ahead(snapshot: SnapshotFile) -> Callable[[], None]:
    """What there is time for while other processes read the files: the snapshot, and the program that compares."""

    def prepare() -> None:
        import reconciler.planning.offline  # noqa: F401  only to have it loaded by then
        from reconciler.loading.side_by_side import FEWEST
        from reconciler.planning.compare import get_ready

        snapshot()
        if snapshot.holds >= FEWEST:
            get_ready()  # in a large fleet something always differs

    return prepare


def _alone(plan: "Plan", desired: DesiredFleet) -> "Plan":
    """Whoever reviews a plan that was compared with nothing also decides what it says is under way."""
    targets = [*(item.target for item in plan.waiting), *(item.target for item in plan.pending)]
    there = {(target.account, target.installation_id) for target in targets}
    if not there:
        return plan
    from reconciler.model.plan_origin import Why
    from reconciler.planning.owed import owed_by, wishes_in

    sites = tuple(site for site in desired.installations if (site.account, site.id) in there)
    owed = owed_by(plan, wishes_in(replace(desired, installations=sites), today=plan.created_at.date()))
    return replace(plan, owed=tuple(one for one in owed if one.why is not Why.UNREADABLE))


def _compared(
    part: DesiredFleet, comparison: "Comparison", seen: _Seen, *, origins: "Origins", offline: bool
) -> "Plan":
    from reconciler.planning.cause import with_causes
    from reconciler.planning.offline import plan_from, plan_offline
    from reconciler.planning.owed import owed_by, wishes_in, without_owed

    plan = plan_offline if offline else plan_from
    head = plan(part, seen.snapshot, seen.policy, origins)
    applied, today = comparison.applied, head.created_at.date()
    owed = owed_by(head, wishes_in(part, today=today), wishes_in(comparison.base.desired, today=today))
    return with_causes(
        replace(head, owed=owed),
        base=_part_of(comparison.base, part, seen),
        applied=None if applied is None else without_owed(_part_of(applied, part, seen), comparison.owed),
        reference=comparison.reference,
        policy=comparison.policy,
    )


def _part_of(fleet: "Fleet", part: DesiredFleet, seen: _Seen) -> "Plan":
    """The plan of another commit for the same installations; for all of its own when nothing was selected."""
    from reconciler.planning.offline import plan_from

    desired = fleet.desired
    if part.selection is not None:
        ids = {site.id for site in part.installations}
        sites = tuple(site for site in desired.installations if site.id in ids)
        desired = replace(desired, installations=sites, selection=part.selection)
    return plan_from(desired, seen.snapshot, seen.policy, fleet.origins)


def _seen(part: DesiredFleet, ahead: SnapshotFile | None, asked: Asked) -> _Seen:
    accounts = accounts_of(part)
    if ahead is not None:
        from reconciler.planning.offline import policy_of

        check_pins(accounts)
        snapshot = ahead.usable_for(part)
        now = datetime.now(UTC)
        policy = policy_of(snapshot, now=now, tool_version=__version__, accepted=asked.accepted)
        unsteady = unsteady_offline(part, snapshot.taken_at)
        return _Seen(snapshot=snapshot, policy=replace(policy, unsteady=unsteady))
    from reconciler.cli.planning import policy_at, with_departures
    from reconciler.cli.snapshot import taken
    from reconciler.cli.wiring import Access, connected

    with connected(accounts, access=Access.READ_ONLY) as connections:
        snapshot = taken(part, accounts, connections)
        root = current_globals().root
        policy = policy_at(connections.clock.now(), connections, accepted=asked.accepted, root=root)
        policy = with_departures(policy, part, snapshot.observed, connections)
        unsteady = unsteady_at(policy.now, connections, root=root)
        return _Seen(snapshot=snapshot, policy=replace(policy, unsteady=unsteady))
