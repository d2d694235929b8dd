"""Reading costs as few requests as possible, and the plan says how few that is."""

from dataclasses import replace

import pytest

from reconciler.model.observed import AccountReads, Breadth, ObservedFleet, ReadNeed
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable
from reconciler.planning.reads import breadth_for, needs_of, read_floor
from tests.builders import (
    FORBIDDEN,
    MAIN,
    OTHER_SITE,
    PORTAL_ACCOUNT,
    SITE,
    charger,
    cloud,
    fleet,
    has_access,
    live,
    permissions,
    person,
    wants,
    wants_charger,
)
from tests.planning.drift_case import exception

LIMIT = "maxCurrent"
MISSING = Unreadable(reason=Reason.MISSING_MEMBER)


class TestNeeds:
    def test_only_declared_settings_are_read(self) -> None:
        """A charger without settings needs no state, a site without permissions no permissions."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=16.0),
            wants_charger("ZAP000002", standAlone=False),
            wants_charger("ZAP000003"),
            settings={"authentication.mode": "native", "maxCurrent": 63.0},
            access=permissions(person("person:c-1", "owner")),
        )

        (need,) = needs_of(fleet(site))

        assert need == ReadNeed(
            account=MAIN,
            installation_id=SITE,
            state_of=("ZAP000001", "ZAP000002"),
            raises_to=(("", 63.0), ("ZAP000001", 16.0)),
            permissions=True,
            mode="native",
        )

    def test_permissions_in_the_portal_cannot_be_read(self) -> None:
        """Without a partner there is no call for them."""
        site = wants(access=permissions(person("person:c-1", "owner")))

        assert not needs_of(fleet(site, accounts=[PORTAL_ACCOUNT]))[0].permissions

    def test_the_value_of_an_exception_is_the_one_that_may_go_up(self) -> None:
        """Else the circuit of the charger would not be read, and a guard would refuse what it cannot judge."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0), settings={"maxCurrent": 63.0})
        tolerated = [exception(LIMIT, charger="ZAP000001", value=16.0), exception(LIMIT, value=80.0)]

        (need,) = needs_of(fleet(site, deviations=tolerated))

        assert need.raises_to == (("", 80.0), ("ZAP000001", 16.0))

    def test_a_tolerated_limit_never_goes_up(self) -> None:
        """Its state is read all the same: the report says what is tolerated."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0))

        (need,) = needs_of(fleet(site, deviations=[exception(LIMIT, charger="ZAP000001")]))

        assert (need.state_of, need.raises_to) == (("ZAP000001",), ())


class TestBreadth:
    @pytest.mark.parametrize(
        ("selected", "size", "breadth"),
        [(1, (10_000, 45_000), Breadth.SITES), (1, (100, 100), Breadth.SITES), (2, (100, 200), Breadth.ACCOUNT)],
    )
    def test_a_few_sites_are_read_one_by_one(self, selected: int, size: tuple[int, int], breadth: Breadth) -> None:
        """Two requests per site against the pages of both lists."""
        sites = [wants(site=f"44444444-0000-4000-8000-{number:012d}") for number in range(selected)]

        assert breadth_for(fleet(*sites, fleet_size=size, selection="region=oslo")) is breadth

    def test_the_whole_fleet_is_read_from_lists(self) -> None:
        """Lists also show what no file names."""
        assert breadth_for(fleet(wants(), fleet_size=(10_000, 45_000))) is Breadth.ACCOUNT


class TestFloor:
    @staticmethod
    def _seen(snapshot: ObservedFleet, *, installations: int, chargers: int) -> ObservedFleet:
        reads = AccountReads(account=MAIN, visible_installations=installations, visible_chargers=chargers, requests=9)
        return replace(snapshot, reads=(reads,))

    def test_lists_are_counted_in_pages(self) -> None:
        """201 installations and 100 chargers take three and one pages of a hundred."""
        snapshot = self._seen(cloud(live()), installations=201, chargers=100)

        assert read_floor(needs_of(fleet(wants())), snapshot) == 4

    def test_states_circuits_and_permissions_come_on_top(self) -> None:
        """One per declared charger, one for the raise, one for the permissions."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=16.0),
            wants_charger("ZAP000002", maxCurrent=10.0),
            access=permissions(person("person:c-1", "owner")),
        )
        seen = live(
            charger("ZAP000001", maxCurrent=10.0),
            charger("ZAP000002", maxCurrent=10.0),
            access=[has_access("person:c-1", "owner")],
        )

        assert read_floor(needs_of(fleet(site)), cloud(seen)) == 2 + 2 + 1 + 1

    @pytest.mark.parametrize(
        ("value", "hierarchy"),
        [(10.0, 1), (16.0, 0), (15.99, 0), (20.0, 0), (FORBIDDEN, 0), (MISSING, 1), (ABSENT, 1)],
    )
    def test_the_hierarchy_is_for_raises(self, value: Observation, hierarchy: int) -> None:
        """It is read when the charger stands lower, or when its state came without the value."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0))

        floor = read_floor(needs_of(fleet(site)), cloud(live(charger("ZAP000001", maxCurrent=value))))

        assert floor == 2 + 1 + hierarchy

    @pytest.mark.parametrize(
        ("value", "hierarchy"), [(63.0, 1), (100.0, 1), (80.0, 0), (80.01, 0), (FORBIDDEN, 0), (ABSENT, 0)]
    )
    def test_another_limit_of_the_installation_needs_it_too(self, value: Observation, hierarchy: int) -> None:
        """The circuits must stay below, whether it goes up or down."""
        files = fleet(wants(settings={"maxCurrent": 80.0}))

        assert read_floor(needs_of(files), cloud(live(settings={"maxCurrent": value}))) == 2 + hierarchy

    def test_what_is_not_visible_needs_no_read(self) -> None:
        """Nobody reads the state of a charger that no list shows."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), wants_charger("ZAP000002", maxCurrent=16.0))
        files = fleet(site, wants(wants_charger("ZAP000003", maxCurrent=16.0), site=OTHER_SITE))

        assert read_floor(needs_of(files), cloud(live(charger("ZAP000001", maxCurrent=16.0)))) == 3

    def test_single_sites_take_two_requests_each(self) -> None:
        """And one more for every further page of chargers."""
        many = [charger(f"ZPR08{number:04d}") for number in range(150)]
        files = fleet(wants(), wants(site=OTHER_SITE))
        snapshot = cloud(live(*many), live(site=OTHER_SITE), breadth=Breadth.SITES)

        assert read_floor(needs_of(files), snapshot) == 2 + 2 + 1

    def test_an_empty_account_still_takes_both_lists(self) -> None:
        """That nothing is there must be read as well."""
        assert read_floor(needs_of(fleet(wants())), cloud()) == 2
