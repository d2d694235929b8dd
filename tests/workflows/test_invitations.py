"""Invitations leave at a pace that mail providers and people can bear."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.under_way import Invited
from reconciler.model.value import ABSENT, Absent, Observation, Value
from reconciler.workflows.invitations import Invitations, invitations, is_invitation
from tests.builders import MAIN, NOW, SITE


def sent(*hours_ago: float, account: str = MAIN) -> list[Invited]:
    return [Invited(account=account, at=NOW - timedelta(hours=hours)) for hours in hours_ago]


def taken(pace: Invitations, times: int, *, account: str = MAIN) -> list[bool]:
    """Whether each of that many invitations may be sent."""
    return [pace.take(account) == "" for _ in range(times)]


class TestPace:
    def test_as_many_as_the_limit_may_leave(self) -> None:
        """The rest of the run waits for another day."""
        assert taken(invitations(2, [], NOW), 4) == [True, True, False, False]

    def test_those_of_earlier_runs_on_this_day_count(self) -> None:
        """Applying ten times does not send ten times as many."""
        assert taken(invitations(3, sent(1, 23), NOW), 2) == [True, False]

    def test_those_of_yesterday_do_not(self) -> None:
        """A day is 24 hours, not a date."""
        assert taken(invitations(1, sent(24, 30, 400), NOW), 2) == [True, False]

    def test_each_account_has_its_own_day(self) -> None:
        """They are different senders."""
        pace = invitations(1, sent(2, account="other"), NOW)

        assert taken(pace, 1) == [True]
        assert taken(pace, 1, account="other") == [False]

    def test_it_says_when_to_go_on(self) -> None:
        """As soon as the oldest of the day is a day old."""
        reason = invitations(2, sent(5, 20), NOW).take(MAIN)

        assert "the 2 invitations of this day are used up (invitationsPerDay)" in reason
        assert "apply again after 2026-05-04 16:00 UTC" in reason

    def test_after_a_lowered_limit_it_waits_for_enough_of_them(self) -> None:
        """Three left already, one a day may: the next leaves when the youngest of them is a day old."""
        reason = invitations(1, sent(5, 10, 20), NOW).take(MAIN)

        assert "after 2026-05-05 07:00 UTC" in reason

    def test_when_all_left_in_this_run_it_goes_on_in_a_day(self) -> None:
        """Nothing before counts."""
        pace = invitations(1, [], NOW)
        pace.take(MAIN)

        assert pace.take(MAIN).endswith("apply again in 24 hours")

    def test_a_limit_of_zero_sends_none(self) -> None:
        """For a quiet week."""
        assert taken(invitations(0, sent(1), NOW), 1) == [False]

    def test_homes_side_by_side_share_the_limit(self) -> None:
        """Eight threads send no more than one."""
        pace = invitations(100, [], NOW)

        with ThreadPoolExecutor(max_workers=8) as pool:
            counts = list(pool.map(lambda _: sum(taken(pace, 50)), range(8)))

        assert sum(counts) == 100


def access(principal: str, before: Observation, after: Value | Absent, *, route: Route = Route.PARTNER) -> Change:
    return Change(
        target=Target(account=MAIN, installation_id=SITE, principal=principal),
        installation_name="Solbakken",
        setting="permissions",
        before=before,
        after=after,
        route=route,
        file="site.yaml",
        line=1,
    )


class TestWhatCounts:
    def test_access_for_a_person_who_has_none_is_an_invitation(self) -> None:
        """The cloud sends a mail."""
        assert is_invitation(access("person:c-1", ABSENT, ("user", "owner")))

    @pytest.mark.parametrize(
        "change",
        [
            access("userGroup:HANS", ABSENT, ("user",)),
            access("person:c-1", ("user",), ("user", "owner")),
            access("person:c-1", ("user",), ABSENT),
            access("person:c-1", ABSENT, ("user",), route=Route.PORTAL),
        ],
        ids=["a group", "other roles", "a removal", "in the Portal"],
    )
    def test_other_changes_of_access_are_none(self, change: Change) -> None:
        """Nobody gets a mail from us."""
        assert not is_invitation(change)

    def test_other_settings_are_none(self) -> None:
        """They are about chargers."""
        other = Change(
            target=Target(account=MAIN, installation_id=SITE, charger="ZAP000001"),
            installation_name="Solbakken",
            setting="maxCurrent",
            before=10.0,
            after=16.0,
            route=Route.API,
            file="site.yaml",
            line=1,
        )

        assert not is_invitation(other)
