"""A step is sent once, and the answer is taken for exactly what it says."""

from collections.abc import Mapping

import httpx
import pytest

from reconciler.errors import ReconcilerError
from reconciler.live.account import LiveAccount
from reconciler.live.refusal import CODES
from reconciler.model.change import Change
from reconciler.model.outcome import WriteAnswer, WriteStatus
from reconciler.model.people import People
from reconciler.model.plan import Operation
from reconciler.model.secret import Secret
from reconciler.model.value import ABSENT, SECRET_SET, Absent, Observation, Reason, Unreadable, Value
from reconciler.sandbox.faults import fault
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World
from tests.live.answers import CHARGER, INSTALLATION, SERIAL, SITE, STATE, Answer, Cloud, as_json, body, lost, status
from tests.live.cloud import NO_PARTNER, Opening, VirtualClock, account_of, calls, over_answers, over_world
from tests.live.steps import change, step
from tests.live.test_observer import BAKKEGATA, ELVEVEIEN, FJELLVEIEN, HAVNEN, LUFTHAVN, SOLBAKKEN

UPDATE_CALL = f"POST /api/chargers/{CHARGER}/update"
INSTALLATION_CALL = f"POST /api/installation/{SITE}/update"


def live_id(world: World, serial: str) -> str:
    """The cloud's id of a charger."""
    charger = world.charger_by_serial(serial)
    assert charger is not None
    return charger["id"]


def limit(amperes: float, *, serial: str = SERIAL, installation_id: str = SITE) -> Change:
    """A new maximum current of a charger."""
    return change("maxCurrent", amperes, installation_id=installation_id, charger=serial)


def send_limit(cloud: Cloud, amperes: float = 20.0) -> WriteAnswer:
    """Set the one charger of a scripted cloud."""
    wish = limit(amperes)
    executor = over_answers(cloud).executor
    return executor.write(step(Operation.UPDATE_CHARGER, wish, target_id=CHARGER), [wish])


class TestDocumentedCalls:
    def test_a_charger_gets_its_maximum_current(self, world: World, account: LiveAccount) -> None:
        """ZPR081003 goes from 32 to 16 A, and reads so after 15 s."""
        wish = limit(16.0, serial="ZPR081003", installation_id=SOLBAKKEN)
        this = step(Operation.UPDATE_CHARGER, wish, target_id=live_id(world, "ZPR081003"))

        before = account.executor.read(this, [wish])
        answer = account.executor.write(this, [wish])
        world.advance(20)

        assert before == {wish.id: 32.0}
        assert answer == WriteAnswer(status=WriteStatus.ACCEPTED)
        assert account.executor.read(this, [wish]) == {wish.id: 16.0}
        assert account.requests.write == account.writes == 1

    @pytest.mark.parametrize(("amperes", "sent"), [(16.0, 16), (10.5, 10.5), (0.0, 0)])
    def test_the_body_holds_nothing_but_the_current(self, amperes: float, sent: float) -> None:
        """Whole amperes are sent as whole numbers."""
        cloud = Cloud({UPDATE_CALL: status(200)})

        send_limit(cloud, amperes)

        assert cloud.seen == [UPDATE_CALL]
        assert cloud.bodies == [{"maxChargeCurrent": sent}]

    def test_the_breaker_value_keeps_the_available_current(self, world: World, account: LiveAccount) -> None:
        """Leaving the available current out would reset it; so it is read and sent along."""
        world.data["installations"][SOLBAKKEN]["fields"]["AvailableCurrent"] = 80.0
        for phase in (1, 2, 3):
            world.data["installations"][SOLBAKKEN]["fields"][f"AvailableCurrentPhase{phase}"] = 80.0
        wish = change("maxCurrent", 160.0, before=125.0, installation_id=SOLBAKKEN)

        answer = account.executor.write(step(Operation.UPDATE_INSTALLATION, wish), [wish])
        world.advance(10)

        fields = over_world(world).executor._client.installation(SOLBAKKEN)
        assert answer.status is WriteStatus.ACCEPTED
        assert (fields.get("maxCurrent"), fields.available.everywhere) == (160.0, 80.0)

    @pytest.mark.parametrize(
        ("members", "along"),
        [
            ({"AvailableCurrent": 20.0}, {"availableCurrent": 20}),
            ({"AvailableCurrent": 40.0}, {"availableCurrent": 32}),
            ({"AvailableCurrent": None}, {"availableCurrent": 32}),
            (
                {
                    "AvailableCurrent": None,
                    "AvailableCurrentPhase1": 16,
                    "AvailableCurrentPhase2": 16,
                    "AvailableCurrentPhase3": 16,
                },
                {"availableCurrentPhase1": 16, "availableCurrentPhase2": 16, "availableCurrentPhase3": 16},
            ),
            (
                {
                    "AvailableCurrent": 10.0,
                    "AvailableCurrentPhase1": 10.0,
                    "AvailableCurrentPhase2": 16.5,
                    "AvailableCurrentPhase3": 40.0,
                },
                {"availableCurrentPhase1": 10, "availableCurrentPhase2": 16.5, "availableCurrentPhase3": 32},
            ),
            (
                {
                    "AvailableCurrent": 20.0,
                    "AvailableCurrentPhase1": 20.0,
                    "AvailableCurrentPhase2": 20.0,
                    "AvailableCurrentPhase3": 20.0,
                },
                {"availableCurrent": 20},
            ),
        ],
    )
    def test_available_currents_are_sent_in_the_form_they_have(
        self, members: Mapping[str, object], along: Mapping[str, object]
    ) -> None:
        """One value, or three phases when they differ; never above the new breaker value."""
        row = {name: value for name, value in {**INSTALLATION, **members}.items() if value is not None}
        cloud = Cloud({f"GET /api/installation/{SITE}": as_json(row), INSTALLATION_CALL: status(200)})
        wish = change("maxCurrent", 32.0, installation_id=SITE)

        over_answers(cloud).executor.write(step(Operation.UPDATE_INSTALLATION, wish), [wish])

        assert cloud.bodies[-1] == {"maxCurrent": 32, **along}

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"AvailableCurrent": "about 20"}, "AvailableCurrent is not a number"),
            ({"AvailableCurrent": ""}, "AvailableCurrent is empty"),
            ({"AvailableCurrent": -1}, "AvailableCurrent is not a current"),
            ({"AvailableCurrentPhase1": 16, "AvailableCurrentPhase2": 16, "AvailableCurrentPhase3": "?"}, "Phase3"),
            ({"AvailableCurrentPhase1": 16}, "not all three phases"),
            ({"AvailableCurrent": None, "AvailableCurrentPhase1": 16, "AvailableCurrentPhase2": 10}, "not all three"),
            (
                {"AvailableCurrentPhase1": 10, "AvailableCurrentPhase2": 10, "AvailableCurrentPhase3": 10},
                "contradict each other",
            ),
            ({"AvailableCurrent": None, "CurrentUserRoles": 1}, "neither Owner nor Service"),
            ({"AvailableCurrent": None, "CurrentUserRoles": None}, "has no AvailableCurrent"),
            ({"AvailableCurrent": None, "MaxCurrent": None}, "has no AvailableCurrent"),
        ],
    )
    def test_an_available_current_that_is_not_known_is_never_overwritten(
        self, members: Mapping[str, object], words: str
    ) -> None:
        """Unreadable, partial, contradicting, or left out of a reduced row: the breaker value stays as it is."""
        row = {name: value for name, value in {**INSTALLATION, **members}.items() if value is not None}
        cloud = Cloud({f"GET /api/installation/{SITE}": as_json(row), INSTALLATION_CALL: status(200)})
        wish = change("maxCurrent", 80.0, before=25.0, installation_id=SITE)

        answer = over_answers(cloud).executor.write(step(Operation.UPDATE_INSTALLATION, wish), [wish])

        assert answer.status is WriteStatus.REFUSED
        assert "not sent: the available current is not known" in answer.detail
        assert words in answer.detail
        assert INSTALLATION_CALL not in cloud.seen

    def test_a_breaker_value_that_is_another_by_now_is_not_touched(self) -> None:
        """The read for the available current shows it too, so whoever was quicker is not overwritten."""
        row = {**INSTALLATION, "MaxCurrent": 40.0, "AvailableCurrent": 20.0}
        cloud = Cloud({f"GET /api/installation/{SITE}": as_json(row), INSTALLATION_CALL: status(200)})
        wish = change("maxCurrent", 32.0, before=63.0, installation_id=SITE)

        answer = over_answers(cloud).executor.write(step(Operation.UPDATE_INSTALLATION, wish), [wish])

        assert answer.status is WriteStatus.REFUSED
        assert "not sent: the limit is 40 A by now, and no longer 63 A" in answer.detail
        assert INSTALLATION_CALL not in cloud.seen

    def test_without_the_available_current_the_breaker_value_is_not_touched(self) -> None:
        """When the read before it fails, nothing is written."""
        cloud = Cloud({f"GET /api/installation/{SITE}": status(403), INSTALLATION_CALL: status(200)})
        wish = change("maxCurrent", 32.0, installation_id=SITE)

        answer = over_answers(cloud).executor.write(step(Operation.UPDATE_INSTALLATION, wish), [wish])

        assert answer.status is WriteStatus.REFUSED
        assert answer.detail.startswith("not sent")
        assert INSTALLATION_CALL not in cloud.seen

    def test_the_switch_to_native_ocpp_sends_exactly_the_documented_body(self) -> None:
        """Mode and URL, nothing else."""
        call = f"PUT /api/installation/{SITE}"
        cloud = Cloud({call: status(200)})
        wishes = [
            change("authentication.mode", "ocppNative", before="native", installation_id=SITE),
            change("authentication.ocppNative.url", "wss://ocpp.backend-b.example/cp", installation_id=SITE),
        ]

        answer = over_answers(cloud).executor.write(step(Operation.SWITCH_TO_OCPP_NATIVE, *wishes), wishes)

        assert answer.status is WriteStatus.ACCEPTED
        assert cloud.seen == [call]
        assert cloud.bodies == [{"AuthenticationType": 3, "OcppCentralSystemUrl": "wss://ocpp.backend-b.example/cp"}]

    def test_the_switch_without_its_url_is_not_sent(self) -> None:
        """The URL is mandatory; half a switch stays at home."""
        cloud = Cloud()
        wish = change("authentication.mode", "ocppNative", before="native", installation_id=SITE)

        answer = over_answers(cloud).executor.write(step(Operation.SWITCH_TO_OCPP_NATIVE, wish), [wish])

        assert answer.status is WriteStatus.REFUSED
        assert cloud.seen == []

    def test_a_step_of_the_portal_sends_nothing(self) -> None:
        """A person does it."""
        cloud = Cloud()
        wish = change("authentication.mode", "native", before="webhooks", installation_id=SITE)

        assert over_answers(cloud).executor.write(step(Operation.PORTAL, wish), [wish]).status is WriteStatus.REFUSED
        assert cloud.seen == []


ANSWERS: dict[str, tuple[Answer, WriteStatus, str]] = {
    "200 without body": (status(200), WriteStatus.ACCEPTED, ""),
    "200 with an object": (as_json({}), WriteStatus.ACCEPTED, ""),
    "204": (status(204), WriteStatus.ACCEPTED, ""),
    "400 naming a field": (
        as_json({"title": "CANARY", "errors": {"maxChargeCurrent": ["CANARY"]}}, 400),
        WriteStatus.REFUSED,
        "400 fields not accepted: maxChargeCurrent",
    ),
    "401": (status(401), WriteStatus.REFUSED, "401, the token is not accepted"),
    "403": (status(403), WriteStatus.REFUSED, "403, access refused"),
    "404": (status(404), WriteStatus.REFUSED, "404, unknown or invisible"),
    "500 with Code 527": (
        as_json({"Code": 527, "Details": "Cannot update installation when using APM", "StackTrace": None}, 500),
        WriteStatus.REFUSED,
        "500 Code 527 (NotSupported): automatic power management (APM) is on",
    ),
    "500 with Code 539": (as_json({"Code": 539, "Details": "x"}, 500), WriteStatus.REFUSED, "(InstallationConstraint"),
    "500 with details": (
        as_json(
            {"Code": 505, "Details": "Bad wss://u:CANARY@h.example/x?CANARY of CANARY@people.example\x1b[31m"}, 500
        ),
        WriteStatus.UNCERTAIN,
        "500 Code 505 (OperationFailedForUnknownReasons): Bad wss://… of (address)[31m",
    ),
    "500 with an unknown Code": (
        as_json({"Code": 987, "Details": "x" * 500}, 500),
        WriteStatus.UNCERTAIN,
        "500 Code 987 (not known to this version): xxx",
    ),
    "500 of the device": (
        as_json({"Code": 528}, 500),
        WriteStatus.UNCERTAIN,
        "(DeviceCommandRejected), which does not",
    ),
    "503 with Code 539": (as_json({"Code": 539, "Details": "x"}, 503), WriteStatus.UNCERTAIN, "503 Code 539"),
    "400 with Code 505": (as_json({"Code": 505, "Details": "x"}, 400), WriteStatus.REFUSED, "400 Code 505"),
    "408 with Code 539": (as_json({"Code": 539}, 408), WriteStatus.UNCERTAIN, "408 Code 539"),
    "500 empty": (status(500), WriteStatus.UNCERTAIN, "500, which does not say"),
    "500 HTML": (body(b"<html>CANARY", 500, "text/html"), WriteStatus.UNCERTAIN, "500, which does not say"),
    "502": (body(b"<html>CANARY", 502, "text/html"), WriteStatus.UNCERTAIN, "502, which does not say"),
    "504": (status(504), WriteStatus.UNCERTAIN, "504, which does not say"),
    "408": (status(408), WriteStatus.UNCERTAIN, "408, which does not say"),
    "a redirect": (status(307, Location="https://elsewhere.example/?CANARY"), WriteStatus.UNCERTAIN, "307"),
    "a lost answer": (lost(httpx.ReadError("CANARY")), WriteStatus.UNCERTAIN, "the connection failed (ReadError)"),
    "a time-out": (lost(httpx.ReadTimeout("CANARY")), WriteStatus.UNCERTAIN, "no answer in time"),
    "a reset": (lost(ConnectionResetError("CANARY")), WriteStatus.UNCERTAIN, "the connection failed"),
}
RESENT = {"401": 2}
LOOKED_AT_FIRST = (503, 504, 512, 526, 527, 529, 533, 534, 538, 539, 540, 542)


class TestAnswers:
    @pytest.mark.parametrize("name", ANSWERS)
    def test_each_answer_has_its_meaning_and_is_met_once(self, name: str) -> None:
        """Accepted, certainly refused, or uncertain; sent once, the call is named, nothing secret is quoted."""
        answer, expected, words = ANSWERS[name]
        cloud = Cloud({UPDATE_CALL: answer})

        found = send_limit(cloud)

        assert found.status is expected
        assert words in found.detail
        assert "CANARY" not in found.detail
        assert len(found.detail) < 400
        assert cloud.seen == [UPDATE_CALL] * RESENT.get(name, 1)
        assert (UPDATE_CALL in found.detail) == (expected is not WriteStatus.ACCEPTED)

    @pytest.mark.parametrize("code", sorted(CODES))
    def test_a_500_is_a_refusal_only_for_codes_that_are_checked_first(self, code: int) -> None:
        """Missing data, unknown object, no right, a constraint: these change nothing; any other code may have."""
        found = send_limit(Cloud({UPDATE_CALL: as_json({"Code": code, "Details": "x"}, 500)}))

        expected = WriteStatus.REFUSED if code in LOOKED_AT_FIRST else WriteStatus.UNCERTAIN
        assert found.status is expected

    def test_after_429_the_write_is_sent_again(self, world: World, account: LiveAccount) -> None:
        """The limiter rejects before anything is looked at, so waiting and sending again cannot write twice."""
        world.data["faults"].append(fault("too-many-requests", method="POST", path="/api/chargers/*", times=2))
        wish = limit(16.0, serial="ZPR081003", installation_id=SOLBAKKEN)

        answer = account.executor.write(
            step(Operation.UPDATE_CHARGER, wish, target_id=live_id(world, "ZPR081003")), [wish]
        )

        effects = [entry["effect"] for entry in world.log if entry["method"] == "POST" and "update" in entry["path"]]
        assert answer.status is WriteStatus.ACCEPTED
        assert effects == [False, False, True]
        assert account.requests.write == 1

    def test_429_for_ever_is_a_refusal(self) -> None:
        """After eight rejections the write is known not to have happened."""
        cloud = Cloud({UPDATE_CALL: status(429, **{"Retry-After": "1"})})

        assert send_limit(cloud).status is WriteStatus.REFUSED
        assert len(cloud.seen) == 8

    @pytest.mark.parametrize(
        ("kind", "form"),
        [
            ("error-after", "empty"),
            ("error-after", "json"),
            ("error-after", "html"),
            ("lost-answer-after", "empty"),
            ("timeout", "empty"),
        ],
    )
    def test_a_write_that_took_effect_without_a_good_answer_is_uncertain(
        self, world: World, account: LiveAccount, kind: str, form: str
    ) -> None:
        """It is never sent again: the read-back decides."""
        world.data["faults"].append(fault(kind, method="POST", path="/api/chargers/*", body=form))
        wish = limit(16.0, serial="ZPR081003", installation_id=SOLBAKKEN)
        this = step(Operation.UPDATE_CHARGER, wish, target_id=live_id(world, "ZPR081003"))

        answer = account.executor.write(this, [wish])
        world.advance(20)

        assert answer.status is WriteStatus.UNCERTAIN
        assert len(calls(world, method="POST")) == 1
        assert account.executor.read(this, [wish]) == {wish.id: 16.0}

    def test_an_expired_token_does_not_lose_a_write(self, world: World, account: LiveAccount) -> None:
        """401 is answered before anything is looked at: one login, and the write is sent again."""
        wish = limit(16.0, serial="ZPR081003", installation_id=SOLBAKKEN)
        this = step(Operation.UPDATE_CHARGER, wish, target_id=live_id(world, "ZPR081003"))
        account.executor.read(this, [wish])
        world.advance(86_401)

        answer = account.executor.write(this, [wish])

        assert answer.status is WriteStatus.ACCEPTED
        assert [e["effect"] for e in world.log if e["method"] == "POST" and "update" in e["path"]] == [False, True]

    def test_a_login_that_answers_nonsense_means_not_sent(self) -> None:
        """A write is uncertain only when it left; here only the login did."""
        nonsense = httpx.Response(200, stream=httpx.ByteStream(b"no gzip at all"), headers={"Content-Encoding": "gzip"})
        opened = Opening().over(httpx.MockTransport(lambda _request: nonsense), VirtualClock())
        wish = limit(20.0)

        answer = opened.executor.write(step(Operation.UPDATE_CHARGER, wish, target_id=CHARGER), [wish])

        assert answer.status is WriteStatus.REFUSED

    def test_a_login_that_fails_means_not_sent(self, world: World) -> None:
        """With wrong credentials nothing leaves, and reading says so as a reason instead of raising."""
        executor = over_world(world, Opening(password="wrong")).executor
        wish = limit(16.0, serial="ZPR081003", installation_id=SOLBAKKEN)
        this = step(Operation.UPDATE_CHARGER, wish, target_id=live_id(world, "ZPR081003"))

        answer, read = executor.write(this, [wish]), executor.read(this, [wish])

        assert answer.status is WriteStatus.REFUSED
        assert answer.detail.startswith("not sent")
        assert read == {wish.id: Unreadable(reason=Reason.NOT_ANSWERED)}
        assert calls(world) == []


AUTHENTICATION: list[tuple[str, Value | Absent, str, object]] = [
    ("authentication.mode", "webhooks", "AuthenticationType", 1),
    ("authentication.authorizationRequired", True, "IsRequiredAuthentication", True),
    ("authentication.ocppCloud.url", "wss://o.example/{deviceId}", "OcppCloudUrl", "wss://o.example/{deviceId}"),
    ("authentication.ocppCloud.urlVersion", "ocpp16Compliant", "OcppCloudUrlVersion", 1),
    (
        "authentication.webhooks.sessionEndUrl",
        "https://h.example/end",
        "WebhooksSessionEndUrl",
        "https://h.example/end",
    ),
    ("authentication.webhooks.authPayload", "env:PAY", "WebhooksAuthPayload", "CANARY-resolved-env:PAY"),
    (
        "authentication.ocppCloud.initialPassword",
        "file:PW",
        "OcppInitialChargePointPassword",
        "CANARY-resolved-file:PW",
    ),
]


class TestPartner:
    @pytest.mark.parametrize(("setting", "after", "member", "sent"), AUTHENTICATION)
    def test_each_setting_goes_out_as_the_clouds_member(
        self, setting: str, after: Value, member: str, sent: object
    ) -> None:
        """YAML words become numbers, secrets are resolved only now."""
        call = f"PUT /partner/v1/installation/{SITE}/authentication"
        cloud = Cloud({call: status(200)})
        wish = change(setting, after, before=False if after is True else ABSENT, installation_id=SITE)

        answer = over_answers(cloud).executor.write(step(Operation.PARTNER_AUTHENTICATION, wish), [wish])

        assert answer.status is WriteStatus.ACCEPTED
        assert (cloud.seen, cloud.bodies) == ([call], [{member: sent}])

    def test_a_whole_mode_goes_out_in_one_request(self, world: World, account: LiveAccount) -> None:
        """Bakkegata 7 leaves native OCPP: mode and authorisation together, read back after the settling delay."""
        wishes = [
            change("authentication.mode", "native", before="ocppNative", installation_id=BAKKEGATA),
            change("authentication.authorizationRequired", True, installation_id=BAKKEGATA),
        ]
        this = step(Operation.PARTNER_AUTHENTICATION, *wishes)

        before = account.executor.read(this, wishes)
        account.executor.write(this, wishes)
        world.advance(8)

        assert before == {wishes[0].id: "ocppNative", wishes[1].id: ABSENT}
        assert account.executor.read(this, wishes) == {wishes[0].id: "native", wishes[1].id: True}
        assert len(calls(world, method="PUT")) == 1

    def test_a_secret_reads_back_as_set(self, world: World, account: LiveAccount) -> None:
        """Havnen's payload: absent before, set after, and its text nowhere but in the cloud."""
        wish = change("authentication.webhooks.authPayload", "env:FLEET_SECRET_X", installation_id=HAVNEN)
        this = step(Operation.PARTNER_AUTHENTICATION, wish)

        before = account.executor.read(this, [wish])
        account.executor.write(this, [wish])
        world.advance(8)

        fields = world.data["installations"][HAVNEN]["fields"]
        assert before == {wish.id: ABSENT}
        assert account.executor.read(this, [wish]) == {wish.id: SECRET_SET}
        assert fields["WebhooksAuthPayload"] == "CANARY-resolved-env:FLEET_SECRET_X"

    def test_a_refusal_that_quotes_the_secret_is_cleaned(self) -> None:
        """A cloud that echoes what was sent does not get it into our report."""
        call = f"PUT /partner/v1/installation/{SITE}/authentication"
        echo = as_json({"Code": 529, "Details": "not a payload: CANARY-resolved-env:PAY"}, 500)
        wish = change("authentication.webhooks.authPayload", "env:PAY", installation_id=SITE)

        answer = over_answers(Cloud({call: echo})).executor.write(step(Operation.PARTNER_AUTHENTICATION, wish), [wish])

        assert answer.detail.endswith("500 Code 529 (InvalidFormat): not a payload: ***")

    def test_a_secret_that_cannot_be_resolved_means_not_sent(self, world: World) -> None:
        """The step is refused with the name of the variable; nothing left."""

        def missing(reference: str) -> Secret:
            raise ReconcilerError("the secret FLEET_SECRET_X is not set", where="environment", remedy="set it")

        executor = over_world(world, Opening(secrets=missing)).executor
        wish = change("authentication.webhooks.authPayload", "env:FLEET_SECRET_X", installation_id=HAVNEN)

        answer = executor.write(step(Operation.PARTNER_AUTHENTICATION, wish), [wish])

        assert answer.status is WriteStatus.REFUSED
        assert answer.detail == "not sent: the secret FLEET_SECRET_X is not set"
        assert calls(world) == []

    def test_stand_alone_is_switched_off(self, world: World, account: LiveAccount) -> None:
        """ZPR081030 leaves stand-alone and reads so after 15 s."""
        wish = change("standAlone", False, before=True, installation_id=SOLBAKKEN, charger="ZPR081030")
        this = step(Operation.PARTNER_STAND_ALONE, wish, target_id=live_id(world, "ZPR081030"))

        before = account.executor.read(this, [wish])
        answer = account.executor.write(this, [wish])
        world.advance(20)

        assert before == {wish.id: True}
        assert answer.status is WriteStatus.ACCEPTED
        assert account.executor.read(this, [wish]) == {wish.id: False}

    def test_without_a_partner_route_nothing_is_sent(self, world: World) -> None:
        """A plan made with other routes does not make up a call."""
        executor = over_world(world, Opening(account=account_of(routes=NO_PARTNER))).executor
        wish = change("standAlone", False, before=True, installation_id=SOLBAKKEN, charger="ZPR081030")
        this = step(Operation.PARTNER_STAND_ALONE, wish, target_id=live_id(world, "ZPR081030"))

        assert executor.write(this, [wish]).status is WriteStatus.REFUSED
        assert calls(world) == []


class TestPermissions:
    def test_a_person_is_given_roles_by_the_address_of_the_directory(self, world: World, account: LiveAccount) -> None:
        """The address goes into the request and nowhere else."""
        wish = change("permissions", ("user", "owner"), installation_id=BAKKEGATA, principal="person:c-88123")
        this = step(Operation.PARTNER_PERMISSION, wish)

        before = account.executor.read(this, [wish])
        answer = account.executor.write(this, [wish])
        world.advance(8)

        assert before == {wish.id: ABSENT}
        assert answer == WriteAnswer(status=WriteStatus.ACCEPTED)
        assert account.executor.read(this, [wish]) == {wish.id: ("user", "owner")}
        assert any(
            p.get("email") == "ida.berg@people.example" for p in world.data["installations"][BAKKEGATA]["permissions"]
        )

    def test_a_person_loses_access(self, world: World, account: LiveAccount) -> None:
        """Elveveien 12: one DELETE with the address of the directory, and afterwards the person is absent."""
        wish = change("permissions", ABSENT, before=("owner",), installation_id=ELVEVEIEN, principal="person:c-88121")
        this = step(Operation.PARTNER_PERMISSION, wish)

        account.executor.write(this, [wish])
        world.advance(8)

        assert account.executor.read(this, [wish]) == {wish.id: ABSENT}
        assert calls(world, method="DELETE") == [f"DELETE /partner/v1/installation/{ELVEVEIEN}/permissions"]

    def test_our_own_group_goes_last_and_leaves_us_blind(self, world: World, account: LiveAccount) -> None:
        """After our group is gone the site cannot be read any more, which is not the same as absent."""
        wish = change("permissions", ABSENT, before=("owner",), installation_id=ELVEVEIEN, principal="userGroup:BSJG")
        this = step(Operation.PARTNER_PERMISSION, wish)

        answer = account.executor.write(this, [wish])
        world.advance(8)

        assert answer.status is WriteStatus.ACCEPTED
        assert account.executor.read(this, [wish]) == {wish.id: Unreadable(reason=Reason.NOT_FOUND)}

    def test_somebody_we_have_no_name_for_is_removed_by_id(self, world: World) -> None:
        """With an exclusive list an unlisted person goes by the cloud's id."""
        opened = over_world(world, Opening(people=People(entries=())))
        person = next(p for p in world.data["installations"][ELVEVEIEN]["permissions"] if "email" in p)
        wish = change(
            "permissions",
            ABSENT,
            before=("user", "owner"),
            installation_id=ELVEVEIEN,
            principal=f"user-id:{person['id']}",
        )
        this = step(Operation.PARTNER_PERMISSION, wish)

        before = opened.executor.read(this, [wish])
        opened.executor.write(this, [wish])
        world.advance(8)

        assert before == {wish.id: ("user", "owner")}
        assert opened.executor.read(this, [wish]) == {wish.id: ABSENT}

    def test_an_unknown_person_is_neither_written_nor_taken_for_absent(self, world: World) -> None:
        """Without the directory's entry we can neither recognise nor name somebody."""
        opened = over_world(world, Opening(people=People(entries=())))
        wish = change("permissions", ("owner",), installation_id=FJELLVEIEN, principal="person:c-88122")
        this = step(Operation.PARTNER_PERMISSION, wish)

        assert opened.executor.read(this, [wish]) == {wish.id: Unreadable(reason=Reason.NO_PEOPLE_DIRECTORY)}
        assert opened.executor.write(this, [wish]).status is WriteStatus.REFUSED
        assert calls(world, method="PUT") == []


class TestReading:
    def test_a_step_of_the_portal_is_read_where_it_can_be(self, world: World) -> None:
        """Authentication is readable by anybody with a role; permissions by no documented call."""
        executor = over_world(world, Opening(account=account_of(routes=NO_PARTNER))).executor
        mode = change("authentication.mode", "native", before="ocppNative", installation_id=BAKKEGATA)
        grant = change("permissions", ("owner",), installation_id=BAKKEGATA, principal="person:c-88123")

        assert executor.read(step(Operation.PORTAL, mode), [mode]) == {mode.id: "ocppNative"}
        assert executor.read(step(Operation.PORTAL, grant), [grant]) == {
            grant.id: Unreadable(reason=Reason.NO_DOCUMENTED_CALL)
        }

    def test_several_settings_of_one_object_cost_one_request(self, world: World, account: LiveAccount) -> None:
        """Ten members of an installation come in one answer."""
        wishes = [
            change("authentication.mode", "native", before="webhooks", installation_id=HAVNEN),
            change("authentication.webhooks.sessionEndUrl", "https://h.example", installation_id=HAVNEN),
            change("maxCurrent", 50.0, before=63.0, installation_id=HAVNEN),
        ]

        found = account.executor.read(step(Operation.PARTNER_AUTHENTICATION, *wishes), wishes)

        assert list(found.values()) == ["webhooks", ABSENT, 63.0]
        assert len(calls(world)) == 1

    @pytest.mark.parametrize(
        ("this", "why"),
        [
            (change("maxCurrent", 20.0, installation_id=LUFTHAVN), Reason.NO_ROLE),
            (change("maxCurrent", 20.0, installation_id=LUFTHAVN, charger="ZPR085001"), Reason.FORBIDDEN),
            (change("permissions", ("owner",), installation_id=LUFTHAVN, principal="userGroup:HANS"), Reason.FORBIDDEN),
            (change("maxCurrent", 20.0, installation_id=SITE), Reason.NOT_FOUND),
        ],
    )
    def test_what_cannot_be_read_has_a_reason(self, this: Change, why: Reason) -> None:
        """Reading never raises."""
        world = fixture_world()
        serial = this.target.charger
        target_id = live_id(world, serial) if serial else None

        found = over_world(world).executor.read(step(Operation.PORTAL, this, target_id=target_id), [this])

        assert found == {this.id: Unreadable(reason=why)}

    @pytest.mark.parametrize("answer", [body(b"CANARY"), as_json([1]), status(204), lost(httpx.ReadError("CANARY"))])
    def test_no_answer_makes_reading_raise(self, answer: Answer) -> None:
        """Whatever comes back, apply gets an observation."""
        wish = limit(20.0)
        cloud = Cloud({f"GET /api/chargers/{CHARGER}/state": answer})
        this = step(Operation.UPDATE_CHARGER, wish, target_id=CHARGER)

        found: Observation = over_answers(cloud).executor.read(this, [wish])[wish.id]

        assert isinstance(found, Unreadable)
        assert "CANARY" not in repr(found)

    def test_the_scripted_state_is_the_one_the_tests_mean(self) -> None:
        """A plain state reads as 16 A."""
        wish = limit(20.0)
        cloud = Cloud({f"GET /api/chargers/{CHARGER}/state": as_json(STATE)})

        assert over_answers(cloud).executor.read(step(Operation.UPDATE_CHARGER, wish, target_id=CHARGER), [wish]) == {
            wish.id: 16.0
        }
