"""Targets that read what the cloud, its login and a partner's adapter answer."""

import contextlib
import json
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx

from reconciler.errors import CloudError
from reconciler.live import rows, wire
from reconciler.live.account import Access
from reconciler.live.client import Client
from reconciler.live.exchange import Call
from reconciler.live.executor import CloudExecutor
from reconciler.live.paging import Page
from reconciler.live.partner_route import PartnerRoute
from reconciler.live.refusal import refusal_of
from reconciler.live.routes.partner import PartnerPermission
from reconciler.live.routes.sandbox_partner import SandboxPartner
from reconciler.live.rows import ChargerRow, Hierarchy, InstallationRow
from reconciler.live.session import Session
from reconciler.live.together import Together
from reconciler.live.wire import WireError
from reconciler.loading.load import load_fleet
from reconciler.model.observed import Breadth, ObservedFleet, ObservedPermission, ReadNeed
from reconciler.model.outcome import WriteAnswer, WriteStatus
from reconciler.model.people import People, Person
from reconciler.model.plan import Operation
from reconciler.model.secret import Secret
from reconciler.model.value import ABSENT, Observation
from reconciler.planning.make import make_plan
from reconciler.planning.reads import needs_of
from tests.fuzz import corpus, corpus_answers
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed
from tests.fuzz.findings import check, check_error, check_text
from tests.fuzz.fleet_on_disk import POLICY, TODAY
from tests.fuzz.reading_documents import reads_back
from tests.fuzz.values import ADDRESS, SECRET
from tests.live import answers as small
from tests.live.cloud import ALL_PARTNER, NoBar, Opening, VirtualClock, account_of
from tests.report import samples

States = tuple[tuple[str, Observation], ...]
PARSERS: tuple[tuple[Callable[[object], object], Any], ...] = (
    (rows.installation_row, InstallationRow),
    (rows.charger_row, ChargerRow),
    (rows.state_values, States),
    (rows.hierarchy, Hierarchy),
)
STATUSES = (200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 500, 503)
_MAIL = re.compile(r"[A-Za-z0-9.]+@[A-Za-z0-9.]+")
MOST_CALLS = 60
_WHO = ("person:c-1", "userGroup:HANS", "user-id:2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01")
_ACCESS = tuple(
    samples.change(samples.FURULIA, "permissions", before=ABSENT, after=("owner",), principal=who) for who in _WHO
)
_PLANS = (
    samples.FIXTURE,
    samples.PORTAL,
    samples.HOSTILE_PLAN,
    samples.plan_of(
        changes=_ACCESS,
        steps=tuple(
            replace(samples.step(number, one), operation=Operation.PARTNER_PERMISSION)
            for number, one in enumerate(_ACCESS, start=1)
        ),
    ),
)
PEOPLE = People(entries=(Person(id="c-1", email="kari@people.example"),))


def targets(folder: Path) -> tuple[Target, ...]:
    """All of them; `folder` takes files."""
    found = corpus_answers.answers()
    tokens = tuple(seed for seed in found if seed.name == "token")
    errors = tuple(seed for seed in found if seed.name == "error" and seed.data)
    single = tuple(seed for seed in found if seed.name != "token" and 0 < len(seed.data) < 6000)
    calls, login, whole = _Calls(), _Login(), _Snapshot(folder)
    return (
        Target(name="answers", share=400, seeds=single, check=_check_parsers),
        Target(name="calls", share=60, seeds=single, check=calls.check),
        Target(name="refusals", share=40, seeds=errors, check=calls.check_write),
        Target(name="login", share=8, seeds=tokens, check=login.check),
        Target(name="steps", share=40, seeds=single, check=calls.check_step),
        Target(name="adapter", share=40, seeds=_ADAPTED, check=calls.check_adapter),
        Target(name="snapshot", share=4, seeds=_SMALL, check=whole.check, most=2),
    )


def _check_parsers(case: Case) -> None:
    """Every parser, also the one that another call has."""
    body = case[0].data
    refused = refusal_of(body)
    if refused is not None:
        check(not misfit((refused.code, refused.fields), tuple[int | None, tuple[str, ...]]), "an odd refusal")
        check_text(refused.sentence(500, hide=(SECRET,)))
    try:
        data = wire.decode(body)
    except WireError as error:
        check_text(str(error))
        check(refused is None, "a refusal in what is no JSON")
        return
    for parse, kind in PARSERS:
        try:
            parsed = parse(data)
        except WireError as error:
            check_text(str(error))
            check(len(str(error)) < 150, "an answer is quoted")
            continue
        _check_parsed(parsed, kind)


def _check_parsed(parsed: object, kind: Any) -> None:
    wrong = misfit(parsed, kind)
    check(not wrong, wrong)
    text = repr(parsed)
    check(ADDRESS not in text.casefold() and not _MAIL.search(text), "an address is kept")


class _Answering:
    """Answers every call but the login with the same status and body, and not for ever."""

    def __init__(self) -> None:
        self.status, self.body, self.calls = 200, b"", 0
        self.token: tuple[int, bytes] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        if request.url.path == "/oauth/token":
            status, body = self.token or (200, b'{"access_token": "abc"}')
            return httpx.Response(status, content=body)
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise httpx.ReadError("enough")
        return httpx.Response(self.status, content=self.body)


def session_over(answering: Any, clock: VirtualClock) -> Session:
    opening = Opening(account=account_of(rate=9.8), mode=Access.READ_WRITE)
    return opening.over(httpx.MockTransport(answering), clock)._session


class _Calls:
    """The calls of a client, each answered by the case."""

    def __init__(self) -> None:
        self._answering = _Answering()
        self._session = session_over(self._answering, VirtualClock())
        self._client = Client(self._session)
        self._together = Together(workers=1, progress=NoBar())
        self._partner = PartnerRoute(SandboxPartner(), session=self._session, people=PEOPLE)
        self._reads: Sequence[tuple[str, Callable[[str], object], Any]] = (
            ("/api/installation", lambda _: self._client.installations(self._together), tuple[InstallationRow, ...]),
            ("/api/chargers", lambda site: self._client.chargers_page(0, installation_id=site), Page),
            ("/api/installation/", self._client.installation, InstallationRow),
            ("/hierarchy", self._client.hierarchy, Hierarchy),
            ("/state", self._client.charger_state, States),
            ("permissions", self._partner.permissions, tuple[ObservedPermission, ...]),
        )
        self._of = {"installations": 0, "chargers": 1, "installation": 2, "hierarchy": 3, "state": 4, "permissions": 5}

    def _answer(self, seed: Seed) -> int:
        mixed = len(seed.data) + sum(seed.data[:64])
        self._answering.body, self._answering.calls = seed.data, 0
        self._answering.status = STATUSES[mixed % len(STATUSES)] if seed.status == 200 else seed.status
        return mixed

    def check(self, case: Case) -> None:
        """A value of the declared type, or an error that names the call."""
        seed = case[0]
        mixed = self._answer(seed)
        part, read, kind = self._reads[self._of.get(seed.name, mixed % len(self._reads))]
        try:
            found = read(site_of(seed))
        except CloudError as error:
            check_error(error)
            check(part in error.where, f"the error names another call: {error.where}")
            return
        if kind is Page:
            check(not misfit(found.items, tuple[ChargerRow, ...]), "a page of something else")  # type: ignore[attr-defined]  # told by kind
        else:
            _check_parsed(found, kind)

    def check_write(self, case: Case) -> None:
        """A write is accepted, refused or uncertain, and never quotes what it sent."""
        seed = case[0]
        mixed = self._answer(seed)
        self._answering.status = (200, 400, 403, 404, 408, 429, 500, 500, 502, 302)[mixed % 10]
        call = Call(method="POST", path="/api/chargers/x/update", body=Secret("{}"))
        try:
            self._session.write(call, hide=(SECRET,))
        except CloudError as error:
            check_error(error)
            check("POST /api/chargers/x/update" in error.where, "the error names another call")
            return
        check(self._answering.status == 200, "a write that was not accepted counts as accepted")

    def check_adapter(self, case: Case) -> None:
        """An adapter that somebody else wrote returns anything at all."""
        try:
            data = wire.decode(case[0].data)
        except WireError:
            return
        adapter = _Adapter(data)
        route = PartnerRoute(adapter, session=self._session, people=PEOPLE)  # type: ignore[arg-type]  # two methods do
        self._answering.status, self._answering.body, self._answering.calls = 200, b"{}", 0
        try:
            found = route.permissions(small.SITE)
        except CloudError as error:
            check_error(error)
            check("partner" in error.where or "GET /" in error.where, "the error names another call")
        else:
            _check_parsed(found, tuple[ObservedPermission, ...])
        with contextlib.suppress(CloudError):
            adapter.kept("GET", "/partner/x")
            check(False, "a call after its work was over")
        self._answering.status = (200, 400, 503)[len(case[0].data) % 3]
        with contextlib.suppress(CloudError):
            route.write_stand_alone(small.CHARGER, enabled=True)
            check(self._answering.status == 200, "a write that was not accepted counts as accepted")

    def check_step(self, case: Case) -> None:
        """A step of a plan ends in one honest answer, whatever is answered to its calls."""
        self._answer(case[0])
        random = Random(zlib.crc32(case[0].data))
        self._answering.status = random.choice((200, 200, 200, *STATUSES))
        plan, people = random.choice(_PLANS), random.choice((PEOPLE, PEOPLE, None))
        executor = CloudExecutor(
            self._client,
            partner=self._partner,
            permissions=random.choice((self._partner, None)),
            charger_permissions=random.choice((self._partner, None)),
            people=people,
            secrets=lambda reference: Secret(f"{SECRET} {reference}"),
        )
        step = random.choice(plan.steps)
        site = site_of(case[0])
        operation = random.choice((step.operation, step.operation, *Operation))
        step = replace(step, installation_id=site, target_id=site, operation=operation)
        changes = [change for change in plan.changes if change.id in step.change_ids]
        for seen in executor.read(step, changes).values():
            _check_parsed(seen, Observation)
        answer = executor.write(step, changes)
        check(not misfit(answer, WriteAnswer), "an answer of another kind")
        if answer.status is not WriteStatus.ACCEPTED:
            check_text(answer.detail)


def site_of(seed: Seed) -> str:
    """The id that the answer is about, so that it is not refused for that alone."""
    told = seed.tree.get("Id") if isinstance(seed.tree, dict) else None
    return told if isinstance(told, str) else small.SITE


class _Adapter:
    """Does what the case says: some calls, then it returns something."""

    def __init__(self, script: Any) -> None:
        self._script = script if isinstance(script, dict) else {"returns": script}
        self.kept: Any = None

    def read_permissions(self, call: Any, *, installation_id: str) -> Any:
        """Permissions, or what somebody takes for them."""
        self.kept = call
        self._send(call)
        found = self._script.get("returns")
        return [_permission(item) for item in found] if isinstance(found, list) else found

    def write_stand_alone(self, call: Any, *, charger_id: str, enabled: bool) -> None:
        """One write, or none, or several."""
        self._send(call)

    def _send(self, call: Any) -> None:
        calls = self._script.get("calls")
        for one in calls if isinstance(calls, list) else ():
            method, path, *body = one
            with contextlib.suppress(CloudError if self._script.get("suppresses") else ZeroDivisionError):
                call(method, path, json=body[0] if body else None)


def _permission(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    when = item.get("invited_at")
    match when:
        case "aware":
            when = datetime(2026, 1, 1, tzinfo=UTC)
        case "naive":
            when = datetime(2026, 1, 1)
    roles = item.get("roles")
    return PartnerPermission(
        object_id=item.get("object_id"),  # type: ignore[arg-type]  # whatever the case says
        email=item.get("email"),
        lookup_key=item.get("lookup_key"),
        roles=tuple(roles) if isinstance(roles, list) else roles,  # type: ignore[arg-type]  # whatever the case says
        accepted=item.get("accepted"),  # type: ignore[arg-type]  # whatever the case says
        invited_at=when,
    )


def _seed(name: str, tree: Any) -> Seed:
    return Seed(name=name, data=json.dumps(tree).encode(), tree=tree)


_OLA = {"object_id": small.CIRCUIT, "email": "ola@people.example", "roles": []}
_ADAPTED = (
    _seed(
        "adapter",
        [
            {"object_id": small.SITE, "email": "kari@people.example", "roles": ["user", "owner"], "accepted": True},
            {"object_id": small.CHARGER, "lookup_key": "BSJG", "roles": ["service"], "accepted": True},
            {**_OLA, "accepted": False, "invited_at": "aware"},
            {**_OLA, "roles": ["user"], "accepted": False},
            {**_OLA, "roles": ["owner"], "accepted": True},
            {**_OLA, "roles": ["service"], "accepted": False},
        ],
    ),
    _seed("adapter", [{"object_id": small.SITE, "roles": ["user"], "accepted": False, "invited_at": "naive"}]),
    _seed("adapter", {"calls": [["GET", "/partner/x?a=b"]], "returns": []}),
    _seed("adapter", {"calls": [["PUT", "/partner/x", {"a": 1}]], "returns": [], "suppresses": True}),
    _seed("adapter", {"calls": [["PUT", "/partner/x"], ["PUT", "/partner/x"]], "returns": None}),
    _seed("adapter", {"calls": [["PUT", "/partner/x"], ["PUT", "/partner/x"]], "suppresses": True}),
    _seed("adapter", {"calls": [["TRACE", "/../x"]], "returns": 5}),
    _seed("adapter", {"calls": [5]}),
    _seed("adapter", [{**_OLA, "email": 5, "accepted": True}]),
)


class _Login:
    """The token call."""

    def __init__(self) -> None:
        self._answering = _Answering()

    def check(self, case: Case) -> None:
        """A token that a header can carry, or an error that names the call."""
        seed = case[0]
        mixed = len(seed.data)
        status = (200, 200, 400, 401, 429, 500, 503)[mixed % 7] if seed.status == 200 else seed.status
        self._answering.token = (status, seed.data)
        session = session_over(self._answering, VirtualClock())
        try:
            token = session._login.token()
        except CloudError as error:
            check_error(error)
            check("POST /oauth/token" in error.where, "the error names another call")
            with contextlib.suppress(type(error)):
                session._login.token()
                check(False, "a token after a failure")
            return
        check(session._login.token() is token, "a second login for the same token")
        renewed = session._login.renew(token)
        check(renewed is not None and renewed is not token, "the refused token again")
        session._login.give_up_renewing()
        check(session._login.renew(token) is None, "a login that does not help")
        text = token.reveal()
        check(status == 200 and text.isascii() and text.isprintable() and " " not in text, "a token that is none")


class _Snapshot:
    """A whole observation of one site, and a plan of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "snapshot"
        fleet = self._folder / "fleet"
        for name, text in _SITE.items():
            (fleet / name).parent.mkdir(parents=True, exist_ok=True)
            (fleet / name).write_text(text)
        loaded = load_fleet(fleet, today=TODAY)
        assert loaded.desired is not None, loaded.problems
        self._desired, self._origins = loaded.desired, loaded.origins

    def check(self, case: Case) -> None:
        """The plan of whatever was observed can be made, saved and read."""
        bodies = {seed.name: seed.data for seed in (*_SMALL, *case)}

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return httpx.Response(200, content=b'{"access_token": "abc"}')
            return httpx.Response(200, content=bodies.get(f"{request.method} {request.url.path}", b"{}"))

        opening = Opening(account=account_of(routes=ALL_PARTNER, rate=9.8), people=PEOPLE, concurrency=2)
        live = opening.over(httpx.MockTransport(answer), VirtualClock())
        for breadth in Breadth:
            self._check_one(live.observer, needs_of(self._desired), breadth)

    def _check_one(self, observer: Any, needs: Sequence[ReadNeed], breadth: Breadth) -> None:
        try:
            observed = observer.observe(needs, breadth=breadth)
        except CloudError as error:
            check_error(error)
            check("GET /" in error.where, f"the error names no call: {error.where}")
            return
        _check_parsed(observed, ObservedFleet)
        plan = make_plan(self._desired, observed, POLICY, self._origins)
        reads_back(plan, self._folder / "plan.json")


_SITE = {
    "fleet.yaml": corpus.EVERYTHING["fleet.yaml"].split("defaults:")[0] + "allowedHosts: [ocpp.backend-b.example]\n",
    "installations/here.yaml": f"""\
version: 1
id: {small.SITE}
name: Here
account: main
authentication: {{mode: ocppNative, ocppNative: {{url: "wss://ocpp.backend-b.example/cp"}}}}
maxCurrent: 40
chargers: {{{small.SERIAL}: {{maxCurrent: 32, standAlone: false}}}}
permissions: {{mode: exclusive, entries: [{{user: "person:c-1", roles: [user, owner]}}], absent: [{{userGroup: HANS}}]}}
switch: {{when: idle}}
""",
}
_SMALL = (
    _seed("GET /api/installation", small.paged(small.INSTALLATION)),
    _seed("GET /api/chargers", small.paged(small.CHARGER_ROW)),
    _seed(f"GET /api/installation/{small.SITE}", small.INSTALLATION),
    _seed(f"GET /api/installation/{small.SITE}/hierarchy", small.HIERARCHY),
    _seed(f"GET /api/chargers/{small.CHARGER}/state", small.STATE),
    _seed(
        f"GET /partner/v1/installation/{small.SITE}/permissions",
        {
            "Permissions": [
                {"ObjectId": small.CHARGER, "Email": "kari@people.example", "Roles": 3, "Accepted": True},
                {"ObjectId": small.CIRCUIT, "LookupKey": "HANS", "Roles": 4, "Accepted": True},
                {
                    "ObjectId": small.SITE,
                    "Email": "x@people.example",
                    "Roles": 1,
                    "Accepted": False,
                    "InvitedAt": "2026-01-01T00:00:00",
                },
            ]
        },
    ),
)
