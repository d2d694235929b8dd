"""One request per object and endpoint, in an order that is safe at every moment."""

from dataclasses import replace
from itertools import pairwise

import pytest

from reconciler.model.desired import RemovalGate, Route
from reconciler.model.plan import Operation, Plan, Step
from reconciler.model.value import Value
from reconciler.planning.order import RULES, Rule
from tests.builders import (
    MAIN,
    PORTAL_ACCOUNT,
    SITE,
    account,
    charger,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    wants,
    wants_charger,
)

URL = "wss://ocpp.example/cp"
NATIVE_OCPP: dict[str, Value] = {"authentication.mode": "ocppNative", "authentication.ocppNative.url": URL}


def step_for(plan: Plan, setting: str, *, subject: str | None = None) -> Step:
    """The step that carries out the change of one setting."""
    wanted = {
        one.id
        for one in plan.changes
        if one.setting == setting and subject in (one.target.charger, one.target.principal)
    }
    return next(step for step in plan.steps if wanted & set(step.change_ids))


class TestRequests:
    def test_a_charger_limit_is_a_documented_call(self) -> None:
        """The call names the cloud's id, not the serial."""
        plan = plan_for(wants(wants_charger("ZAP000001", maxCurrent=16.0)), live(charger("ZAP000001", maxCurrent=20.0)))

        step = plan.steps[0]
        assert (step.operation, step.method) == (Operation.UPDATE_CHARGER, "POST")
        assert step.path == "/api/chargers/id-ZAP000001/update"
        assert (step.account, step.installation_id, step.target_id) == (MAIN, SITE, "id-ZAP000001")

    def test_an_installation_limit_is_a_documented_call(self) -> None:
        """The installation has its own endpoint."""
        plan = plan_for(wants(settings={"maxCurrent": 50.0}), live())

        assert (plan.steps[0].operation, plan.steps[0].path) == (
            Operation.UPDATE_INSTALLATION,
            f"/api/installation/{SITE}/update",
        )

    def test_native_ocpp_is_one_documented_call(self) -> None:
        """Mode and URL go together."""
        plan = plan_for(wants(settings=NATIVE_OCPP), live())

        assert [(step.operation, step.method, step.path, len(step.change_ids)) for step in plan.steps] == [
            (Operation.SWITCH_TO_OCPP_NATIVE, "PUT", f"/api/installation/{SITE}", 2)
        ]

    def test_another_url_of_native_ocpp_is_the_same_call(self) -> None:
        """While native OCPP is live, only the URL differs."""
        seen = live(settings={**NATIVE_OCPP, "authentication.ocppNative.url": "wss://old.example/cp"})

        plan = plan_for(wants(settings=NATIVE_OCPP), seen)

        assert [(step.operation, len(step.change_ids)) for step in plan.steps] == [(Operation.SWITCH_TO_OCPP_NATIVE, 1)]

    def test_all_authentication_of_a_site_is_one_partner_step(self) -> None:
        """Mode, URL and version go in one request."""
        values: dict[str, Value] = {
            "authentication.mode": "ocppCloud",
            "authentication.ocppCloud.url": URL,
            "authentication.ocppCloud.urlVersion": "legacy",
        }

        plan = plan_for(wants(settings=values), live())

        assert [(step.operation, len(step.change_ids)) for step in plan.steps] == [
            (Operation.PARTNER_AUTHENTICATION, 3)
        ]
        assert (plan.steps[0].method, plan.steps[0].path) == (None, None)

    def test_stand_alone_is_one_step_per_charger(self) -> None:
        """The partner's call takes one charger."""
        serials = ("ZAP000001", "ZAP000002")

        plan = plan_for(
            wants(*(wants_charger(one, standAlone=False) for one in serials)),
            live(*(charger(one, standAlone=True) for one in serials)),
        )

        assert [step.operation for step in plan.steps] == [Operation.PARTNER_STAND_ALONE] * 2

    def test_permissions_are_one_step_per_principal(self) -> None:
        """Each person and group has a request of its own."""
        access = permissions(person("person:c-1", "owner"), person("person:c-2", "user"))

        plan = plan_for(wants(access=access), live(access=[]))

        assert [(step.operation, step.target_id) for step in plan.steps] == [(Operation.PARTNER_PERMISSION, SITE)] * 2

    def test_a_person_does_one_portal_step_per_page(self) -> None:
        """Authentication is one page, each charger and each person another."""
        site = wants(
            wants_charger("ZAP000001", standAlone=False),
            settings={"authentication.mode": "native", "authentication.authorizationRequired": False},
            access=permissions(person("person:c-1", "owner"), person("person:c-2", "user")),
        )
        seen = live(charger("ZAP000001", standAlone=True), settings={"authentication.mode": "webhooks"})

        plan = plan_for(site, seen, accounts=[PORTAL_ACCOUNT])

        assert [(step.operation, step.route) for step in plan.steps] == [(Operation.PORTAL, Route.PORTAL)] * 4
        assert sorted(len(step.change_ids) for step in plan.steps) == [1, 1, 1, 2]
        assert plan.requests.write == 0

    def test_every_change_is_in_exactly_one_step(self) -> None:
        """Nothing is planned twice and nothing is forgotten."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0, standAlone=False), settings={"maxCurrent": 50.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=20.0, standAlone=True)))

        in_steps = [one for step in plan.steps for one in step.change_ids]
        assert sorted(in_steps) == sorted(change.id for change in plan.changes)


class TestLimits:
    def test_current_is_taken_before_it_is_given(self) -> None:
        """A raise waits until the lowering on its circuit was read back."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), wants_charger("ZAP000002", maxCurrent=10.0))
        seen = live(charger("ZAP000001", maxCurrent=10.0), charger("ZAP000002", maxCurrent=32.0), circuits={"c1": 40.0})

        plan = plan_for(site, seen)

        take, give = plan.steps
        assert (take.target_id, give.target_id) == ("id-ZAP000002", "id-ZAP000001")
        assert give.after == (take.id,)

    def test_circuits_do_not_wait_for_each_other(self) -> None:
        """A lowering on another circuit makes no room, so nothing waits for it."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), wants_charger("ZAP000002", maxCurrent=10.0))
        seen = live(
            charger("ZAP000001", maxCurrent=10.0),
            charger("ZAP000002", circuit="c2", maxCurrent=32.0),
            circuits={"c1": 40.0, "c2": 40.0},
        )

        plan = plan_for(site, seen)

        assert [step.after for step in plan.steps] == [(), ()]

    def test_chargers_go_down_before_the_installation(self) -> None:
        """The installation may not stand below a charger, not even for a moment."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), settings={"maxCurrent": 20.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=32.0)))

        charger_step, installation_step = plan.steps
        assert charger_step.operation is Operation.UPDATE_CHARGER
        assert installation_step.after == (charger_step.id,)

    def test_the_installation_does_not_wait_for_a_charger_that_fits(self) -> None:
        """A charger below the new limit stands in nobody's way."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0), settings={"maxCurrent": 40.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=32.0)))

        assert [step.after for step in plan.steps] == [(), ()]

    def test_the_installation_goes_up_before_the_charger(self) -> None:
        """A charger needs the room first."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=25.0),
            settings={"maxCurrent": 32.0},
            acknowledged=["raise-installation-limit"],
        )
        seen = live(charger("ZAP000001", maxCurrent=16.0), settings={"maxCurrent": 20.0}, circuits={"c1": 32.0})

        plan = plan_for(site, seen)

        root, leaf = plan.steps
        assert root.operation is Operation.UPDATE_INSTALLATION
        assert leaf.after == (root.id,)


class TestStandAlone:
    @staticmethod
    def _plan(*, circuit: str) -> Plan:
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), wants_charger("ZAP000002", standAlone=False))
        seen = live(
            charger("ZAP000001", maxCurrent=10.0, standAlone=False),
            charger("ZAP000002", circuit=circuit, standAlone=True),
            circuits={"c1": 40.0, "c2": 40.0},
        )
        return plan_for(site, seen)

    def test_a_raise_waits_for_the_neighbour_to_leave_stand_alone(self) -> None:
        """A stand-alone charger on a shared circuit ignores load balancing."""
        plan = self._plan(circuit="c1")

        off = step_for(plan, "standAlone", subject="ZAP000002")
        assert step_for(plan, "maxCurrent", subject="ZAP000001").after == (off.id,)

    def test_a_raise_on_another_circuit_waits_for_nothing(self) -> None:
        """What another circuit does is of no concern."""
        plan = self._plan(circuit="c2")

        assert step_for(plan, "maxCurrent", subject="ZAP000001").after == ()

    def test_a_charger_alone_on_its_circuit_waits_for_nothing(self) -> None:
        """Without neighbours there is nothing to balance."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0, standAlone=False))
        seen = live(charger("ZAP000001", maxCurrent=10.0, standAlone=True), circuits={"c1": 40.0})

        plan = plan_for(site, seen)

        assert [step.after for step in plan.steps] == [(), ()]

    def test_stand_alone_goes_off_after_native_ocpp_is_left(self) -> None:
        """Native OCPP keeps chargers in stand-alone mode until it is left."""
        site = wants(wants_charger("ZAP000001", standAlone=False), settings={"authentication.mode": "native"})

        plan = plan_for(site, live(charger("ZAP000001", standAlone=True), settings=NATIVE_OCPP))

        mode, off = plan.steps
        assert mode.operation is Operation.PARTNER_AUTHENTICATION
        assert off.after == (mode.id,)

    def test_stand_alone_waits_for_no_other_switch(self) -> None:
        """From cloud OCPP the two are independent."""
        site = wants(wants_charger("ZAP000001", standAlone=False), settings={"authentication.mode": "native"})

        plan = plan_for(
            site, live(charger("ZAP000001", standAlone=True), settings={"authentication.mode": "ocppCloud"})
        )

        assert [step.after for step in plan.steps] == [(), ()]

    def test_turning_it_on_waits_for_lower_limits(self) -> None:
        """Before a charger stops listening to balancing, its neighbours must have made room."""
        site = wants(wants_charger("ZAP000001", standAlone=True), wants_charger("ZAP000002", maxCurrent=10.0))
        seen = live(
            charger("ZAP000001", standAlone=False, maxCurrent=16.0),
            charger("ZAP000002", maxCurrent=32.0),
            circuits={"c1": 40.0},
        )

        plan = plan_for(site, seen)

        lower = step_for(plan, "maxCurrent", subject="ZAP000002")
        assert step_for(plan, "standAlone", subject="ZAP000001").after == (lower.id,)


class TestModeSwitch:
    def test_limits_hold_before_balancing_is_lost(self) -> None:
        """Before native OCPP takes balancing away, lower limits must have been read back."""
        site = wants(
            wants_charger("ZPR080001", maxCurrent=10.0),
            wants_charger("ZPR080002"),
            settings=NATIVE_OCPP,
            acknowledged=["lose-load-balancing"],
        )

        plan = plan_for(site, live(charger("ZPR080001", maxCurrent=32.0), charger("ZPR080002")))

        lower, switch = plan.steps
        assert switch.operation is Operation.SWITCH_TO_OCPP_NATIVE
        assert switch.after == (lower.id,)

    def test_a_raise_waits_until_balancing_is_back(self) -> None:
        """On a shared circuit a charger goes up only when Zaptec balances again."""
        site = wants(
            wants_charger("ZPR080001", maxCurrent=32.0),
            wants_charger("ZPR080002"),
            settings={"authentication.mode": "native"},
        )
        seen = live(
            charger("ZPR080001", maxCurrent=10.0), charger("ZPR080002"), settings=NATIVE_OCPP, circuits={"c1": 40.0}
        )

        plan = plan_for(site, seen)

        switch = step_for(plan, "authentication.mode")
        assert step_for(plan, "maxCurrent", subject="ZPR080001").after == (switch.id,)


class TestAccess:
    def test_our_group_leaves_after_everything_else(self) -> None:
        """Once we are out, we can do nothing more there."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=16.0),
            settings={"authentication.authorizationRequired": False},
            access=permissions(
                person("person:c-1", "owner"),
                absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED), gone("person:c-2")],
            ),
        )
        seen = live(
            charger("ZAP000001", maxCurrent=20.0),
            access=[has_access("userGroup:BSJG", "owner", "service"), has_access("person:c-2", "user")],
        )

        plan = plan_for(site, seen)

        *before, leave = plan.steps
        assert len(before) == 4
        assert set(leave.after) == {step.id for step in before}

    def test_a_person_without_the_owner_role_waits_for_nobody(self) -> None:
        """Taking a user away locks nobody out."""
        access = permissions(person("person:c-1", "user"), absent=[gone("person:c-2")])

        plan = plan_for(wants(access=access), live(access=[has_access("person:c-2", "user")]))

        assert [step.after for step in plan.steps] == [(), ()]


class TestReasons:
    def test_a_step_says_why_it_waits(self) -> None:
        """An electrician reads the reason beside the order."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), wants_charger("ZAP000002", standAlone=False))
        seen = live(charger("ZAP000001", maxCurrent=10.0), charger("ZAP000002", standAlone=True), circuits={"c1": 40.0})

        plan = plan_for(site, seen)

        off, raised = plan.steps
        assert off.because == ()
        assert raised.because == ("a stand-alone charger on a shared circuit ignores load balancing",)

    def test_each_reason_is_said_once(self) -> None:
        """Two neighbours that make room are one reason."""
        down = [wants_charger(serial, maxCurrent=10.0) for serial in ("ZAP000002", "ZAP000003")]
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), *down)
        high = [charger(serial, maxCurrent=32.0) for serial in ("ZAP000002", "ZAP000003")]
        seen = live(charger("ZAP000001", maxCurrent=10.0), *high, circuits={"c1": 60.0})

        plan = plan_for(site, seen)

        raised = step_for(plan, "maxCurrent", subject="ZAP000001")
        assert len(raised.after) == 2
        assert raised.because == ("current is taken before it is given",)

    def test_several_reasons_are_sorted(self) -> None:
        """The same plan gives the same bytes."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=32.0),
            wants_charger("ZAP000002", standAlone=False, maxCurrent=10.0),
        )
        seen = live(
            charger("ZAP000001", maxCurrent=10.0),
            charger("ZAP000002", standAlone=True, maxCurrent=32.0),
            circuits={"c1": 40.0},
        )

        plan = plan_for(site, seen)

        assert step_for(plan, "maxCurrent", subject="ZAP000001").because == (
            "a stand-alone charger on a shared circuit ignores load balancing",
            "current is taken before it is given",
        )

    def test_a_reason_changes_neither_ids_nor_digest(self) -> None:
        """Better words must not make a reviewed plan another one."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), wants_charger("ZAP000002", maxCurrent=10.0))
        seen = live(charger("ZAP000001", maxCurrent=10.0), charger("ZAP000002", maxCurrent=32.0), circuits={"c1": 40.0})
        plan = plan_for(site, seen)

        silent = replace(plan, steps=tuple(replace(step, because=()) for step in plan.steps))
        assert plan.steps != silent.steps
        assert plan.digest == silent.digest


class TestTable:
    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.later.name}-after-{rule.earlier.name}")
    def test_every_rule_points_back(self, rule: Rule) -> None:
        """A later phase waits for an earlier one, so no two steps can wait for each other."""
        assert rule.earlier < rule.later
        assert rule.because

    def test_independent_sites_do_not_wait_for_each_other(self) -> None:
        """Installations run side by side."""
        sites = [f"22222222-0000-4000-8000-00000000000{number}" for number in range(3)]
        files = [wants(settings={"maxCurrent": 50.0}, site=site) for site in sites]

        plan = plan_for(fleet(*files), *(live(site=site) for site in sites))

        assert [step.installation_id for step in plan.steps] == sites
        assert all(first.id not in second.after for first, second in pairwise(plan.steps))

    def test_portal_steps_keep_their_place(self) -> None:
        """A step that waits for a person still stands before what needs it."""
        site = wants(wants_charger("ZAP000001", maxCurrent=32.0), wants_charger("ZAP000002", standAlone=False))
        seen = live(charger("ZAP000001", maxCurrent=10.0), charger("ZAP000002", standAlone=True), circuits={"c1": 40.0})

        plan = plan_for(site, seen, accounts=[account(stand_alone=Route.PORTAL)])

        by_hand, raised = plan.steps
        assert by_hand.operation is Operation.PORTAL
        assert raised.after == (by_hand.id,)
