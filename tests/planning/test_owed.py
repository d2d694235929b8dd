"""What is decided and cannot be carried out yet stays owed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.model.change import Cause, Target
from reconciler.model.desired import DesiredFleet, PermissionMode, RemovalGate, SwitchPolicy
from reconciler.model.observed import ObservedFleet, OperatingMode
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.plan import Plan
from reconciler.model.plan_origin import Owed, Why
from reconciler.model.value import ABSENT, Absent, Value
from reconciler.planning.make import make_plan
from reconciler.planning.owed import owed_after, owed_by, still_owed, wishes_in, without_owed
from reconciler.planning.reviewed import Reviewed, overtaken, reviewed_of, with_what_stops_it
from tests.builders import (
    FORBIDDEN,
    MAIN,
    SITE,
    TODAY,
    FixedOrigins,
    charger,
    cloud,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    policy,
    wants,
    wants_charger,
)

HERE = frozenset({(MAIN, SITE)})
SERIAL = "ZPR080001"
GROUP = "userGroup:BSJG"
BUSY = cloud(
    live(charger(SERIAL, mode=OperatingMode.CHARGING, maxCurrent=16.0), settings={"authentication.mode": "ocppCloud"})
)
IDLE = cloud(live(charger(SERIAL, maxCurrent=16.0), settings={"authentication.mode": "ocppCloud"}))


def plan_of(desired: DesiredFleet, observed: ObservedFleet) -> Plan:
    return make_plan(desired, observed, policy(), FixedOrigins())


def switching(to: str = "native") -> DesiredFleet:
    return fleet(
        wants(wants_charger(SERIAL), settings={"authentication.mode": to}, switch=SwitchPolicy(give_up_after_h=72))
    )


def limited(amperes: float) -> DesiredFleet:
    return fleet(wants(wants_charger(SERIAL, maxCurrent=amperes)))


def decided(head: DesiredFleet, base: DesiredFleet, observed: ObservedFleet) -> Mapping[str, tuple[object, str]]:
    """By setting, in our words: what is wanted and why it cannot be yet."""
    wishes, before = wishes_in(head, today=TODAY), wishes_in(base, today=TODAY)
    found = owed_by(plan_of(head, observed), wishes, before)
    return {f"{one.target.charger or one.target.principal or ''} {one.setting}": (one.after, one.why) for one in found}


def owed(setting: str, after: Value | Absent, **where: str) -> Owed:
    at = Target(account=MAIN, installation_id=SITE, charger=where.get("charger"), principal=where.get("principal"))
    return Owed(target=at, installation_name="Solbakken", setting=setting, after=after, why=Why.PENDING)


class TestWhatAPullRequestDecides:
    def test_a_switch_that_waits_for_a_car(self) -> None:
        """It is told at the charger, and decided for the installation."""
        assert decided(switching(), fleet(wants(wants_charger(SERIAL))), BUSY) == {
            " authentication.mode": ("native", Why.PENDING)
        }

    def test_what_could_not_be_read(self) -> None:
        """The wish differs from the base, whatever is live."""
        blind = cloud(live(charger(SERIAL, maxCurrent=FORBIDDEN)))

        assert decided(limited(16.0), limited(32.0), blind) == {f"{SERIAL} maxCurrent": (16.0, Why.UNREADABLE)}

    def test_a_charger_or_a_site_that_nobody_sees(self) -> None:
        """Everything in it is decided."""
        expected = {f"{SERIAL} maxCurrent": (16.0, Why.UNREADABLE)}

        assert decided(limited(16.0), limited(32.0), cloud(live())) == expected
        assert decided(limited(16.0), fleet(), cloud()) == expected

    def test_access_that_goes_once_an_owner_has_accepted(self) -> None:
        """Somebody was invited before."""
        observed = cloud(
            live(access=(has_access("person:c-1", "user", "owner", accepted=False), has_access(GROUP, "owner")))
        )
        wish = permissions(person("person:c-1", "user", "owner"), absent=[gone(GROUP, gate=RemovalGate.OWNER_ACCEPTED)])

        assert decided(fleet(wants(access=wish)), fleet(wants()), observed)[f"{GROUP} permissions"] == (
            ABSENT,
            Why.WAITING,
        )

    def test_access_of_whoever_is_not_listed(self) -> None:
        """An exclusive list decides about everybody."""
        observed = cloud(
            live(access=(has_access("person:c-1", "user", "owner", accepted=False), has_access(GROUP, "owner")))
        )
        wish = permissions(person("person:c-1", "user", "owner"), mode=PermissionMode.EXCLUSIVE)

        assert f"{GROUP} permissions" in decided(fleet(wants(access=wish)), fleet(wants()), observed)

    def test_nothing_of_what_the_base_wants_too(self) -> None:
        """A pull request about something else decides nothing here."""
        assert decided(switching(), switching(), BUSY) == {}

    def test_nothing_that_is_a_change_or_as_it_should_be(self) -> None:
        """Those have an id of their own, or need nothing."""
        readable = cloud(live(charger(SERIAL, maxCurrent=32.0)))

        assert decided(limited(16.0), fleet(), readable) == {}
        assert decided(limited(32.0), fleet(), readable) == {}


class TestWhatMayBeCarriedOut:
    @pytest.mark.parametrize("before", [32.0, 20.0])
    def test_what_is_owed_from_wherever_it_starts(self, before: float) -> None:
        """Nobody could see from where when it was decided."""
        plan = plan_of(limited(16.0), cloud(live(charger(SERIAL, maxCurrent=before))))
        reviewed = Reviewed(owed=(owed("maxCurrent", 16.0, charger=SERIAL),))

        assert reviewed.ids(plan) == {plan.changes[0].id}

    @pytest.mark.parametrize(
        "other",
        [
            owed("maxCurrent", 20.0, charger=SERIAL),
            owed("maxCurrent", 16.0),
            owed("maxCurrent", 16.0, charger="ZPR080002"),
        ],
        ids=["another value", "of the installation", "of another charger"],
    )
    def test_nothing_else(self, other: Owed) -> None:
        """Reviewers did not see that."""
        plan = plan_of(limited(16.0), cloud(live(charger(SERIAL, maxCurrent=32.0))))

        assert Reviewed(owed=(other,)).ids(plan) == frozenset()

    def test_what_no_file_wants_any_more_falls_out(self) -> None:
        """A later merge wants another value, and nothing is overtaken by that."""
        plan = plan_of(limited(20.0), cloud(live(charger(SERIAL, maxCurrent=32.0))))
        reviewed = reviewed_of([], [owed("maxCurrent", 16.0, charger=SERIAL)])

        kept = reviewed.wanted_by(wishes_in(limited(20.0), today=TODAY))

        assert overtaken(plan, reviewed) == plan.changes
        assert kept.owed == ()
        assert overtaken(plan, kept) == ()

    def test_a_plan_brings_what_it_owes(self) -> None:
        """Its reviewers decided that as well."""
        one = owed("maxCurrent", 16.0, charger=SERIAL)
        plan = replace(plan_of(fleet(), cloud()), owed=(one,))

        assert reviewed_of([plan]).owed == (one,)


class TestWhatStaysOwed:
    def test_a_reviewed_change_that_waits_by_now_is_told(self) -> None:
        """It was a change in the plan; a car came since."""
        seen = plan_of(switching(), IDLE)
        now = plan_of(switching(), BUSY)
        empty = replace(now, pending=(), waiting=())

        part = with_what_stops_it(
            empty, now, reviewed_of([seen]), wishes=wishes_in(switching(), today=TODAY), looked_at=HERE
        )

        assert [change.cause for change in seen.changes] == [Cause.FILE]
        assert part.pending == now.pending != ()
        assert [(one.setting, one.after, one.why) for one in part.owed] == [
            ("authentication.mode", "native", Why.PENDING)
        ]

    def test_what_nobody_reviewed_is_not_told_as_owed(self) -> None:
        """It waits as well."""
        now = plan_of(switching(), BUSY)
        empty = replace(now, pending=(), waiting=())

        part = with_what_stops_it(empty, now, Reviewed(), wishes=wishes_in(switching(), today=TODAY), looked_at=HERE)

        assert part.pending == ()
        assert part.owed == ()

    def test_what_is_done_is_owed_no_longer(self) -> None:
        """The charger has it."""
        wishes = wishes_in(limited(16.0), today=TODAY)
        plan = plan_of(limited(16.0), cloud(live(charger(SERIAL, maxCurrent=16.0))))
        one = owed("maxCurrent", 16.0, charger=SERIAL)

        assert still_owed(plan, [one], wishes, looked_at=HERE) == ()
        assert still_owed(plan, [one], wishes, looked_at=frozenset()) == (one,)

    @pytest.mark.parametrize(
        ("kind", "why"),
        [
            (OutcomeKind.PENDING, Why.PENDING),
            (OutcomeKind.UNCERTAIN, Why.PENDING),
            (OutcomeKind.WAITING, Why.WAITING),
            (OutcomeKind.DONE, None),
            (OutcomeKind.ALREADY, None),
        ],
    )
    def test_what_a_run_began_and_is_not_done(self, kind: OutcomeKind, why: Why | None) -> None:
        """Sent to a charger that is offline, or left to a person."""
        plan = plan_of(limited(16.0), cloud(live(charger(SERIAL, maxCurrent=32.0))))
        at = datetime(2026, 5, 4, tzinfo=UTC)
        outcome = Outcome(change_id=plan.changes[0].id, step_id="s", kind=kind, detail="", at=at)

        assert [one.why for one in owed_after(plan, [outcome])] == ([] if why is None else [why])


def test_what_the_last_apply_left_undone_is_no_drift() -> None:
    """The commit that was applied wants it, but nobody changed it since."""
    plan = plan_of(limited(16.0), cloud(live(charger(SERIAL, maxCurrent=32.0))))

    assert without_owed(plan, [owed("maxCurrent", 16.0, charger=SERIAL)]).changes == ()
    assert without_owed(plan, [owed("maxCurrent", 20.0, charger=SERIAL)]).changes == plan.changes
