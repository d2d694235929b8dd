"""People and groups: who is added, who goes, who must accept first, and what nobody can verify."""

from datetime import date, timedelta

import pytest

from reconciler.model.attest import permissions_digest
from reconciler.model.desired import Attestation, DesiredPermissions, PermissionMode, RemovalGate, Route
from reconciler.model.plan import Gate, Plan
from reconciler.model.value import ABSENT, Reason, Unreadable
from tests.builders import (
    FORBIDDEN,
    NO_CALL,
    NOW,
    PORTAL_ACCOUNT,
    SITE,
    TODAY,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    policy,
    wants,
)

KARI = person("person:c-1", "user", "owner")
US = has_access("userGroup:BSJG", "owner", "service")
LEAVE_LAST = gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)
WEEK_AGO = NOW - timedelta(days=7)


def told(plan: Plan) -> list[tuple[str | None, object, object]]:
    """Changes as (principal, before, after)."""
    return [(one.target.principal, one.before, one.after) for one in plan.changes]


class TestNoFalseDifference:
    def test_entries_as_wanted(self) -> None:
        """The right roles in any order, accepted, need nothing."""
        plan = plan_for(wants(access=permissions(KARI)), live(access=[US, has_access("person:c-1", "owner", "user")]))

        assert not plan.changes
        assert not plan.waiting

    def test_additive_leaves_others_alone(self) -> None:
        """People whom the file does not name keep their access."""
        others = [US, has_access("person:c-1", "user", "owner"), has_access("user-id:abc", "owner")]

        plan = plan_for(wants(access=permissions(KARI)), live(access=others))

        assert not plan.changes

    def test_ids_in_capitals_are_the_same_person(self) -> None:
        """A GUID has no case."""
        access = permissions(person("user-id:ABC", "owner"), mode=PermissionMode.EXCLUSIVE)

        plan = plan_for(wants(access=access), live(access=[has_access("user-id:abc", "owner")]))

        assert not plan.changes

    def test_somebody_absent_who_is_not_there(self) -> None:
        """What must be gone and is gone needs nothing."""
        plan = plan_for(
            wants(access=permissions(KARI, absent=[LEAVE_LAST])),
            live(access=[has_access("person:c-1", "user", "owner")]),
        )

        assert not plan.changes
        assert not plan.waiting


class TestEntries:
    def test_somebody_missing_is_added(self) -> None:
        """A grant is a change from absent."""
        plan = plan_for(wants(access=permissions(KARI)), live(access=[US]))

        assert told(plan) == [("person:c-1", ABSENT, ("user", "owner"))]

    def test_other_roles_are_a_change(self) -> None:
        """Too few roles are a change of roles."""
        plan = plan_for(wants(access=permissions(KARI)), live(access=[US, has_access("person:c-1", "user")]))

        assert told(plan) == [("person:c-1", ("user",), ("user", "owner"))]

    def test_an_invitation_waits_for_a_person(self) -> None:
        """Who was invited as wanted and has not accepted is waited for, with the time since."""
        invited = has_access("person:c-1", "user", "owner", accepted=False, invited_at=WEEK_AGO)

        plan = plan_for(wants(access=permissions(KARI)), live(access=[US, invited]))

        assert not plan.changes
        assert [(item.target.principal, item.since) for item in plan.waiting] == [("person:c-1", WEEK_AGO)]

    def test_an_entry_wins_over_a_removal(self) -> None:
        """Somebody listed both ways stays."""
        access = permissions(KARI, absent=[gone("person:c-1")])

        plan = plan_for(wants(access=access), live(access=[US, has_access("person:c-1", "user", "owner")]))

        assert not plan.changes


class TestDirectory:
    def test_somebody_who_is_not_in_the_directory(self) -> None:
        """A person without an address can be neither recognised nor invited."""
        plan = plan_for(wants(access=permissions(person("person:c-9", "owner"))), live(access=[US]))

        assert not plan.changes
        assert [item.target.principal for item in plan.unverifiable] == ["person:c-9"]

    def test_without_a_directory_nobody_is_verified(self) -> None:
        """FLEET_PEOPLE unset: persons are not checked, and the plan says so."""
        plan = plan_for(wants(access=permissions(KARI)), live(access=[US]), by=policy(people_known=None))

        assert not plan.changes
        assert len(plan.unverifiable) == 1

    def test_exclusive_spares_people_who_may_be_the_unknown_ones(self) -> None:
        """When a listed person cannot be recognised, an unlisted one may be that person and is not removed."""
        access = permissions(
            person("person:c-9", "owner"), person("userGroup:BSJG", "owner", "service"), mode=PermissionMode.EXCLUSIVE
        )

        plan = plan_for(wants(access=access), live(access=[US, has_access("user-id:abc", "owner")]))

        assert not plan.changes
        assert [item.target.principal for item in plan.unverifiable] == [None, "person:c-9"]


class TestExclusive:
    def test_others_lose_access(self) -> None:
        """Whoever is not listed goes."""
        access = permissions(KARI, person("userGroup:BSJG", "owner", "service"), mode=PermissionMode.EXCLUSIVE)
        seen = [US, has_access("person:c-1", "user", "owner"), has_access("person:c-2", "user")]

        plan = plan_for(wants(access=access), live(access=seen))

        assert told(plan) == [("person:c-2", ("user",), ABSENT)]


class TestHandOver:
    def test_our_group_leaves_after_the_new_owner_accepted(self) -> None:
        """The grant comes first; leaving is planned with a gate."""
        plan = plan_for(wants(access=permissions(KARI, absent=[LEAVE_LAST])), live(access=[US]))

        grant, leave = plan.steps
        assert (leave.gate, leave.after) == (Gate.OWNER_ACCEPTED, (grant.id,))

    def test_while_the_invitation_is_open_leaving_waits(self) -> None:
        """When only the acceptance is missing, there is nothing to do for us."""
        invited = has_access("person:c-1", "user", "owner", accepted=False, invited_at=WEEK_AGO)

        plan = plan_for(wants(access=permissions(KARI, absent=[LEAVE_LAST])), live(access=[US, invited]))

        assert not plan.changes
        assert [(item.target.principal, item.since) for item in plan.waiting] == [
            ("person:c-1", WEEK_AGO),
            ("userGroup:BSJG", WEEK_AGO),
        ]

    def test_once_the_owner_accepted_our_group_leaves(self) -> None:
        """The gate stays on the step, so that it is seen again just before."""
        accepted = has_access("person:c-1", "user", "owner")

        plan = plan_for(wants(access=permissions(KARI, absent=[LEAVE_LAST])), live(access=[US, accepted]))

        assert told(plan) == [("userGroup:BSJG", ("owner", "service"), ABSENT)]
        assert plan.steps[0].gate is Gate.OWNER_ACCEPTED

    def test_without_a_new_owner_in_sight_it_is_refused(self) -> None:
        """A hand-over to nobody never ends; the plan says so instead of waiting."""
        plan = plan_for(wants(access=permissions(absent=[LEAVE_LAST])), live(access=[US]))

        assert [(one.guard, one.liftable) for one in plan.refusals] == [("last-owner", False)]
        assert not plan.changes


class TestUnreadablePermissions:
    @pytest.mark.parametrize("seen", [NO_CALL, None])
    def test_in_the_portal_every_wish_is_a_change(self, seen: Unreadable | None) -> None:
        """Nobody can read permissions there: the wishes go to the worksheet and are called not verifiable."""
        site = wants(access=permissions(KARI, absent=[LEAVE_LAST]))

        plan = plan_for(site, live(access=seen), accounts=[PORTAL_ACCOUNT])

        assert told(plan) == [("person:c-1", NO_CALL, ("user", "owner")), ("userGroup:BSJG", NO_CALL, ABSENT)]
        assert {one.route for one in plan.changes} == {Route.PORTAL}
        assert [item.target.principal for item in plan.unverifiable] == ["person:c-1", "userGroup:BSJG"]
        assert plan.steps[-1].gate is Gate.OWNER_ACCEPTED

    def test_a_person_goes_only_after_an_owner_accepted(self) -> None:
        """Whether an unread person is the last owner is unknown, so the worksheet lets nobody go before."""
        site = wants(access=permissions(KARI, absent=[gone("person:c-2")]))

        plan = plan_for(site, live(access=NO_CALL), accounts=[PORTAL_ACCOUNT])

        assert [step.gate for step in plan.steps] == [Gate.NOTHING, Gate.OWNER_ACCEPTED]

    def test_exclusive_cannot_tell_who_else_is_there(self) -> None:
        """That nobody else has access cannot be verified either."""
        site = wants(access=permissions(KARI, mode=PermissionMode.EXCLUSIVE))

        plan = plan_for(site, live(access=NO_CALL), accounts=[PORTAL_ACCOUNT])

        assert [item.target.principal for item in plan.unverifiable] == [None, "person:c-1"]

    def test_a_partner_who_gets_no_answer_is_unreadable(self) -> None:
        """A call that exists and failed makes the permissions unreadable, not a wish."""
        plan = plan_for(wants(access=permissions(KARI)), live(access=FORBIDDEN))

        assert not plan.changes
        assert [(item.what, item.unreadable.reason) for item in plan.unreadable] == [("Permissions", Reason.FORBIDDEN)]
        assert plan.coverage.installations.unreadable == 1


class TestAttestation:
    @staticmethod
    def _attested(access: DesiredPermissions, until: date) -> Attestation:
        return Attestation(
            installation_id=SITE,
            digest=permissions_digest(wants(access=access)),
            attested_on=TODAY,
            valid_until=until,
            by="KL",
            evidence="seen in the Portal",
        )

    def test_attested_permissions_need_nothing(self) -> None:
        """A person's word for exactly these permissions counts until its last day."""
        access = permissions(KARI)

        plan = plan_for(
            fleet(wants(access=access), accounts=[PORTAL_ACCOUNT], attestations=[self._attested(access, TODAY)]),
            live(access=NO_CALL),
        )

        assert not plan.changes
        assert not plan.unverifiable

    def test_changed_permissions_void_it(self) -> None:
        """Another wish is another digest."""
        attested = self._attested(permissions(person("person:c-1", "owner")), TODAY)

        plan = plan_for(
            fleet(wants(access=permissions(KARI)), accounts=[PORTAL_ACCOUNT], attestations=[attested]),
            live(access=NO_CALL),
        )

        assert len(plan.changes) == len(plan.unverifiable) == 1

    def test_an_expired_one_is_void(self) -> None:
        """The day after its last day it counts no more."""
        access = permissions(KARI)
        expired = self._attested(access, TODAY - timedelta(days=1))

        plan = plan_for(
            fleet(wants(access=access), accounts=[PORTAL_ACCOUNT], attestations=[expired]), live(access=NO_CALL)
        )

        assert len(plan.unverifiable) == 1
