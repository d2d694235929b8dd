"""Whatever comes back, the affected object becomes unreadable for a reason, and nothing of the answer is quoted."""

import json
import traceback

import httpx
import pytest

from reconciler.errors import CloudError
from reconciler.model.observed import Breadth, ObservedCharger, ObservedFleet, ObservedInstallation, ReadNeed
from reconciler.model.value import ABSENT, SECRET_SET, Observation, Reason, Unreadable
from tests.live.answers import (
    CHARGER,
    CHARGER_ROW,
    CIRCUIT,
    HIERARCHY,
    INSTALLATION,
    SERIAL,
    SITE,
    STATE,
    Answer,
    Cloud,
    as_json,
    body,
    lost,
    paged,
    status,
)
from tests.live.cloud import NO_PARTNER, Lines, Opening, account_of, over_answers

STATE_CALL = f"GET /api/chargers/{CHARGER}/state"
HIERARCHY_CALL = f"GET /api/installation/{SITE}/hierarchy"
NEED = ReadNeed(account="main", installation_id=SITE, state_of=(SERIAL,), raises_to=((SERIAL, 32.0),))
CANARY = b'{"secret": "CANARY"'

BROKEN: dict[str, tuple[Answer, Reason]] = {
    "no JSON": (body(b"CANARY"), Reason.BAD_ANSWER),
    "cut off": (body(CANARY), Reason.BAD_ANSWER),
    "another character set": (body('[{"StateId": "CANARY-ø"}]'.encode("latin-1")), Reason.BAD_ANSWER),
    "UTF-16": (body("[]".encode("utf-16")), Reason.BAD_ANSWER),
    "a page of HTML": (body(b"<html>CANARY</html>", content_type="text/html"), Reason.BAD_ANSWER),
    "a text": (as_json("CANARY"), Reason.BAD_ANSWER),
    "a number": (as_json(7), Reason.BAD_ANSWER),
    "null": (body(b"null"), Reason.BAD_ANSWER),
    "rows of another kind": (as_json([1, "CANARY", None]), Reason.BAD_ANSWER),
    "deeper than any stack": (body(b"[" * 100_000 + b"]" * 100_000), Reason.BAD_ANSWER),
    "not a number": (body(b"[NaN]"), Reason.BAD_ANSWER),
    "a number of a million digits": (body(b"[" + b"9" * 1_000_000 + b"]"), Reason.BAD_ANSWER),
    "larger than we read": (body(b" " * (32 * 1024 * 1024 + 1)), Reason.BAD_ANSWER),
    "gzip that is none": (
        lambda: httpx.Response(
            200,
            stream=httpx.ByteStream(b"CANARY"),
            headers={"Content-Encoding": "gzip"},
        ),
        Reason.BAD_ANSWER,
    ),
    "a redirect elsewhere": (status(302, Location="https://elsewhere.example/?CANARY"), Reason.BAD_ANSWER),
    "a redirect to us": (status(307, Location="http://sandbox.invalid/api/x"), Reason.BAD_ANSWER),
    "empty": (status(200), Reason.EMPTY_ANSWER),
    "only blanks": (body(b" \r\n"), Reason.EMPTY_ANSWER),
    "204": (status(204), Reason.EMPTY_ANSWER),
    "401": (status(401), Reason.FORBIDDEN),
    "403": (status(403), Reason.FORBIDDEN),
    "404": (as_json({"errorCode": 512, "message": "CANARY"}, 404), Reason.NOT_FOUND),
    "410": (status(410), Reason.BAD_ANSWER),
    "500 with Code 512": (as_json({"Code": 512, "Details": "CANARY"}, 500), Reason.NOT_FOUND),
    "500 with Code 533": (as_json({"Code": 533, "Details": "CANARY"}, 500), Reason.FORBIDDEN),
    "500 with another Code": (as_json({"Code": 999, "Details": "CANARY"}, 500), Reason.NOT_ANSWERED),
    "500 for ever": (status(500), Reason.NOT_ANSWERED),
    "503 for ever": (body(b"<html>CANARY", 503, "text/html"), Reason.NOT_ANSWERED),
    "429 for ever": (status(429, **{"Retry-After": "1"}), Reason.NOT_ANSWERED),
    "a lost connection": (lost(httpx.ReadError("CANARY")), Reason.NOT_ANSWERED),
    "a broken protocol": (lost(httpx.RemoteProtocolError("CANARY")), Reason.NOT_ANSWERED),
    "a time-out": (lost(httpx.ReadTimeout("CANARY")), Reason.NOT_ANSWERED),
    "a socket error": (lost(ConnectionResetError("CANARY")), Reason.NOT_ANSWERED),
}


def observe(cloud: Cloud, need: ReadNeed = NEED, log: Lines | None = None) -> ObservedFleet:
    """A snapshot of the scripted cloud."""
    opening = Opening(account=account_of(routes=NO_PARTNER), concurrency=2, log=log or Lines())
    return over_answers(cloud, opening).observer.observe([need], breadth=Breadth.ACCOUNT)


def the_site(fleet: ObservedFleet) -> ObservedInstallation:
    """The one site."""
    found = fleet.installation(SITE)
    assert found is not None
    return found


def the_charger(fleet: ObservedFleet) -> ObservedCharger:
    """Its one charger."""
    return the_site(fleet).chargers[0]


def reason(observation: object) -> Reason | None:
    """Why something is unreadable, None when it is not."""
    return observation.reason if isinstance(observation, Unreadable) else None


class TestOneObject:
    @pytest.mark.parametrize("name", BROKEN)
    def test_a_state_that_cannot_be_read_hides_only_that_charger(self, name: str) -> None:
        """The charger's settings are unreadable, the installation is read, and nothing is quoted."""
        answer, why = BROKEN[name]
        log = Lines()

        fleet = observe(Cloud({STATE_CALL: answer}), log=log)

        charger = the_charger(fleet)
        assert [reason(charger.get(setting)) for setting in ("maxCurrent", "standAlone")] == [why, why]
        assert the_site(fleet).get("maxCurrent") == 25.0
        assert "CANARY" not in repr(fleet) + "".join(log.lines)

    @pytest.mark.parametrize("name", BROKEN)
    def test_circuits_that_cannot_be_read_are_unknown_not_missing(self, name: str) -> None:
        """Without its hierarchy a site has unreadable circuits, never an empty list of them."""
        answer, why = BROKEN[name]

        fleet = observe(Cloud({HIERARCHY_CALL: answer}))

        assert reason(the_site(fleet).circuits) is why
        assert the_charger(fleet).get("maxCurrent") == 16.0
        assert "CANARY" not in repr(fleet)

    @pytest.mark.parametrize("name", BROKEN)
    @pytest.mark.parametrize("call", ["GET /api/installation", "GET /api/chargers"])
    def test_a_list_that_cannot_be_read_ends_the_run(self, call: str, name: str) -> None:
        """Without a list nothing can be concluded: an error with the call and a remedy, quoting nothing."""
        if name == "rows of another kind":
            pytest.skip("a bare array is a state's shape; lists are objects and covered by the other rows")
        with pytest.raises(CloudError) as caught:
            observe(Cloud({call: BROKEN[name][0]}))

        assert call in caught.value.where
        assert caught.value.remedy
        assert "CANARY" not in "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))


LISTS: dict[str, object] = {
    "an array": [INSTALLATION],
    "no Pages": {"Data": [INSTALLATION]},
    "Pages of words": {"Pages": "many", "Data": [INSTALLATION]},
    "Pages below zero": {"Pages": -1, "Data": []},
    "too many Pages": {"Pages": 10**9, "Data": [INSTALLATION]},
    "no Data": {"Pages": 1},
    "Data that is no array": {"Pages": 1, "Data": {"Id": SITE}},
    "a page without rows": {"Pages": 1, "Data": []},
    "a row without Id": paged({"Name": "CANARY"}),
    "a row whose Id is a path": paged({**INSTALLATION, "Id": "../../CANARY"}),
    "a row whose Id is a number": paged({**INSTALLATION, "Id": 7}),
    "a row that is null": paged(None),
    "the same row twice": paged(INSTALLATION, INSTALLATION),
}


class TestLists:
    @pytest.mark.parametrize("name", LISTS)
    def test_a_list_of_the_wrong_shape_is_not_taken_for_an_empty_one(self, name: str) -> None:
        """A broken list never looks like a fleet in which things are gone."""
        with pytest.raises(CloudError) as caught:
            observe(Cloud({"GET /api/installation": as_json(LISTS[name])}))

        assert caught.value.where == "GET /api/installation"
        assert "CANARY" not in str(caught.value)

    def test_an_account_that_sees_nothing_reads_as_empty(self) -> None:
        """No pages and no rows is a legal answer."""
        nothing = as_json({"Pages": 0, "Data": []})

        fleet = observe(Cloud({"GET /api/installation": nothing, "GET /api/chargers": nothing}))

        assert fleet.installations == ()

    def test_names_match_in_any_casing(self) -> None:
        """The API description writes camelCase, the service PascalCase."""
        camel = {name[0].lower() + name[1:]: value for name, value in INSTALLATION.items()}

        fleet = observe(Cloud({"GET /api/installation": as_json({"pages": 1, "data": [camel]})}))

        assert the_site(fleet).get("authentication.mode") == "native"


def installation_with(**members: object) -> ObservedInstallation:
    """The site when some members of its row are different; None leaves one out."""
    row = {name: value for name, value in {**INSTALLATION, **members}.items() if value is not None}
    return the_site(observe(Cloud({"GET /api/installation": as_json(paged(row))})))


AMPERES = [
    (25, 25.0),
    (25.0, 25.0),
    ("25.000", 25.0),
    ("25", 25.0),
    (24.96, 25.0),
    (0, 0.0),
    (-0.0, 0.0),
    (250.06, 250.1),
]
NOT_AMPERES = [True, "25 A", "0x10", "1e3", "NaN", "", [], {}, -1, 1e300, "25,0", " ", "٢٥", 10**400]


class TestMembers:
    @pytest.mark.parametrize(("wire", "amperes"), AMPERES)
    def test_amperes_arrive_in_several_forms(self, wire: object, amperes: float) -> None:
        """32, 32.0 and "32.000" are the same current, to 0.1 A."""
        assert installation_with(MaxCurrent=wire).get("maxCurrent") == amperes

    @pytest.mark.parametrize("wire", NOT_AMPERES)
    def test_what_is_no_current_is_unreadable(self, wire: object) -> None:
        """Never zero, never a guess."""
        if wire == "":
            assert reason(installation_with(MaxCurrent=wire).get("maxCurrent")) is Reason.MISSING_MEMBER
        else:
            assert reason(installation_with(MaxCurrent=wire).get("maxCurrent")) is Reason.BAD_ANSWER

    @pytest.mark.parametrize("wire", [4, 99, -1, "7"])
    def test_an_unknown_mode_is_unreadable_and_names_only_the_number(self, wire: object) -> None:
        """A new authentication type of the cloud stops us from touching the site, with a clear reason."""
        site = installation_with(AuthenticationType=wire)

        mode = site.get("authentication.mode")
        assert mode == Unreadable(reason=Reason.BAD_ANSWER)
        assert isinstance(mode, Unreadable)
        assert str(wire) in mode.detail
        assert reason(site.get("authentication.authorizationRequired")) is Reason.BAD_ANSWER

    @pytest.mark.parametrize("wire", ["native", 1.5, True, [], {}, "3.7"])
    def test_a_mode_of_the_wrong_type_is_unreadable_and_not_quoted(self, wire: object) -> None:
        """Only whole numbers count as modes."""
        assert reason(installation_with(AuthenticationType=wire).get("authentication.mode")) is Reason.BAD_ANSWER

    @pytest.mark.parametrize(
        ("member", "setting"),
        [
            ("AuthenticationType", "authentication.mode"),
            ("IsRequiredAuthentication", "authentication.authorizationRequired"),
            ("MaxCurrent", "maxCurrent"),
        ],
    )
    def test_a_missing_member_is_not_its_default(self, member: str, setting: str) -> None:
        """Absent is not false and not zero."""
        assert reason(installation_with(**{member: None}).get(setting)) is Reason.MISSING_MEMBER

    def test_a_user_reads_nothing(self) -> None:
        """With only the User role everything that is not told is unreadable for want of a role."""
        row = {"Id": SITE, "Name": "Storgata 1", "CurrentUserRoles": 1}

        site = the_site(observe(Cloud({"GET /api/installation": as_json(paged(row))})))

        assert {reason(value) for _, value in site.values} == {Reason.NO_ROLE}

    def test_unknown_roles_are_not_taken_for_owner(self) -> None:
        """A row without roles says nothing about texts that it leaves out."""
        site = installation_with(CurrentUserRoles=None, AuthenticationType=3)

        assert reason(site.get("authentication.ocppNative.url")) is Reason.MISSING_MEMBER

    @pytest.mark.parametrize(
        ("mode", "member", "setting"),
        [
            (2, "OcppCloudUrl", "authentication.ocppCloud.url"),
            (3, "OcppCentralSystemUrl", "authentication.ocppNative.url"),
            (1, "WebhooksSessionEndUrl", "authentication.webhooks.sessionEndUrl"),
        ],
    )
    def test_an_owner_sees_that_a_url_is_not_set(self, mode: int, member: str, setting: str) -> None:
        """Null members are left out, so for an owner a missing URL is no URL."""
        assert installation_with(AuthenticationType=mode, **{member: None}).get(setting) is ABSENT

    def test_settings_of_other_modes_are_absent(self) -> None:
        """A left-over OCPP URL means nothing while the mode is native."""
        site = installation_with(OcppCloudUrl="wss://ocpp.backend-a.example/cp")

        assert site.get("authentication.ocppCloud.url") is ABSENT

    def test_a_secret_is_only_ever_set(self) -> None:
        """Of a payload we keep that it is there."""
        site = installation_with(AuthenticationType=1)

        assert site.get("authentication.webhooks.authPayload") == SECRET_SET
        assert "CANARY" not in repr(site)

    @pytest.mark.parametrize(
        ("features", "managed"), [(0, False), (4, True), (5, True), (None, None), ("x", None), (3, False)]
    )
    def test_power_management_is_known_or_unknown(self, features: object, managed: bool | None) -> None:
        """APM is bit 4 of the features; when they are missing nobody knows."""
        assert installation_with(EnabledFeatures=features).power_managed is managed

    def test_names_are_cut(self) -> None:
        """Ten thousand characters would bury a report; a cut can be seen."""
        site = the_site(
            observe(Cloud({"GET /api/installation": as_json(paged({**INSTALLATION, "Name": "Ø" * 10_000}))}))
        )

        assert site.name == "Ø" * 199 + "…"

    def test_names_lose_addresses(self) -> None:
        """People name sites after themselves; an address in a name does not travel on."""
        assert installation_with(Name="Kari CANARY@people.example").name == "Kari (address)"


URLS = [
    ("wss://ocpp.backend-b.example/cp/{deviceId}", "wss://ocpp.backend-b.example/cp/{deviceId}"),
    ("WSS://OCPP.backend-b.example:443/cp", "WSS://OCPP.backend-b.example:443/cp"),
    ("wss://u:CANARY@ocpp.example/cp", "wss://ocpp.example/cp?…(hidden)"),
    ("wss://ocpp.example/cp?key=CANARY", "wss://ocpp.example/cp?…(hidden)"),
    ("wss://ocpp.example/cp#CANARY", "wss://ocpp.example/cp?…(hidden)"),
    ("wss://ocpp.example/CANARY@people.example", "wss://ocpp.example/(address)?…(hidden)"),
    ("CANARY", "(not a URL)?…(hidden)"),
    ("wss://[CANARY", "(not a URL)?…(hidden)"),
    ("wss://ocpp.example/\x1b[31mCANARY", "(not a URL)?…(hidden)"),
    ("wss://ocpp.example/cp CANARY", "(not a URL)?…(hidden)"),
    ("mailto:CANARY@people.example", "(not a URL)?…(hidden)"),
]


class TestUrls:
    @pytest.mark.parametrize(("wire", "shown"), URLS)
    def test_what_may_carry_credentials_is_hidden_but_still_differs(self, wire: str, shown: str) -> None:
        """Scheme, host and path are compared and shown; user-info, query and fragment only leave a mark."""
        site = installation_with(AuthenticationType=3, OcppCentralSystemUrl=wire)

        assert site.get("authentication.ocppNative.url") == shown
        assert "CANARY" not in repr(site)

    @pytest.mark.parametrize("wire", ["https://h.example?", "https://h.example/#", "https://@h.example/"])
    def test_an_empty_query_or_user_is_still_no_plain_url(self, wire: str) -> None:
        """Otherwise a trailing question mark would plan to nothing although the file says something else."""
        site = installation_with(AuthenticationType=3, OcppCentralSystemUrl=wire)

        assert str(site.get("authentication.ocppNative.url")).endswith("(hidden)")


def state_with(number: int, value: object) -> Observation | None:
    """What is read of a charger when one observation has this value."""
    rows = [row for row in STATE if row["StateId"] != number]
    if value is not None:
        rows.append({"ChargerId": CHARGER, "StateId": number, "ValueAsString": value})
    name = {510: "maxCurrent", 712: "standAlone"}[number]
    return the_charger(observe(Cloud({STATE_CALL: as_json(rows)}))).get(name)


class TestState:
    @pytest.mark.parametrize(("wire", "amperes"), [("32.000", 32.0), ("31.999", 32.0), ("16", 16.0), (16, 16.0)])
    def test_the_maximum_current_is_a_text_to_a_tenth(self, wire: object, amperes: float) -> None:
        """31.999 A is 32 A: no false difference."""
        assert state_with(510, wire) == amperes

    @pytest.mark.parametrize(("wire", "on"), [("0", False), ("1", True), ("true", True), (False, False)])
    def test_stand_alone_is_a_digit(self, wire: object, on: bool) -> None:
        """The text "0" is off, not merely a text that is there."""
        assert state_with(712, wire) is on

    @pytest.mark.parametrize("number", [510, 712])
    @pytest.mark.parametrize("wire", [None, ""])
    def test_a_charger_that_never_reported_is_unknown(self, number: int, wire: object) -> None:
        """A missing observation and an empty one both mean: no reading."""
        assert reason(state_with(number, wire)) is Reason.MISSING_MEMBER

    @pytest.mark.parametrize(
        ("number", "wire"), [(712, "2"), (712, "CANARY"), (712, 1), (510, "CANARY"), (510, "-1"), (510, [])]
    )
    def test_a_strange_reading_is_unreadable_and_not_quoted(self, number: int, wire: object) -> None:
        """Nothing of a reading that we do not understand is repeated."""
        found = state_with(number, wire)

        assert reason(found) is Reason.BAD_ANSWER
        assert "CANARY" not in repr(found)

    def test_observation_numbers_may_be_texts(self) -> None:
        """A careless change of the service does not blind us."""
        rows = [{**row, "StateId": str(row["StateId"])} for row in STATE]

        assert the_charger(observe(Cloud({STATE_CALL: as_json(rows)}))).get("maxCurrent") == 16.0


TREES: dict[str, object] = {
    "no circuits": {"Id": SITE},
    "circuits that are null": {"Id": SITE, "Circuits": None},
    "a circuit without limit": {"Circuits": [{"Id": CIRCUIT, "Name": "Kurs 1"}]},
    "a circuit without id": {"Circuits": [{"MaxCurrent": 25}]},
    "a limit of words": {"Circuits": [{"Id": CIRCUIT, "MaxCurrent": "CANARY"}]},
    "chargers that are no list": {"Circuits": [{"Id": CIRCUIT, "MaxCurrent": 25, "Chargers": "CANARY"}]},
}


class TestCircuits:
    @pytest.mark.parametrize("name", TREES)
    def test_half_a_tree_is_no_tree(self, name: str) -> None:
        """A circuit that cannot be read must not look like free capacity."""
        site = the_site(observe(Cloud({HIERARCHY_CALL: as_json(TREES[name])})))

        assert reason(site.circuits) is Reason.BAD_ANSWER

    def test_the_tree_tells_the_circuit_where_the_list_does_not(self) -> None:
        """For a charger whose row leaves the circuit out the hierarchy says where it hangs."""
        row = {name: value for name, value in CHARGER_ROW.items() if name != "CircuitId"}

        charger = the_charger(observe(Cloud({"GET /api/chargers": as_json(paged(row))})))

        assert charger.circuit_id == CIRCUIT

    def test_chargers_hang_on_circuits(self) -> None:
        """An empty list at a site with chargers is no answer: nothing would limit what is raised or lowered there."""
        site = the_site(observe(Cloud({HIERARCHY_CALL: as_json({**HIERARCHY, "Circuits": []})})))

        assert reason(site.circuits) is Reason.EMPTY_ANSWER

    def test_a_site_without_chargers_may_have_no_circuits(self) -> None:
        """It is known to have none."""
        answers = {
            HIERARCHY_CALL: as_json({**HIERARCHY, "Circuits": []}),
            "GET /api/chargers": as_json({"Pages": 0, "Data": []}),
        }

        need = ReadNeed(account="main", installation_id=SITE, raises_to=(("", 50.0),))

        assert the_site(observe(Cloud(answers), need)).circuits == ()


class TestChargerRows:
    @pytest.mark.parametrize("members", [{"IsOnline": "?"}, {"OperatingMode": 99}, {"OperatingMode": "x"}])
    def test_what_only_informs_is_unknown_when_it_is_strange(self, members: dict[str, object]) -> None:
        """A new operating mode of the cloud does not hide the charger; it is just not known to be idle."""
        charger = the_charger(observe(Cloud({"GET /api/chargers": as_json(paged({**CHARGER_ROW, **members}))})))

        assert None in (charger.online, charger.mode)

    def test_a_charger_without_serial_is_still_counted(self) -> None:
        """An odd box on a site must not escape the guard for shared sites."""
        row = {**CHARGER_ROW, "DeviceId": None}

        charger = the_charger(observe(Cloud({"GET /api/chargers": as_json(paged(row))})))

        assert charger.serial == "(no serial) aaaaaaaa"

    def test_nothing_but_the_allowed_members_is_kept(self) -> None:
        """The PIN, the contact address and every other member are gone after parsing."""
        assert "CANARY" in json.dumps([INSTALLATION, CHARGER_ROW, STATE])
        assert "CANARY" not in repr(observe(Cloud()))
