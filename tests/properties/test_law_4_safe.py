"""Law 4: no step creates or enlarges a violation, in whatever order and wherever an apply stops."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.plan import Plan, Step
from reconciler.model.settings import Scope
from reconciler.planning.access import gate_is_open
from reconciler.planning.guards import site_refusals
from reconciler.planning.site import Site
from tests.properties.strategies import PURE, Case, cases, currents, exchanges, handovers, plan_of, switches
from tests.properties.worlds import MODE, World, accept, all_idle, apply_step, installation, violations


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way an apply may go: which of the steps that are ready comes next, which fail, when people accept."""

    choices: tuple[int, ...]
    fails: frozenset[int]
    accepts: frozenset[int]


walks = st.builds(
    Walk,
    choices=st.lists(st.integers(0, 7), min_size=24, max_size=24).map(tuple),
    fails=st.frozensets(st.integers(0, 23), max_size=3),
    accepts=st.frozensets(st.integers(0, 23), max_size=6),
)


def check(case: Case, walk: Walk) -> None:
    """Judge every state on the way; each is a possible stopping point."""
    plan = plan_of(case)
    world, done, failed = case.world, set[str](), set[str]()
    ids = {step.id for step in plan.steps}
    for turn in range(len(plan.steps)):
        ready = [step for step in plan.steps if step.id not in done | failed and ids & set(step.after) <= done]
        if turn in walk.accepts:
            world = _everybody_accepts(world)
        if not ready:
            break
        step = ready[walk.choices[turn % len(walk.choices)] % len(ready)]
        if turn in walk.fails or not _may_run(step, plan, world, case):
            failed.add(step.id)
            continue
        before, world = world, apply_step(world, step, plan.changes)
        done.add(step.id)
        _judge(case, step, plan, before=before, after=world)


def _judge(case: Case, step: Step, plan: Plan, *, before: World, after: World) -> None:
    breakers = case.breakers[step.installation_id]
    owners = case.desired.limits.min_accepted_owners
    then = installation(before, step.installation_id)
    now = installation(after, step.installation_id)
    enters_native = then.get(MODE) != "ocppNative" and now.get(MODE) == "ocppNative"
    was, is_now = (violations(site, breakers, owners=owners) for site in (then, now))
    meant = "without balancing" if enters_native else "-"  # acknowledged in every case
    worse = {what: (was[what], found) for what, found in is_now.items() if found > was[what] and meant not in what}
    assert not worse, f"{step.operation}: {worse}"
    if then.get(MODE) != now.get(MODE):
        assert all_idle(then), "the mode switched under a car"


def _may_run(step: Step, plan: Plan, world: World, case: Case) -> bool:
    """What an apply looks at again just before it takes access away: the gate, and the guards of access."""
    site = installation(world, step.installation_id)
    seen = site.permissions
    here = [one for one in plan.changes if one.target.installation_id == step.installation_id and one.target.principal]
    access = [one for one in here if one.target.scope is Scope.PRINCIPAL]
    own = tuple(one for one in here if one.id in step.change_ids)
    if not own:
        return True
    file = next(one for one in case.desired.installations if one.id == site.id)
    now = Site(desired=file, observed=site, changes=own, limits=case.desired.limits, policy=case.policy)
    refused = site_refusals(now)
    observed = seen if isinstance(seen, tuple) else ()
    limits = case.desired.limits
    return not refused and gate_is_open(step, access, observed=observed, limits=limits, wish=file.permissions)


def _everybody_accepts(world: World) -> World:
    for site in world.observed.installations:
        world = accept(world, site.id)
    return world


@PURE
@given(cases(), walks)
def test_every_stopping_point_is_safe(case: Case, walk: Walk) -> None:
    """Whatever fails, waits or stops, nothing is worse than before."""
    check(case, walk)


@PURE
@given(currents(), walks)
def test_limits_and_modes_are_safe(case: Case, walk: Walk) -> None:
    """The same where everything is about amperes."""
    check(case, walk)


@PURE
@given(switches(), walks)
def test_switches_of_the_mode_are_safe(case: Case, walk: Walk) -> None:
    """The same where the mode is switched."""
    check(case, walk)


@PURE
@given(exchanges(), walks)
def test_raises_behind_lowerings_are_safe(case: Case, walk: Walk) -> None:
    """The same where one charger of a circuit makes room for another."""
    check(case, walk)


@PURE
@given(handovers(), walks)
def test_handovers_are_safe(case: Case, walk: Walk) -> None:
    """The same where access goes from one owner to another."""
    check(case, walk)
