"""Permissions on single chargers of Pro installations: planned as those of the installation are, charger by charger."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from reconciler.model.attest import permissions_digest
from reconciler.model.blast import blast_of
from reconciler.model.change import Target
from reconciler.model.desired import (
    Attestation,
    DesiredFleet,
    DesiredInstallation,
    Deviation,
    Origin,
    PermissionMode,
    Route,
)
from reconciler.model.finding import FindingKind
from reconciler.model.observed import Breadth, ObservedPermission, ReadNeed
from reconciler.model.plan import Gate, Operation, Plan
from reconciler.model.value import ABSENT
from reconciler.model.words import wish
from reconciler.planning.adopting import of_installation
from reconciler.planning.make import make_plan
from reconciler.planning.reads import as_asked_for, needs_of, read_floor
from reconciler.planning.rollback import as_wished, rollback_plan
from tests.builders import (
    FORBIDDEN,
    MAIN,
    NO_CALL,
    NOW,
    PORTAL_ACCOUNT,
    SITE,
    TODAY,
    FixedOrigins,
    account,
    charger,
    cloud,
    fleet,
    gone,
    has_access,
    live,
    permissions,
    person,
    plan_for,
    policy,
    wants,
    wants_charger,
)
from tests.planning.drift_case import drift, exception

FIRST, SECOND = "ZPR081101", "ZPR081102"
KARI = person("person:c-1", "user")
OLA = has_access("person:c-2", "user")
US = has_access("userGroup:BSJG", "owner", "service")
ONLY_OLA_GOES = permissions(KARI, absent=[gone("person:c-2")])


def told(plan: Plan) -> list[tuple[str | None, str | None, object, object]]:
    """Changes as (charger, principal, before, after)."""
    return [(one.target.charger, one.target.principal, one.before, one.after) for one in plan.changes]


def target(serial: str = FIRST, principal: str | None = None) -> Target:
    return Target(account=MAIN, installation_id=SITE, charger=serial, principal=principal)


class TestComparing:
    def test_somebody_missing_is_added_to_that_charger(self) -> None:
        """With serial and person in the change; the next charger is untouched."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)), wants_charger(SECOND))

        plan = plan_for(site, live(charger(FIRST, access=[]), charger(SECOND), pro=True))

        assert told(plan) == [(FIRST, "person:c-1", ABSENT, ("user",))]
        assert [(one.operation, one.target_id) for one in plan.steps] == [
            (Operation.PARTNER_CHARGER_PERMISSION, f"id-{FIRST}")
        ]
        assert wish(plan.changes[0]) == f"{FIRST} Access of person:c-1 no access → User"

    @pytest.mark.parametrize("seen", [[has_access("person:c-1", "user")], [has_access("person:c-1", "user"), OLA]])
    def test_as_wanted_needs_nothing(self, seen: list[ObservedPermission]) -> None:
        """Additive leaves others alone."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)))

        plan = plan_for(site, live(charger(FIRST, access=seen), pro=True))

        assert (plan.changes, plan.unverifiable, plan.waiting) == ((), (), ())

    def test_what_is_left_out_stays(self) -> None:
        """Without `permissions` nobody is looked at, whatever the installation's own list says."""
        site = wants(wants_charger(FIRST), access=permissions(mode=PermissionMode.EXCLUSIVE))

        plan = plan_for(site, live(charger(FIRST, access=[OLA]), access=[], pro=True))

        assert not plan.changes

    def test_exclusive_and_an_empty_list_take_all_away(self) -> None:
        """On this charger; nobody is locked out of it, because the installation has its own owners."""
        site = wants(wants_charger(FIRST, access=permissions(mode=PermissionMode.EXCLUSIVE)))
        owner = has_access("person:c-2", "user", "owner")

        plan = plan_for(site, live(charger(FIRST, access=[owner]), access=None, pro=True))

        assert told(plan) == [(FIRST, "person:c-2", ("user", "owner"), ABSENT)]
        assert (plan.refusals, plan.steps[0].gate) == ((), Gate.NOTHING)

    def test_an_open_invitation_waits(self) -> None:
        """With the charger and since when."""
        week_ago = NOW - timedelta(days=7)
        invited = has_access("person:c-1", "user", accepted=False, invited_at=week_ago)

        plan = plan_for(
            wants(wants_charger(FIRST, access=permissions(KARI))), live(charger(FIRST, access=[invited]), pro=True)
        )

        assert not plan.changes
        assert [(one.target, one.since) for one in plan.waiting] == [(target(FIRST, "person:c-1"), week_ago)]

    def test_a_charger_that_is_not_there_is_missing_and_nothing_else(self) -> None:
        """Nobody is invited to it."""
        plan = plan_for(wants(wants_charger(FIRST, access=permissions(KARI))), live(pro=True))

        assert not plan.changes
        assert [one.what for one in plan.unreadable] == ["the charger"]

    def test_somebody_unknown_cannot_be_recognised(self) -> None:
        """As on the installation."""
        site = wants(wants_charger(FIRST, access=permissions(person("person:c-9", "user"))))

        plan = plan_for(site, live(charger(FIRST, access=[]), pro=True))

        assert not plan.changes
        assert [one.target for one in plan.unverifiable] == [target(FIRST, "person:c-9")]

    def test_a_list_that_cannot_be_read_is_a_charger_not_compared(self) -> None:
        """Never an empty list."""
        plan = plan_for(
            wants(wants_charger(FIRST, access=permissions(KARI))), live(charger(FIRST, access=FORBIDDEN), pro=True)
        )

        assert not plan.changes
        assert [(one.target, one.what) for one in plan.unreadable] == [(target(), "Permissions")]
        assert (plan.coverage.chargers.unreadable, plan.coverage.installations.unreadable) == (1, 0)

    def test_both_places_have_their_own_change(self) -> None:
        """The same person on the installation and on a charger, each with an id of its own."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)), access=permissions(KARI))

        plan = plan_for(site, live(charger(FIRST, access=[]), access=[US], pro=True))

        assert [(one.target.charger, one.after) for one in plan.changes] == [(None, ("user",)), (FIRST, ("user",))]
        assert len({one.id for one in plan.changes}) == len({step.id for step in plan.steps}) == 2


class TestOrder:
    def test_somebody_comes_before_somebody_goes(self) -> None:
        """On the same charger."""
        plan = plan_for(wants(wants_charger(FIRST, access=ONLY_OLA_GOES)), live(charger(FIRST, access=[OLA]), pro=True))

        grant, revoke = plan.steps
        assert [one.after for one in plan.changes] == [("user",), ABSENT]
        assert (grant.after, revoke.after, revoke.gate) == ((), (grant.id,), Gate.NOTHING)

    def test_who_moves_to_the_whole_installation_is_never_without(self) -> None:
        """First the right there, then the one on the charger goes."""
        ola = person("person:c-2", "user")
        site = wants(wants_charger(FIRST, access=permissions(absent=[gone("person:c-2")])), access=permissions(ola))

        plan = plan_for(site, live(charger(FIRST, access=[OLA]), access=[US], pro=True))

        assert [step.operation for step in plan.steps] == [
            Operation.PARTNER_PERMISSION,
            Operation.PARTNER_CHARGER_PERMISSION,
        ]
        assert plan.steps[1].after == (plan.steps[0].id,)

    def test_another_charger_waits_for_nobody(self) -> None:
        """What is unrelated runs side by side."""
        site = wants(
            wants_charger(FIRST, access=permissions(KARI)),
            wants_charger(SECOND, access=permissions(absent=[gone("person:c-2")])),
        )

        plan = plan_for(site, live(charger(FIRST, access=[]), charger(SECOND, access=[OLA]), pro=True))

        assert [step.after for step in plan.steps] == [(), ()]

    def test_a_new_owner_of_a_charger_is_no_owner_of_the_site(self) -> None:
        """Taking the last owner off the installation is refused, whoever owns a charger."""
        site = wants(
            wants_charger(FIRST, access=permissions(person("person:c-1", "user", "owner"))),
            access=permissions(absent=[gone("person:c-2")]),
        )
        owner = has_access("person:c-2", "user", "owner")

        plan = plan_for(site, live(charger(FIRST, access=[]), access=[owner], pro=True))

        assert [one.guard for one in plan.refusals] == ["last-owner"]


class TestByHand:
    SITE_ = wants(wants_charger(FIRST, access=ONLY_OLA_GOES))

    def test_every_wish_is_a_change_for_a_person(self) -> None:
        """Not verifiable; nobody has to accept anything before somebody leaves a charger."""
        plan = plan_for(self.SITE_, live(charger(FIRST), pro=True), accounts=[PORTAL_ACCOUNT])

        assert told(plan) == [
            (FIRST, "person:c-1", NO_CALL, ("user",)),
            (FIRST, "person:c-2", NO_CALL, ABSENT),
        ]
        assert {(one.route, one.before_state.value) for one in plan.changes} == {(Route.PORTAL, "unreadable")}
        assert [one.target.subject for one in plan.unverifiable] == [f"{FIRST} person:c-1", f"{FIRST} person:c-2"]
        assert [step.gate for step in plan.steps] == [Gate.NOTHING, Gate.NOTHING]

    def test_their_route_is_their_own(self) -> None:
        """A partner's agreement may cover those of installations only."""
        mixed = account(charger_permissions=Route.PORTAL)
        site = wants(wants_charger(FIRST, access=permissions(KARI)), access=permissions(KARI))

        plan = plan_for(site, live(charger(FIRST), access=[US], pro=True), accounts=[mixed])

        assert [(one.target.charger, one.route) for one in plan.changes] == [
            (None, Route.PARTNER),
            (FIRST, Route.PORTAL),
        ]

    def test_an_attestation_covers_both_places(self) -> None:
        """One word for the file as a whole."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)), access=permissions(KARI))

        plan = plan_for(attested(site, by=site), live(charger(FIRST), pro=True))

        assert (plan.changes, plan.unverifiable) == ((), ())

    @pytest.mark.parametrize(
        "other",
        [
            wants(wants_charger(FIRST, access=permissions(person("person:c-1", "owner")))),
            wants(wants_charger(FIRST, access=permissions(KARI, mode=PermissionMode.EXCLUSIVE))),
            wants(wants_charger(SECOND, access=permissions(KARI))),
            wants(wants_charger(FIRST), access=permissions(KARI)),
            wants(wants_charger(FIRST)),
        ],
    )
    def test_changed_permissions_of_a_charger_void_it(self, other: DesiredInstallation) -> None:
        """Another role, mode, charger or place is another wish."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)))

        plan = plan_for(attested(site, by=other), live(charger(FIRST), pro=True))

        assert len(plan.changes) == len(plan.unverifiable) == 1

    def test_an_attestation_from_before_there_were_any_still_holds(self) -> None:
        """Its digest is the one that was written then."""
        access = permissions(person("person:c-1", "user", "owner"))

        assert permissions_digest(wants(wants_charger(FIRST), access=access)) == (
            "sha256:f8f00c0d5fc4e46860e43a156e9a39cc73d532baceb1c4bf9ffdccf968743065"
        )


def attested(site: DesiredInstallation, *, by: DesiredInstallation) -> DesiredFleet:
    """The file, and a person's word for what another version of it says."""
    word = Attestation(
        installation_id=SITE,
        digest=permissions_digest(by),
        attested_on=TODAY,
        valid_until=date(2035, 1, 1),
        by="KL",
        evidence="seen in the Portal",
    )
    return fleet(site, accounts=[PORTAL_ACCOUNT], attestations=[word])


class TestExceptions:
    @pytest.mark.parametrize(
        ("serial", "expected"),
        [
            (FIRST, [None, SECOND]),
            (None, [FIRST, SECOND]),
        ],
    )
    def test_one_is_about_one_place(self, serial: str | None, expected: list[str | None]) -> None:
        """With `charger` that charger's permissions, without it those of the installation."""
        chargers = [wants_charger(one, access=permissions(KARI)) for one in (FIRST, SECOND)]
        deviation = Deviation(
            installation_id=SITE,
            setting="permissions",
            charger=serial,
            value=None,
            until=date(2035, 1, 1),
            owner="KL",
            reason="moving",
        )
        site = wants(*chargers, access=permissions(KARI))

        plan = plan_for(
            fleet(site, deviations=[deviation]),
            live(charger(FIRST, access=[]), charger(SECOND, access=[]), access=[US], pro=True),
        )

        assert [one.target.charger for one in plan.changes] == expected


class TestDrift:
    SEEN = live(charger(FIRST, access=[OLA]), access=[US], pro=True)

    def test_somebody_unwanted_and_somebody_missing(self) -> None:
        """A stranger on a charger is unwanted access; who should charge there and cannot is a driver left standing."""
        access = permissions(KARI, mode=PermissionMode.EXCLUSIVE)

        found = drift(wants(wants_charger(FIRST, access=access)), self.SEEN)

        assert {(one.target.subject, one.code, one.adoptable) for one in found} == {
            (f"{FIRST} person:c-2", "D201", True),
            (f"{FIRST} person:c-1", "D306", True),
        }
        assert len({one.fingerprint for one in found}) == 2

    @pytest.mark.parametrize(("serial", "suppressed"), [(FIRST, {FIRST}), (None, {None})])
    def test_an_exception_is_about_one_place(self, serial: str | None, suppressed: set[str | None]) -> None:
        """As in a plan."""
        site = wants(wants_charger(FIRST, access=permissions(KARI)), access=permissions(KARI))

        found = drift(fleet(site, deviations=[exception("permissions", charger=serial)]), self.SEEN)

        assert {one.target.charger for one in found if one.kind is FindingKind.SUPPRESSED} == suppressed
        assert {one.target.charger for one in found} == {None, FIRST}


class TestReads:
    SITE_ = wants(
        wants_charger(FIRST, access=permissions(KARI)),
        wants_charger(SECOND),
        wants_charger("ZPR081103", standAlone=True),
    )

    def test_only_declared_ones_are_read(self) -> None:
        """One request for each charger that declares some; no state is read for their sake."""
        (need,) = needs_of(fleet(self.SITE_))

        assert need == ReadNeed(
            account=MAIN, installation_id=SITE, state_of=("ZPR081103",), charger_permissions_of=(FIRST,)
        )
        assert not needs_of(fleet(self.SITE_, accounts=[PORTAL_ACCOUNT]))[0].charger_permissions_of

    @pytest.mark.parametrize(("pro", "floor"), [(True, 4), (None, 4), (False, 3)])
    def test_the_floor_counts_them(self, pro: bool | None, floor: int) -> None:
        """Two lists, one state, one list of people; nobody asks Go or Home."""
        seen = cloud(live(charger(FIRST), charger("ZPR081103"), pro=pro), breadth=Breadth.ACCOUNT)

        assert read_floor(needs_of(fleet(self.SITE_)), seen) == floor

    def test_a_snapshot_is_cut_to_what_a_plan_asks_for(self) -> None:
        """A plan never depends on what it did not ask for."""
        seen = cloud(live(charger(FIRST, access=[OLA]), charger(SECOND, access=[OLA]), pro=True))

        cut = as_asked_for(seen, needs_of(fleet(self.SITE_))).installations[0]

        assert [one.permissions for one in cut.chargers] == [(OLA,), None]


def test_the_owner_of_a_charger_sees_no_sessions_of_the_site() -> None:
    """Only owners of the installation see everybody's."""
    owner = permissions(person("person:c-1", "user", "owner"))

    seen = [
        blast_of(plan_for(site, live(charger(FIRST, access=[]), access=[US], pro=True)))
        .sites[0]
        .access[0]
        .sees_sessions
        for site in (wants(wants_charger(FIRST, access=owner)), wants(wants_charger(FIRST), access=owner))
    ]

    assert seen == [False, True]


class TestTheWayBack:
    def test_former_roles_come_back_where_they_were(self) -> None:
        """On the charger, with what the run gave taken away again; the file's other wishes are not asked for."""
        files = fleet(wants(wants_charger(FIRST, access=ONLY_OLA_GOES, maxCurrent=16.0), access=permissions(KARI)))
        seen = live(charger(FIRST, access=[OLA], maxCurrent=16.0), access=[has_access("person:c-1", "user")], pro=True)

        back = rollback_plan(plan_for(files, seen), files, run_id="r", now=NOW)
        (wanted,) = as_wished(back, files).installations

        assert told(back) == [
            (FIRST, "person:c-1", ("user",), ABSENT),
            (FIRST, "person:c-2", ABSENT, ("user",)),
        ]
        assert [step.target_id for step in back.steps] == [f"id-{FIRST}"] * 2
        assert wanted.chargers[0].permissions == permissions(person("person:c-2", "user"), absent=[gone("person:c-1")])
        assert (wanted.permissions, wanted.chargers[0].settings) == (None, ())

    def test_service_on_a_charger_cannot_be_given_again(self) -> None:
        """The cloud shows it and nothing here may write it, so it is named as lost."""
        files = fleet(wants(wants_charger(FIRST, access=permissions(absent=[gone("userGroup:HANS")]))))
        seen = live(charger(FIRST, access=[has_access("userGroup:HANS", "owner", "service")]), pro=True)

        back = rollback_plan(plan_for(files, seen), files, run_id="r", now=NOW)

        assert back.rollback is not None
        assert [(one.target.subject, one.reason) for one in back.rollback.lost] == [
            (f"{FIRST} userGroup:HANS", "the former roles are none that can be given")
        ]


class TestAdopting:
    def test_whoever_is_on_a_charger_goes_into_its_entry(self) -> None:
        """With the path of the charger; a role that no file can give stays out, and is told."""
        seen = live(charger(FIRST, access=[OLA, has_access("userGroup:HANS", "service")]), charger(SECOND), pro=True)

        adopted, left = of_installation(seen)

        assert [(wish.path, wish.value) for one in adopted for wish in one.wishes if one.target.principal] == [
            (("chargers", FIRST, "permissions", "person:c-2"), ("user",))
        ]
        assert [one.target.subject for one in left if one.target.principal] == [f"{FIRST} userGroup:HANS"]


def test_the_line_of_the_entry_is_asked_for() -> None:
    """Origins are asked with serial, list and person."""
    asked: list[tuple[str, ...]] = []

    class Asking(FixedOrigins):
        def find(self, installation_id: str, path: Sequence[str]) -> Origin:
            asked.append(tuple(path))
            return super().find(installation_id, path)

    site = wants(wants_charger(FIRST, access=ONLY_OLA_GOES))
    make_plan(fleet(site), cloud(live(charger(FIRST, access=[OLA]), pro=True)), policy(), Asking())

    assert {one for one in asked if len(one) == 5} == {
        ("chargers", FIRST, "permissions", "entries", "person:c-1"),
        ("chargers", FIRST, "permissions", "absent", "person:c-2"),
    }


def test_another_role_is_another_id() -> None:
    """The id of a change and the digest of a plan depend on it."""
    plans = [
        plan_for(
            wants(wants_charger(FIRST, access=permissions(person("person:c-1", *roles)))),
            live(charger(FIRST, access=[]), pro=True),
        )
        for roles in (("user",), ("user", "owner"))
    ]

    assert len({plan.digest for plan in plans}) == 2
