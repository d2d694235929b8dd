"""How long a mode waits counts from the first of an unbroken row of applies that found it waiting."""

from dataclasses import replace

import pytest

from reconciler.model.desired import SwitchPolicy
from reconciler.model.observed import OperatingMode
from reconciler.model.plan import Plan, Rollback
from reconciler.model.under_way import SwitchWait
from reconciler.model.value import Observation, Value
from reconciler.workflows.switch_waits import over, waiting
from tests.builders import FORBIDDEN, MAIN, NOW, SITE, charger, live, plan_for, wants, wants_charger

WAIT = SwitchWait(account=MAIN, installation_id=SITE, mode="native", since=NOW)
SITES = ((MAIN, SITE),)
URL = {"authentication.mode": "ocppCloud", "authentication.ocppCloud.url": "wss://a.example/{deviceId}"}


def planned(
    wanted: dict[str, Value], seen: dict[str, Observation], *, car: OperatingMode = OperatingMode.DISCONNECTED
) -> Plan:
    file = wants(wants_charger("ZAP000001"), settings=wanted, switch=SwitchPolicy())
    return plan_for(file, live(charger("ZAP000001", mode=car), settings=seen))


class TestWaiting:
    def test_a_busy_site_waits_with_its_mode(self) -> None:
        """Once, however many chargers are busy."""
        plan = planned({"authentication.mode": "native"}, dict(URL), car=OperatingMode.CHARGING)

        assert waiting(plan) == {(MAIN, SITE): "native"}

    def test_an_idle_site_does_not(self) -> None:
        """It switches."""
        assert waiting(planned({"authentication.mode": "native"}, dict(URL))) == {}


class TestOver:
    def test_a_mode_that_is_in_order_waits_no_longer(self) -> None:
        """Somebody switched it in the Portal, or the file gave the wish up: the next wait has its full time again."""
        plan = planned({"authentication.mode": "native"}, {"authentication.mode": "native"})

        assert over(plan, [WAIT], SITES) == ((MAIN, SITE),)

    @pytest.mark.parametrize(
        "plan",
        [
            planned({"authentication.mode": "native"}, dict(URL), car=OperatingMode.CHARGING),
            planned({"authentication.mode": "native"}, dict(URL)),
            planned({"authentication.mode": "native"}, {"authentication.mode": FORBIDDEN}),
        ],
        ids=["still waiting", "about to switch", "unreadable"],
    )
    def test_what_is_not_known_to_be_in_order_waits_on(self, plan: Plan) -> None:
        """Only the switch itself ends the row then."""
        assert over(plan, [WAIT], SITES) == ()

    def test_a_part_of_the_fleet_says_nothing_about_the_rest(self) -> None:
        """Nor does the way back from a run."""
        plan = planned({"authentication.mode": "native"}, {"authentication.mode": "native"})

        assert over(replace(plan, selection="another file"), [WAIT], SITES) == ()
        assert over(replace(plan, rollback=Rollback(run_id="r")), [WAIT], SITES) == ()

    def test_a_site_without_a_file_is_not_looked_at(self) -> None:
        """Nobody compared it."""
        plan = planned({"authentication.mode": "native"}, {"authentication.mode": "native"})

        assert over(plan, [WAIT], ()) == ()
