"""Targets that read what the cloud answers to our calls."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from reconciler.errors import CloudError
from reconciler.live import rows, wire
from reconciler.live.client import Client
from reconciler.live.exchange import Call
from reconciler.live.executor import CloudExecutor
from reconciler.live.paging import Page
from reconciler.live.partner_route import PartnerRoute
from reconciler.live.refusal import refusal_of
from reconciler.live.routes.sandbox_partner import SandboxPartner
from reconciler.live.rows import ChargerRow, Hierarchy, InstallationRow
from reconciler.live.together import Together
from reconciler.live.wire import WireError
from reconciler.model.observed import ObservedPermission
from reconciler.model.outcome import WriteAnswer, WriteStatus
from reconciler.model.people import People, Person
from reconciler.model.plan import Operation
from reconciler.model.secret import Secret
from reconciler.model.value import ABSENT, Observation
from tests.fuzz import corpus_answers
from tests.fuzz.answering import Answering, session_over, site_of
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed
from tests.fuzz.findings import check, check_error, check_text
from tests.fuzz.values import ADDRESS, SECRET
from tests.live.cloud import NoBar, VirtualClock
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


def targets() -> tuple[Target, ...]:
    """All of them."""
    found = corpus_answers.answers()
    errors = tuple(seed for seed in found if seed.name == "error" and seed.data)
    single = tuple(seed for seed in found if seed.name != "token" and 0 < len(seed.data) < 6000)
    calls = _Calls()
    return (
        Target(name="answers", share=400, seeds=single, check=_check_parsers),
        Target(name="calls", share=60, seeds=single, check=calls.check),
        Target(name="refusals", share=40, seeds=errors, check=calls.check_write),
        Target(name="steps", share=40, seeds=single, check=calls.check_step),
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
        check_parsed(parsed, kind)


def check_parsed(parsed: object, kind: Any) -> None:
    """Of the declared type, and without an address."""
    wrong = misfit(parsed, kind)
    check(not wrong, wrong)
    text = repr(parsed)
    check(ADDRESS not in text.casefold() and not _MAIL.search(text), "an address is kept")


class _Calls:
    """The calls of a client, each answered by the case."""

    def __init__(self) -> None:
        self._answering = Answering()
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
            check_parsed(found, kind)

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
            check_parsed(seen, Observation)
        answer = executor.write(step, changes)
        check(not misfit(answer, WriteAnswer), "an answer of another kind")
        if answer.status is not WriteStatus.ACCEPTED:
            check_text(answer.detail)
