"""Nobody is locked out by a plan: neither the customer nor we."""

from dataclasses import replace

import pytest

from reconciler.model.desired import DesiredPermissions, GuardLimits, PermissionMode, RemovalGate
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
        """Also one that looks just like us, and the last one with our rights."""
        plan = self._plan(permissions(absent=[gone("userGroup:HANS")]), self.HANS, OLD)

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
        return gate_is_open(plan.steps[-1], plan.changes, observed=seen, limits=GuardLimits())

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

        assert gate_is_open(plan.steps[0], plan.changes, observed=(), limits=GuardLimits())

    def test_an_invitation_that_was_accepted_meanwhile_stays(self) -> None:
        """Taking an open invitation back is free, taking an owner out is not; it is seen just before."""
        site = wants(access=permissions(NEW, absent=[gone("person:c-2")]))
        plan = plan_for(site, live(access=[has_access("person:c-2", "owner", accepted=False)]))
        invited = has_access("person:c-1", "user", "owner", accepted=False)

        assert plan.steps[-1].gate is Gate.NOTHING
        assert self._is_open(plan, invited, has_access("person:c-2", "owner", accepted=False))
        assert not self._is_open(plan, invited, has_access("person:c-2", "owner"))
