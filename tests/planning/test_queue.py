"""What earlier runs sent to chargers that were offline is remembered, until they come back."""

from datetime import datetime, timedelta

import pytest

from reconciler.model.exit import Condition, ExitCode, code_of, conditions_of_plan
from reconciler.model.plan import Plan
from reconciler.model.value import Observation, Value
from reconciler.planning.policy import Queued
from tests.builders import MAIN, NOW, OTHER_SITE, SITE, charger, live, plan_for, policy, wants, wants_charger

SENT = NOW - timedelta(days=3)


def queued(
    value: Value,
    *,
    at: datetime = SENT,
    setting: str = "maxCurrent",
    serial: str = "ZAP000001",
    account: str = MAIN,
    site: str = SITE,
) -> Queued:
    return Queued(account=account, installation_id=site, charger=serial, setting=setting, value=value, at=at)


def plan(*history: Queued, desired: float = 10.0, observed: Observation = 16.0, online: bool | None = False) -> Plan:
    """One charger with a limit, and what was sent to it before."""
    site = wants(wants_charger("ZAP000001", maxCurrent=desired))
    seen = live(charger("ZAP000001", online=online, maxCurrent=observed), circuits={"c1": 40.0})
    return plan_for(site, seen, by=policy(queued=history))


class TestTheSameValue:
    @pytest.mark.parametrize("observed", [16.0, 20.0, 6.0])
    def test_it_is_not_sent_twice(self, observed: float) -> None:
        """Whatever the cloud shows meanwhile, the charger takes over what was sent when it comes back."""
        found = plan(queued(10.0), observed=observed)

        assert not found.changes
        assert [(item.target.charger, item.after, item.since) for item in found.pending] == [("ZAP000001", 10.0, SENT)]

    def test_what_needs_it_waits_as_well(self) -> None:
        """Current is given only after it was taken."""
        site = wants(wants_charger("ZAP000001", maxCurrent=10.0), wants_charger("ZAP000002", maxCurrent=20.0))
        seen = live(
            charger("ZAP000001", online=False, maxCurrent=16.0),
            charger("ZAP000002", maxCurrent=16.0),
            circuits={"c1": 40.0},
        )

        found = plan_for(site, seen, by=policy(queued=[queued(10.0)]))

        assert not found.changes
        assert [(item.target.charger, item.since) for item in found.pending] == [
            ("ZAP000001", SENT),
            ("ZAP000002", None),
        ]

    def test_a_charger_that_does_not_say_counts_as_offline(self) -> None:
        """Only a charger that is seen online has had its chance."""
        assert not plan(queued(10.0), online=None).changes

    def test_what_is_there_already_is_in_order(self) -> None:
        """Sent, arrived, and offline again: nothing is open."""
        found = plan(queued(10.0), observed=10.0)

        assert not found.changes
        assert not found.pending


class TestAnotherValue:
    def test_an_older_wish_in_the_queue_is_never_in_sync(self) -> None:
        """The file went back to the live value, but the charger will still take over what was sent before."""
        found = plan(queued(16.0), desired=10.0, observed=10.0)

        assert not found.changes
        assert [(item.target.charger, item.setting, item.before, item.after, item.since) for item in found.pending] == [
            ("ZAP000001", "maxCurrent", 10.0, 16.0, SENT)
        ]
        assert found.pending[0].reason == (
            "an earlier value (16 A) is still queued in the cloud; it will be taken over when the charger comes back, "
            "plan again then"
        )
        assert Condition.PENDING in conditions_of_plan(found)
        assert code_of(conditions_of_plan(found)) is ExitCode.PARTIAL

    def test_switches_are_told_too(self) -> None:
        """Stand-alone mode that was turned on and off again in the file."""
        site = wants(wants_charger("ZAP000001", standAlone=False))
        seen = live(charger("ZAP000001", online=False, standAlone=False))

        found = plan_for(site, seen, by=policy(queued=[queued(True, setting="standAlone")]))

        assert [(item.setting, item.before, item.after) for item in found.pending] == [("standAlone", False, True)]

    def test_a_newer_write_replaces_it(self) -> None:
        """Neither the live nor the queued value is wanted: the wish is sent, and takes the place in the queue."""
        found = plan(queued(20.0), desired=10.0, observed=16.0)

        assert [(one.before, one.after) for one in found.changes] == [(16.0, 10.0)]
        assert not found.pending

    def test_the_newest_entry_counts(self) -> None:
        """What was sent last is what is queued."""
        older = queued(16.0, at=SENT - timedelta(days=1))

        assert not plan(older, queued(10.0)).changes
        assert not plan(queued(10.0), older).changes

    def test_an_installation_is_not_lowered_below_it(self) -> None:
        """A charger that comes back with 32 A would stand above an installation lowered to 25 A."""
        site = wants(wants_charger("ZAP000001", maxCurrent=16.0), settings={"maxCurrent": 25.0})
        seen = live(charger("ZAP000001", online=False, maxCurrent=16.0), circuits={"c1": 25.0})

        found = plan_for(site, seen, by=policy(queued=[queued(32.0)]))

        assert [(one.guard, one.charger) for one in found.refusals] == [("above-circuit", "ZAP000001")]


class TestForgotten:
    @pytest.mark.parametrize(
        "entry",
        [
            queued(10.0, at=NOW - timedelta(days=30, seconds=1)),
            queued(10.0, account="other"),
            queued(10.0, site=OTHER_SITE),
            queued(10.0, serial="ZAP000009"),
            queued(True, setting="standAlone"),
        ],
        ids=["after 30 days", "another account", "another site", "another charger", "another setting"],
    )
    def test_what_does_not_count(self, entry: Queued) -> None:
        """It is sent as if nothing had been sent before."""
        assert len(plan(entry).changes) == 1

    def test_for_thirty_days_it_counts(self) -> None:
        """To the last minute."""
        assert not plan(queued(10.0, at=NOW - timedelta(days=30))).changes

    def test_back_online_it_is_planned_again(self) -> None:
        """A charger that is online and still differs did not take it."""
        found = plan(queued(10.0), online=True)

        assert len(found.changes) == 1
        assert not found.pending

    def test_online_and_in_order_nothing_is_queued(self) -> None:
        """What is online has taken over whatever was queued."""
        assert not plan(queued(16.0), desired=10.0, observed=10.0, online=True).pending

    def test_never_sent_it_is_a_change(self) -> None:
        """An offline charger gets its setting once."""
        assert len(plan().changes) == 1

    def test_an_unmanaged_setting_is_nobodys_business(self) -> None:
        """The file no longer names it."""
        site = wants(wants_charger("ZAP000001"))
        seen = live(charger("ZAP000001", online=False, maxCurrent=10.0))

        found = plan_for(site, seen, by=policy(queued=[queued(16.0)]))

        assert not found.pending

    def test_the_order_of_the_history_does_not_matter(self) -> None:
        """Journals may be read in any order."""
        entries = [queued(10.0), queued(16.0, at=SENT - timedelta(hours=1)), queued(20.0, serial="ZAP000009")]

        assert plan(*entries) == plan(*entries[::-1])
