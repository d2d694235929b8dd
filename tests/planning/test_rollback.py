"""The way back: what comes back, by whom, in which order, and what is named as lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.desired import Account, DesiredFleet, GuardLimits, PermissionMode, RemovalGate, Route
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import Operation, Plan
from reconciler.model.value import ABSENT, SECRET_SET, Observation, Reason, Unreadable, Value
from reconciler.planning.make import make_plan
from reconciler.planning.rollback import as_wished, rollback_plan
from tests.builders import (
    FORBIDDEN,
    NO_CALL,
    NOW,
    OTHER_SITE,
    PORTAL_ACCOUNT,
    SITE,
    FixedOrigins,
    account,
    charger,
    cloud,
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
from tests.properties.worlds import World, apply_step

SERIAL = "ZAP000001"
RUN = "20260504T120000Z-0001"
LATER = NOW + timedelta(days=9)
MODE = "authentication.mode"
NATIVE_URL = "authentication.ocppNative.url"
CLOUD_URL = "authentication.ocppCloud.url"
AUTHORISATION = "authentication.authorizationRequired"


def back_of(plan: Plan, desired: DesiredFleet) -> Plan:
    return rollback_plan(plan, desired, run_id=RUN, now=LATER)


def reversed_pair(desired: DesiredFleet, *observed: ObservedInstallation) -> tuple[Plan, Plan]:
    """A plan that must not be empty, and its way back."""
    plan = plan_for(desired, *observed)
    assert plan.changes, plan.refusals
    return plan, back_of(plan, desired)


def values(plan: Plan) -> dict[str, tuple[Observation, Observation]]:
    """Before and after by charger, principal and setting."""
    return {
        " ".join(filter(None, (one.target.charger, one.target.principal, one.setting))): (one.before, one.after)
        for one in plan.changes
    }


def lost(plan: Plan) -> dict[str, str]:
    """Reasons by charger, principal and setting."""
    assert plan.rollback is not None
    return {
        " ".join(filter(None, (one.target.charger, one.target.principal, one.setting))): one.reason
        for one in plan.rollback.lost
    }


def of_charger(name: str, *, before: Observation, after: Value) -> Plan:
    """The way back of one changed charger setting."""
    desired = fleet(wants(wants_charger(SERIAL, **{name: after})))
    return reversed_pair(desired, live(charger(SERIAL, **{name: before}), circuits={"c1": 63.0}))[1]


def of_settings(after: dict[str, Value], before: dict[str, Observation], *, by: Account | None = None) -> Plan:
    """The way back of changed installation settings."""
    desired = fleet(wants(settings=after, acknowledged=["raise-installation-limit"]), accounts=[by or account()])
    return reversed_pair(desired, live(settings=before))[1]


def of_access(
    *before: tuple[str, ...],
    entries: Sequence[tuple[str, ...]] = (),
    absent: Sequence[str] = (),
    by: Account | None = None,
) -> Plan:
    """The way back of changed permissions; an owner stays in any case."""
    wanted = permissions(
        *(person(principal, *roles) for principal, *roles in entries),
        absent=[gone(one, gate=RemovalGate.OWNER_ACCEPTED) for one in absent],
    )
    desired = fleet(wants(access=wanted), accounts=[by or account()])
    seen = [has_access(principal, *roles) for principal, *roles in (("person:c-3", "user", "owner"), *before)]
    return reversed_pair(desired, live(access=seen))[1]


class TestChargers:
    @pytest.mark.parametrize("before", [6.0, 10.0, 12.5, 32.0, 0.0])
    def test_a_legal_limit_comes_back(self, before: float) -> None:
        """Also 0 A: it was so before, and somebody meant it."""
        back = of_charger("maxCurrent", before=before, after=16.0)

        assert values(back) == {f"{SERIAL} maxCurrent": (16.0, before)}
        assert lost(back) == {}

    @pytest.mark.parametrize("before", [1.0, 4.0, 5.9, 32.1, 40.0])
    def test_an_illegal_limit_does_not(self, before: float) -> None:
        """Below 6 A nobody charges, and no charger is built for more than 32 A; nothing here may write that."""
        back = of_charger("maxCurrent", before=before, after=16.0)

        assert values(back) == {}
        (reason,) = lost(back).values()
        assert reason == f"it was {before:g} A before, which nothing here may write (allowed: 0 A or 6 to 32 A)"

    def test_stand_alone_mode_comes_back(self) -> None:
        """On or off."""
        back = of_charger("standAlone", before=True, after=False)

        assert values(back) == {f"{SERIAL} standAlone": (False, True)}

    def test_what_was_not_set_before_stays(self) -> None:
        """There is no call that makes a value absent."""
        back = of_charger("standAlone", before=ABSENT, after=False)

        assert values(back) == {}
        assert "it was not set before" in lost(back)[f"{SERIAL} standAlone"]

    def test_chargers_that_go_back_to_zero_count_in_the_budget(self) -> None:
        """A way back that switches a street off is refused like any other plan, until somebody accepts it."""
        serials = [f"ZAP00000{number}" for number in range(1, 6)]
        desired = fleet(wants(*(wants_charger(one, maxCurrent=16.0) for one in serials)))
        found = live(*(charger(one, maxCurrent=0.0) for one in serials), circuits={"c1": 63.0})

        _, back = reversed_pair(desired, found)

        assert [refusal.guard for refusal in back.refusals] == ["chargers-to-zero"]
        assert len(back.changes) == 5


class TestInstallation:
    def test_its_limit_comes_back(self) -> None:
        """Whether it may go up again is for the guards to say when it is applied."""
        back = of_settings({"maxCurrent": 40.0}, {"maxCurrent": 32.0})

        assert values(back) == {"maxCurrent": (40.0, 32.0)}

    def test_a_limit_below_6_amperes_does_not(self) -> None:
        """Nobody could charge."""
        back = of_settings({"maxCurrent": 40.0}, {"maxCurrent": 5.0})

        assert "allowed: 6 A or more" in lost(back)["maxCurrent"]

    def test_an_address_comes_back(self) -> None:
        """Within one mode."""
        back = of_settings(
            {MODE: "ocppCloud", CLOUD_URL: "wss://b.example/{deviceId}"},
            {MODE: "ocppCloud", CLOUD_URL: "wss://a.example/{deviceId}"},
        )

        assert values(back) == {CLOUD_URL: ("wss://b.example/{deviceId}", "wss://a.example/{deviceId}")}

    def test_a_secret_does_not(self) -> None:
        """Nobody can read what it was, and nothing takes one away."""
        password = "authentication.ocppCloud.initialPassword"
        url = {MODE: "ocppCloud", CLOUD_URL: "wss://a.example/{deviceId}"}

        back = of_settings({**url, password: "env:FLEET_SECRET_A"}, {**url})

        assert values(back) == {}
        assert "nothing takes it away again" in lost(back)[password]


class TestMode:
    def test_it_comes_back_together_with_its_address(self) -> None:
        """One documented request writes both, in this direction too."""
        back = of_settings(
            {MODE: "native", AUTHORISATION: False}, {MODE: "ocppNative", NATIVE_URL: "wss://a.example/cp"}
        )

        assert values(back) == {MODE: ("native", "ocppNative"), NATIVE_URL: (ABSENT, "wss://a.example/cp")}
        assert [step.operation for step in back.steps] == [Operation.SWITCH_TO_OCPP_NATIVE]
        assert {change.route for change in back.changes} == {Route.API}
        assert lost(back) == {}

    def test_what_belongs_to_the_new_mode_goes_with_it(self) -> None:
        """It means nothing in the former one, so nothing is lost."""
        back = of_settings({MODE: "ocppCloud", CLOUD_URL: "wss://b.example/{deviceId}"}, {MODE: "native"})

        assert values(back) == {MODE: ("ocppCloud", "native"), AUTHORISATION: (ABSENT, True)}
        assert lost(back) == {}

    @pytest.mark.parametrize("seen", [FORBIDDEN, ABSENT])
    def test_without_its_address_it_does_not_come_back(self, seen: Observation) -> None:
        """A mode that points nowhere would keep everybody from charging."""
        back = of_settings({MODE: "native", AUTHORISATION: False}, {MODE: "ocppCloud", CLOUD_URL: seen})

        assert values(back) == {}
        assert "needs its OCPP Cloud URL, which the plan did not see" in lost(back)[MODE]
        assert lost(back)[AUTHORISATION] == "it belongs to the mode that stays"

    def test_its_secrets_are_named(self) -> None:
        """The mode works again only once somebody has looked at them."""
        payload = "authentication.webhooks.authPayload"
        hooks = {
            MODE: "webhooks",
            "authentication.webhooks.sessionStartUrl": "https://a.example/start",
            payload: SECRET_SET,
        }

        back = of_settings({MODE: "native"}, hooks)

        assert set(values(back)) == {MODE, "authentication.webhooks.sessionStartUrl"}
        assert "nobody can read it" in lost(back)[payload]

    def test_whether_authorisation_was_required_is_named_when_nobody_saw_it(self) -> None:
        """A home must not become free for all without a word."""
        url = {MODE: "ocppNative", NATIVE_URL: "wss://a.example/cp"}

        back = of_settings(url, {MODE: "native", AUTHORISATION: FORBIDDEN})

        assert values(back)[MODE] == ("ocppNative", "native")
        assert "not readable (forbidden)" in lost(back)[AUTHORISATION]

    def test_the_way_back_from_the_way_back_leads_to_the_new_mode(self) -> None:
        """Whoever took a run back by mistake takes that back in the same way."""
        desired = fleet(wants(settings={MODE: "ocppNative", NATIVE_URL: "wss://b.example/cp"}))
        plan, back = reversed_pair(desired, live(settings={MODE: "native"}))

        forth = back_of(back, desired)

        assert values(forth) == values(plan)
        assert [change.id for change in forth.changes] == [change.id for change in plan.changes]

    def test_a_portal_route_makes_it_a_thing_for_the_portal_again(self) -> None:
        """Native OCPP alone has a documented call; leaving it has none, nor has going back to the cloud mode."""
        url = {MODE: "ocppCloud", CLOUD_URL: "wss://a.example/{deviceId}"}

        back = of_settings({MODE: "native"}, url, by=PORTAL_ACCOUNT)

        assert {change.route for change in back.changes} == {Route.PORTAL}
        assert [step.operation for step in back.steps] == [Operation.PORTAL]


class TestAccess:
    def test_who_was_added_goes(self) -> None:
        """By the same route, behind the same guards as any other removal."""
        back = of_access(entries=[("person:c-1", "user")])

        assert values(back) == {"person:c-1 permissions": (("user",), ABSENT)}

    def test_a_person_who_went_is_invited_again(self) -> None:
        """Accepting is theirs, so it is said."""
        back = of_access(("person:c-1", "user", "owner"), absent=["person:c-1"])

        assert values(back) == {"person:c-1 permissions": (ABSENT, ("user", "owner"))}
        (warning,) = back.warnings
        assert (warning.code, "accept again" in warning.message) == ("P204", True)

    def test_a_group_that_went_needs_no_invitation(self) -> None:
        """A group has nothing to accept."""
        back = of_access(("userGroup:HANS", "user"), absent=["userGroup:HANS"], by=account(group="BSJG"))

        assert values(back) == {"userGroup:HANS permissions": (ABSENT, ("user",))}
        assert back.warnings == ()

    def test_changed_roles_change_back(self) -> None:
        """Without an invitation."""
        back = of_access(("person:c-1", "user"), entries=[("person:c-1", "user", "owner")])

        assert values(back) == {"person:c-1 permissions": (("user", "owner"), ("user",))}
        assert back.warnings == ()

    def test_our_own_access_does_not_come_back(self) -> None:
        """Once it is gone there is nobody left to give it."""
        back = of_access(("userGroup:BSJG", "owner"), absent=["userGroup:BSJG"], by=account(group="BSJG"))

        assert values(back) == {}
        assert "our own access" in lost(back)["userGroup:BSJG permissions"]

    def test_access_that_nobody_could_read_is_named(self) -> None:
        """The Portal may have had it already."""
        desired = fleet(wants(access=permissions(person("person:c-1", "user"))), accounts=[PORTAL_ACCOUNT])

        _, back = reversed_pair(desired, live(access=NO_CALL))

        assert values(back) == {}
        assert "no documented call" in lost(back)["person:c-1 permissions"]


class TestPlan:
    def test_current_is_taken_before_it_is_given_again(self) -> None:
        """A new safe order, not the old one from behind."""
        pair = [wants_charger("ZAP000001", maxCurrent=10.0), wants_charger("ZAP000002", maxCurrent=16.0)]
        found = live(
            charger("ZAP000001", maxCurrent=16.0), charger("ZAP000002", maxCurrent=10.0), circuits={"c1": 32.0}
        )

        _, back = reversed_pair(fleet(wants(*pair)), found)

        first, second = back.steps
        assert [first.target_id, second.target_id] == ["id-ZAP000002", "id-ZAP000001"]
        assert second.after == (first.id,)

    @pytest.mark.parametrize(("other", "waits"), [("c1", True), ("c2", False), (None, True)])
    def test_only_chargers_of_one_circuit_wait_for_each_other(self, other: str | None, waits: bool) -> None:
        """What holds one up must not keep another circuit from coming back; an unknown one may be the same."""
        pair = [wants_charger("ZAP000001", maxCurrent=10.0), wants_charger("ZAP000002", maxCurrent=16.0)]
        found = live(
            charger("ZAP000001", maxCurrent=16.0),
            charger("ZAP000002", circuit=other, maxCurrent=10.0),
            circuits={"c1": 32.0, "c2": 32.0},
        )
        desired = fleet(wants(*pair, acknowledged=["raise-circuit-unreadable"]))

        _, back = reversed_pair(desired, found)

        up = next(step for step in back.steps if step.target_id == "id-ZAP000001")
        assert bool(up.after) is waits

    def test_it_says_which_run_it_takes_back_and_when_it_was_made(self) -> None:
        """An ordinary plan otherwise."""
        back = of_charger("maxCurrent", before=10.0, after=16.0)

        assert back.rollback is not None
        assert (back.rollback.run_id, back.created_at) == (RUN, LATER)
        assert (back.requests.write, back.selection, back.pending, back.unreadable) == (1, None, (), ())

    def test_its_digest_of_wishes_is_its_own(self) -> None:
        """A receipt must not name files that wanted something else."""
        one, other = (of_charger("maxCurrent", before=before, after=16.0) for before in (10.0, 13.0))

        assert one.desired.digest != other.desired.digest
        assert one.desired.digest.startswith("sha256:")

    def test_a_run_without_changes_has_an_empty_way_back(self) -> None:
        """Nothing to do is no error."""
        desired = fleet(wants())

        back = back_of(plan_for(desired, live()), desired)

        assert (back.changes, back.steps, lost(back)) == ((), (), {})


class TestAsWished:
    def after_the_run(self, desired: DesiredFleet, *observed: ObservedInstallation) -> tuple[Plan, Plan]:
        """The way back, and what a plan made after the run finds to do for it."""
        plan, back = reversed_pair(desired, *observed)
        world = World(observed=cloud(*observed))
        for step in plan.steps:
            world = apply_step(world, step, plan.changes)
        return back, make_plan(as_wished(back, desired), world.observed, policy(), FixedOrigins())

    def test_a_fresh_plan_finds_the_same_changes_and_steps(self) -> None:
        """What was shown is what is done."""
        desired = fleet(
            wants(
                wants_charger(SERIAL, maxCurrent=16.0, standAlone=False),
                settings={MODE: "native", AUTHORISATION: False},
                access=permissions(person("person:c-1", "user", "owner")),
            )
        )
        found = live(
            charger(SERIAL, maxCurrent=0.0, standAlone=True),
            settings={MODE: "ocppNative", NATIVE_URL: "wss://a.example/cp"},
            access=[has_access("userGroup:BSJG", "owner", "service")],
            circuits={"c1": 32.0},
        )

        back, fresh = self.after_the_run(desired, found)

        assert fresh.changes != ()
        assert [change.id for change in fresh.changes] == [change.id for change in back.changes]
        assert [step.id for step in fresh.steps] == [step.id for step in back.steps]

    def test_nothing_else_of_the_file_is_wished_for(self) -> None:
        """A way back brings no other change along, whatever the files say by now."""
        desired = fleet(
            wants(wants_charger(SERIAL, maxCurrent=16.0), wants_charger("ZAP000002", maxCurrent=32.0)),
            wants(wants_charger("ZAP000003", maxCurrent=32.0), site=OTHER_SITE),
        )
        plan = plan_for(
            fleet(wants(wants_charger(SERIAL, maxCurrent=16.0))),
            live(charger(SERIAL, maxCurrent=10.0), circuits={"c1": 63.0}),
        )

        wished = as_wished(back_of(plan, desired), desired)

        (site,) = wished.installations
        assert site.id == SITE
        assert [(one.serial, one.settings) for one in site.chargers] == [
            (SERIAL, (("maxCurrent", 10.0),)),
            ("ZAP000002", ()),
        ]

    def test_the_list_of_chargers_and_what_was_acknowledged_stay(self) -> None:
        """Guards count whom the file lists, and what an electrician confirmed."""
        desired = fleet(
            replace(
                wants(wants_charger(SERIAL), settings={MODE: "native"}, acknowledged=["shared-installation"]),
                labels=(("region", "oslo"),),
            )
        )
        plan = plan_for(desired, live(charger(SERIAL), settings={MODE: "ocppNative", NATIVE_URL: "wss://a.example/cp"}))

        (site,) = as_wished(back_of(plan, desired), desired).installations

        assert [one.serial for one in site.chargers] == [SERIAL]
        assert site.acknowledgements == desired.installations[0].acknowledgements
        assert site.labels == (("region", "oslo"),)

    def test_nobody_else_loses_access_although_the_file_is_exclusive(self) -> None:
        """The way back is about those whom the run touched."""
        ours = person("userGroup:HANS", "owner", "service")
        wanted = permissions(person("person:c-1", "user", "owner"), ours, mode=PermissionMode.EXCLUSIVE)
        desired = fleet(wants(access=wanted))
        strangers = [has_access("person:c-3", "user", "owner"), has_access("person:c-2", "user")]
        found = live(access=[*strangers, has_access("userGroup:HANS", "owner", "service")])

        back, fresh = self.after_the_run(desired, found)

        (site,) = as_wished(back, desired).installations
        assert site.permissions is not None
        assert site.permissions.mode is PermissionMode.ADDITIVE
        assert {change.id for change in fresh.changes} <= {change.id for change in back.changes}

    def test_a_limit_that_moves_is_looked_at_with_all_that_stands_below_it(self) -> None:
        """Otherwise nobody would know whether a charger would stand above it."""
        desired = fleet(
            wants(
                wants_charger(SERIAL, maxCurrent=16.0),
                settings={"maxCurrent": 63.0},
                acknowledged=["raise-installation-limit"],
            )
        )
        found = live(charger(SERIAL, maxCurrent=16.0), settings={"maxCurrent": 32.0}, circuits={"c1": 32.0})

        back, fresh = self.after_the_run(desired, found)

        assert [change.id for change in fresh.changes] == [change.id for change in back.changes]
        assert as_wished(back, desired).installations[0].chargers[0].get("maxCurrent") == 16.0

    def test_an_installation_without_a_file_is_left_alone(self) -> None:
        """What no file names is not managed, on the way back as well."""
        desired = fleet(wants(wants_charger(SERIAL, maxCurrent=16.0)))
        _, back = reversed_pair(desired, live(charger(SERIAL, maxCurrent=10.0), circuits={"c1": 63.0}))

        assert as_wished(back, fleet()).installations == ()

    def test_a_raise_of_the_installation_is_guarded_on_the_way_back_too(self) -> None:
        """Nobody knows whether the breaker is still the former one."""
        desired = fleet(wants(wants_charger(SERIAL, maxCurrent=16.0), settings={"maxCurrent": 20.0}))
        found = live(charger(SERIAL, maxCurrent=20.0), settings={"maxCurrent": 32.0}, circuits={"c1": 20.0})

        back, fresh = self.after_the_run(desired, found)

        assert values(back)["maxCurrent"] == (20.0, 32.0)
        assert [refusal.guard for refusal in fresh.refusals] == ["raise-installation-limit"]

    def test_the_limits_of_the_fleet_stay_those_of_the_files(self) -> None:
        """A way back may do no more at once than any other plan."""
        limits = GuardLimits(max_changed_installations=0)
        desired = fleet(wants(wants_charger(SERIAL, maxCurrent=16.0)))
        plan = plan_for(desired, live(charger(SERIAL, maxCurrent=10.0), circuits={"c1": 63.0}))

        back = back_of(plan, replace(desired, limits=limits))

        assert back.refused_whole
        assert as_wished(back, replace(desired, limits=limits)).limits == limits


class TestFormerValues:
    def test_a_plan_keeps_the_configuration_of_the_mode_that_it_leaves(self) -> None:
        """Of a secret only that it was set."""
        password = "authentication.ocppCloud.initialPassword"
        found = {MODE: "ocppCloud", CLOUD_URL: "wss://a.example/{deviceId}", password: SECRET_SET}

        plan = plan_for(wants(settings={MODE: "native"}), live(settings=found))

        assert {one.setting: one.value for one in plan.former} == {
            CLOUD_URL: "wss://a.example/{deviceId}",
            password: SECRET_SET,
        }

    def test_without_a_switch_it_keeps_nothing(self) -> None:
        """Nothing is left, so nothing needs to be remembered."""
        plan = plan_for(
            wants(settings={MODE: "native", AUTHORISATION: False}), live(settings={MODE: "native", AUTHORISATION: True})
        )

        assert (len(plan.changes), plan.former) == (1, ())

    def test_what_could_not_be_read_is_kept_as_such(self) -> None:
        """Unknown is not absent."""
        plan = plan_for(wants(settings={MODE: "native"}), live(settings={MODE: "ocppCloud", CLOUD_URL: FORBIDDEN}))

        assert [one.value for one in plan.former] == [Unreadable(reason=Reason.FORBIDDEN)]
