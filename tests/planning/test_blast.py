"""What a plan does, in terms of an electrician: amperes, chargers that will not charge, people, cars."""

from dataclasses import replace

import pytest

from reconciler.model.blast import Blast, Idle, Move, blast_of
from reconciler.model.observed import OperatingMode
from reconciler.model.plan import Plan
from reconciler.model.value import Value
from reconciler.planning.residual import residual_plan
from tests.builders import (
    NO_CALL,
    OTHER_SITE,
    PORTAL_ACCOUNT,
    SITE,
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

IN_CLOUD: dict[str, Value] = {"authentication.mode": "ocppCloud"}
NATIVE_OCPP: dict[str, Value] = {
    "authentication.mode": "ocppNative",
    "authentication.ocppNative.url": "wss://ocpp.example/cp",
}
TO_NATIVE: dict[str, Value] = {"authentication.mode": "native"}


def idle(plan: Plan) -> list[tuple[str, Idle]]:
    return [(one.serial, one.why) for site in blast_of(plan).sites for one in site.idle]


class TestAmperes:
    def test_each_installation_and_the_fleet_have_their_sums(self) -> None:
        """Raised and lowered stand beside each other, never against each other."""
        files = fleet(
            wants(wants_charger("ZAP000001", maxCurrent=10.0), wants_charger("ZAP000002", maxCurrent=20.5)),
            wants(wants_charger("ZAP000003", maxCurrent=32.0), site=OTHER_SITE),
        )
        first = live(
            charger("ZAP000001", maxCurrent=16.0), charger("ZAP000002", maxCurrent=16.0), circuits={"c1": 63.0}
        )
        second = live(charger("ZAP000003", maxCurrent=16.0), circuits={"c1": 63.0}, site=OTHER_SITE)

        blast = blast_of(plan_for(files, first, second))

        assert [(site.installation_id, site.raised_a, site.lowered_a) for site in blast.sites] == [
            (SITE, 4.5, 6.0),
            (OTHER_SITE, 16.0, 0.0),
        ]
        assert (blast.raised_a, blast.lowered_a) == (20.5, 6.0)

    def test_a_plan_without_changes_reaches_nobody(self) -> None:
        """Nothing changes, nothing is told."""
        assert blast_of(plan_for(wants(), live())) == Blast(sites=())


class TestIdleChargers:
    def test_0_a_switches_a_charger_off(self) -> None:
        """It looks healthy in the Portal while nobody can charge."""
        plan = plan_for(wants(wants_charger("ZAP000001", maxCurrent=0.0)), live(charger("ZAP000001", maxCurrent=16.0)))

        assert idle(plan) == [("ZAP000001", Idle.SWITCHED_OFF)]

    def test_a_charger_that_is_off_and_stays_so_is_told(self) -> None:
        """Somebody who changes the mode of a site should know that one charger there is dead."""
        site = wants(wants_charger("ZAP000001", maxCurrent=5.0), settings={"maxCurrent": 50.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=5.0), circuits={"c1": 50.0}))

        assert idle(plan) == [("ZAP000001", Idle.STAYS_OFF)]

    def test_a_charger_that_comes_back_is_not_told(self) -> None:
        """From 0 A to 16 A."""
        plan = plan_for(
            wants(wants_charger("ZAP000001", maxCurrent=16.0)),
            live(charger("ZAP000001", maxCurrent=0.0), circuits={"c1": 63.0}),
        )

        assert idle(plan) == []

    def test_stand_alone_left_behind_by_native_ocpp_is_told(self) -> None:
        """Leaving native OCPP does not turn it off."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), settings=TO_NATIVE)

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0, standAlone=True), settings=NATIVE_OCPP))

        assert idle(plan) == [("ZAP000001", Idle.STAND_ALONE)]

    def test_stand_alone_that_goes_off_or_belongs_to_native_ocpp_is_not_told(self) -> None:
        """In native OCPP chargers are in stand-alone mode; a file that turns it off turns it off."""
        off = wants(wants_charger("ZAP000001", standAlone=False), settings=TO_NATIVE)
        stays = wants(wants_charger("ZAP000001", maxCurrent=10.0))
        alone = live(charger("ZAP000001", maxCurrent=16.0, standAlone=True), settings=NATIVE_OCPP)

        assert idle(plan_for(off, alone)) == []
        assert idle(plan_for(stays, alone)) == []


class TestAccess:
    @staticmethod
    def _blast(*, pro: bool | None, chargers: int = 1) -> Blast:
        access = permissions(
            person("person:c-1", "user", "owner"),
            person("person:c-2", "user"),
            person("userGroup:HANS", "service"),
            absent=[gone("person:c-3")],
        )
        serials = [f"ZPR08000{number}" for number in range(chargers)]
        seen = live(
            *(charger(serial) for serial in serials),
            access=[
                has_access("person:c-3", "user"),
                has_access("userGroup:HANS", "user"),
                has_access("userGroup:BSJG", "owner", "service"),
            ],
        )
        site = wants(*(wants_charger(serial) for serial in serials), access=access)
        return blast_of(plan_for(site, replace(seen, pro=pro)))

    def test_who_gains_and_who_loses_it(self) -> None:
        """By person or group, with the roles."""
        (site,) = self._blast(pro=False).sites

        assert [(one.principal, one.move, one.roles) for one in site.access] == [
            ("person:c-1", Move.GAINS, ("user", "owner")),
            ("person:c-2", Move.GAINS, ("user",)),
            ("person:c-3", Move.LOSES, ("user",)),
            ("userGroup:HANS", Move.ALTERS, ("service",)),
        ]
        assert all(one.certain for one in site.access)

    @pytest.mark.parametrize(
        ("pro", "chargers", "sees"), [(True, 1, True), (False, 1, False), (None, 1, False), (None, 4, True)]
    )
    def test_a_new_owner_of_a_pro_site_sees_everybody(self, *, pro: bool | None, chargers: int, sees: bool) -> None:
        """Their sessions are personal data; more than three chargers are never Go or Home."""
        blast = self._blast(pro=pro, chargers=chargers)

        who = [one.principal for site in blast.sites for one in site.access if one.sees_sessions]
        assert who == (["person:c-1"] if sees else [])

    def test_what_nobody_can_read_is_not_certain(self) -> None:
        """Somebody who may have access already gains it perhaps."""
        site = wants(access=permissions(person("person:c-1", "user")))

        (found,) = blast_of(plan_for(site, live(access=NO_CALL), accounts=[PORTAL_ACCOUNT])).sites

        assert [(one.move, one.certain) for one in found.access] == [(Move.GAINS, False)]


class TestCars:
    @staticmethod
    def _plan() -> Plan:
        serials = [f"ZAP00000{number}" for number in range(5)]
        modes = [OperatingMode.CHARGING, OperatingMode.CHARGING, OperatingMode.FINISHED, None, OperatingMode.UNKNOWN]
        cars = [
            charger(serial, mode=mode, online=number != 1, maxCurrent=16.0)
            for number, (serial, mode) in enumerate(zip(serials, modes, strict=True))
        ]
        return plan_for(wants(wants_charger("ZAP000000", maxCurrent=10.0)), live(*cars))

    def test_cars_that_charge_are_counted_and_the_unknown_stays_unknown(self) -> None:
        """What the cloud shows of an offline charger is old; a mode that is not told is not idle."""
        blast = blast_of(self._plan())

        assert (blast.charging, blast.silent, blast.unseen) == (1, 3, 0)

    def test_where_nobody_looked_is_not_none(self) -> None:
        """A plan from elsewhere, such as a rollback, does not say."""
        blast = blast_of(replace(self._plan(), sites=()))

        assert (blast.charging, blast.unseen) == (0, 1)

    def test_only_sites_with_changes_are_told(self) -> None:
        """Who charges elsewhere is nobody's business."""
        files = fleet(wants(wants_charger("ZAP000001", maxCurrent=10.0)), wants(site=OTHER_SITE))
        here = live(charger("ZAP000001", maxCurrent=16.0))
        there = live(charger("ZAP000002", mode=OperatingMode.CHARGING), site=OTHER_SITE)

        plan = plan_for(files, here, there)

        assert [site.installation_id for site in plan.sites] == [SITE]

    def test_a_part_of_a_plan_keeps_its_sites_only(self) -> None:
        """What is left of it is about fewer places."""
        files = fleet(
            wants(wants_charger("ZAP000001", maxCurrent=10.0)),
            wants(wants_charger("ZAP000002", maxCurrent=10.0), site=OTHER_SITE),
        )
        seen = [
            live(charger(serial, maxCurrent=16.0), site=site)
            for serial, site in (("ZAP000001", SITE), ("ZAP000002", OTHER_SITE))
        ]
        plan = plan_for(files, *seen)

        part = residual_plan(plan, frozenset({plan.changes[0].id}), now=plan.created_at)

        assert [site.installation_id for site in part.sites] == [SITE]
