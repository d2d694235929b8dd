"""What `plan` and `apply` share over the live cloud: policy and planning."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconciler import __version__
from reconciler.cli.options import current_globals
from reconciler.cli.selecting import Asked, accounts_of, chosen
from reconciler.cli.unsteady import unsteady_at
from reconciler.cli.wiring import Access, Connections, connected
from reconciler.loading.load import LoadedFleet
from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Plan
from reconciler.planning.departed import departed, leaving
from reconciler.planning.make import Policy, make_plan
from reconciler.store.asked import asked_for
from reconciler.store.history import history
from reconciler.store.layout import run_ids
from reconciler.workflows.plan import observe_fleet


def make_the_plan(loaded: LoadedFleet, desired: DesiredFleet, asked: Asked) -> Plan:
    """Connect read-only and plan."""
    part = chosen(desired, selectors=asked.selectors, exclude=asked.exclude)
    with connected(accounts_of(part), access=Access.READ_ONLY) as connections:
        return plan_now(loaded, part, connections, accepted=asked.accepted)


def plan_now(loaded: LoadedFleet, part: DesiredFleet, connections: Connections, *, accepted: Sequence[str]) -> Plan:
    """Plan over open connections, and tick what a person has done in the Portal since."""
    root = current_globals().root
    policy = policy_at(connections.clock.now(), connections, accepted=accepted, root=root)
    policy = replace(policy, unsteady=unsteady_at(policy.now, connections, root=root))
    observed = observe_fleet(part, connections.observers)
    policy = with_departures(policy, part, observed, connections)
    if run_ids(root):
        _tick(part, observed, connections, policy)
    plan = make_plan(part, observed, policy, loaded.origins)
    if _leaves(part):
        from reconciler.cli.departing import keep_look

        keep_look(part, observed, plan, connections)
    return plan


def _leaves(part: DesiredFleet) -> bool:
    """Whether a file wants a group away; only then is there anything to know of hand-overs."""
    return next(leaving(part), None) is not None


def _tick(part: DesiredFleet, observed: ObservedFleet, connections: Connections, policy: Policy) -> None:
    from reconciler.cli.worksheets import Look, tick_worksheets

    look = Look(desired=part, observed=observed, now=policy.now, born_at=connections.born_at, over=policy.departed)
    tick_worksheets(look)


def policy_at(now: datetime, connections: Connections, *, accepted: Sequence[str], root: Path) -> Policy:
    """Everything that planning needs besides files and cloud."""
    known = history(root, connections.clouds, since=connections.born_at)
    return Policy(
        now=now,
        tool_version=__version__,
        people_known=connections.people_known,
        accepted=frozenset(accepted),
        queued=known.queued,
        switch_waits=known.switch_waits,
        asked=asked_for(root, connections.clouds, since=connections.born_at),
    )


def with_departures(policy: Policy, part: DesiredFleet, observed: ObservedFleet, connections: Connections) -> Policy:
    """The same, with what was handed over to the end; that is looked for only where a file wants a group away."""
    if not _leaves(part):
        return policy
    from reconciler.cli.departing import known_of

    known = known_of(part, observed, connections, now=policy.now)
    return replace(policy, departed=departed(part, known, today=policy.now.date()))
