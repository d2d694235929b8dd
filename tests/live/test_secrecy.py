"""No secret and no address leaves the live side: not in values, errors, logs or reprs, whatever happens."""

import traceback
from collections.abc import Iterator

import httpx
import pytest

from reconciler.errors import CloudError
from reconciler.live.account import network_transport
from reconciler.live.exchange import Call
from reconciler.live.wire import label, without_addresses
from reconciler.model.observed import Breadth, ReadNeed
from reconciler.model.plan import Operation
from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import fault
from reconciler.sandbox.world import World
from tests.hostile.servers import as_json, serving
from tests.live.cloud import Lines, Opening, VirtualClock, WorldClock, over_world, people_of
from tests.live.steps import change, step
from tests.live.test_observer import BAKKEGATA, HAVNEN

SECRETS = ("CANARY", "@sandbox.example", "@people.example", "@solbakken.example")


class Recorder(httpx.BaseTransport):
    """Passes on and keeps what really went over the wire."""

    def __init__(self, world: World) -> None:
        self._inner = httpx.WSGITransport(app=create_app(world))
        self.raw = b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on."""
        response = self._inner.handle_request(request)
        content = response.read()
        self.raw += request.content + content + str(request.headers).encode()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


def leaks(text: str) -> list[str]:
    """Which secrets a text holds."""
    return [secret for secret in SECRETS if secret in text]


def every_need(world: World) -> Iterator[ReadNeed]:
    """Everything that can be asked for, everywhere."""
    for installation in world.installations():
        serials = tuple(charger["serial"] for charger in world.chargers_of(installation["id"]))
        raises = tuple((serial, 32.0) for serial in serials)
        for mode in ("webhooks", "ocppCloud"):
            yield ReadNeed(
                account="main",
                installation_id=installation["id"],
                state_of=serials,
                raises_to=raises,
                permissions=True,
                mode=mode,
            )


class TestWhatIsKept:
    def test_a_whole_snapshot_holds_no_canary(self, world: World) -> None:
        """Every read of the whole fixture, with canaries on the wire and none in the snapshot, log or account."""
        recorder, log = Recorder(world), Lines()
        opened = Opening(people=people_of(world), log=log).over(recorder, WorldClock(world))

        fleet = opened.observer.observe(list(every_need(world)), breadth=Breadth.ACCOUNT)

        planted = (b"CANARY-state-750", b"CANARY-payload", b"CANARY-access-token", b"CANARY-pass@", b"@people.example")
        assert [canary for canary in planted if canary not in recorder.raw] == []
        assert leaks(repr(fleet)) == []
        assert leaks("\n".join(log.lines)) == []
        assert leaks(repr(opened)) == []

    def test_unmanaged_urls_show_no_credentials(self, world: World) -> None:
        """Testveien 1 carries credentials in each URL; whatever its mode is, none of them shows."""
        unmanaged = next(i for i in world.installations() if i["name"].startswith("Testveien"))
        for mode in (0, 1, 2, 3):
            unmanaged["fields"]["AuthenticationType"] = mode
            fleet = over_world(world).observer.observe([], breadth=Breadth.ACCOUNT)
            found = fleet.installation(unmanaged["id"])

            assert found is not None
            assert leaks(repr(found)) == []

    def test_calls_do_not_print_their_query_or_body(self) -> None:
        """A request shows as method and path."""
        assert str(Call(method="GET", path="/x", query="Email=CANARY")) == "GET /x"


FAULTS = [
    fault("error-before", path="/api/*", times=99, status=500, body="json"),
    fault("error-before", path="/api/*", times=99, status=503, body="html"),
    fault("lost-answer-before", path="/api/*", times=99),
    fault("timeout", path="/api/*", times=99),
    fault("unauthorized", path="/api/*", times=99),
    fault("too-many-requests", path="/api/*", times=99),
    fault("changed-type", path="/api/*", times=99),
    fault("empty-answer", path="/api/*", times=99),
    fault("error-before", path="/oauth/token", times=99, status=503, body="html"),
]


class TestWhatIsRaised:
    @pytest.mark.parametrize("number", range(len(FAULTS)))
    def test_failing_reads_quote_nothing(self, world: World, number: int) -> None:
        """Error, traceback and log of a failing run are clean; a run that survives the fault is clean too."""
        world.data["faults"].append(FAULTS[number])
        log = Lines()
        opened = over_world(world, Opening(log=log))
        said = ""
        try:
            said = repr(opened.observer.observe(list(every_need(world)), breadth=Breadth.ACCOUNT))
        except CloudError as error:
            said = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))

        assert said
        assert leaks(said + "\n".join(log.lines)) == []

    @pytest.mark.parametrize(
        "error",
        [
            httpx.LocalProtocolError("Illegal header value b'Bearer CANARY-token'"),
            httpx.ConnectError("CANARY"),
            httpx.UnsupportedProtocol("CANARY"),
            httpx.ProxyError("CANARY"),
            OSError("CANARY"),
        ],
    )
    def test_the_transports_own_words_are_dropped(self, error: Exception) -> None:
        """h11 quotes the header that it dislikes, and that header is the token."""

        def answer(request: httpx.Request) -> httpx.Response:
            raise error

        opened = Opening().over(httpx.MockTransport(answer), VirtualClock())

        with pytest.raises(CloudError) as caught:
            opened.observer.observe([], breadth=Breadth.ACCOUNT)
        assert leaks("".join(traceback.format_exception(caught.value))) == []

    @pytest.mark.parametrize("kind", ["error-before", "error-after", "lost-answer-after", "unauthorized"])
    def test_failing_writes_quote_nothing(self, world: World, kind: str) -> None:
        """Payload and address go onto the wire and into no answer, log or repr."""
        world.data["faults"].append(fault(kind, method="PUT", path="/partner/*", times=9, body="json"))
        log = Lines()
        executor = over_world(world, Opening(log=log)).executor
        payload = change("authentication.webhooks.authPayload", "env:FLEET_SECRET_X", installation_id=HAVNEN)
        grant = change("permissions", ("owner",), installation_id=BAKKEGATA, principal="person:c-88123")

        answers = [
            executor.write(step(Operation.PARTNER_AUTHENTICATION, payload), [payload]),
            executor.write(step(Operation.PARTNER_PERMISSION, grant), [grant]),
        ]

        assert all(answer.detail for answer in answers)
        assert leaks(repr(answers) + "\n".join(log.lines)) == []


class TestTheEnvironment:
    def test_a_proxy_variable_does_not_see_the_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever can set a variable in CI must not get between us and the cloud."""
        with serving({}) as proxy, serving({"GET /here": as_json([])}) as cloud:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at/all.pem")
            transport = network_transport()

            answer = transport.handle_request(httpx.Request("GET", f"{cloud.url}/here"))
            transport.close()

        assert answer.status_code == 200
        assert proxy.heads == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("ask kari@people.example.", "ask (address)"),
        ("<Kari.N+x@people.example>", "<(address)>"),
        ("ask kari%2540people.example", "ask (address)"),
        ("no address @ all", "no address @ all"),
    ],
)
def test_addresses_in_free_text_are_taken_out(text: str, clean: str) -> None:
    """Names and refusals may quote addresses; we do not."""
    assert without_addresses(text) == clean


@pytest.mark.parametrize("sign", ["@", "@@", "＠", "%40", "%EF%BC%A0", "&#64;"])
def test_a_name_that_people_gave_shows_no_address_however_it_is_spelled(sign: str) -> None:
    """Names of installations stand in plans, reports and file names."""
    assert label({"name": f"Hytte kari{sign}people.example"}, "Name") == "Hytte (address)"
