"""A snapshot takes the fewest requests, and says honestly what it could not read."""

import httpx
import pytest

from reconciler.errors import CloudError, WriteForbiddenError
from reconciler.live.account import Access, LiveAccount
from reconciler.model.desired import Route
from reconciler.model.observed import (
    Breadth,
    ObservedFleet,
    ObservedInstallation,
    OperatingMode,
    ReadNeed,
)
from reconciler.model.people import People
from reconciler.model.value import ABSENT, Reason, Unreadable
from reconciler.sandbox.faults import fault
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World
from tests.builders import plan_for, wants
from tests.live.answers import CHARGER, CHARGER_ROW, INSTALLATION, SERIAL, SITE, Cloud, as_json, paged, status
from tests.live.cloud import NO_PARTNER, Opening, account_of, calls, over_answers, over_world

ELVEVEIEN = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"
FJELLVEIEN = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c02"
BAKKEGATA = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"
SOLBAKKEN = "5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b02"
FURULIA = "5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06"
HAVNEN = "e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05"
LUFTHAVN = "7d3e0a44-9c15-4f0b-a1d2-6b8e5c7f9a10"
UNKNOWN = "00000000-0000-0000-0000-000000000000"

SOLBAKKEN_SERIALS = tuple(f"ZPR0810{number:02}" for number in range(1, 35))


def need(installation_id: str, **wishes: object) -> ReadNeed:
    """What must be known about one installation."""
    return ReadNeed(account="main", installation_id=installation_id, **wishes)  # type: ignore[arg-type]  # fields of ReadNeed


def observe(account: LiveAccount, *needs: ReadNeed, breadth: Breadth = Breadth.ACCOUNT) -> ObservedFleet:
    """A snapshot."""
    return account.observer.observe(needs, breadth=breadth)


def site(fleet: ObservedFleet, installation_id: str) -> ObservedInstallation:
    """One installation of it."""
    found = fleet.installation(installation_id)
    assert found is not None
    return found


class TestRequests:
    def test_lists_alone_answer_what_needs_no_more(self, world: World, account: LiveAccount) -> None:
        """Modes and installation currents of eleven sites cost one page of installations and two of chargers."""
        fleet = observe(account, need(ELVEVEIEN), need(HAVNEN, mode="webhooks"))

        assert calls(world) == ["GET /api/installation", "GET /api/chargers", "GET /api/chargers"]
        assert fleet.reads[0].requests == 3
        assert len(fleet.installations) == fleet.reads[0].visible_installations == 11
        assert fleet.reads[0].visible_chargers == 121

    def test_state_is_read_only_for_the_chargers_named(self, world: World, account: LiveAccount) -> None:
        """Two of 34 chargers declare a state setting: two more requests."""
        fleet = observe(account, need(SOLBAKKEN, state_of=("ZPR081003", "ZPR081005")))

        assert len(calls(world, part="/state")) == 2
        assert site(fleet, SOLBAKKEN).charger("ZPR081001").values == ()  # type: ignore[union-attr]  # it is there

    def test_a_charger_that_is_not_there_costs_nothing(self, world: World, account: LiveAccount) -> None:
        """A serial that the account does not see is no request."""
        observe(account, need(ELVEVEIEN, state_of=("ZAP999999",)))

        assert calls(world, part="/state") == []

    def test_circuits_are_read_only_where_a_current_goes_up(self, world: World, account: LiveAccount) -> None:
        """Raising ZPR081010 from 16 to 32 A reads the circuits of Solbakken; keeping or lowering reads none."""
        observe(
            account,
            need(SOLBAKKEN, state_of=("ZPR081010",), raises_to=(("ZPR081010", 32.0),)),
            need(ELVEVEIEN, state_of=("ZAP012345",), raises_to=(("ZAP012345", 16.0),)),
            need(FURULIA, state_of=("ZPR081101",), raises_to=(("ZPR081101", 16.0),)),
        )

        assert calls(world, part="/hierarchy") == [f"GET /api/installation/{SOLBAKKEN}/hierarchy"]

    @pytest.mark.parametrize(("limit_a", "reads"), [(160.0, 1), (125.0, 0), (100.0, 1)])
    def test_moving_the_breaker_value_reads_the_circuits(
        self, world: World, account: LiveAccount, limit_a: float, reads: int
    ) -> None:
        """Solbakken has 125 A; going up or down, the circuits below it must fit."""
        observe(account, need(SOLBAKKEN, raises_to=(("", limit_a),)))

        assert len(calls(world, part="/hierarchy")) == reads

    def test_a_few_sites_are_read_one_by_one(self, world: World, account: LiveAccount) -> None:
        """A selection of two sites costs two requests each plus their chargers' states."""
        fleet = observe(
            account, need(ELVEVEIEN, state_of=("ZAP012345",)), need(BAKKEGATA, permissions=True), breadth=Breadth.SITES
        )

        assert fleet.reads[0].requests == len(calls(world)) == 2 + 2 + 1 + 1
        assert [found.id for found in fleet.installations] == [ELVEVEIEN, BAKKEGATA]

    def test_both_ways_of_reading_see_the_same(self, world: World) -> None:
        """Lists and single reads give the same picture of a site."""
        wishes = need(
            SOLBAKKEN, state_of=SOLBAKKEN_SERIALS, raises_to=(("ZPR081010", 32.0),), permissions=True, mode="native"
        )

        whole = observe(over_world(world), wishes)
        single = observe(over_world(world), wishes, breadth=Breadth.SITES)

        assert site(whole, SOLBAKKEN) == site(single, SOLBAKKEN)

    def test_a_generated_fleet_costs_exactly_its_floor(self) -> None:
        """30 sites with 250 chargers: pages, states and raised sites, counted from the world."""
        made = generated_world(30, 250)
        needs, raised, states = [], 0, 0
        for wish in made.desired:
            chargers: dict[str, dict[str, float]] = wish["chargers"]  # type: ignore[assignment]  # by construction
            live = {c["serial"]: float(str(c["values"]["510"])) for c in made.world.chargers_of(str(wish["id"]))}
            raised += any(live[serial] < wanted["maxCurrent"] for serial, wanted in chargers.items())
            states += len(chargers)
            limits = tuple((serial, float(wanted["maxCurrent"])) for serial, wanted in sorted(chargers.items()))
            needs.append(need(str(wish["id"]), state_of=tuple(sorted(chargers)), raises_to=limits))

        fleet = observe(over_world(made.world), *needs)

        assert raised > 0
        assert fleet.reads[0].requests == len(calls(made.world)) == 1 + 3 + states + raised


class TestSame:
    def test_one_thread_and_sixty_four_see_the_same(self) -> None:
        """The snapshot does not depend on which answer came first."""
        wishes = [
            need(SOLBAKKEN, state_of=SOLBAKKEN_SERIALS, raises_to=(("ZPR081010", 32.0),), permissions=True),
            need(LUFTHAVN, state_of=("ZPR085001", "ZPR085002"), raises_to=(("ZPR085002", 32.0),)),
            need(FURULIA, permissions=True),
        ]

        one, many = (observe(over_world(fixture_world(), Opening(concurrency=n)), *wishes) for n in (1, 64))

        assert one.installations == many.installations
        assert one.reads == many.reads

    def test_the_order_of_needs_and_rows_does_not_matter(self, world: World) -> None:
        """A list that comes in another order gives the same snapshot."""
        plain = observe(over_world(fixture_world()), need(ELVEVEIEN), need(FURULIA, permissions=True))
        world.data["faults"].append(fault("reordered-list", path="/api/*", times=3))

        turned = observe(over_world(world), need(FURULIA, permissions=True), need(ELVEVEIEN))

        assert turned.installations == plain.installations


class TestLists:
    def test_a_missing_page_is_read_again(self, world: World, account: LiveAccount) -> None:
        """A page that came back empty is noticed; nothing looks gone."""
        world.data["faults"].append(fault("missing-page", path="/api/chargers", times=1))

        fleet = observe(account)

        assert fleet.reads[0].visible_chargers == 121

    def test_a_list_that_moves_while_it_is_read_is_read_again(self) -> None:
        """Pages that change their number or repeat a row are not trusted."""
        other = {**CHARGER_ROW, "Id": "aaaaaaaa-bbbb-cccc-dddd-ffffffffffff", "DeviceId": "ZAP000002"}
        answers = iter(
            [
                {"Pages": 2, "Data": [CHARGER_ROW]},
                {"Pages": 2, "Data": [CHARGER_ROW]},  # the same row on both pages
                {"Pages": 2, "Data": [CHARGER_ROW]},
                {"Pages": 3, "Data": [other]},  # the number of pages moved
            ]
        )
        third = {**CHARGER_ROW, "Id": "aaaaaaaa-bbbb-cccc-dddd-000000000000", "DeviceId": "ZAP000003"}
        settled = paged(CHARGER_ROW, other, third)
        cloud = Cloud({"GET /api/chargers": lambda: httpx.Response(200, json=next(answers, settled))})

        fleet = observe(over_answers(cloud))

        assert [charger.serial for charger in site(fleet, SITE).chargers] == [SERIAL, "ZAP000002", "ZAP000003"]

    def test_a_list_that_never_stands_still_ends_the_run(self) -> None:
        """After three walks there is an error instead of a guess."""
        cloud = Cloud({"GET /api/chargers": as_json(paged(CHARGER_ROW, CHARGER_ROW))})

        with pytest.raises(CloudError, match="changed during each of 3 walks"):
            observe(over_answers(cloud))

    def test_pages_are_asked_for_as_documented(self) -> None:
        """Page size 100, index from 0, a stable order, an agent that says who we are."""
        asked: list[httpx.Request] = []
        cloud = Cloud()

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return cloud(request)

        observe(over_answers(answer))

        first = asked[0]
        assert dict(first.url.params) == {"PageSize": "100", "PageIndex": "0", "SortProperty": "Id"}
        assert first.headers["Accept"] == "application/json"
        assert first.headers["User-Agent"].startswith("zaptec-reconciler/")


class TestHonest:
    def test_a_user_reads_as_without_role(self, account: LiveAccount) -> None:
        """Lufthavn: everything of the installation is unreadable, one charger too, the other is not."""
        fleet = observe(
            account,
            need(LUFTHAVN, state_of=("ZPR085001", "ZPR085002"), raises_to=(("ZPR085002", 32.0),), mode="ocppCloud"),
        )

        found = site(fleet, LUFTHAVN)
        first, second = found.charger("ZPR085001"), found.charger("ZPR085002")
        assert {value for _, value in found.values} == {Unreadable(reason=Reason.NO_ROLE)}
        assert first is not None
        assert first.get("maxCurrent") == Unreadable(reason=Reason.FORBIDDEN)
        assert second is not None
        assert second.get("maxCurrent") == 16.0
        assert found.circuits == Unreadable(reason=Reason.EMPTY_ANSWER)

    def test_an_invisible_site_is_not_in_the_snapshot_of_the_account(self, account: LiveAccount) -> None:
        """Not visible is not gone; the plan says so."""
        assert observe(account, need(UNKNOWN)).installation(UNKNOWN) is None

    def test_an_invisible_site_read_alone_is_unreadable(self, world: World, account: LiveAccount) -> None:
        """A selection of one unknown site does not fail the run; its permissions are not asked for in vain."""
        found = site(observe(account, need(UNKNOWN, permissions=True), breadth=Breadth.SITES), UNKNOWN)

        assert {value for _, value in found.values} == {Unreadable(reason=Reason.NOT_FOUND)}
        assert found.permissions == Unreadable(reason=Reason.NOT_FOUND)
        assert calls(world, part="permissions") == []

    def test_chargers_of_a_site_that_is_not_listed_are_kept(self) -> None:
        """A role on a charger alone shows the charger; its installation is unreadable as not visible."""
        stranger = {**CHARGER_ROW, "InstallationId": UNKNOWN, "InstallationName": "Elsewhere"}

        found = site(observe(over_answers(Cloud({"GET /api/chargers": as_json(paged(stranger))}))), UNKNOWN)

        assert found.name == "Elsewhere"
        assert found.get("maxCurrent") == Unreadable(reason=Reason.NOT_VISIBLE)
        assert [charger.id for charger in found.chargers] == [CHARGER]

    def test_a_site_whose_chargers_cannot_be_listed_ends_a_selection(self) -> None:
        """Otherwise a second customer's charger on the site would be overlooked."""
        cloud = Cloud({"GET /api/chargers": status(403)})

        with pytest.raises(CloudError):
            observe(over_answers(cloud), need(SITE), breadth=Breadth.SITES)

    def test_offline_and_charging_are_told(self, account: LiveAccount) -> None:
        """ZPR081020 is offline, ZPR083101 is charging."""
        chargers = {charger.serial: charger for found in observe(account).installations for charger in found.chargers}

        assert chargers["ZPR081020"].online is False
        assert chargers["ZPR083101"].mode is OperatingMode.CHARGING

    def test_a_charger_that_lost_access_in_the_middle_is_unreadable(self, world: World, account: LiveAccount) -> None:
        """403 on one state call concerns that charger only."""
        world.data["faults"].append(fault("revoked-access", path="/api/chargers/*/state", times=1))

        fleet = observe(account, need(SOLBAKKEN, state_of=("ZPR081001", "ZPR081002")))

        read = {charger.get("maxCurrent") for charger in site(fleet, SOLBAKKEN).chargers if charger.values}
        assert read == {32.0, Unreadable(reason=Reason.FORBIDDEN)}


WITHOUT_WEBHOOKS = {name: value for name, value in INSTALLATION.items() if not name.startswith("Webhooks")}


class TestModeDetail:
    def read(self, live: int, desired: str | None, detail: dict[str, object]) -> tuple[ObservedInstallation, Cloud]:
        """A list that leaves the mode's members out, and a detail that has them."""
        row = {**WITHOUT_WEBHOOKS, "AuthenticationType": live}
        cloud = Cloud(
            {
                "GET /api/installation": as_json(paged(row)),
                f"GET /api/installation/{SITE}": as_json({**row, **detail}),
            }
        )
        return site(observe(over_answers(cloud), need(SITE, mode=desired)), SITE), cloud

    def test_webhooks_that_the_list_leaves_out_are_read_in_detail(self) -> None:
        """One more request, and the URL is known instead of looking unset."""
        found, cloud = self.read(1, "webhooks", {"WebhooksSessionStartUrl": "https://hooks.example/start"})

        assert found.get("authentication.webhooks.sessionStartUrl") == "https://hooks.example/start"
        assert cloud.seen.count(f"GET /api/installation/{SITE}") == 1

    @pytest.mark.parametrize(("live", "desired"), [(1, "native"), (0, "webhooks"), (1, None)])
    def test_no_detail_is_read_for_another_mode(self, live: int, desired: str | None) -> None:
        """When the mode is to change, or is not managed, the webhook members do not matter."""
        _, cloud = self.read(live, desired, {})

        assert f"GET /api/installation/{SITE}" not in cloud.seen


class TestAvailableCurrent:
    """A change of the breaker value must send the available current along; a plan learns early that it cannot."""

    def read(self, listed: dict[str, object], detail: dict[str, object], limit_a: float = 20.0) -> tuple[object, Cloud]:
        """What is told of a site of 25 A whose list and detail differ from the usual answers."""
        cloud = Cloud(
            {
                "GET /api/installation": as_json(paged({**INSTALLATION, **listed})),
                f"GET /api/installation/{SITE}": as_json({**INSTALLATION, **detail}),
            }
        )
        found = site(observe(over_answers(cloud), need(SITE, raises_to=(("", limit_a),))), SITE)
        return found.available_unknown, cloud

    @pytest.mark.parametrize("members", [{}, {"AvailableCurrent": 16.5}])
    def test_one_that_is_known_costs_nothing(self, members: dict[str, object]) -> None:
        """The list tells it, so no detail is read."""
        why, cloud = self.read(members, {"AvailableCurrent": "?"})

        assert why is None
        assert f"GET /api/installation/{SITE}" not in cloud.seen

    def test_none_set_is_known(self) -> None:
        """A whole row without it says that there is none."""
        row = {name: value for name, value in INSTALLATION.items() if name != "AvailableCurrent"}
        cloud = Cloud({"GET /api/installation": as_json(paged(row))})

        assert site(observe(over_answers(cloud), need(SITE)), SITE).available_unknown is None

    @pytest.mark.parametrize("broken", [{"AvailableCurrent": "about 20"}, {"AvailableCurrentPhase1": 16}])
    def test_one_that_no_answer_tells_is_unknown(self, broken: dict[str, object]) -> None:
        """Garbled or partial, in the list and in the detail."""
        why, _ = self.read(broken, broken)

        assert why == Unreadable(reason=Reason.BAD_ANSWER)

    def test_the_detail_may_know_more(self) -> None:
        """One more request, and a list that garbled it holds nothing back."""
        why, cloud = self.read({"AvailableCurrent": "about 20"}, {})

        assert why is None
        assert cloud.seen.count(f"GET /api/installation/{SITE}") == 1

    def test_no_detail_is_read_where_the_breaker_value_stays(self) -> None:
        """Nothing will be written that had to keep it."""
        _, cloud = self.read({"AvailableCurrent": "about 20"}, {}, limit_a=25.0)

        assert f"GET /api/installation/{SITE}" not in cloud.seen

    def test_a_site_that_cannot_be_read_is_unknown(self, account: LiveAccount) -> None:
        """For the same reason as everything else of it."""
        found = site(observe(account, need(UNKNOWN), breadth=Breadth.SITES), UNKNOWN)

        assert found.available_unknown == Unreadable(reason=Reason.NOT_FOUND)

    @pytest.mark.parametrize(("phase_a", "refused"), [(None, ["available-current-unreadable"]), (125.0, [])])
    def test_a_plan_promises_no_change_that_cannot_be_sent(
        self, world: World, account: LiveAccount, phase_a: float | None, refused: list[str]
    ) -> None:
        """Solbakken from 125 to 130 A, with the third phase missing and with all three."""
        world.data["installations"][SOLBAKKEN]["fields"]["AvailableCurrentPhase3"] = phase_a
        seen = site(observe(account, need(SOLBAKKEN, raises_to=(("", 130.0),))), SOLBAKKEN)
        wish = wants(settings={"maxCurrent": 130.0}, site=SOLBAKKEN, acknowledged=["raise-installation-limit"])

        plan = plan_for(wish, seen)

        assert [one.guard for one in plan.refusals] == refused
        assert len(plan.changes) == (0 if refused else 1)


class TestPermissions:
    def test_people_and_groups_get_our_names(self, account: LiveAccount) -> None:
        """Persons by the directory's id, groups by their key; an open invitation is not accepted."""
        found = site(observe(account, need(FJELLVEIEN, permissions=True)), FJELLVEIEN).permissions

        assert isinstance(found, tuple)
        assert [(one.principal, one.roles, one.accepted) for one in found] == [
            ("person:c-88122", ("user", "owner"), False),
            ("userGroup:BSJG", ("owner", "service"), True),
        ]
        assert found[0].invited_at is not None

    def test_without_a_directory_people_are_numbers(self, world: World) -> None:
        """An address never takes the place of a missing id."""
        opened = over_world(world, Opening(people=People(entries=())))

        found = site(observe(opened, need(ELVEVEIEN, permissions=True)), ELVEVEIEN).permissions

        assert isinstance(found, tuple)
        assert [one.principal.partition(":")[0] for one in found] == ["user-id", "userGroup"]
        assert "@" not in repr(found)

    @pytest.mark.parametrize("routes", [NO_PARTNER, (("standAlone", Route.PARTNER),), (("permissions", Route.PORTAL),)])
    def test_without_the_partner_route_they_cannot_be_read(
        self, world: World, routes: tuple[tuple[str, Route], ...]
    ) -> None:
        """No documented call reads permissions, so they are unreadable and no call is made up."""
        opened = over_world(world, Opening(account=account_of(routes=routes)))

        found = site(observe(opened, need(ELVEVEIEN, permissions=True)), ELVEVEIEN).permissions

        assert found == Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
        assert calls(world, part="partner") == []

    def test_without_the_role_they_are_unreadable(self, account: LiveAccount) -> None:
        """The partner contract asks for Owner or Service as well."""
        found = site(observe(account, need(LUFTHAVN, permissions=True)), LUFTHAVN).permissions

        assert found == Unreadable(reason=Reason.FORBIDDEN)


class TestReadOnly:
    def test_planning_cannot_write(self, world: World) -> None:
        """The transport of a plan stops everything but GET and the login, before it leaves."""
        opened = over_world(world, Opening(mode=Access.READ_ONLY))
        observe(opened, need(ELVEVEIEN, state_of=("ZAP012345",)))

        with pytest.raises(WriteForbiddenError):
            _ = opened.executor
        assert {entry["method"] for entry in world.log} == {"GET", "POST"}
        assert [e["path"] for e in world.log if e["method"] == "POST"] == ["/oauth/token"]


class TestRepeats:
    def test_passing_failures_are_repeated_and_not_counted(self, world: World, account: LiveAccount) -> None:
        """An empty 500, a 503 and a lost answer on reads cost time, not the snapshot, and count once."""
        world.data["faults"] += [
            fault("error-before", path="/api/installation", status=500),
            fault("error-before", path="/api/chargers", status=503, body="html"),
            fault("lost-answer-before", path="/api/chargers/*/state"),
            fault("timeout", path="/api/chargers/*/state"),
            fault("too-many-requests", path="/api/chargers/*/state", times=3),
        ]

        fleet = observe(account, need(ELVEVEIEN, state_of=("ZAP012345",)))

        assert site(fleet, ELVEVEIEN).chargers[0].get("maxCurrent") == 16.0
        assert fleet.reads[0].requests == 4
        assert len(calls(world)) == 4 + 7

    def test_a_500_with_a_code_is_final(self, world: World, account: LiveAccount) -> None:
        """A semantic refusal does not go away by asking again."""
        world.data["faults"].append(fault("error-before", path="/api/chargers/*/state", status=500, body="json"))

        fleet = observe(account, need(ELVEVEIEN, state_of=("ZAP012345",)))

        assert isinstance(site(fleet, ELVEVEIEN).chargers[0].get("maxCurrent"), Unreadable)
        assert len(calls(world, part="/state")) == 1

    def test_an_outage_is_not_hammered(self) -> None:
        """When everything fails, repeating stops after ten objects and the rest are asked once."""
        cloud = Cloud()
        needs = [need(f"00000000-0000-0000-0000-{n:012}") for n in range(1, 41)]

        def answer(request: httpx.Request) -> httpx.Response:
            cloud(request)
            if request.url.path == "/api/chargers":
                return httpx.Response(200, json={"Pages": 0, "Data": []})
            return httpx.Response(503)

        fleet = observe(over_answers(answer, Opening(concurrency=1)), *needs, breadth=Breadth.SITES)

        tried = [call for call in cloud.seen if call.startswith("GET /api/installation/")]
        assert len(tried) == 10 * 8 + 30
        assert {value for found in fleet.installations for _, value in found.values} == {
            Unreadable(reason=Reason.NOT_ANSWERED)
        }


def test_a_home_reads_as_the_fixture_says(account: LiveAccount) -> None:
    """Bakkegata 7: native OCPP with its URL, no authorisation to compare, stand-alone on, 0 A."""
    found = site(observe(account, need(BAKKEGATA, state_of=("ZAP012347",))), BAKKEGATA)

    assert found.get("authentication.mode") == "ocppNative"
    assert found.get("authentication.ocppNative.url") == "wss://ocpp.backend-a.example/cp"
    assert found.get("authentication.authorizationRequired") is ABSENT
    assert found.chargers[0].get("standAlone") is True
    assert found.chargers[0].get("maxCurrent") == 0.0
