"""What `plan` and `apply` share: selecting, policy, planning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler import __version__
from reconciler.cli.departing import keep_look, known_of
from reconciler.cli.options import current_globals
from reconciler.cli.wiring import Access, Connections, connected
from reconciler.loading.load import LoadedFleet
from reconciler.loading.select import select
from reconciler.model.desired import Account, DesiredFleet
from reconciler.model.observed import ObservedFleet
from reconciler.model.plan import Plan
from reconciler.planning.departed import departed, leaving
from reconciler.planning.make import Policy, make_plan
from reconciler.planning.quarantine import WITHIN, Quarantine, quarantine_of
from reconciler.store.asked import asked_for
from reconciler.store.history import history
from reconciler.store.layout import run_ids
from reconciler.store.verified import verified_writes
from reconciler.workflows.plan import observe_fleet

F = TypeVar("F", bound=Callable[..., Any])


def selection_options(command: F) -> F:
    """Add SELECTOR... and --exclude."""
    command = click.option("--exclude", multiple=True, metavar="SELECTOR", help="Leave these out.")(command)
    return click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")(command)


def chosen(desired: DesiredFleet, *, selectors: Sequence[str], exclude: Sequence[str]) -> DesiredFleet:
    """The part of the fleet that the options choose; where only that was loaded, it is all there is."""
    if desired.selection is not None:
        return desired
    return select(desired, selectors=selectors, exclude=exclude, accounts=current_globals().accounts)


def accounts_of(part: DesiredFleet) -> list[Account]:
    """The accounts that the chosen installations use."""
    return [part.account(name) for name in sorted({site.account for site in part.installations})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a plan is asked for: which part, and which guards are lifted."""

    selectors: Sequence[str]
    exclude: Sequence[str]
    accepted: Sequence[str] = ()


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
    keep_look(part, observed, plan, connections)
    return plan


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
    if next(leaving(part), None) is None:
        return policy
    known = known_of(part, observed, connections, now=policy.now)
    return replace(policy, departed=departed(part, known, today=policy.now.date()))


def unsteady_at(now: datetime, connections: Connections, *, root: Path) -> Quarantine:
    """What earlier applies wrote in vain; empty where no run was kept."""
    writes = verified_writes(root, connections.clouds, now=now, within=WITHIN, since=connections.born_at)
    return quarantine_of(writes, now=now)


def unsteady_offline(part: DesiredFleet, at: datetime) -> Quarantine:
    """The same for a snapshot of that moment, as far as the runs beside the fleet tell."""
    clouds = {account.name: account.cloud.value for account in accounts_of(part)}
    writes = verified_writes(current_globals().root, clouds, now=at, within=WITHIN)
    return quarantine_of(writes, now=at)
