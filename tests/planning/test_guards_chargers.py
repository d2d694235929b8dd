"""Guards about permissions on single chargers."""

import pytest

from reconciler.model.desired import Account, PermissionMode
from reconciler.model.value import Unreadable
from tests.builders import (
    FORBIDDEN,
    NO_CALL,
    PORTAL_ACCOUNT,
    account,
    charger,
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

FIRST = "ZPR081101"
KARI = person("person:c-1", "user")
US = has_access("userGroup:BSJG", "owner", "service")


class TestChargerPermissionsNotPro:
    @pytest.mark.parametrize("seen", [None, NO_CALL, FORBIDDEN])
    @pytest.mark.parametrize("accounts", [account(), PORTAL_ACCOUNT])
    def test_only_pro_has_them(self, seen: Unreadable | None, accounts: Account) -> None:
        """Refused with the charger, whatever route would carry it out and whether or not anybody is known."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)))

        plan = plan_for(
            site, live(charger(FIRST, access=seen), pro=False), by=policy(people_known=None), accounts=[accounts]
        )

        (refusal,) = plan.refusals
        assert (refusal.guard, refusal.code, refusal.charger, refusal.liftable) == (
            "charger-permissions-not-pro",
            "P331",
            FIRST,
            False,
        )
        assert (refusal.file, refusal.line) == ("fleet/installations/site.yaml", 7)
        assert (plan.changes, plan.unreadable) == ((), ())

    def test_at_go_and_home_nobody_has_to_go(self) -> None:
        """Absent and exclusive are fulfilled where nobody can be."""
        access = permissions(absent=[gone("person:c-2")], mode=PermissionMode.EXCLUSIVE)

        plan = plan_for(wants(wants_charger(FIRST, access=access)), live(charger(FIRST), pro=False))

        assert (plan.changes, plan.refusals, plan.unreadable, plan.unverifiable) == ((), (), (), ())


class TestOurRightsThere:
    @pytest.mark.parametrize(
        ("roles", "group", "refused"),
        [(1, "BSJG", True), (1, None, True), (None, "BSJG", True), (7, "BSJG", False), (1, "HANS", False)],
    )
    def test_our_own_rights_on_a_charger(self, roles: int | None, group: str | None, *, refused: bool) -> None:
        """They must stay where the installation gives us none; a role there makes those of the charger superfluous."""
        site = wants(wants_charger(FIRST, access=permissions(absent=[gone("userGroup:BSJG")])))
        seen = live(charger(FIRST, access=[US], roles=7), roles=roles, pro=True)

        plan = plan_for(site, seen, accounts=[account(group=group)])

        assert [(one.guard, one.charger) for one in plan.refusals] == ([("own-access", FIRST)] if refused else [])

    def test_the_account_needs_owner_or_service_there(self) -> None:
        """A mere user of the charger is not asked to try."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)))

        plan = plan_for(site, live(charger(FIRST, access=[], roles=1), pro=True))

        assert [(one.guard, one.charger) for one in plan.refusals] == [("role-missing", FIRST)]
