"""A slip that reaches many sites refuses the whole run."""

from reconciler.model.desired import DesiredFleet, GuardLimits
from reconciler.model.exit import Condition, ExitCode, code_of, conditions_of_plan
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import GuardScope, Plan
from tests.builders import (
    charger,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    policy,
    wants,
    wants_charger,
)

SITES = tuple(f"33333333-0000-4000-8000-00000000000{number}" for number in range(4))


def lowered(amperes: float, **limits: int) -> tuple[DesiredFleet, list[ObservedInstallation]]:
    """Four sites with one charger each that goes down."""
    serials = [f"ZAP00000{number}" for number in range(4)]
    pairs = list(zip(SITES, serials, strict=True))
    files = [wants(wants_charger(serial, maxCurrent=amperes), site=site) for site, serial in pairs]
    seen = [live(charger(serial, maxCurrent=16.0), site=site) for site, serial in pairs]
    return fleet(*files, limits=GuardLimits(**limits)), seen


class TestChangedInstallations:
    def test_more_sites_than_the_budget_refuse_the_run(self) -> None:
        """The changes stay in view, but nothing may be written."""
        files, seen = lowered(10.0, max_changed_installations=3)

        plan = plan_for(files, *seen)

        assert [(one.code, one.guard, one.measured, one.limit) for one in plan.refusals] == [
            ("P310", "changed-installations", "4 installations", "3")
        ]
        assert plan.refused_whole
        assert len(plan.changes) == len(plan.steps) == 4
        assert code_of(conditions_of_plan(plan)) is ExitCode.REFUSED

    def test_as_many_as_the_budget_are_free(self) -> None:
        """The limit itself is inside."""
        files, seen = lowered(10.0, max_changed_installations=4)

        assert not plan_for(files, *seen).refusals

    def test_it_is_accepted_for_the_fleet_only(self) -> None:
        """An acceptance for one site does not lift it."""
        files, seen = lowered(10.0, max_changed_installations=3)

        lifted = plan_for(files, *seen, by=policy(accepted=["changed-installations:fleet"]))
        kept = plan_for(files, *seen, by=policy(accepted=[f"changed-installations:{SITES[0]}"]))

        assert not lifted.refusals
        assert kept.refused_whole


class TestChargersToZero:
    def test_too_many_chargers_off_refuse_the_run(self) -> None:
        """0 A is an off switch; the budget counts chargers."""
        files, seen = lowered(0.0)

        plan = plan_for(files, *seen)

        assert [(one.code, one.guard, one.scope) for one in plan.refusals] == [
            ("P315", "chargers-to-zero", GuardScope.FLEET)
        ]

    def test_a_few_are_free(self) -> None:
        """Up to the budget nobody asks."""
        files, seen = lowered(0.0, max_chargers_to_zero=4)

        assert not plan_for(files, *seen).refusals

    def test_chargers_that_are_off_already_do_not_count(self) -> None:
        """Only going to 0 A is counted, not standing there."""
        files, seen = lowered(0.0, max_chargers_to_zero=0)
        off = [live(charger(one.chargers[0].serial, maxCurrent=0.0), site=one.id) for one in seen]

        assert not plan_for(files, *off).refusals


class TestAmperesRaised:
    """The sum of all raises of chargers and installations, whatever is lowered elsewhere."""

    @staticmethod
    def _plan(max_raised_a: float, *accepted: str) -> Plan:
        files = fleet(
            wants(
                wants_charger("ZAP000000", maxCurrent=32.0),
                settings={"maxCurrent": 80.0},
                site=SITES[0],
                acknowledged=["raise-installation-limit"],
            ),
            wants(wants_charger("ZAP000001", maxCurrent=6.0), site=SITES[1]),
            limits=GuardLimits(max_raised_a=max_raised_a),
        )
        raised = live(charger("ZAP000000", maxCurrent=16.0), circuits={"c1": 63.0}, site=SITES[0])
        lowered_one = live(charger("ZAP000001", maxCurrent=32.0), site=SITES[1])
        return plan_for(files, raised, lowered_one, by=policy(accepted=accepted))

    def test_more_amperes_than_the_budget_refuse_the_run(self) -> None:
        """17 A for the installation and 16 A for its charger are 33 A; 26 A less elsewhere take nothing off."""
        plan = self._plan(32.9)

        assert [(one.code, one.guard, one.measured, one.limit) for one in plan.refusals] == [
            ("P325", "amperes-raised", "33 A", "32.9 A")
        ]
        assert "2 limits" in plan.refusals[0].message
        assert "guards.maxRaisedA" in plan.refusals[0].remedy
        assert plan.refused_whole

    def test_as_many_as_the_budget_are_free(self) -> None:
        """The limit itself is inside."""
        assert not self._plan(33.0).refusals

    def test_it_is_lifted_for_one_run(self) -> None:
        """By name, for the fleet."""
        assert not self._plan(0.0, "amperes-raised:fleet").refusals


class TestAccessRemoved:
    """How often people and groups lose an installation altogether."""

    @staticmethod
    def _plan(max_access_removed: int, *accepted: str) -> Plan:
        wanted = permissions(person("person:c-1", "user"), absent=[gone("person:c-2"), gone("userGroup:HANS")])
        present = [
            has_access("person:c-1", "user", "owner"),
            has_access("person:c-2", "user"),
            has_access("person:c-3", "user", "owner"),
            has_access("userGroup:HANS", "service"),
            has_access("userGroup:BSJG", "owner", "service"),
        ]
        files = fleet(
            *(wants(access=wanted, site=site) for site in SITES[:2]),
            limits=GuardLimits(max_access_removed=max_access_removed),
        )
        seen = (live(access=present, site=site) for site in SITES[:2])
        return plan_for(files, *seen, by=policy(accepted=accepted))

    def test_more_removals_than_the_budget_refuse_the_run(self) -> None:
        """Two principals at two installations are four removals; losing one of two roles is none."""
        plan = self._plan(3)

        assert [(one.code, one.guard, one.measured, one.limit) for one in plan.refusals] == [
            ("P326", "access-removed", "4 removals", "3")
        ]
        assert "guards.maxAccessRemoved" in plan.refusals[0].remedy
        assert plan.refused_whole

    def test_as_many_as_the_budget_are_free(self) -> None:
        """The limit itself is inside."""
        assert not self._plan(4).refusals

    def test_it_is_lifted_for_one_run(self) -> None:
        """By name, for the fleet."""
        assert not self._plan(0, "access-removed:fleet").refusals


class TestRefusedSites:
    def test_a_refused_site_does_not_hold_the_others(self) -> None:
        """One site's refusal leaves the others' steps in the plan."""
        files, seen = lowered(10.0)
        seen[0] = live(charger("ZAP000000", maxCurrent=16.0), site=SITES[0], roles=1)

        plan = plan_for(files, *seen)

        assert [one.installation_id for one in plan.refusals] == [SITES[0]]
        assert [step.installation_id for step in plan.steps] == list(SITES[1:])
        assert Condition.REFUSED in conditions_of_plan(plan)
        assert code_of(conditions_of_plan(plan)) is ExitCode.PARTIAL
