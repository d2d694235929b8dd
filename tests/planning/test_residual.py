"""What was not done is a plan of its own, and a part of a plan is as safe as the whole."""

from datetime import timedelta

from reconciler.model.plan import Plan
from reconciler.planning.residual import residual_plan, with_prerequisites
from tests.builders import NOW, charger, live, plan_for, wants, wants_charger

LATER = NOW + timedelta(hours=3)


def chain() -> Plan:
    """Lower the installation after the charger; raise another charger after its neighbour went down and off."""
    site = wants(
        wants_charger("ZAP000001", maxCurrent=10.0),
        wants_charger("ZAP000002", standAlone=False),
        wants_charger("ZAP000003", maxCurrent=20.0),
        settings={"authentication.mode": "native"},
    )
    seen = live(
        charger("ZAP000001", maxCurrent=32.0),
        charger("ZAP000002", standAlone=True),
        charger("ZAP000003", maxCurrent=10.0),
        settings={"authentication.mode": "ocppNative"},
        circuits={"c1": 40.0},
    )
    return plan_for(site, seen)


def ids(plan: Plan, *settings: tuple[str | None, str]) -> frozenset[str]:
    return frozenset(one.id for one in plan.changes if (one.target.charger, one.setting) in settings)


class TestResidual:
    def test_it_holds_only_what_is_left(self) -> None:
        """Changes, steps and the number of writes are cut down; the times are new."""
        plan = chain()
        left = ids(plan, ("ZAP000003", "maxCurrent"))

        rest = residual_plan(plan, left, now=LATER)

        assert {change.id for change in rest.changes} == left
        assert [step.after for step in rest.steps] == [()]
        assert rest.requests.write == 1
        assert (rest.created_at, rest.valid_until) == (LATER, LATER + timedelta(hours=24))

    def test_waiting_looks_through_steps_that_are_gone(self) -> None:
        """With the step in between done, the last one still waits for the first."""
        plan = chain()
        left = ids(plan, (None, "authentication.mode"), ("ZAP000003", "maxCurrent"))

        rest = residual_plan(plan, left, now=LATER)

        mode, raised = rest.steps
        assert raised.after == (mode.id,)

    def test_all_of_it_is_the_same_plan(self) -> None:
        """Nothing done leaves everything, digest included."""
        plan = chain()

        rest = residual_plan(plan, frozenset(change.id for change in plan.changes), now=NOW)

        assert rest == plan

    def test_nothing_left_is_an_empty_plan(self) -> None:
        """Everything done leaves a plan without steps."""
        rest = residual_plan(chain(), frozenset(), now=LATER)

        assert not rest.changes
        assert not rest.steps


class TestPrerequisites:
    def test_a_part_takes_along_what_must_come_before(self) -> None:
        """Picking one raise picks the lowering, the switch and stand-alone mode with it."""
        plan = chain()

        picked = with_prerequisites(plan, ids(plan, ("ZAP000003", "maxCurrent")))

        assert picked == frozenset(change.id for change in plan.changes)

    def test_what_needs_nothing_comes_alone(self) -> None:
        """A lowering is picked by itself."""
        plan = chain()
        lowering = ids(plan, ("ZAP000001", "maxCurrent"))

        assert with_prerequisites(plan, lowering) == lowering
