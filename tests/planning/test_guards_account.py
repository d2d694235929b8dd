"""What the cloud would refuse our account is not tried."""

import pytest

from reconciler.model.desired import Route
from reconciler.model.plan import Plan
from tests.builders import PORTAL_ACCOUNT, account, charger, live, plan_for, wants, wants_charger


def guards(plan: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.guard) for one in plan.refusals]


class TestPowerManaged:
    def test_installation_updates_are_refused(self) -> None:
        """While automatic power management is on, the cloud would answer with an error."""
        plan = plan_for(wants(settings={"maxCurrent": 50.0}), live(power_managed=True))

        assert guards(plan) == [("P308", "power-managed")]

    @pytest.mark.parametrize("managed", [False, None])
    def test_otherwise_they_are_planned(self, managed: bool | None) -> None:
        """Off or not told is no reason."""
        assert not plan_for(wants(settings={"maxCurrent": 50.0}), live(power_managed=managed)).refusals


class TestRoleMissing:
    def test_the_installation_limit_needs_service(self) -> None:
        """An owner may not change the breaker value."""
        plan = plan_for(wants(settings={"maxCurrent": 50.0}), live(roles=3))

        assert guards(plan) == [("P303", "role-missing")]
        assert (plan.refusals[0].measured, plan.refusals[0].limit) == ("User + Owner", "Service")

    def test_a_user_may_change_nothing(self) -> None:
        """Owner or Service is needed for the rest."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0), roles=1))

        assert guards(plan) == [("P303", "role-missing")]

    def test_the_role_on_the_charger_counts(self) -> None:
        """Somebody may own a charger without owning the installation."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        assert not plan_for(site, live(charger("ZAP000001", maxCurrent=16.0, roles=6), roles=1)).refusals

    def test_roles_that_are_not_told_are_tried(self) -> None:
        """Not told is not missing."""
        assert not plan_for(wants(settings={"maxCurrent": 50.0}), live(roles=None)).refusals

    def test_a_person_in_the_portal_has_roles_of_their_own(self) -> None:
        """The account's role does not matter where a person does it."""
        site = wants(settings={"authentication.authorizationRequired": False})

        assert not plan_for(site, live(roles=1), accounts=[PORTAL_ACCOUNT]).refusals
        assert guards(plan_for(site, live(roles=1), accounts=[account(authentication=Route.PARTNER)])) == [
            ("P303", "role-missing")
        ]
