"""What the tests of the live side stand on: an account over the sandbox or over scripted answers, in virtual time."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from reconciler.live.account import Access, Credentials, LiveAccount, open_account
from reconciler.model.desired import Account, Cloud, Route
from reconciler.model.people import People, Person
from reconciler.model.ports import Ticker
from reconciler.model.secret import Secret
from reconciler.sandbox.app import create_app
from reconciler.sandbox.world import World

USERNAME = "owner@sandbox.example"
PASSWORD = "sandbox"
ALL_PARTNER = (("authentication", Route.PARTNER), ("permissions", Route.PARTNER), ("standAlone", Route.PARTNER))
NO_PARTNER: tuple[tuple[str, Route], ...] = ()

Answering = Callable[[httpx.Request], httpx.Response]


class WorldClock:
    """World time: sleeping moves it on at once, sleepers side by side share it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """World time."""
        return datetime.fromtimestamp(self._world.now(), UTC)

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self._world.sleep_until(self._world.now() + seconds)


class VirtualClock:
    """The same without a world."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._s = 1_800_000_000.0
        self._start = self._s

    def now(self) -> datetime:
        """Virtual time."""
        return datetime.fromtimestamp(self._s, UTC)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self._s - self._start

    def sleep(self, seconds: float) -> None:
        """Move on."""
        until = self._s + seconds
        with self._lock:
            self._s = max(self._s, until)


class NoBar:
    """Shows no progress, but counts it."""

    def __init__(self) -> None:
        self.steps = 0

    @contextmanager
    def task(self, label: str, *, total: int) -> Iterator[Ticker]:
        """One task."""
        yield self

    def advance(self, steps: int = 1) -> None:
        """One step."""
        self.steps += steps


@dataclass
class Lines:
    """Keeps request lines."""

    lines: list[str] = field(default_factory=list)

    def write(self, line: str) -> None:
        """Keep one."""
        self.lines.append(line)


def people_of(world: World) -> People:
    """The directory that belongs to a world."""
    entries = (Person(id=p["id"], email=p["email"], name=p["name"]) for p in world.data["people"])
    return People(entries=tuple(entries))


def account_of(
    *, routes: tuple[tuple[str, Route], ...] = ALL_PARTNER, rate: float = 5.0, cloud: Cloud = Cloud.SANDBOX
) -> Account:
    """An account as files describe it."""
    return Account(name="main", cloud=cloud, routes=routes, agreement="our own sandbox contract", rate=rate)


def resolve(reference: str) -> Secret:
    """A secret whose text is easy to search for."""
    return Secret(f"CANARY-resolved-{reference}")


@dataclass(kw_only=True)
class Opening:
    """How to open an account; change what a test is about."""

    account: Account = field(default_factory=account_of)
    people: People | None = None
    concurrency: int = 8
    mode: Access = Access.READ_WRITE
    log: Lines = field(default_factory=Lines)
    username: str = USERNAME
    password: str = PASSWORD
    secrets: Callable[[str], Secret] = resolve

    def over(self, transport: httpx.BaseTransport, clock: WorldClock | VirtualClock) -> LiveAccount:
        """Open it over a transport."""
        return open_account(
            self.account,
            transport=transport,
            base_url="http://sandbox.invalid",
            credentials=Credentials(username=self.username, password=Secret(self.password)),
            clock=clock,
            people=self.people,
            concurrency=self.concurrency,
            mode=self.mode,
            progress=NoBar(),
            secrets=self.secrets,
            log=self.log,
            jitter=random.Random(1),
        )


def over_world(world: World, opening: Opening | None = None) -> LiveAccount:
    """An account over a simulated cloud in this process."""
    how = opening or Opening()
    if how.people is None:
        how.people = people_of(world)
    return how.over(httpx.WSGITransport(app=create_app(world)), WorldClock(world))


def over_answers(answer: Answering, opening: Opening | None = None, clock: VirtualClock | None = None) -> LiveAccount:
    """An account over scripted answers; the login always works."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "CANARY-token", "token_type": "bearer"})
        return answer(request)

    return (opening or Opening()).over(httpx.MockTransport(handle), clock or VirtualClock())


def calls(world: World, *, method: str = "*", part: str = "") -> list[str]:
    """What reached the simulated cloud: method and path, logins left out."""
    return [
        f"{entry['method']} {entry['path']}"
        for entry in world.log
        if entry["path"] != "/oauth/token" and method in ("*", entry["method"]) and part in entry["path"]
    ]
