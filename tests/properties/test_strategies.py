"""The random cases and machines are rich enough for the laws to mean something."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconciler.model.outcome import OutcomeKind
from reconciler.model.plan import Gate, Plan, Step
from reconciler.model.value import Absent
from tests.properties.machine import Machine, machines
from tests.properties.strategies import SHARE, Case, cases, exchanges, handovers, plan_of, switches
from tests.properties.unlike import can_conflict, write_as_another
from tests.properties.worlds import MODE

Drawn = TypeVar("Drawn")
EXAMPLES = 300
MACHINES = 120
RARE = 0.05
"""Least share of each kind of thing that a plan may hold."""


def shares(
    strategy: st.SearchStrategy[Drawn], kinds: Callable[[Drawn], Mapping[str, bool]], *, examples: int = EXAMPLES
) -> dict[str, float]:
    """The share of the drawn cases that have what the laws are about."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples, derandomize=True, phases=[Phase.generate], database=None, deadline=None)
    @given(strategy)
    def count(drawn: Drawn) -> None:
        seen.update({"cases": 1, **kinds(drawn)})

    count()
    return {kind: number / seen["cases"] for kind, number in seen.items()}


def kinds_of(plan: Plan) -> dict[str, bool]:
    """What a plan holds."""
    return {
        "changes": bool(plan.changes),
        "pending": bool(plan.pending),
        "unreadable": bool(plan.unreadable),
        "waiting": bool(plan.waiting),
        "refusals": bool(plan.refusals),
        "order": any(step.after for step in plan.steps),
        "gates": any(step.gate is Gate.OWNER_ACCEPTED for step in plan.steps),
        "mode switches": any(one.setting == MODE for one in plan.changes),
        "removals": any(one.target.principal and isinstance(one.after, Absent) for one in plan.changes),
        "installation limits": any(one.setting == "maxCurrent" and not one.target.charger for one in plan.changes),
        "raises behind lowerings": any(_raises(plan, step) and _behind_lowering(plan, step) for step in plan.steps),
    }


def _raises(plan: Plan, step: Step) -> bool:
    return any(plan.change(one).raised_a for one in step.change_ids)


def _behind_lowering(plan: Plan, step: Step) -> bool:
    earlier = [one for one in plan.steps if one.id in step.after]
    return any(plan.change(change_id).lowered_a for one in earlier for change_id in one.change_ids)


def kinds_of_case(case: Case) -> dict[str, bool]:
    """What the plan of a case holds."""
    return {**kinds_of(plan_of(case)), "several chargers": case.several_chargers}


def kinds_of_machine(machine: Machine) -> dict[str, bool]:
    """What the plan of a machine holds, and whether another writer can get in the way of its apply."""
    plan = machine.plan()
    several = any(len(one.chargers) > 1 for one in machine.desired.installations)
    return {**kinds_of(plan), "several chargers": several, "conflicts": _meets_conflict(machine, plan)}


def _meets_conflict(machine: Machine, plan: Plan) -> bool:
    for change in plan.changes:
        if can_conflict(change):
            write_as_another(machine.world, change)
            outcomes, _ = machine.apply(plan)
            return any(one.kind is OutcomeKind.CONFLICT for one in outcomes)
    return False


def rare(seen: Mapping[str, float], floors: Mapping[str, float]) -> dict[str, str]:
    """Kinds that are rarer than they must be."""
    return {kind: f"{seen[kind]:.0%}" for kind, floor in floors.items() if seen[kind] < floor}


def test_every_kind_of_case_is_common() -> None:
    """Several chargers, pending and unreadable parts are each in at least a fifth of the cases; so are real plans."""
    seen = shares(cases(), kinds_of_case)

    often = dict.fromkeys(("several chargers", "pending", "unreadable", "changes"), SHARE)
    assert not rare(seen, often | {"order": RARE})
    assert seen["refusals"] < 0.6


def test_every_kind_of_machine_is_common() -> None:
    """What the sandbox laws set aside and what they prove occurs in at least a twentieth of the machines."""
    seen = shares(machines(), kinds_of_machine, examples=MACHINES)

    often = dict.fromkeys(("several chargers", "pending", "unreadable", "changes"), SHARE)
    each = ("mode switches", "removals", "gates", "refusals", "waiting", "conflicts", "installation limits", "order")
    assert not rare(seen, often | dict.fromkeys(each, RARE))
    assert seen["refusals"] < 0.6


def test_modes_raises_and_owners_have_cases_of_their_own() -> None:
    """Switched modes, raises that wait for a lowering, and gates: at least a fifth where they are what it is about."""
    switched = shares(switches(), kinds_of_case)
    exchanged = shares(exchanges(), kinds_of_case)
    handed = shares(handovers(), kinds_of_case)

    assert not rare(switched, {"mode switches": SHARE})
    assert not rare(exchanged, {"raises behind lowerings": SHARE})
    assert not rare(handed, {"gates": SHARE, "removals": SHARE, "waiting": RARE})
