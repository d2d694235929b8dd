"""A partner's adapter gets a narrow call, and whatever it does ends in one of our own values."""

import contextlib
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from reconciler.errors import CloudError, WriteForbiddenError
from reconciler.live.account import (
    ZAPTEC_URL,
    Access,
    Credentials,
    LiveAccount,
    network_transport,
    open_account,
)
from reconciler.live.failures import CallError, RefusedError
from reconciler.live.partner_route import PartnerRoute
from reconciler.live.routes.partner import PartnerCall, PartnerPermission, PartnerPrincipal, PartnerValue, adapter_for
from reconciler.live.routes.sandbox_partner import SandboxPartner
from reconciler.model.desired import Account, Route
from reconciler.model.desired import Cloud as CloudName
from reconciler.model.observed import Breadth, ReadNeed
from reconciler.model.outcome import WriteAnswer, WriteStatus
from reconciler.model.people import People, Person
from reconciler.model.plan import Operation
from reconciler.model.secret import Secret
from reconciler.model.value import ABSENT, Reason, Unreadable
from tests.live.answers import CHARGER, SERIAL, SITE, Cloud, as_json, status
from tests.live.cloud import NoBar, Opening, VirtualClock, account_of, over_answers, resolve
from tests.live.steps import change, step

GUIDE = Path(__file__).parents[2] / "docs" / "partner-adapter.md"
ACCESS = f"/placeholder/installations/{SITE}/access"
KARI = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
GROUP = "00000000-0000-4000-8000-000000000003"
PEOPLE = People(entries=(Person(id="c-1", email="Kari.CANARY@people.example"),))


def install(folder: Path, source: str, *, name: str, target: str) -> None:
    """A package with one module and one entry point, as pip would lay it out."""
    (folder / f"{target.partition(':')[0]}.py").write_text(source)
    info = folder / f"{name}_adapter-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-adapter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[reconciler.partner]\n{name} = {target}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for installed packages; what was imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.endswith("_zaptec"):
            del sys.modules[name]


@pytest.fixture
def acme(packages: Path) -> Account:
    """The guide's own example, installed, and an account that uses it."""
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    entry = re.search(r'^(acme) = "(.+)"$', GUIDE.read_text(), re.MULTILINE)
    assert code is not None
    assert entry is not None
    install(packages, code[1], name=entry[1], target=entry[2])
    return replace(account_of(), partner="acme")


class TestTheGuide:
    def test_its_example_reads_permissions(self, acme: Account) -> None:
        """The adapter printed in the guide works as it stands there."""
        entries = [
            {"id": KARI, "email": "kari.canary@people.example", "roles": ["owner", "user"]},
            {"id": GROUP, "groupKey": "HANS", "roles": ["service"]},
            {"id": OTHER, "email": "somebody@people.example", "roles": ["user"], "invited": True},
        ]
        opened = over_answers(Cloud({f"GET {ACCESS}": as_json(entries)}), Opening(account=acme, people=PEOPLE))

        fleet = opened.observer.observe(
            [ReadNeed(account="main", installation_id=SITE, permissions=True)], breadth=Breadth.ACCOUNT
        )

        found = fleet.installations[0].permissions
        assert isinstance(found, tuple)
        assert [(one.principal, one.roles, one.accepted) for one in found] == [
            ("person:c-1", ("user", "owner"), True),
            (f"user-id:{OTHER}", ("user",), False),
            ("userGroup:HANS", ("service",), True),
        ]

    def test_its_example_writes(self, acme: Account) -> None:
        """Each of its three writes reaches the account's host with the body that the guide shows."""
        routes = {
            f"PATCH /placeholder/installations/{SITE}": status(200),
            f"PUT /placeholder/chargers/{CHARGER}/stand-alone": status(200),
            f"PUT {ACCESS}": status(200),
        }
        cloud = Cloud(routes)
        executor = over_answers(cloud, Opening(account=acme, people=PEOPLE)).executor
        mode = change("authentication.mode", "native", before="webhooks", installation_id=SITE)
        alone = change("standAlone", False, before=True, installation_id=SITE, charger=SERIAL)
        grant = change("permissions", ("owner",), installation_id=SITE, principal="person:c-1")

        answers = [
            executor.write(step(Operation.PARTNER_AUTHENTICATION, mode), [mode]),
            executor.write(step(Operation.PARTNER_STAND_ALONE, alone, target_id=CHARGER), [alone]),
            executor.write(step(Operation.PARTNER_PERMISSION, grant), [grant]),
        ]

        assert {answer.status for answer in answers} == {WriteStatus.ACCEPTED}
        assert cloud.seen == list(routes)
        assert cloud.bodies == [
            {"AuthenticationType": 0},
            {"enabled": False},
            {"email": "Kari.CANARY@people.example", "owner": True, "service": False, "user": False},
        ]


class TestLoading:
    def test_without_an_agreement_there_is_no_adapter(self) -> None:
        """The name of a route alone opens nothing."""
        assert adapter_for(replace(account_of(), agreement=None)) is None

    def test_without_a_partner_route_there_is_no_adapter(self) -> None:
        """An adapter that no setting uses is not even imported."""
        assert adapter_for(replace(account_of(routes=(("permissions", Route.PORTAL),)), partner="missing")) is None

    def test_the_sandbox_brings_its_own(self) -> None:
        """No installation and no name is needed for the sandbox."""
        assert isinstance(adapter_for(account_of()), SandboxPartner)

    @pytest.mark.parametrize("partner", [None, "sandbox"])
    def test_the_real_cloud_gets_none_from_us(self, partner: str | None) -> None:
        """We ship no undocumented call to the real cloud."""
        account = replace(account_of(cloud=CloudName.ZAPTEC), partner=partner)

        with pytest.raises(CloudError, match=r"partner:|sandbox"):
            adapter_for(account)

    def test_an_unknown_name_lists_what_is_installed(self, acme: Account) -> None:
        """A typo is found at once."""
        with pytest.raises(CloudError, match=r"no partner adapter 'acne' is installed \(installed: .*acme"):
            adapter_for(replace(acme, partner="acne"))

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            ("raise RuntimeError('CANARY')", "cannot be loaded (RuntimeError)"),
            ("import sys; sys.exit('CANARY')", "cannot be loaded (SystemExit)"),
            ("class Broken:\n    def __init__(self): raise SystemExit", "cannot be loaded (SystemExit)"),
            (
                "class Broken:\n    @property\n    def read_permissions(self): raise SystemExit('CANARY')",
                "cannot be loaded (SystemExit)",
            ),
            ("x = 1", "cannot be loaded (AttributeError)"),
            ("class Broken:\n    def __init__(self, need): ...", "cannot be loaded (TypeError)"),
            ("class Broken:\n    def read_permissions(self): ...", "lacks write_authentication"),
        ],
    )
    def test_a_broken_adapter_is_named(self, packages: Path, source: str, words: str) -> None:
        """An import error, a wrong name, a constructor with arguments, a missing method: each is said clearly."""
        install(packages, source, name="broken", target="broken_zaptec:Broken")

        with pytest.raises(CloudError) as caught:
            adapter_for(replace(account_of(), partner="broken"))

        assert words in caught.value.what
        assert "CANARY" not in "".join(traceback.format_exception(caught.value))


def adapter_source(body: str) -> str:
    """An adapter whose methods all do the same."""
    methods = ["read_permissions", "write_authentication", "write_stand_alone", "write_permission"]
    return "class Odd:\n" + "".join(f"    def {name}(self, call, **_):\n        {body}\n" for name in methods)


CLOUD_ERROR = (
    "from reconciler.errors import CloudError; raise CloudError('CANARY@x.example', where='CANARY', remedy='CANARY')"
)
REFUSED_ERROR = (
    "from reconciler.live.failures import RefusedError; raise RefusedError('CANARY@x.example', call='CANARY')"
)
WHO = ReadNeed(account="main", installation_id=SITE, permissions=True)


def wish_and_account(packages: Path, body: str) -> Account:
    """An account whose adapter does that."""
    install(packages, adapter_source(body), name="odd", target="odd_zaptec:Odd")
    return replace(account_of(), partner="odd")


def write_with(packages: Path, body: str) -> tuple[WriteAnswer, Cloud]:
    """How a write of that adapter ends, and what the cloud saw."""
    answers = {"PUT /x": status(200), "GET /x": as_json({}), "PUT /no": status(403), "PUT /lost": status(500)}
    cloud = Cloud(answers)
    opened = over_answers(cloud, Opening(account=wish_and_account(packages, body)))
    wish = change("authentication.mode", "native", before="webhooks", installation_id=SITE)
    return opened.executor.write(step(Operation.PARTNER_AUTHENTICATION, wish), [wish]), cloud


class TestOddAdapters:
    @pytest.mark.parametrize(
        ("body", "status_", "words"),
        [
            ("raise ValueError('CANARY@people.example')", WriteStatus.REFUSED, "odd_zaptec.Odd failed (ValueError)"),
            (f"{CLOUD_ERROR}", WriteStatus.REFUSED, "odd_zaptec.Odd failed (CloudError)"),
            (f"{REFUSED_ERROR}", WriteStatus.REFUSED, "odd_zaptec.Odd failed (RefusedError)"),
            ("raise SystemExit('CANARY')", WriteStatus.REFUSED, "odd_zaptec.Odd failed (SystemExit)"),
            ("raise GeneratorExit('CANARY')", WriteStatus.REFUSED, "odd_zaptec.Odd failed (GeneratorExit)"),
            ("raise type('CANARY@x.example', (Exception,), {})", WriteStatus.REFUSED, "failed (an exception)"),
            ("pass", WriteStatus.REFUSED, "sent nothing"),
            (CLOUD_ERROR.replace("raise", "return"), WriteStatus.REFUSED, "sent nothing"),
            ("call('GET', '/x')", WriteStatus.REFUSED, "sent nothing"),
            ("call('GET', '/gone')", WriteStatus.REFUSED, "not sent: GET /gone: 404"),
            ("call('PUT', '/x', json={'a': {1, 2}})", WriteStatus.REFUSED, "failed (TypeError)"),
            ("call('PUT', '/x?a\\nb')", WriteStatus.REFUSED, "not allowed"),
            ("call('GET', '/x'); call('PUT', '/x')", WriteStatus.ACCEPTED, ""),
            ("call('PUT', '/no')", WriteStatus.REFUSED, "403"),
            ("call('PUT', 'https://elsewhere.example/x')", WriteStatus.REFUSED, "not allowed"),
            ("call('PUT', '//elsewhere.example/x')", WriteStatus.REFUSED, "not allowed"),
            ("call('PUT', '/a/../b')", WriteStatus.REFUSED, "not allowed"),
            ("call('PUT', '/a@elsewhere.example')", WriteStatus.REFUSED, "not allowed"),
            ("call('PUT', '/a\\r\\nHost: x')", WriteStatus.REFUSED, "not allowed"),
            ("call('TRACE', '/x')", WriteStatus.REFUSED, "not allowed"),
        ],
    )
    def test_a_write_ends_honestly(self, packages: Path, body: str, status_: WriteStatus, words: str) -> None:
        """Nothing sent is refused, other hosts are out of reach, and no text of the adapter is quoted."""
        answer, cloud = write_with(packages, body)

        assert answer.status is status_
        assert words in answer.detail
        assert "CANARY" not in answer.detail
        assert all(seen in ("PUT /x", "PUT /no", "GET /x", "GET /gone") for seen in cloud.seen)

    @pytest.mark.parametrize(
        "afterwards",
        [
            "raise KeyError('CANARY')",
            "raise SystemExit('CANARY')",
            CLOUD_ERROR,
            REFUSED_ERROR,
            "call('TRACE', '/x')",
            "call('PUT', 'https://elsewhere.example/x')",
            "call('GET', '/gone')",
            "call('PUT', '/no')",
            "call('PUT', '/x')",
        ],
    )
    def test_after_an_accepted_write_any_error_is_uncertain(self, packages: Path, afterwards: str) -> None:
        """The world may have changed, so nothing that comes later turns it into a failure that is not read back."""
        answer, cloud = write_with(packages, f"call('PUT', '/x'); {afterwards}")

        assert answer.status is WriteStatus.UNCERTAIN
        assert "its write had been accepted" in answer.detail
        assert "CANARY" not in answer.detail
        assert [seen for seen in cloud.seen if not seen.startswith("GET")] == ["PUT /x"]

    @pytest.mark.parametrize(
        ("first", "status_", "words"),
        [("/lost", WriteStatus.UNCERTAIN, "500, which does not say"), ("/no", WriteStatus.REFUSED, "403")],
    )
    @pytest.mark.parametrize("afterwards", ["pass", "call('PUT', '/x')", "raise SystemExit('CANARY')", CLOUD_ERROR])
    def test_what_the_first_write_met_counts(
        self, packages: Path, first: str, status_: WriteStatus, words: str, afterwards: str
    ) -> None:
        """An adapter that swallows the failure of its write neither writes again nor turns it into success."""
        swallowed = f"with contextlib.suppress(Exception): call('PUT', '{first}')"
        body = f"import contextlib\n        {swallowed}\n        {afterwards}"

        answer, cloud = write_with(packages, body)

        assert answer.status is status_
        assert words in answer.detail
        assert "CANARY" not in answer.detail
        assert cloud.seen == [f"PUT {first}"]

    def test_a_kept_call_leads_nowhere_later(self, packages: Path) -> None:
        """A call that the adapter keeps for later cannot write after its step has its outcome."""
        body = "kept = self.__dict__.setdefault('kept', []); kept.append(call); kept[0]('PUT', '/x')"
        cloud = Cloud({"PUT /x": status(200)})
        executor = over_answers(cloud, Opening(account=wish_and_account(packages, body))).executor
        wish = change("authentication.mode", "native", before="webhooks", installation_id=SITE)
        this = step(Operation.PARTNER_AUTHENTICATION, wish)

        answers = [executor.write(this, [wish]).status for _ in range(2)]

        assert answers == [WriteStatus.ACCEPTED, WriteStatus.REFUSED]
        assert cloud.seen == ["PUT /x"]

    def test_ctrl_c_is_not_an_error_of_the_adapter(self, packages: Path) -> None:
        """Somebody who interrupts the run is obeyed."""
        with pytest.raises(KeyboardInterrupt):
            write_with(packages, "raise KeyboardInterrupt")

    @pytest.mark.parametrize("body", [CLOUD_ERROR, REFUSED_ERROR, "raise SystemExit('CANARY')"])
    def test_an_error_of_the_adapter_names_it_and_quotes_nothing(self, packages: Path, body: str) -> None:
        """An adapter that raises our own kind of error does not get its text into the report."""
        opened = over_answers(Cloud(), Opening(account=wish_and_account(packages, body)))

        found = opened.observer.observe([WHO], breadth=Breadth.ACCOUNT).installations[0].permissions

        assert isinstance(found, Unreadable)
        assert "the partner adapter odd_zaptec.Odd failed" in found.detail
        assert "CANARY" not in repr(found)

    def test_the_remedy_names_the_adapter(self, packages: Path) -> None:
        """Whoever meets the error knows whose code to repair."""
        account = wish_and_account(packages, CLOUD_ERROR)
        adapter = adapter_for(account)
        assert adapter is not None
        route = PartnerRoute(adapter, session=None, people=None)  # type: ignore[arg-type]  # this adapter calls nothing

        with pytest.raises(CloudError) as caught:
            route.permissions(SITE)

        assert "odd_zaptec.Odd" in caught.value.remedy
        assert "CANARY" not in "".join(traceback.format_exception(caught.value))

    @pytest.mark.parametrize(
        "body",
        [
            "return 1 / 0",
            "return ['CANARY']",
            "return None",
            "return []",  # whoever reads them has access, so nobody at all is no answer
            "call('GET', '/gone'); return []",
            "yield 1; raise SystemExit('CANARY')",
        ],
    )
    def test_permissions_that_cannot_be_read_are_unreadable(self, packages: Path, body: str) -> None:
        """A bug in an adapter hides the permissions of the site, and nothing else."""
        opened = over_answers(Cloud(), Opening(account=wish_and_account(packages, body)))

        fleet = opened.observer.observe(
            [ReadNeed(account="main", installation_id=SITE, permissions=True)], breadth=Breadth.ACCOUNT
        )

        assert isinstance(fleet.installations[0].permissions, Unreadable)
        assert fleet.installations[0].get("maxCurrent") == 25.0
        assert "CANARY" not in repr(fleet)

    @pytest.mark.parametrize("mode", Access)
    @pytest.mark.parametrize(
        "body",
        ["call('PUT', '/x')", "import contextlib\n        with contextlib.suppress(Exception): call('PUT', '/x')"],
    )
    def test_an_adapter_cannot_write_while_reading(self, packages: Path, mode: Access, body: str) -> None:
        """A PUT inside the reading method is stopped before it leaves and ends the run, also during an apply."""
        cloud = Cloud({"PUT /x": status(200)})
        opened = over_answers(cloud, Opening(account=wish_and_account(packages, body), mode=mode))

        with pytest.raises(WriteForbiddenError, match="while reading") as caught:
            opened.observer.observe([WHO], breadth=Breadth.ACCOUNT)

        assert "odd_zaptec.Odd" in caught.value.remedy
        assert "PUT /x" not in cloud.seen


class Twice:
    """An adapter that shows a person twice."""

    def __init__(self, *found: PartnerPermission) -> None:
        self.found = found
        self.named: list[PartnerPrincipal] = []

    def read_permissions(self, call: PartnerCall, *, installation_id: str) -> Sequence[PartnerPermission]:
        """What it was made with."""
        return self.found

    def write_authentication(
        self, call: PartnerCall, *, installation_id: str, members: Mapping[str, PartnerValue]
    ) -> None:
        """Not used."""

    def write_stand_alone(self, call: PartnerCall, *, charger_id: str, enabled: bool) -> None:
        """Not used."""

    def write_permission(
        self, call: PartnerCall, *, installation_id: str, principal: PartnerPrincipal, roles: tuple[str, ...]
    ) -> None:
        """Sends nothing, and keeps whom it was asked for."""
        self.named.append(principal)


def permission(*roles: str, accepted: bool) -> PartnerPermission:
    """A permission of the one person."""
    return PartnerPermission(object_id=KARI, email="kari.canary@PEOPLE.example", roles=roles, accepted=accepted)


class TestStrangePermissions:
    @pytest.mark.parametrize(
        "members",
        [
            {"object_id": "kari.CANARY@people.example"},
            {"object_id": "u-1"},
            {"object_id": None},
            {"object_id": "kari.CANARY@people.example", "lookup_key": "HANS"},
            {"lookup_key": "kari.CANARY@people.example"},
            {"lookup_key": "CANARY\x1b[31m"},
            {"lookup_key": 5},
            {"email": 5},
            {"accepted": "CANARY@people.example"},
            {"invited_at": "CANARY@people.example"},
            {"invited_at": datetime(2026, 1, 1)},
            {"roles": "owner"},
            {"roles": ("CANARY@people.example",)},
            {"roles": (["CANARY@people.example"],)},
        ],
    )
    def test_a_value_that_is_not_what_it_should_be_is_not_shown(self, members: Mapping[str, object]) -> None:
        """An address in the place of an id or a key makes the whole list unreadable, and shows nowhere."""
        values = {"object_id": KARI, "email": None, "roles": ("owner",), "accepted": True, **members}
        found = PartnerPermission(**values)  # type: ignore[arg-type]  # wrong on purpose
        route = PartnerRoute(Twice(found), session=None, people=PEOPLE)  # type: ignore[arg-type]  # it calls nothing

        with pytest.raises(CallError) as caught:
            route.permissions(SITE)

        assert caught.value.reason is Reason.BAD_ANSWER
        assert "CANARY" not in "".join(traceback.format_exception(caught.value))


class TestMerging:
    @pytest.mark.parametrize(
        ("found", "roles", "accepted"),
        [
            ([permission("user", accepted=True), permission("owner", accepted=False)], ("user",), True),
            ([permission("owner", accepted=False), permission("user", accepted=True)], ("user",), True),
            ([permission("owner", accepted=True), permission("user", accepted=True)], ("user", "owner"), True),
            ([permission("owner", accepted=False)], ("owner",), False),
        ],
    )
    def test_an_open_invitation_beside_a_membership_does_not_count(
        self, found: list[PartnerPermission], roles: tuple[str, ...], accepted: bool
    ) -> None:
        """Nobody counts as accepted owner because of an invitation that is still open."""
        route = PartnerRoute(Twice(*found), session=None, people=PEOPLE)  # type: ignore[arg-type]  # this adapter calls nothing

        assert [(one.principal, one.roles, one.accepted) for one in route.permissions(SITE)] == [
            ("person:c-1", roles, accepted)
        ]


class TestLookupKeys:
    def test_a_key_is_ours_in_capitals_and_the_cloud_s_as_it_spells_it(self) -> None:
        """Files and fleet.yaml compare whatever capitals they use; what is sent is what was read."""
        adapter = Twice(PartnerPermission(object_id=GROUP, lookup_key="bsJg", roles=("owner",), accepted=True))
        route = PartnerRoute(adapter, session=None, people=PEOPLE)  # type: ignore[arg-type]  # this adapter calls nothing

        (seen,) = route.permissions(SITE)
        with pytest.raises(RefusedError):
            route.write_permission(SITE, principal=PartnerPrincipal(lookup_key="BSJG"), roles=())

        assert seen.principal == "userGroup:BSJG"
        assert [one.lookup_key for one in adapter.named] == ["bsJg"]


class TestHosts:
    @pytest.mark.parametrize(
        ("cloud", "url"),
        [
            (name, url)
            for name, urls in {
                "zaptec": ["http://api.zaptec.com", "https://api.zaptec.com.evil.example", "http://sandbox.invalid"],
                "sandbox": [
                    ZAPTEC_URL,
                    "http://sandbox.example",
                    "http://u@127.0.0.1",
                    "http://127.0.0.1/x",
                    "http://127.0.0.1#",
                    "http://127.0.0.1?x",
                    "http://127.0.0.1:99999",
                    "http://127.0.0.1:0",
                    "http://127.0.0.1:abc",
                    "http://127.0.0.1\n",
                    "http://127.0.0.1\\@evil.example",
                    "http://[::1",
                    "http://127.0.0.1.evil.example",
                    "http://localhost.evil.example",
                    "https://127.0.0.1",
                    "ftp://127.0.0.1",
                    "",
                    "http://[x",
                ],
            }.items()
            for url in urls
        ],
    )
    def test_an_account_reaches_only_its_own_cloud(self, cloud: str, url: str) -> None:
        """A token for one host never goes to another."""
        with pytest.raises(CloudError, match="host"):
            open_account(
                Account(name="main", cloud=CloudName(cloud)),
                transport=httpx.MockTransport(lambda _request: httpx.Response(500)),
                base_url=url,
                credentials=Credentials(username="x", password=Secret("x")),
                clock=VirtualClock(),
                people=None,
                concurrency=1,
                mode=Access.READ_ONLY,
                progress=NoBar(),
                secrets=resolve,
            )


def open_at(url: str, transport: httpx.BaseTransport) -> LiveAccount:
    """A sandbox account at an address."""
    return open_account(
        account_of(),
        transport=transport,
        base_url=url,
        credentials=Credentials(username="x", password=Secret("x")),
        clock=VirtualClock(),
        people=None,
        concurrency=1,
        mode=Access.READ_ONLY,
        progress=NoBar(),
        secrets=resolve,
    )


class TestLoopback:
    @pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000/"])
    def test_a_served_sandbox_is_reached_on_loopback(self, url: str) -> None:
        """IPv4 or IPv6, as `sandbox serve` prints it."""
        open_at(url, httpx.MockTransport(lambda _request: httpx.Response(500))).close()

    @pytest.mark.parametrize(
        ("addresses", "allowed"),
        [
            (["127.0.0.1"], True),
            (["::1", "127.0.0.1"], True),
            (["127.0.0.1", "192.0.2.1"], False),
            (["192.0.2.1"], False),
            ([], False),
        ],
    )
    def test_localhost_must_be_this_machine(
        self, monkeypatch: pytest.MonkeyPatch, addresses: list[str], allowed: bool
    ) -> None:
        """A hosts file that sends localhost elsewhere does not get our credentials."""
        found = [(None, None, None, "", (address, 8000)) for address in addresses]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_arguments, **_options: found)
        transport = httpx.MockTransport(lambda _request: httpx.Response(500))

        with contextlib.nullcontext() if allowed else pytest.raises(CloudError, match="host"):
            open_at("http://localhost:8000", transport)

    def test_the_name_of_the_sandbox_in_process_is_never_looked_up(self) -> None:
        """Over real sockets that name would be a question to somebody's name server."""
        with pytest.raises(CloudError, match="host"):
            open_at("http://sandbox.invalid", network_transport())


def test_an_absent_principal_is_absent(acme: Account) -> None:
    """Somebody the directory knows and the adapter does not show has no access; somebody unknown is unreadable."""
    entries = [{"id": GROUP, "groupKey": "HANS", "roles": ["service"]}]
    opened = over_answers(Cloud({f"GET {ACCESS}": as_json(entries)}), Opening(account=acme, people=PEOPLE))
    known = change("permissions", ("owner",), installation_id=SITE, principal="person:c-1")
    unknown = change("permissions", ("owner",), installation_id=SITE, principal="person:c-9")

    found = opened.executor.read(step(Operation.PARTNER_PERMISSION, known, unknown), [known, unknown])

    assert found == {known.id: ABSENT, unknown.id: Unreadable(reason=Reason.NO_PEOPLE_DIRECTORY)}
