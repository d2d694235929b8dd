"""The whole machine over a sandbox world, without files and terminal: observe, plan, apply, prove."""

import random
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from typing import Any

import httpx
from hypothesis import strategies as st

from reconciler.cli.clouds import SANDBOX_PASSWORD, SANDBOX_USERNAME, SandboxTransport, WorldClock
from reconciler.live.account import Access, Credentials, LiveAccount, open_account
from reconciler.model.change import Change
from reconciler.model.desired import Cloud, DesiredFleet, DesiredInstallation, Route
from reconciler.model.outcome import Outcome, OutcomeKind
from reconciler.model.people import People, Person
from reconciler.model.plan import Plan
from reconciler.model.secret import Secret
from reconciler.model.value import Absent, Value
from reconciler.planning.make import Policy, make_plan
from reconciler.planning.policy import Queued
from reconciler.report.progress import NoProgress
from reconciler.sandbox.app import create_app
from reconciler.sandbox.generated import DesiredSite, generated_world
from reconciler.sandbox.people import people
from reconciler.sandbox.world import World
from reconciler.workflows.apply import apply_plan
from reconciler.workflows.context import Apply, Limits, Reach
from reconciler.workflows.plan import observe_fleet
from reconciler.workflows.verify import Proof, prove
from tests.builders import FixedOrigins, account, fleet, wants, wants_charger
from tests.properties.unlike import Extras, unlike


@dataclass
class MemoryLog:
    """A run log that keeps its events."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def record(self, event: str, data: Mapping[str, object]) -> None:
        """Keep one event."""
        self.events.append((event, dict(data)))

    def write_file(self, name: str, text: str) -> str:
        """Nothing is written to disk here."""
        return name


@dataclass
class Machine:
    """A world, what is wanted of it, and the account between them."""

    world: World
    desired: DesiredFleet
    queued: list[Queued] = field(default_factory=list)
    told: list[Outcome] = field(default_factory=list)
    written: list[tuple[str, str, str]] = field(default_factory=list)

    def policy(self, now: datetime) -> Policy:
        """The policy of this moment, with what earlier runs sent to offline chargers."""
        known = frozenset(id_ for id_, *_ in people())
        return Policy(now=now, tool_version="0", people_known=known, queued=tuple(self.queued))

    def plan(self) -> Plan:
        """A fresh plan of everything."""
        with closing(self.open(Access.READ_ONLY)) as live:
            clock = self.clock()
            observed = observe_fleet(self.desired, {live.account.name: live.observer})
            return make_plan(self.desired, observed, self.policy(clock.now()), FixedOrigins())

    def apply(self, plan: Plan) -> tuple[tuple[Outcome, ...], Proof]:
        """Carry a plan out and prove it."""
        with closing(self.open(Access.READ_WRITE)) as live:
            clock = self.clock()
            name = live.account.name
            started = clock.now()
            outcomes = apply_plan(self._run(plan, live, clock))
            self.told = [*outcomes]
            self.queued += [_queued(plan.change(one.change_id), one.at) for one in outcomes if _was_sent(one)]
            proof = prove(
                plan,
                outcomes,
                desired=self.desired,
                observers={name: live.observer},
                policy=self.policy(clock.now()),
                origins=FixedOrigins(),
                started_at=started,
                writes=live.requests.write,
            )
            return outcomes, proof

    def _run(self, plan: Plan, live: LiveAccount, clock: WorldClock) -> Apply:
        return Apply(
            plan=plan,
            desired=self.desired,
            origins=FixedOrigins(),
            reach={live.account.name: Reach(observer=live.observer, executor=live.executor, clock=clock)},
            make_policy=self.policy,
            log=MemoryLog(),
            limits=Limits(side_by_side=1),
            progress=NoProgress(),
            stop=Event(),
        )

    @property
    def effects(self) -> int:
        """How many requests changed the world so far."""
        return sum(entry["effect"] for entry in self.world.log)

    def clock(self) -> WorldClock:
        """World time."""
        return WorldClock(self.world.now, self.world.sleep_until)

    def open(self, access: Access) -> LiveAccount:
        """The account, over the sandbox in process."""
        return open_account(
            self.desired.accounts[0],
            transport=self.transport(),
            base_url="http://sandbox.invalid",
            credentials=Credentials(username=SANDBOX_USERNAME, password=SANDBOX_PASSWORD),
            clock=self.clock(),
            people=People(entries=tuple(Person(id=i, email=e, name=n, language=lang) for i, e, n, lang in people())),
            concurrency=1,
            mode=access,
            progress=NoProgress(),
            secrets=lambda _: Secret("unused"),
            jitter=random.Random(1),
        )

    def transport(self) -> httpx.BaseTransport:
        """The sandbox in process."""
        return Watched(create_app(self.world), self)


class Watched(SandboxTransport):
    """The sandbox in process; the machine keeps which writes took effect."""

    def __init__(self, app: object, machine: Machine) -> None:
        super().__init__(app)
        self._machine = machine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, and note method, path and body when the world changed by it."""
        before = self._machine.effects
        try:
            return super().handle_request(request)
        finally:
            if self._machine.effects > before:
                body = request.content.decode()
                self._machine.written.append((request.method, request.url.path, body))


def _was_sent(outcome: Outcome) -> bool:
    return outcome.kind is OutcomeKind.PENDING and outcome.detail.startswith("sent")


def _queued(change: Change, at: datetime) -> Queued:
    assert not isinstance(change.after, Absent)
    target = change.target
    return Queued(
        account=target.account,
        installation_id=target.installation_id,
        charger=target.charger or "",
        setting=change.setting,
        value=change.after,
        at=at,
    )


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    """A small generated world that differs from its files in every way, and any mix of routes."""
    sites = draw(st.integers(1, 3))
    made = generated_world(sites, sites + draw(st.integers(0, 5)), seed=draw(st.integers(0, 9999)), drift=0.5)
    made.world.data["rate_limited"] = False
    routes = account(
        authentication=draw(st.sampled_from((Route.PARTNER, Route.PORTAL))),
        stand_alone=draw(st.sampled_from((Route.PARTNER, Route.PORTAL))),
        permissions=draw(st.sampled_from((Route.PARTNER, Route.PARTNER, Route.PORTAL))),
        charger_permissions=draw(st.sampled_from((Route.PARTNER, Route.PARTNER, Route.PORTAL))),
    )
    assert routes.cloud is Cloud.SANDBOX
    extras = [draw(unlike(made.world, site)) for site in made.desired]
    wanted = [_wanted(site, extra) for site, extra in zip(made.desired, extras, strict=True)]
    return Machine(
        world=made.world,
        desired=replace(fleet(*wanted, accounts=(routes,)), selection=None),
        queued=[one for extra in extras for one in extra.queued],
    )


def _wanted(site: DesiredSite, extras: Extras) -> DesiredInstallation:
    settings: dict[str, Value] = {"authentication.mode": site["mode"]}
    if site["authorizationRequired"] is not None:
        settings["authentication.authorizationRequired"] = site["authorizationRequired"]
    if site["ocppCloudUrl"] is not None:
        settings["authentication.ocppCloud.url"] = site["ocppCloudUrl"]
    if extras.limit_a is not None:
        settings["maxCurrent"] = extras.limit_a
    chargers = [
        wants_charger(serial, maxCurrent=values["maxCurrent"], standAlone=values["standAlone"])
        for serial, values in site["chargers"].items()
    ]
    chargers[0] = replace(chargers[0], permissions=extras.charger_access)
    return wants(
        *chargers,
        settings=settings,
        access=extras.access,
        site=site["id"],
        name=site["name"],
        switch=extras.switch,
        acknowledged=extras.acknowledged,
    )
