"""What a drift run finds, of every kind, and what to do about it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.adoption import Adopted
from reconciler.model.change import Target
from reconciler.model.desired import RemovalGate, SwitchPolicy
from reconciler.model.finding import Executor, Finding, FindingKind
from reconciler.model.observed import Breadth, OperatingMode
from reconciler.model.value import Reason, Unreadable
from reconciler.model.verified_write import VerifiedWrite
from reconciler.planning.drift import findings_of
from reconciler.planning.looked import looked_of
from tests.builders import (
    MAIN,
    NO_CALL,
    NOW,
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
    wants,
    wants_charger,
)
from tests.planning.drift_case import drift, exception, looked_up, only

A, B = "ZPR080001", "ZPR080002"
CHARGER = Target(account=MAIN, installation_id=SITE, charger=A)
WISH = wants(wants_charger(A, maxCurrent=16.0))
CIRCUIT = {"c1": 63.0}
LESS = live(charger(A, maxCurrent=10.0), circuits=CIRCUIT)
OFF = live(charger(A, maxCurrent=0.0), circuits=CIRCUIT)


class Refusing:
    """Rules that let nothing of some chargers stand."""

    def __init__(self, *serials: str) -> None:
        self.serials = serials

    def refused(self, installation_id: str, adopted: Sequence[Adopted]) -> frozenset[tuple[Target, str]]:
        return frozenset((one.target, one.setting) for one in adopted if one.target.charger in self.serials)


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.kind.value for finding in findings]


class TestChanged:
    def test_it_tells_wanted_actual_where_the_wish_stands_and_both_ways_out(self) -> None:
        """All that somebody on call needs to act."""
        found = only(drift(WISH, LESS))

        assert (found.kind, found.wanted, found.actual) == (FindingKind.CHANGED, 16.0, 10.0)
        assert str(found.origin) == "fleet/installations/site.yaml:7"
        assert found.next_step.executor is Executor.API
        assert f"reconciler apply {SITE}" in found.next_step.text
        assert f"reconciler adopt {A}" in found.next_step.text
        assert found.adoptable

    def test_it_names_the_change_that_a_plan_holds(self) -> None:
        """So that a reader finds it in the plan."""
        lookup, plan = looked_up(WISH, OFF)

        assert only(findings_of(lookup, plan)).change_id == plan.changes[0].id

    def test_access_of_a_person_can_be_adopted_too(self) -> None:
        """Whoever got in may be right; then the file lists them."""
        access = permissions(person("person:c-1", "owner"), absent=[gone("person:c-2")])
        seen = [has_access("person:c-1", "owner"), has_access("person:c-2", "user")]

        found = only(drift(wants(access=access), live(access=seen)))

        assert found.adoptable
        assert f"reconciler adopt {SITE}" in found.next_step.text

    def test_a_charger_that_is_off_is_not_adopted(self) -> None:
        """0 A needs a reason and an end in the file, which no cloud knows."""
        found = only(drift(WISH, OFF))

        assert not found.adoptable
        assert "adopt" not in found.next_step.text

    def test_what_the_rules_of_the_files_refuse_is_not_offered(self) -> None:
        """Only of that charger: the other one is as good as before."""
        wish = wants(wants_charger(A, maxCurrent=16.0), wants_charger(B, maxCurrent=16.0))
        lookup, plan = looked_up(wish, live(charger(A, maxCurrent=10.0), charger(B, maxCurrent=10.0), circuits=CIRCUIT))

        found = findings_of(lookup, plan, rules=Refusing(A))

        assert [(one.target.charger, one.adoptable) for one in found] == [(A, False), (B, True)]

    def test_the_configuration_of_a_mode_is_adopted_with_the_mode(self) -> None:
        """One without the other would not stand in a file."""
        settings = {"authentication.mode": "native", "authentication.authorizationRequired": False}
        hooks = {"authentication.mode": "webhooks", "authentication.webhooks.sessionStartUrl": "https://a.example"}

        found = drift(wants(settings=settings), live(settings=hooks))

        assert {one.setting: one.adoptable for one in found} == dict.fromkeys(settings, True)

    def test_another_name_is_a_leftover(self) -> None:
        """Names are for people and never written."""
        found = only(drift(wants(name="Solbakken"), live(name="Solbakken 2")))

        assert (found.code, found.change_id) == ("D503", None)

    @pytest.mark.parametrize(
        ("mode", "cars"),
        [(OperatingMode.CHARGING, 1), (OperatingMode.DISCONNECTED, 0), (OperatingMode.UNKNOWN, None), (None, None)],
    )
    def test_it_counts_the_car_that_is_plugged_in(self, mode: OperatingMode | None, cars: int | None) -> None:
        """A car that waits at a charger without current makes it urgent; unknown is not none."""
        assert only(drift(WISH, live(charger(A, mode=mode, maxCurrent=0.0)))).cars == cars


class TestMissingAndUnmanaged:
    def test_a_charger_that_is_nowhere_is_missing(self) -> None:
        """It is never created, and nothing is concluded about its settings."""
        found = only(drift(WISH, live()))

        assert (found.kind, found.code) == (FindingKind.MISSING, "D307")

    def test_a_charger_in_another_installation_is_missing_here_and_named_there(self) -> None:
        """The finding says where it was seen."""
        found = drift(WISH, live(), live(charger(A), site=OTHER_SITE, name="Kaia"))

        assert kinds(found) == ["missing", "unmanaged"]
        assert "Kaia" in found[0].next_step.text

    def test_a_charger_that_the_file_does_not_list_is_unmanaged(self) -> None:
        """It can be adopted or left alone."""
        found = only(drift(wants(), live(charger(B))))

        assert (found.kind, found.target.charger, found.adoptable) == (FindingKind.UNMANAGED, B, True)

    @pytest.mark.parametrize(
        ("roles", "values"), [(1, {}), (7, {"maxCurrent": Unreadable(reason=Reason.FORBIDDEN)})], ids=["role", "asked"]
    )
    def test_adopting_is_not_offered_where_our_account_reads_nothing(
        self, roles: int, values: dict[str, Unreadable]
    ) -> None:
        """Unknown is not absent: such an adoption would write no value."""
        found = only(drift(wants(), live(charger(B, roles=roles, **values))))

        assert (found.kind, found.adoptable) == (FindingKind.UNMANAGED, False)
        assert "reconciler adopt" not in found.next_step.text
        assert "Owner or Service" in found.next_step.text

    def test_an_installation_without_a_file_is_one_finding_with_all_its_chargers(self) -> None:
        """Not one per charger."""
        found = only(drift(wants(), live(), live(charger(A), charger(B), site=OTHER_SITE)))

        assert (found.kind, found.target.installation_id) == (FindingKind.UNMANAGED, OTHER_SITE)

    def test_of_a_selection_nobody_can_tell_what_has_no_file(self) -> None:
        """The other files are not at hand."""
        part = fleet(wants(), selection="solbakken")

        assert drift(part, live(), live(site=OTHER_SITE)) == ()
        assert drift(wants(), live(), live(site=OTHER_SITE), breadth=Breadth.SITES) == ()


class TestNotReadable:
    def test_an_installation_that_is_not_shown_is_a_lost_access(self) -> None:
        """Usually the owner has withdrawn it; none of its chargers is reported besides."""
        found = only(drift(WISH))

        assert (found.kind, found.code, found.severity.value) == (FindingKind.UNREADABLE, "D204", "S1")

    def test_several_things_that_cannot_be_read_at_one_charger_are_one_finding(self) -> None:
        """The finding names all of them."""
        silent = Unreadable(reason=Reason.FORBIDDEN)
        wish = wants(wants_charger(A, maxCurrent=16.0, standAlone=False))

        found = only(drift(wish, live(charger(A, maxCurrent=silent, standAlone=silent))))

        assert (found.kind, found.target) == (FindingKind.UNREADABLE, CHARGER)
        assert "Maximum current, Stand-alone mode: forbidden" in found.why

    def test_permissions_that_no_call_reads_are_never_in_order(self) -> None:
        """One finding per person, and attesting is the way out."""
        wish = wants(access=permissions(person("person:c-1", "owner")))

        found = only(drift(fleet(wish, accounts=[PORTAL_ACCOUNT]), live(access=NO_CALL)))

        assert (found.kind, found.code) == (FindingKind.UNREADABLE, "D407")
        assert "attest" in found.next_step.text


class TestUnfinished:
    def test_an_invitation_waits_for_a_person_since_it_was_sent(self) -> None:
        """Neither drift nor success."""
        invited = has_access("person:c-1", "owner", accepted=False, invited_at=NOW - timedelta(days=9))
        found = only(drift(wants(access=permissions(person("person:c-1", "owner"))), live(access=[invited])))

        assert (found.kind, found.since) == (FindingKind.WAITING, NOW - timedelta(days=9))
        assert found.next_step.executor is Executor.PERSON

    def test_a_hand_over_that_waits_for_an_owner_is_no_unwanted_access(self) -> None:
        """Our group stays until somebody can go on without us."""
        invited = has_access("person:c-1", "owner", accepted=False, invited_at=NOW)
        wish = permissions(
            person("person:c-1", "owner"), absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)]
        )

        found = drift(wants(access=wish), live(access=[invited, has_access("userGroup:BSJG", "owner")]))

        assert [(one.kind, one.severity.value) for one in found] == [(FindingKind.WAITING, "S3")] * 2

    @pytest.mark.parametrize(("owner", "expected"), [(False, ("waiting", "S3")), (True, ("changed", "S1"))])
    def test_our_group_is_no_unwanted_access_before_an_owner_has_accepted(
        self, owner: bool, expected: tuple[str, str]
    ) -> None:
        """Nobody is invited yet, so the file itself wants it to stay; once somebody owns the site it must go."""
        wish = permissions(
            person("person:c-1", "owner"), absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)]
        )
        accepted = [has_access("person:c-1", "owner")] if owner else []

        found = drift(wants(access=wish), live(access=[*accepted, has_access("userGroup:BSJG", "owner")]))

        group = only([one for one in found if one.target.principal == "userGroup:BSJG"])
        assert (group.kind.value, group.severity.value) == expected
        assert group.adoptable is owner

    def test_a_mode_that_waits_for_a_car_is_pending_once(self) -> None:
        """The plan names each busy charger; the finding is about the installation."""
        wish = wants(settings={"authentication.mode": "webhooks"}, switch=SwitchPolicy())
        busy = live(charger(A, mode=OperatingMode.CHARGING), charger(B, mode=OperatingMode.CHARGING))

        found = [one for one in drift(wish, busy) if one.kind is not FindingKind.UNMANAGED]

        assert [(one.kind, one.target.charger) for one in found] == [(FindingKind.PENDING, None)]
        assert found[0].next_step.executor is Executor.DEVICE

    def test_what_a_guard_refuses_is_blocked_and_names_the_guard(self) -> None:
        """The plan leaves it out; the difference is there all the same."""
        above = live(charger(A, maxCurrent=16.0), circuits={"c1": 25.0})

        found = only(drift(wants(wants_charger(A, maxCurrent=32.0)), above))

        assert (found.kind, found.wanted, found.actual) == (FindingKind.BLOCKED, 32.0, 16.0)
        assert "above-circuit" in found.next_step.text
        assert found.change_id is None
        assert not found.adoptable  # `adopt` waits for the same decision


class TestExceptions:
    def test_a_tolerated_difference_is_listed_with_owner_reason_and_end(self) -> None:
        """Suppressed is not forgotten."""
        ignored = exception("maxCurrent", charger=A)

        found = only(drift(fleet(WISH, deviations=[ignored]), OFF))

        assert (found.kind, found.exception) == (FindingKind.SUPPRESSED, ignored)
        assert found.next_step.text == "tolerated until 2026-06-03 (operations: antenna)"

    def test_an_exception_for_something_that_is_in_order_is_silent(self) -> None:
        """Only what really differs is listed."""
        ignored = exception("maxCurrent", charger=A)

        assert drift(fleet(WISH, deviations=[ignored]), live(charger(A, maxCurrent=16.0))) == ()

    def test_a_tolerated_value_covers_only_that_value(self) -> None:
        """13 A was agreed; 10 A was not."""
        agreed = fleet(WISH, deviations=[exception("maxCurrent", charger=A, value=13.0)])

        assert kinds(drift(agreed, live(charger(A, maxCurrent=13.0)))) == ["suppressed"]
        other = only(drift(agreed, LESS))
        assert (other.kind.value, other.wanted) == ("changed", 13.0)
        assert not other.adoptable  # the file's value does not count

    def test_a_wish_of_an_exception_stands_in_exceptions_yaml(self) -> None:
        """Whoever looks into the installation's file would find another value."""
        agreed = fleet(WISH, deviations=[exception("maxCurrent", charger=A, value=13.0, line=9)])

        _, plan = looked_up(agreed, LESS)
        assert [(one.file, one.line) for one in plan.changes] == [("fleet/exceptions.yaml", 9)]
        assert str(only(drift(agreed, LESS)).origin) == "fleet/exceptions.yaml:9"

    def test_what_is_tolerated_is_told_where_the_file_wants_something_else(self) -> None:
        """The wish that is shown beside it is the file's."""
        agreed = fleet(WISH, deviations=[exception("maxCurrent", charger=A, value=13.0, line=9)])

        assert str(only(drift(agreed, live(charger(A, maxCurrent=13.0)))).origin) == "fleet/installations/site.yaml:7"

    def test_one_that_has_ended_suppresses_nothing(self) -> None:
        """The files fail as well, but a snapshot may be looked at later."""
        over = exception("maxCurrent", charger=A, days=-1)

        assert kinds(drift(fleet(WISH, deviations=[over]), OFF)) == ["changed"]

    def test_permissions_can_be_tolerated_as_a_whole(self) -> None:
        """A board between two elections."""
        wish = wants(access=permissions(person("person:c-1", "owner")))
        tolerated = fleet(wish, deviations=[exception("permissions")])

        assert kinds(drift(tolerated, live(access=[has_access("person:c-2", "owner")]))) == ["suppressed"]


class TestNonConverging:
    def write(self, days: int, value: float = 16) -> VerifiedWrite:
        return VerifiedWrite(target=CHARGER, setting="maxCurrent", value=value, at=NOW - timedelta(days=days))

    def test_what_was_written_and_verified_twice_needs_a_person(self) -> None:
        """Somebody else writes it; a third write would not stay either."""
        found = only(drift(WISH, OFF, verified=[self.write(1), self.write(2)]))

        assert (found.kind, found.severity.value) == (FindingKind.NON_CONVERGING, "S2")
        assert found.next_step.executor is Executor.PERSON

    @pytest.mark.parametrize(
        "writes", [((1, 16),), ((1, 16), (31, 16)), ((1, 16), (2, 20))], ids=["once", "long ago", "another value"]
    )
    def test_less_than_that_is_ordinary_drift(self, writes: tuple[tuple[int, int], ...]) -> None:
        """After one verified write a difference is what somebody did."""
        found = drift(WISH, OFF, verified=[self.write(days, value) for days, value in writes])

        assert kinds(found) == ["changed"]


class TestLookedAt:
    @pytest.mark.parametrize(
        ("target", "managed", "expected"),
        [
            (CHARGER, True, True),
            (Target(account=MAIN, installation_id=OTHER_SITE, charger=B), True, False),
            (Target(account=MAIN, installation_id="not-selected"), True, False),
        ],
    )
    def test_a_selection_looked_only_at_what_it_chose(self, target: Target, managed: bool, expected: bool) -> None:
        """Nothing else may be called resolved."""
        looked = looked_of(*looked_up(fleet(WISH, selection="solbakken"), OFF))

        assert looked.at(target, managed=managed) is expected

    def test_a_charger_that_could_not_be_read_was_not_looked_at(self) -> None:
        """Its neighbours were."""
        silent = live(charger(A, maxCurrent=Unreadable(reason=Reason.FORBIDDEN)), charger(B, maxCurrent=16.0))
        wish = wants(wants_charger(A, maxCurrent=16.0), wants_charger(B, maxCurrent=16.0))
        looked = looked_of(*looked_up(wish, silent))

        assert not looked.at(CHARGER, managed=True)
        assert looked.at(Target(account=MAIN, installation_id=SITE, charger=B), managed=True)

    def test_an_installation_that_is_not_shown_was_not_looked_at(self) -> None:
        """Not visible is not gone."""
        looked = looked_of(*looked_up(WISH))

        assert not looked.at(CHARGER, managed=True)

    def test_a_file_that_is_gone_counts_as_looked_at_in_a_whole_run(self) -> None:
        """Nobody wants anything there any more."""
        looked = looked_of(*looked_up(WISH, OFF))

        assert looked.at(Target(account=MAIN, installation_id="released"), managed=True)


amperes = st.floats(min_value=0, max_value=32).map(lambda value: round(value, 1))


@given(wanted=amperes, actual=amperes, other=amperes)
def test_a_fingerprint_does_not_depend_on_values(wanted: float, actual: float, other: float) -> None:
    """The same charger that is off differently tomorrow is the same finding."""
    found = [
        drift(wants(wants_charger(A, maxCurrent=wanted)), live(charger(A, maxCurrent=value)))
        for value in (actual, other)
    ]

    assert len({one.fingerprint for findings in found for one in findings}) <= 1


@given(wanted=amperes)
def test_what_is_as_wanted_is_no_finding(wanted: float) -> None:
    """No false alarm, whatever the value."""
    assert drift(wants(wants_charger(A, maxCurrent=wanted)), live(charger(A, maxCurrent=wanted))) == ()
