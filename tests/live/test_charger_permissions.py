"""Permissions on single chargers: read only where they can exist, written once, never by an adapter without them."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import CloudError
from reconciler.live.routes.partner import adapter_for
from reconciler.model.desired import Account, Route
from reconciler.model.observed import ObservedPermission
from reconciler.model.outcome import WriteStatus
from reconciler.model.plan import Operation
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable
from reconciler.sandbox.portal import set_value
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World
from tests.live.answers import CHARGER, SITE, Cloud, as_json, status
from tests.live.cloud import ALL_PARTNER, Opening, account_of, calls, over_answers, over_world
from tests.live.steps import change, step
from tests.live.test_observer import ELVEVEIEN, FURULIA, LUFTHAVN, need, observe, site
from tests.live.test_partner import PEOPLE, acme, adapter_source, install, packages

__all__ = ["acme", "packages"]

SERIAL, NEXT, HOME = "ZPR081101", "ZPR081102", "ZAP012345"
KARI = "person:c-88121"
WITH_CHARGERS = (*ALL_PARTNER, ("chargerPermissions", Route.PARTNER))
ACCOUNT = account_of(routes=WITH_CHARGERS)


@pytest.fixture
def world() -> World:
    """The sandbox's world, in which Kari may use one charger of Furulia."""
    made = fixture_world()
    set_value(made, SERIAL, setting=f"permissions.{KARI}", value="user")
    return made


def seen(world: World, site_id: str, *serials: str, account: Account = ACCOUNT) -> list[object]:
    """What was read of those chargers."""
    opened = over_world(world, Opening(account=account))
    found = site(observe(opened, need(site_id, charger_permissions_of=serials)), site_id)
    return [None if (one := found.charger(serial)) is None else one.permissions for serial in serials]


class TestReading:
    def test_those_asked_for_are_read(self, world: World) -> None:
        """One request each; an empty list is an answer here, because the installation's people are not in it."""
        found = seen(world, FURULIA, SERIAL, NEXT)

        assert found == [(ObservedPermission(principal=KARI, roles=("user",), accepted=True),), ()]
        assert len(calls(world, part="/permissions")) == 2

    def test_nobody_asks_go_or_home(self, world: World) -> None:
        """There are none, so no request is made that could only be refused."""
        assert seen(world, ELVEVEIEN, HOME) == [None]
        assert calls(world, part="/permissions") == []

    def test_a_refused_read_is_unreadable(self, world: World) -> None:
        """A mere user of the charger may not look."""
        assert seen(world, LUFTHAVN, "ZPR085001") == [Unreadable(reason=Reason.FORBIDDEN)]

    def test_the_route_of_installations_opens_none_of_chargers(self, world: World) -> None:
        """An account names each; otherwise no call reads them."""
        found = seen(world, FURULIA, SERIAL, account=account_of())

        assert found == [Unreadable(reason=Reason.NO_DOCUMENTED_CALL)]
        assert calls(world, part="/permissions") == []

    @pytest.mark.parametrize(("routes", "expected"), [(WITH_CHARGERS, 1), (ALL_PARTNER, 0)])
    def test_a_snapshot_reads_all_of_pro(
        self, world: World, routes: tuple[tuple[str, Route], ...], expected: int
    ) -> None:
        """Where the account may; of two chargers, and of none that hangs in a home."""
        opened = over_world(world, Opening(account=account_of(routes=routes)))

        fleet = opened.observer.survey({FURULIA, ELVEVEIEN})

        people = [one.permissions for one in site(fleet, FURULIA).chargers]
        assert sum(isinstance(one, tuple) for one in people) == 2 * expected
        assert len(calls(world, part="/partner/v1/chargers")) == 2 * expected


class TestWriting:
    def read_and_write(self, world: World, after: tuple[str, ...], before: Observation) -> list[object]:
        """Before, the answer, and afterwards."""
        executor = over_world(world, Opening(account=ACCOUNT)).executor
        wish = change(
            "permissions",
            after or ABSENT,
            before=before,
            installation_id=FURULIA,
            charger=SERIAL,
            principal=KARI,
        )
        charger = world.charger_by_serial(SERIAL)
        assert charger is not None
        this = step(Operation.PARTNER_CHARGER_PERMISSION, wish, target_id=charger["id"])

        first = executor.read(this, [wish])[wish.id]
        answer = executor.write(this, [wish]).status
        world.advance(8)
        return [first, answer, executor.read(this, [wish])[wish.id]]

    def test_roles_change_on_that_charger(self, world: World) -> None:
        """One PUT at the charger, and the installation's list is untouched."""
        before = [*world.data["installations"][FURULIA]["permissions"]]

        told = self.read_and_write(world, ("user", "owner"), ("user",))

        assert told == [("user",), WriteStatus.ACCEPTED, ("user", "owner")]
        assert world.data["installations"][FURULIA]["permissions"] == before
        assert len(calls(world, method="PUT")) == 1

    def test_somebody_loses_it(self, world: World) -> None:
        """One DELETE."""
        assert self.read_and_write(world, (), ("user",)) == [("user",), WriteStatus.ACCEPTED, ABSENT]
        assert [one.split("/")[-1] for one in calls(world, method="DELETE")] == ["permissions"]

    def test_without_the_route_nothing_is_read(self, world: World) -> None:
        """Before a write that must not happen."""
        opened = over_world(world, Opening(account=account_of()))
        wish = change("permissions", ("user",), installation_id=FURULIA, charger=SERIAL, principal=KARI)

        found = opened.executor.read(step(Operation.PARTNER_CHARGER_PERMISSION, wish), [wish])

        assert found == {wish.id: Unreadable(reason=Reason.NO_DOCUMENTED_CALL)}


class TestAdapters:
    def test_one_that_does_not_know_them_serves_other_settings(self, packages: Path) -> None:
        """The four methods of an older adapter are enough until an account names the route."""
        install(packages, adapter_source("pass"), name="odd", target="odd_zaptec:Odd")
        older = replace(account_of(), partner="odd")

        assert adapter_for(older) is not None
        with pytest.raises(CloudError, match="lacks read_charger_permissions, write_charger_permission"):
            adapter_for(replace(older, routes=WITH_CHARGERS))

    def test_the_example_of_the_guide_has_them(self, acme: Account) -> None:
        """It reads, also an empty list, and writes, as it stands there."""
        access = f"/placeholder/chargers/{CHARGER}/access"
        cloud = Cloud({f"GET {access}": as_json([]), f"PUT {access}": status(200)})
        opened = over_answers(cloud, Opening(account=replace(acme, routes=WITH_CHARGERS), people=PEOPLE))
        wish = change("permissions", ("user",), installation_id=SITE, charger="ZPR081101", principal="person:c-1")
        this = step(Operation.PARTNER_CHARGER_PERMISSION, wish, target_id=CHARGER)

        assert opened.executor.read(this, [wish]) == {wish.id: ABSENT}
        assert opened.executor.write(this, [wish]).status is WriteStatus.ACCEPTED
        assert cloud.bodies[-1] == {"email": "Kari.CANARY@people.example", "owner": False, "user": True}
