"""Another writer: somebody in the Portal, or another integration, changes what a run is about to change."""

import random
from collections.abc import Mapping

from reconciler.model.change import Change
from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Plan
from reconciler.model.settings import Kind, Scope
from reconciler.model.value import Absent
from reconciler.sandbox.portal import set_value
from tests.faults.truth import place_of, settled
from tests.faults.watch import Watch

OTHER_A = 7.0
"""A charger limit that no scenario names."""
OTHER_VALUES: Mapping[str, object] = {
    "maxCurrent": 99.0,  # upwards, so that it endangers nothing below it
    "authentication.mode": "webhooks",
    "authentication.ocppCloud.urlVersion": "legacy",
}
"""The same for installations; no scenario changes its mode to webhooks."""


def another_writer(watch: Watch, dice: random.Random) -> None:
    """Set the place of a change that is still due to a value that is neither there nor wanted.

    Usually the change that comes next, otherwise any. A switch has no third value: it goes to the wanted one. It counts
    only when another value is there afterwards.
    """
    due = [one for one in watch.may_be_contradicted if watch.judge.not_so(one) is not None]
    if not due:
        watch.without_effect += 1
        return
    change = due[0] if dice.random() < 0.7 else dice.choice(due)
    target, place = change.target, place_of(change)
    whom = target.charger or target.installation_id
    setting = f"permissions.{target.principal}" if target.principal else change.setting
    before = settled(watch.world).get(place)
    set_value(watch.world, whom, setting=setting, value=other_value(change))
    after = settled(watch.world).get(place)
    watch.judge.other_writer(place, after)
    if after == before:
        watch.without_effect += 1
    else:
        watch.strike()


def contradictable(plan: Plan, outcomes: Mapping[str, OutcomeKind]) -> tuple[Change, ...]:
    """Changes that a machine makes and whose place shows what others set, in the order of their steps."""
    by_id = {change.id: change for change in plan.changes}
    ordered = [by_id[one] for step in plan.steps for one in step.change_ids]
    return tuple(one for one in ordered if can_be_seen(one) and outcomes[one.id] is OutcomeKind.DONE)


def can_be_seen(change: Change) -> bool:
    """Whether another value there shows; not so for what an installation does not have in its present mode."""
    return not (change.target.scope is Scope.INSTALLATION and isinstance(change.before, Absent))


def other_value(change: Change) -> object:
    """What another writer sets there."""
    if change.target.principal is not None:
        return "service" if change.target.charger is None else "owner"
    if change.row.kind is Kind.SWITCH:
        return change.after
    if change.target.scope is Scope.CHARGER:
        return OTHER_A
    return OTHER_VALUES.get(change.setting, "wss://another.example/cp")
