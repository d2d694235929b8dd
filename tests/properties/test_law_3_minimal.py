"""Law 3: no step can be left out, and each object and endpoint is asked once."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

from hypothesis import given

from reconciler.model.plan import Operation, Plan
from tests.properties.strategies import PURE, Case, cases, plan_of
from tests.properties.worlds import accept, apply_step

MOST_STEPS = 6
"""All subsets are tried up to here; beyond that each single step is left out in turn."""


def check(case: Case) -> None:
    """Leave out every subset of steps; something is then left to do that would not be otherwise."""
    plan = plan_of(case)
    assert not repeated_requests(plan)
    rest_of_all = left(_after(case, plan, frozenset()))
    for gone in _subsets(plan):
        assert left(_after(case, plan, gone)) - rest_of_all


def repeated_requests(plan: Plan) -> list[tuple[Operation, str, str]]:
    """Objects and endpoints that more than one step names; the order table names no split."""
    principals = {change.id: change.target.principal or "" for change in plan.changes}
    requests = Counter((step.operation, step.target_id, principals[step.change_ids[0]]) for step in plan.steps)
    return [request for request, count in requests.items() if count > 1 and request[0] is not Operation.PORTAL]


def left(case: Case) -> set[tuple[str, ...]]:
    """What a plan of this case still names, in whatever list."""
    plan = plan_of(case)
    named = [(one.target, one.setting) for one in (*plan.changes, *plan.pending, *plan.waiting)]
    refused = {("refused", one.installation_id or "", one.message) for one in plan.refusals}
    return refused | {(*target.sort_key, setting) for target, setting in named}


def _subsets(plan: Plan) -> list[frozenset[str]]:
    ids = [step.id for step in plan.steps]
    most = len(ids) if len(ids) <= MOST_STEPS else 1
    return [frozenset(gone) for size in range(1, most + 1) for gone in combinations(ids, size)]


def _after(case: Case, plan: Plan, gone: frozenset[str]) -> Case:
    """The case once all steps but these took effect; what was queued for a setting that was written is overtaken."""
    world, written = case.world, set()
    for step in plan.steps:
        if step.id not in gone:
            world = apply_step(world, step, plan.changes)
            written |= {(change.target.charger, change.setting) for change in map(plan.change, step.change_ids)}
    for site in world.observed.installations:
        world = accept(world, site.id)
    queued = tuple(one for one in case.policy.queued if (one.charger, one.setting) not in written)
    return replace(case, world=world, policy=replace(case.policy, queued=queued))


@PURE
@given(cases(sites=1))
def test_no_step_is_superfluous(case: Case) -> None:
    """Every subset of steps, left out, shows up in the next plan."""
    check(case)
