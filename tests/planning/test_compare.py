"""A plan holds what the file declares and the cloud has otherwise; nothing else."""

from datetime import date

import pytest

from reconciler.model.desired import Deviation, Route
from reconciler.model.observed import ObservedCharger
from reconciler.model.plan import Plan
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable, Value
from reconciler.planning.compare import is_as_wanted
from tests.builders import (
    FORBIDDEN,
    OTHER_SITE,
    PORTAL_ACCOUNT,
    SITE,
    account,
    charger,
    fleet,
    live,
    plan_for,
    wants,
    wants_charger,
)

URL = "wss://ocpp.example/cp"
IN_CLOUD: dict[str, Value] = {"authentication.mode": "ocppCloud", "authentication.ocppCloud.url": URL}


def told(plan: Plan) -> list[tuple[str | None, str, object, object]]:
    """Changes as (charger, setting, before, after)."""
    return [(one.target.charger, one.setting, one.before, one.after) for one in plan.changes]


class TestTheQuickLook:
    """What it lets through must be as wanted to the last charger; whatever it doubts is compared in full."""

    WANTED = wants(
        wants_charger("ZAP000001", maxCurrent=16.0, standAlone=False),
        wants_charger("ZAP000002", maxCurrent=16.0, standAlone=False),
        settings={"maxCurrent": 63.0},
    )

    def test_equal_chargers_and_limits_are_as_wanted(self) -> None:
        """Also when a charger shows more than the file declares, and the site has others."""
        seen = [charger(f"ZAP00000{number}", maxCurrent=16.02, standAlone=False) for number in (1, 2, 3)]

        assert is_as_wanted(self.WANTED, live(*seen))

    @pytest.mark.parametrize(
        "second",
        [
            charger("ZAP000002", maxCurrent=20.0, standAlone=False),
            charger("ZAP000002", maxCurrent=16.0, standAlone=True),
            charger("ZAP000002", maxCurrent=FORBIDDEN, standAlone=False),
            charger("ZAP000002", maxCurrent=16.0),
            charger("ZAP000009", maxCurrent=16.0, standAlone=False),
        ],
    )
    def test_one_charger_of_many_is_enough_for_doubt(self, second: ObservedCharger) -> None:
        """It differs, cannot be read, was not read, or is not there."""
        first = charger("ZAP000001", maxCurrent=16.0, standAlone=False)

        assert not is_as_wanted(self.WANTED, live(first, second))

    def test_another_limit_of_the_installation_is_doubted(self) -> None:
        """The chargers alone do not decide."""
        seen = [charger(f"ZAP00000{number}", maxCurrent=16.0, standAlone=False) for number in (1, 2)]

        assert not is_as_wanted(self.WANTED, live(*seen, settings={"maxCurrent": 50.0}))

    def test_a_setting_that_means_nothing_is_doubted(self) -> None:
        """A file that wants a URL which the live mode does not use gets its warning."""
        site = wants(settings={"authentication.ocppNative.url": URL})

        assert not is_as_wanted(site, live())


class TestNoFalseDifference:
    def test_a_site_as_wanted_needs_nothing(self) -> None:
        """Equal values make an empty plan."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0, standAlone=False), settings={"maxCurrent": 63.0})

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=16.0, standAlone=False)))

        assert not plan.changes
        assert not plan.steps
        assert not plan.unreadable

    def test_what_the_file_does_not_name_is_left_alone(self) -> None:
        """A charger without settings in the file may stand at anything."""
        plan = plan_for(wants(wants_charger("ZAP000001")), live(charger("ZAP000001", maxCurrent=3.0, standAlone=True)))

        assert not plan.changes

    def test_a_charger_without_a_file_is_left_alone(self) -> None:
        """Live things that no file lists are counted, never written."""
        plan = plan_for(wants(), live(charger("ZAP000009", maxCurrent=3.0)))

        assert not plan.changes
        assert plan.coverage.chargers.unmanaged == 1

    @pytest.mark.parametrize(
        ("setting", "wanted", "seen"),
        [
            ("maxCurrent", 63.0, 62.98),
            ("authentication.mode", "native", "Native"),
            ("authentication.authorizationRequired", True, True),
        ],
    )
    def test_spelling_is_not_a_difference(self, setting: str, wanted: Value, seen: Observation) -> None:
        """Values that mean the same make no change, whatever they look like."""
        plan = plan_for(wants(settings={setting: wanted}), live(settings={setting: seen}))

        assert not plan.changes

    @pytest.mark.parametrize(
        ("setting", "wanted", "seen"),
        [
            ("authentication.ocppCloud.url", URL, "wss://OCPP.example/cp"),
            ("authentication.ocppCloud.urlVersion", "ocpp16Compliant", "Ocpp16Compliant"),
            ("authentication.ocppCloud.initialPassword", "env:FLEET_SECRET_A", "set"),
        ],
    )
    def test_configuration_of_a_mode_as_wanted(self, setting: str, wanted: Value, seen: Observation) -> None:
        """The same holds for the configuration of the mode."""
        site = wants(settings={**IN_CLOUD, setting: wanted})

        plan = plan_for(site, live(settings={**IN_CLOUD, setting: seen}))

        assert not plan.changes

    @pytest.mark.parametrize("name", ["webhooks.authUrl", "webhooks.sessionStartUrl", "webhooks.sessionEndUrl"])
    def test_webhook_urls_as_wanted(self, name: str) -> None:
        """Webhook URLs compare like all others."""
        values: dict[str, Value] = {
            "authentication.mode": "webhooks",
            f"authentication.{name}": "https://hooks.example/a",
        }

        assert not plan_for(wants(settings=values), live(settings=values)).changes

    @pytest.mark.parametrize("wanted", [True, False])
    def test_stand_alone_as_wanted(self, wanted: bool) -> None:
        """Stand-alone mode compares both ways."""
        plan = plan_for(
            wants(wants_charger("ZAP000001", standAlone=wanted)), live(charger("ZAP000001", standAlone=wanted))
        )

        assert not plan.changes


class TestDifferences:
    def test_each_differing_setting_is_one_change(self) -> None:
        """Two settings of two things make two changes, with what the plan saw."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=16.0), settings={"authentication.authorizationRequired": False}
        )

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=20.04)))

        assert told(plan) == [
            (None, "authentication.authorizationRequired", True, False),
            ("ZAP000001", "maxCurrent", 20.0, 16.0),
        ]

    def test_all_chargers_of_a_large_site_keep_their_details(self) -> None:
        """When most values differ, each is still a change of its own."""
        serials = [f"ZPR08{number:04d}" for number in range(30)]
        site = wants(*(wants_charger(serial, maxCurrent=10.0, standAlone=False) for serial in serials))

        plan = plan_for(site, live(*(charger(serial, maxCurrent=32.0, standAlone=True) for serial in serials)))

        assert len(plan.changes) == 60

    def test_what_is_not_there_is_known_to_be_absent(self) -> None:
        """A secret that is not set is read as absent and gets set."""
        secret = {"authentication.mode": "webhooks", "authentication.webhooks.authPayload": "env:FLEET_SECRET_A"}

        plan = plan_for(wants(settings=secret), live(settings={"authentication.mode": "webhooks"}))

        assert told(plan) == [(None, "authentication.webhooks.authPayload", ABSENT, "env:FLEET_SECRET_A")]

    def test_a_change_says_where_the_wish_stands(self) -> None:
        """File and line come along, so that a reader can go there."""
        plan = plan_for(wants(wants_charger("ZAP000001", maxCurrent=16.0)), live(charger("ZAP000001", maxCurrent=20.0)))

        assert (plan.changes[0].file, plan.changes[0].line) == ("fleet/installations/site.yaml", 7)


class TestModes:
    def test_switching_to_native_plans_authorisation_along(self) -> None:
        """In another mode nobody can tell what authorisation will be, so it is set with the mode."""
        site = wants(settings={"authentication.mode": "native", "authentication.authorizationRequired": False})

        plan = plan_for(site, live(settings={"authentication.mode": "ocppCloud"}))

        assert told(plan) == [
            (None, "authentication.authorizationRequired", ABSENT, False),
            (None, "authentication.mode", "ocppCloud", "native"),
        ]

    def test_configuration_left_over_from_another_mode_does_not_count(self) -> None:
        """An old URL that the cloud still shows is set again when its mode is switched on."""
        plan = plan_for(wants(settings=IN_CLOUD), live(settings={"authentication.ocppCloud.url": URL}))

        assert (None, "authentication.ocppCloud.url", ABSENT, URL) in told(plan)

    def test_authorisation_means_nothing_in_another_mode(self) -> None:
        """Without a declared mode, authorisation is compared only while the live mode is native."""
        site = wants(settings={"authentication.authorizationRequired": False})

        plan = plan_for(site, live(settings={"authentication.mode": "webhooks"}))

        assert not plan.changes
        assert [warning.code for warning in plan.warnings] == ["P202"]

    def test_authorisation_is_compared_when_native_is_live(self) -> None:
        """Without a declared mode, native as live mode is enough."""
        plan = plan_for(wants(settings={"authentication.authorizationRequired": False}), live())

        assert told(plan) == [(None, "authentication.authorizationRequired", True, False)]

    def test_nothing_is_known_about_configuration_in_an_unknown_mode(self) -> None:
        """When the mode cannot be read, neither can what belongs to it."""
        plan = plan_for(wants(settings=IN_CLOUD), live(settings={"authentication.mode": FORBIDDEN}))

        assert not plan.changes
        assert [item.what for item in plan.unreadable] == ["Authentication, OCPP Cloud URL"]


class TestUnreadable:
    def test_an_unreadable_setting_is_never_a_change(self) -> None:
        """Unknown is not absent, not false, and not in order."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), wants_charger("ZAP000002", maxCurrent=16.0))

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=FORBIDDEN), charger("ZAP000002", maxCurrent=20.0)))

        assert [one.target.charger for one in plan.changes] == ["ZAP000002"]
        assert [(item.target.charger, item.what) for item in plan.unreadable] == [("ZAP000001", "Maximum current")]
        assert (plan.coverage.chargers.compared, plan.coverage.chargers.unreadable) == (1, 1)

    def test_what_nobody_asked_for_is_unreadable(self) -> None:
        """A snapshot without a declared setting does not say that it is in order."""
        plan = plan_for(wants(wants_charger("ZAP000001", standAlone=False)), live(charger("ZAP000001")))

        assert [item.unreadable.reason for item in plan.unreadable] == [Reason.NOT_READ]

    def test_an_installation_that_is_not_visible(self) -> None:
        """Nothing is created for it; it counts as unreadable with all its chargers."""
        plan = plan_for(wants(wants_charger("ZAP000001", maxCurrent=16.0)))

        assert [item.unreadable.reason for item in plan.unreadable] == [Reason.NOT_VISIBLE]
        assert plan.coverage.installations.unreadable == 1
        assert plan.coverage.chargers.unreadable == 1

    def test_an_installation_that_another_account_sees(self) -> None:
        """The file names an account; what another one sees is not compared, but said."""
        site = wants(account_name="second")
        files = fleet(site, accounts=(account(), account(name="second")))

        plan = plan_for(files, live())

        assert plan.unreadable[0].unreadable.detail.endswith("account main does")

    def test_a_charger_that_is_elsewhere(self) -> None:
        """A serial that moved is reported with its new place and never created."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0))
        elsewhere = live(charger("ZAP000001", maxCurrent=16.0), site=OTHER_SITE, name="Furulia")

        plan = plan_for(site, live(site=SITE), elsewhere)

        assert not plan.changes
        assert plan.unreadable[0].unreadable == Unreadable(reason=Reason.NOT_FOUND)
        assert plan.unreadable[0].unreadable.detail == f"not in this installation; seen in Furulia ({OTHER_SITE})"

    def test_a_charger_that_is_nowhere(self) -> None:
        """A serial that nobody has seen is said to be so."""
        plan = plan_for(wants(wants_charger("ZAP000001")), live())

        assert plan.unreadable[0].unreadable.detail == "not in this installation; not seen anywhere else"


class TestExceptions:
    @staticmethod
    def _tolerated(setting: str, *, serial: str | None = None, value: Value | None = None, until: date) -> Deviation:
        return Deviation(
            installation_id=SITE, setting=setting, charger=serial, value=value, until=until, owner="KL", reason="test"
        )

    def test_a_tolerated_setting_is_not_compared(self) -> None:
        """An exception with `ignore` takes one setting of one charger out."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), wants_charger("ZAP000002", maxCurrent=16.0))
        exception = self._tolerated("maxCurrent", serial="ZAP000001", until=date(2026, 5, 4))

        plan = plan_for(
            fleet(site, deviations=[exception]),
            live(charger("ZAP000001", maxCurrent=6.0), charger("ZAP000002", maxCurrent=20.0)),
        )

        assert [one.target.charger for one in plan.changes] == ["ZAP000002"]

    def test_an_exception_that_ended_counts_no_more(self) -> None:
        """The day after its last day the file holds again."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0))
        exception = self._tolerated("maxCurrent", serial="ZAP000001", until=date(2026, 5, 3))

        plan = plan_for(fleet(site, deviations=[exception]), live(charger("ZAP000001", maxCurrent=20.0)))

        assert len(plan.changes) == 1

    def test_another_value_for_a_while(self) -> None:
        """An exception with a value replaces the wish."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0))
        exception = self._tolerated("maxCurrent", serial="ZAP000001", value=10.0, until=date(2027, 1, 1))

        plan = plan_for(fleet(site, deviations=[exception]), live(charger("ZAP000001", maxCurrent=16.0)))

        assert told(plan) == [("ZAP000001", "maxCurrent", 16.0, 10.0)]

    def test_a_setting_of_all_chargers(self) -> None:
        """Without a charger, an exception from a charger setting means every charger of the site."""
        site = wants(wants_charger("ZAP000001", standAlone=False), wants_charger("ZAP000002", standAlone=False))
        exception = self._tolerated("standAlone", until=date(2027, 1, 1))

        plan = plan_for(
            fleet(site, deviations=[exception]),
            live(charger("ZAP000001", standAlone=True), charger("ZAP000002", standAlone=True)),
        )

        assert not plan.changes

    def test_a_whole_group_of_settings(self) -> None:
        """The name of a group takes all its settings out."""
        exception = self._tolerated("authentication", until=date(2027, 1, 1))
        site = wants(settings=IN_CLOUD)

        assert not plan_for(fleet(site, deviations=[exception]), live()).changes


class TestRoutes:
    def test_only_documented_calls_go_by_api(self) -> None:
        """Currents go by API whatever the account says; the rest needs a partner or a person."""
        site = wants(
            wants_charger("ZAP000001", maxCurrent=16.0, standAlone=False),
            settings={"authentication.authorizationRequired": False},
        )

        plan = plan_for(site, live(charger("ZAP000001", maxCurrent=20.0, standAlone=True)), accounts=[PORTAL_ACCOUNT])

        assert {one.setting: one.route for one in plan.changes} == {
            "maxCurrent": Route.API,
            "standAlone": Route.PORTAL,
            "authentication.authorizationRequired": Route.PORTAL,
        }

    def test_switching_to_native_ocpp_is_documented(self) -> None:
        """Mode and URL of native OCPP go by API on every account."""
        native: dict[str, Value] = {"authentication.mode": "ocppNative", "authentication.ocppNative.url": URL}

        plan = plan_for(wants(settings=native), live(), accounts=[PORTAL_ACCOUNT])

        assert {one.route for one in plan.changes} == {Route.API}

    def test_a_partner_route_needs_an_agreement(self) -> None:
        """Without an agreement a person does it."""
        site = wants(settings={"authentication.authorizationRequired": False})

        plan = plan_for(site, live(), accounts=[account(agreement=None)])

        assert plan.changes[0].route is Route.PORTAL


class TestNames:
    def test_another_name_is_a_warning(self) -> None:
        """Names are for people and never written."""
        plan = plan_for(wants(name="Solbakken"), live(name="Solbakken BRL"))

        assert [warning.code for warning in plan.warnings] == ["P201"]
        assert not plan.changes

    def test_a_name_that_is_not_told_is_no_warning(self) -> None:
        """A reduced row says nothing about the name."""
        assert not plan_for(wants(), live(name=None)).warnings
