"""What was not done is a plan of its own, and a part of a plan is as safe as the whole."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reconciler.model.change import Target
from reconciler.model.desired import GuardLimits
from reconciler.model.plan import (
    GuardScope,
    PendingItem,
    Plan,
    PlanWarning,
    Refusal,
    UnreadableItem,
    UnverifiableItem,
    WaitingItem,
)
from reconciler.planning.guards import fleet_refusals
from reconciler.planning.residual import joined, residual_plan, with_prerequisites
from tests.builders import (
    FORBIDDEN,
    NOW,
    OTHER_SITE,
    SITE,
    account,
    charger,
    live,
    plan_for,
    policy,
    wants,
    wants_charger,
)

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


HERE, THERE = ("main", SITE), ("second", OTHER_SITE)


def busy_fleet() -> tuple[Plan, frozenset[str]]:
    """Two installations of two accounts, each with something in every list; and the change of the first one."""
    plans = [_busy(account_name, site) for account_name, site in (HERE, THERE)]
    own = frozenset(change.id for change in plans[0].changes)
    lists = ("changes", "steps", "refusals", "pending", "waiting", "unreadable", "unverifiable", "warnings", "accounts")
    together = {name: (*getattr(plans[0], name), *getattr(plans[1], name)) for name in lists}
    return replace(plans[0], **together), own


def _busy(account_name: str, site: str) -> Plan:
    at = Target(account=account_name, installation_id=site)
    plan = plan_for(
        wants(wants_charger("ZAP000001", maxCurrent=10.0), site=site, account_name=account_name),
        live(charger("ZAP000001", maxCurrent=16.0), site=site, account_name=account_name),
        accounts=[account(name=account_name)],
    )
    refusal = Refusal(
        code="P303",
        guard="role-missing",
        scope=GuardScope.INSTALLATION,
        account=account_name,
        installation_id=site,
        installation_name="Solbakken",
        measured="User",
        limit="Service",
        message="m",
        remedy="r",
        liftable=False,
    )
    named = {"target": at, "installation_name": "Solbakken"}
    return replace(
        plan,
        refusals=(refusal,),
        pending=(PendingItem(**named, setting="maxCurrent", before=16.0, after=10.0, reason="r"),),
        waiting=(WaitingItem(**named, setting="permissions", reason="r"),),
        unreadable=(UnreadableItem(**named, what="w", unreadable=FORBIDDEN),),
        unverifiable=(UnverifiableItem(**named, setting="permissions", reason="r"),),
        warnings=(PlanWarning(**named, code="P201", message="m"),),
    )


def place(item: Any) -> tuple[str, str]:
    if isinstance(item, Refusal):
        return (item.account or "", item.installation_id or "")
    return (item.target.account, item.target.installation_id)


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

    def test_other_installations_stay_out_of_it(self) -> None:
        """What refuses, waits or cannot be read elsewhere is no part of what is left here."""
        plan, left = busy_fleet()

        rest = residual_plan(plan, left, now=LATER)

        for name in ("refusals", "pending", "waiting", "unreadable", "unverifiable", "warnings"):
            everything, kept = getattr(plan, name), getattr(rest, name)
            assert {place(item) for item in everything} == {HERE, THERE}, name
            assert {place(item) for item in kept} == {HERE}, name
        assert [one.name for one in plan.accounts] == ["main", "second"]
        assert [one.name for one in rest.accounts] == ["main"]
        assert rest.coverage == plan.coverage
        assert rest.requests.read == plan.requests.read

    def test_a_refusal_of_the_whole_run_stays(self) -> None:
        """It is about no installation; whoever applies a part looks again with the limits of that moment."""
        plan, left = busy_fleet()
        budget = fleet_refusals(plan.changes, GuardLimits(max_changed_installations=0), policy=policy())

        rest = residual_plan(replace(plan, refusals=(*budget, *plan.refusals)), left, now=LATER)

        assert rest.refused_whole

    def test_a_step_that_waits_for_nothing_needs_no_reason(self) -> None:
        """With all steps before it gone, there is nothing to explain."""
        plan = chain()

        rest = residual_plan(plan, ids(plan, ("ZAP000003", "maxCurrent")), now=LATER)

        assert rest.steps[0].because == ()

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


class TestJoined:
    def test_two_halves_hold_all_that_the_whole_holds(self) -> None:
        """Each change and each step once, and as many requests."""
        whole = chain()
        first = frozenset({whole.changes[0].id})
        rest = frozenset(change.id for change in whole.changes) - first

        made = joined(residual_plan(whole, first, now=LATER), residual_plan(whole, rest, now=LATER))

        assert made is not None
        assert made.changes == residual_plan(whole, first | rest, now=LATER).changes
        assert {one for step in made.steps for one in step.change_ids} == first | rest
        assert made.requests.write == whole.requests.write

    def test_what_is_said_about_either_installation_is_said_once(self) -> None:
        """Guards, people and devices of both, and the accounts of both."""
        whole, first = busy_fleet()
        rest = frozenset(change.id for change in whole.changes) - first

        made = joined(residual_plan(whole, first, now=LATER), residual_plan(whole, rest, now=LATER))
        again = joined(residual_plan(whole, first, now=LATER), residual_plan(whole, first, now=LATER))

        assert made is not None
        assert again is not None
        for name in ("refusals", "pending", "waiting", "unreadable", "unverifiable", "warnings"):
            assert [place(item) for item in getattr(made, name)] == [HERE, THERE], name
            assert [place(item) for item in getattr(again, name)] == [HERE], name
        assert [one.name for one in made.accounts] == ["main", "second"]

    def test_with_nothing_a_plan_stays_as_it_is(self) -> None:
        """Nothing is left when both hold nothing."""
        whole = chain()

        assert (joined(whole, None), joined(None, whole), joined(None, None)) == (whole, whole, None)
