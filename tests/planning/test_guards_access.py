"""Nobody is locked out by a plan: neither the customer nor we."""

from dataclasses import replace

import pytest

from reconciler.model.desired import DesiredPermission, DesiredPermissions, GuardLimits, PermissionMode, RemovalGate
from reconciler.model.observed import ObservedPermission
from reconciler.model.plan import Gate, Plan
from reconciler.planning.access import gate_is_open
from tests.builders import (
    NO_CALL,
    PORTAL_ACCOUNT,
    SITE,
    account,
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

US = has_access("userGroup:BSJG", "owner", "service")
KEEP_US = person("userGroup:BSJG", "owner", "service")
OLD = has_access("person:c-2", "user", "owner")
NEW = person("person:c-1", "user", "owner")
KNOWN = account(group="BSJG")


def guards(plan: Plan) -> list[str]:
    return [one.guard for one in plan.refusals]


class TestLastOwner:
    def test_a_leaving_owner_waits_for_the_next_one(self) -> None:
        """The sole owner goes only once the new owner has accepted."""
        site = wants(access=permissions(NEW, KEEP_US, mode=PermissionMode.EXCLUSIVE))

        plan = plan_for(site, live(access=[US, OLD]))

        grant, leave = plan.steps
        assert leave.gate is Gate.OWNER_ACCEPTED
        assert leave.after == (grant.id,)

    def test_a_leaving_owner_who_leaves_nobody_is_refused(self) -> None:
        """Without a successor the removal is refused, and says how to make it possible."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-2")]))

        plan = plan_for(site, live(access=[US, OLD]))

        assert guards(plan) == ["last-owner"]
        assert plan.refusals[0].measured == "0 accepted owners"
        assert plan.refusals[0].remedy == "add an owner under permissions.entries first"

    def test_a_successor_who_is_not_in_the_directory_is_named(self) -> None:
        """The owner stands in the file; what is missing is the address."""
        site = wants(access=permissions(person("person:c-9", "user", "owner"), absent=[gone("person:c-2")]))

        plan = plan_for(site, live(access=[US, OLD]))

        assert guards(plan) == ["last-owner"]
        assert "person:c-9 is not in the directory of people" in plan.refusals[0].message
        assert plan.refusals[0].remedy == "add person:c-9 to the directory of people (FLEET_PEOPLE)"

    def test_without_a_directory_the_directory_is_what_is_missing(self) -> None:
        """Nobody can be recognised or invited."""
        site = wants(access=permissions(NEW, absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)]))

        plan = plan_for(site, live(access=[US]), by=policy(people_known=None))

        assert guards(plan) == ["last-owner"]
        assert "there is no directory of people" in plan.refusals[0].message
        assert plan.refusals[0].remedy == "name the directory of people in FLEET_PEOPLE, with person:c-1 in it"

    def test_somebody_unknown_who_is_no_owner_is_not_the_cause(self) -> None:
        """A user would not help."""
        site = wants(access=permissions(person("person:c-9", "user"), KEEP_US, absent=[gone("person:c-2")]))

        plan = plan_for(site, live(access=[US, OLD]))

        assert plan.refusals[0].remedy == "add an owner under permissions.entries first"

    def test_nobody_at_all_is_never_possible(self) -> None:
        """Without any owner left, no flag lifts the refusal."""
        site = wants(access=permissions(absent=[gone("person:c-2")]))

        plan = plan_for(site, live(access=[OLD]), by=policy(accepted=[f"last-owner:{SITE}"]))

        assert guards(plan) == ["last-owner"]
        assert not plan.refusals[0].liftable

    @pytest.mark.parametrize("group", ["BSJG", None])
    def test_our_own_group_is_no_owner_who_could_act_without_us(self, group: str | None) -> None:
        """The customer would be out; while nobody says which group is ours, each may be."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-2")]), acknowledged=["last-owner"])

        plan = plan_for(
            site,
            live(access=[US, OLD]),
            by=policy(accepted=[f"last-owner:{SITE}"]),
            accounts=[account(group=group)],
        )

        assert guards(plan) == ["last-owner"]
        assert not plan.refusals[0].liftable
        assert "no owner but userGroup:BSJG, which is or may be our own" in plan.refusals[0].message

    def test_accepting_it_takes_the_owner_out(self) -> None:
        """With another company's group left as owner, a named acceptance lifts it, and no gate holds it."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-2")]))
        seen = live(access=[US, OLD, has_access("userGroup:HANS", "owner")])

        plan = plan_for(site, seen, by=policy(accepted=[f"last-owner:{SITE}"]), accounts=[account(group="BSJG")])

        assert not plan.refusals
        assert [step.gate for step in plan.steps] == [Gate.NOTHING]

    def test_taking_the_owner_role_counts_like_leaving(self) -> None:
        """Whoever stays as user only is an owner less."""
        site = wants(access=permissions(person("person:c-2", "user"), KEEP_US))

        plan = plan_for(site, live(access=[US, OLD]))

        assert guards(plan) == ["last-owner"]

    def test_another_owner_who_accepted_is_enough(self) -> None:
        """One of two owners may go."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-2")]))

        plan = plan_for(site, live(access=[US, OLD, has_access("person:c-3", "owner")]))

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_two_owners_cannot_leave_together(self) -> None:
        """Each alone would be fine; both together leave nobody."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-2"), gone("person:c-3")]))

        plan = plan_for(site, live(access=[US, OLD, has_access("person:c-3", "owner")]))

        assert guards(plan) == ["last-owner", "last-owner"]

    def test_the_limit_of_the_fleet_counts(self) -> None:
        """Where two accepted owners are demanded, one left is too few."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-2")]))
        seen = live(access=[US, OLD, has_access("person:c-3", "owner")])

        plan = plan_for(fleet(site, limits=GuardLimits(min_accepted_owners=2)), seen)

        assert guards(plan) == ["last-owner"]
        assert plan.refusals[0].liftable

    def test_an_invitation_may_be_taken_back(self) -> None:
        """Somebody who never accepted is no owner that could be missed."""
        site = wants(access=permissions(KEEP_US, absent=[gone("person:c-3")]))

        plan = plan_for(site, live(access=[US, OLD, has_access("person:c-3", "owner", accepted=False)]))

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_a_user_may_go(self) -> None:
        """Only owners are guarded."""
        site = wants(access=permissions(absent=[gone("person:c-3")]))

        plan = plan_for(site, live(access=[US, OLD, has_access("person:c-3", "user")]))

        assert [step.gate for step in plan.steps] == [Gate.NOTHING]


class TestOwnAccess:
    def test_removing_the_only_group_is_refused(self) -> None:
        """The only group with our rights may be ours."""
        site = wants(access=permissions(absent=[gone("userGroup:BSJG")]))

        plan = plan_for(site, live(access=[US, OLD]))

        assert guards(plan) == ["own-access"]

    def test_a_hand_over_is_no_accident(self) -> None:
        """With `after: ownerAccepted` leaving is meant."""
        site = wants(access=permissions(absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)]))

        plan = plan_for(site, live(access=[US, OLD]))

        assert not plan.refusals

    def test_a_group_without_our_rights_is_not_us(self) -> None:
        """While a group with all our rights stays, another group may go."""
        site = wants(access=permissions(absent=[gone("userGroup:HANS")]))

        plan = plan_for(site, live(access=[US, OLD, has_access("userGroup:HANS", "service")]))

        assert not plan.refusals

    def test_a_weaker_group_does_not_replace_us(self) -> None:
        """A group with Service only cannot be the one that has Owner as well."""
        site = wants(access=permissions(absent=[gone("userGroup:BSJG")]))

        plan = plan_for(site, live(access=[US, OLD, has_access("userGroup:HANS", "service")]))

        assert guards(plan) == ["own-access"]

    def test_losing_roles_counts_too(self) -> None:
        """Our group with fewer roles may be unable to go on."""
        site = wants(access=permissions(person("userGroup:BSJG", "user")))

        plan = plan_for(site, live(access=[US, OLD]))

        assert guards(plan) == ["own-access"]

    def test_it_can_be_acknowledged(self) -> None:
        """Somebody who knows that the group is not ours says so in the file."""
        site = wants(access=permissions(absent=[gone("userGroup:BSJG")]), acknowledged=["own-access"])

        plan = plan_for(site, live(access=[US, OLD]))

        assert not plan.refusals


class TestOurGroupIsKnown:
    """fleet.yaml names our own user group, so nobody has to guess."""

    HANS = has_access("userGroup:HANS", "owner", "service")
    KEEP_HANS = person("userGroup:HANS", "owner", "service")

    @staticmethod
    def _plan(access: DesiredPermissions, *seen: ObservedPermission, acknowledged: tuple[str, ...] = ()) -> Plan:
        return plan_for(wants(access=access, acknowledged=acknowledged), live(access=seen), accounts=[KNOWN])

    def test_a_list_that_forgets_us_is_refused(self) -> None:
        """Exclusive, with another group that has the same rights: ours would go, and nothing else would tell."""
        plan = self._plan(permissions(self.KEEP_HANS, mode=PermissionMode.EXCLUSIVE), US, self.HANS)

        assert guards(plan) == ["own-access"]
        assert plan.refusals[0].liftable
        assert not plan.changes

    def test_removing_us_without_a_gate_is_refused(self) -> None:
        """Even when another group keeps all our rights."""
        plan = self._plan(permissions(absent=[gone("userGroup:BSJG")]), US, self.HANS, OLD)

        assert guards(plan) == ["own-access"]

    @pytest.mark.parametrize("roles", [("user",), ("user", "owner"), ("service",), ("user", "service")])
    def test_any_role_that_we_lose_counts(self, roles: tuple[str, ...]) -> None:
        """Getting another role in exchange does not make up for it."""
        plan = self._plan(permissions(person("userGroup:BSJG", *roles)), US, self.HANS, OLD)

        assert guards(plan) == ["own-access"]

    def test_more_roles_for_us_are_free(self) -> None:
        """Nothing is lost."""
        access = permissions(person("userGroup:BSJG", "user", "owner", "service"))

        assert len(self._plan(access, US, OLD).changes) == 1

    def test_a_hand_over_is_no_accident(self) -> None:
        """With `after: ownerAccepted` leaving is meant."""
        plan = self._plan(permissions(absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)]), US, OLD)

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_other_groups_may_go(self) -> None:
        """Also one that looks just like us, where our own is there to give us our rights."""
        plan = self._plan(permissions(absent=[gone("userGroup:HANS")]), US, self.HANS, OLD)

        assert not plan.refusals
        assert len(plan.changes) == 1

    def test_it_can_be_acknowledged(self) -> None:
        """Somebody means it."""
        access = permissions(absent=[gone("userGroup:BSJG")])

        assert len(self._plan(access, US, OLD, acknowledged=("own-access",)).changes) == 1

    def test_leaving_nobody_is_never_possible(self) -> None:
        """Acknowledged or not, the last owner stays."""
        access = permissions(absent=[gone("userGroup:BSJG")])

        plan = self._plan(access, US, acknowledged=("own-access", "last-owner"))

        assert [(one.guard, one.liftable) for one in plan.refusals] == [("last-owner", False)]

    @pytest.mark.parametrize("kept", [person("person:c-2", "user", "owner"), person("person:c-3", "user", "owner")])
    def test_our_login_may_be_a_person(self, kept: DesiredPermission) -> None:
        """Our group has no access there and we see the site all the same, so whoever goes may be us."""
        login = has_access("person:c-3", "owner", "service")

        plan = self._plan(permissions(kept, mode=PermissionMode.EXCLUSIVE), OLD, login)

        assert guards(plan) == ["own-access"]
        assert plan.refusals[0].liftable

    @pytest.mark.parametrize(
        "stays", [has_access("userGroup:PAYC", "owner", "service"), has_access("userGroup:BSJG", "user")]
    )
    def test_no_other_group_and_no_lesser_right_of_ours_covers_our_login(self, stays: ObservedPermission) -> None:
        """The account has Owner and Service, and only the person who goes can have given them."""
        login = has_access("person:c-3", "owner", "service")
        keep = [person("person:c-2", "user", "owner"), person(stays.principal, *stays.roles)]

        plan = self._plan(permissions(*keep, mode=PermissionMode.EXCLUSIVE), OLD, login, stays)

        assert guards(plan) == ["own-access"]

    def test_where_our_group_is_not_the_one_that_goes_may_be_ours_mistyped(self) -> None:
        """fleet.yaml says BSJG, and only another group can have given the account its rights."""
        typed = has_access("userGroup:BSJX", "owner", "service")

        plan = self._plan(
            permissions(person("person:c-2", "user", "owner"), absent=[gone("userGroup:BSJX")]), OLD, typed
        )

        assert guards(plan) == ["own-access"]

    def test_an_open_invitation_is_nobody_s_login(self) -> None:
        """Whoever has not accepted does not read this site."""
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        assert not self._plan(permissions(absent=[gone("person:c-1")]), OLD, invited).refusals


class TestNobodyIsLeft:
    """Somebody must be able to manage the installation; no flag lifts that."""

    SERVICE = has_access("userGroup:BSJG", "service")

    def test_the_last_one_who_can_manage_it_stays(self) -> None:
        """A group with Service is no owner, and without it nobody could do anything."""
        file = wants(access=permissions(absent=[gone("userGroup:BSJG")]), acknowledged=["own-access", "last-owner"])
        guest = has_access("person:c-2", "user")

        for seen in ([self.SERVICE], [self.SERVICE, guest]):
            plan = plan_for(file, live(access=seen), accounts=[KNOWN])

            assert [(one.guard, one.liftable) for one in plan.refusals] == [("last-owner", False)]
            assert not plan.changes

    def test_another_group_is_enough(self) -> None:
        """It can manage the installation."""
        file = wants(access=permissions(absent=[gone("userGroup:BSJG")]), acknowledged=["own-access"])
        other = has_access("userGroup:HANS", "service")

        assert len(plan_for(file, live(access=[self.SERVICE, other]), accounts=[KNOWN]).changes) == 1

    def test_a_group_that_comes_in_its_place_is_enough(self) -> None:
        """A group needs nobody's acceptance."""
        access = permissions(person("userGroup:HANS", "owner", "service"), absent=[gone("userGroup:BSJG")])
        file = wants(access=access, acknowledged=["own-access"])

        assert len(plan_for(file, live(access=[self.SERVICE]), accounts=[KNOWN]).changes) == 2


class TestWhoMustAccept:
    """`after: ownerAccepted` waits for the owners whom the file names, whoever else owned the place before."""

    LEAVE = gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)

    def test_the_former_owner_does_not_open_the_gate(self) -> None:
        """The new one was invited and has not accepted, so we stay."""
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        plan = plan_for(wants(access=permissions(NEW, absent=[self.LEAVE])), live(access=[US, OLD, invited]))

        assert not plan.changes
        assert {one.target.principal for one in plan.waiting} == {"person:c-1", "userGroup:BSJG"}

    def test_the_new_owner_does(self) -> None:
        """Also beside the former one, whom the file does not mention."""
        accepted = has_access("person:c-1", "user", "owner")

        plan = plan_for(wants(access=permissions(NEW, absent=[self.LEAVE])), live(access=[US, OLD, accepted]))

        assert [change.target.principal for change in plan.changes] == ["userGroup:BSJG"]

    def test_each_of_them_counts(self) -> None:
        """Two owners in the file, one of them accepted."""
        both = permissions(NEW, person("person:c-2", "user", "owner"), absent=[self.LEAVE])
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        assert not plan_for(wants(access=both), live(access=[US, OLD, invited])).changes

    def test_in_one_run_the_invitation_comes_first_and_the_gate_is_looked_at(self) -> None:
        """The plan holds both; the apply sees that nobody has accepted."""
        wish = permissions(NEW, absent=[self.LEAVE])
        plan = plan_for(wants(access=wish), live(access=[US, OLD]))
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        def is_open(*seen: ObservedPermission) -> bool:
            return gate_is_open(plan.steps[-1], plan.changes, observed=seen, limits=GuardLimits(), wish=wish)

        assert plan.steps[-1].gate is Gate.OWNER_ACCEPTED
        assert not is_open(US, OLD, invited)
        assert is_open(US, OLD, replace(invited, accepted=True))

    def test_an_owner_whom_nobody_can_recognise_holds_it_up(self) -> None:
        """It is refused rather than left to somebody else's acceptance."""
        stranger = permissions(person("person:c-99", "user", "owner"), absent=[self.LEAVE])

        plan = plan_for(
            wants(access=stranger), live(access=[US, OLD]), by=policy(people_known=frozenset({"c-1", "c-2"}))
        )

        assert guards(plan) == ["last-owner"]
        assert plan.refusals[0].limit == "each owner that the file names"
        assert "c-99" in plan.refusals[0].message


class TestNobodyCanReadThem:
    """In the Portal, permissions cannot be read, so a worksheet must not take our own access by accident."""

    def test_our_group_does_not_go_without_a_gate(self) -> None:
        """Known as ours, it is refused."""
        site = wants(access=permissions(NEW, absent=[gone("userGroup:BSJG")]))

        plan = plan_for(site, live(access=NO_CALL), accounts=[replace(PORTAL_ACCOUNT, group="BSJG")])

        assert guards(plan) == ["own-access"]
        assert plan.refusals[0].liftable
        assert not plan.steps

    def test_somebody_who_means_it_still_waits_for_an_owner(self) -> None:
        """Whether anybody else owns the site is not known, so our group goes last."""
        site = wants(access=permissions(NEW, absent=[gone("userGroup:BSJG")]), acknowledged=["own-access"])

        plan = plan_for(site, live(access=NO_CALL), accounts=[replace(PORTAL_ACCOUNT, group="BSJG")])

        assert [step.gate for step in plan.steps] == [Gate.NOTHING, Gate.OWNER_ACCEPTED]

    @pytest.mark.parametrize("roles", [("user",), ("user", "owner")])
    def test_fewer_roles_than_the_account_has_are_refused(self, roles: tuple[str, ...]) -> None:
        """The account has Owner and Service there."""
        site = wants(access=permissions(person("userGroup:BSJG", *roles)))

        plan = plan_for(site, live(access=NO_CALL), accounts=[replace(PORTAL_ACCOUNT, group="BSJG")])

        assert guards(plan) == ["own-access"]

    def test_our_roles_as_they_are_need_nobody(self) -> None:
        """Listing ourselves is the way to stay."""
        site = wants(access=permissions(KEEP_US))

        assert not plan_for(site, live(access=NO_CALL), accounts=[replace(PORTAL_ACCOUNT, group="BSJG")]).refusals

    def test_other_groups_go_as_the_file_says(self) -> None:
        """Known not to be ours."""
        site = wants(access=permissions(absent=[gone("userGroup:HANS")]))

        plan = plan_for(site, live(access=NO_CALL), accounts=[replace(PORTAL_ACCOUNT, group="BSJG")])

        assert [step.gate for step in plan.steps] == [Gate.NOTHING]

    def test_while_our_group_is_unknown_every_group_waits(self) -> None:
        """Any of them may be ours."""
        site = wants(access=permissions(NEW, absent=[gone("userGroup:BSJG"), gone("userGroup:HANS")]))

        plan = plan_for(site, live(access=NO_CALL), accounts=[PORTAL_ACCOUNT])

        assert [step.gate for step in plan.steps] == [Gate.NOTHING, Gate.OWNER_ACCEPTED, Gate.OWNER_ACCEPTED]


class TestGateAtApply:
    """The gate is looked at again just before the step."""

    @staticmethod
    def _is_open(plan: Plan, *seen: ObservedPermission) -> bool:
        return gate_is_open(plan.steps[-1], plan.changes, observed=seen, limits=GuardLimits(), wish=None)

    @staticmethod
    def _exclusive() -> Plan:
        site = wants(access=permissions(NEW, KEEP_US, mode=PermissionMode.EXCLUSIVE))
        return plan_for(site, live(access=[US, OLD]))

    def test_the_leaving_owner_does_not_open_it(self) -> None:
        """Whoever is about to go is no owner who stays."""
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        assert not self._is_open(self._exclusive(), US, OLD, invited)

    def test_the_accepted_owner_opens_it(self) -> None:
        """Once the new owner has accepted, the old one may go."""
        assert self._is_open(self._exclusive(), US, OLD, has_access("person:c-1", "user", "owner"))

    def test_our_own_group_does_not_open_it(self) -> None:
        """A group that owns the site says nothing about the customer."""
        site = wants(access=permissions(NEW, absent=[gone("userGroup:BSJG", gate=RemovalGate.OWNER_ACCEPTED)]))

        assert not self._is_open(plan_for(site, live(access=[US])), US)

    def test_a_step_without_a_gate_is_open(self) -> None:
        """Grants never wait for anybody."""
        plan = self._exclusive()

        assert gate_is_open(plan.steps[0], plan.changes, observed=(), limits=GuardLimits(), wish=None)

    def test_an_invitation_that_was_accepted_meanwhile_stays(self) -> None:
        """Taking an open invitation back is free, taking an owner out is not; it is seen just before."""
        site = wants(access=permissions(NEW, absent=[gone("person:c-2")]))
        plan = plan_for(site, live(access=[has_access("person:c-2", "owner", accepted=False)]))
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        assert plan.steps[-1].gate is Gate.NOTHING
        assert self._is_open(plan, invited, has_access("person:c-2", "owner", accepted=False))
        assert not self._is_open(plan, invited, has_access("person:c-2", "owner"))
