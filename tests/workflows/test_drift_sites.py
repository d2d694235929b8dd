"""What a drift report says of each installation: open, compared and in order, or not read."""

from reconciler.model.finding import DriftReport, SiteSummary
from reconciler.model.observed import ObservedInstallation
from reconciler.model.value import Unreadable
from reconciler.workflows.drift import DriftRun, drift_of
from tests.builders import (
    FORBIDDEN,
    FixedOrigins,
    charger,
    fleet,
    has_access,
    live,
    permissions,
    person,
    wants,
    wants_charger,
)
from tests.planning.drift_case import CHARGERS, looked_up

A, B, *_ = CHARGERS
FILES = fleet(
    wants(
        wants_charger(A, maxCurrent=16.0, standAlone=False),
        settings={"authentication.mode": "native"},
        access=permissions(person("person:c-1", "owner")),
    )
)
ACCESS = (has_access("person:c-1", "owner"),)
EVERYTHING = ("Current", "Stand-alone", "Authentication", "Integration", "Access", "Inventory")


def reported(*observed: ObservedInstallation) -> DriftReport:
    lookup, plan = looked_up(FILES, *observed)
    run = DriftRun(
        desired=FILES,
        observed=lookup.observed,
        seen=lookup.observed,
        plan=plan,
        policy=lookup.policy,
        origins=FixedOrigins(),
    )
    return drift_of(run, None).report


def summary(*observed: ObservedInstallation) -> SiteSummary:
    """The one site, whose `compared` is always what coverage says."""
    report = reported(*observed)
    (site,) = report.sites
    assert site.compared == bool(report.coverage.installations.compared)
    return site


class TestThreeStates:
    def test_what_was_compared_and_is_as_wanted_is_in_order(self) -> None:
        """Nothing open, nothing unknown."""
        site = summary(live(charger(A, maxCurrent=16.0, standAlone=False), access=ACCESS))

        assert (site.compared, site.worst, site.unread) == (True, (), ())

    def test_a_setting_of_a_charger_that_was_not_read_is_unknown(self) -> None:
        """Its column is not called clean; the installation itself was compared."""
        site = summary(live(charger(A, maxCurrent=FORBIDDEN, standAlone=False), access=ACCESS))

        assert (site.compared, site.unread) == (True, ("Current",))

    def test_a_setting_of_the_installation_that_was_not_read_leaves_it_uncompared(self) -> None:
        """As coverage counts it."""
        hidden: dict[str, Unreadable] = {"authentication.mode": FORBIDDEN}

        site = summary(live(charger(A, maxCurrent=16.0, standAlone=False), settings=hidden, access=ACCESS))

        assert (site.compared, site.unread) == (False, ("Authentication",))

    def test_permissions_that_could_not_be_read_are_unknown(self) -> None:
        """Nobody may believe that access is in order."""
        site = summary(live(charger(A, maxCurrent=16.0, standAlone=False), access=FORBIDDEN))

        assert (site.compared, site.unread) == (False, ("Access",))

    def test_of_a_missing_charger_nothing_is_known(self) -> None:
        """Its settings are neither as wanted nor different."""
        site = summary(live(access=ACCESS))

        assert (site.compared, site.unread) == (True, ("Current", "Stand-alone"))

    def test_an_installation_that_nobody_sees_is_unknown_as_a_whole(self) -> None:
        """In every column."""
        site = summary()

        assert (site.compared, site.unread) == (False, EVERYTHING)
