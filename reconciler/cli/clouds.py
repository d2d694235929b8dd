"""The two clouds: Zaptec's over TLS, the sandbox in process or served on loopback."""

import contextlib
import ipaddress
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, assert_never
from urllib.parse import urlsplit

import httpx

from reconciler.cli.credentials import credentials_of, required_credentials
from reconciler.errors import LockedError, ReconcilerError, UsageProblemError
from reconciler.live.account import ZAPTEC_URL, Credentials, network_transport
from reconciler.model.desired import Account, Cloud
from reconciler.model.ports import Clock
from reconciler.model.secret import Secret
from reconciler.records import dataclass

if TYPE_CHECKING:
    from reconciler.sandbox.errors import SandboxError, WorldHeld

SANDBOX_USERNAME = "owner@sandbox.example"
SANDBOX_PASSWORD = Secret("sandbox")
FASTEST = 1e6
SANDBOX_FILE = "sandbox.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How to reach a cloud: a transport per account, credentials, and its time.

    Attributes:
        born_at: When the sandbox's world was made; what runs did before is about another world.
    """

    base_url: str
    transport: Callable[[], httpx.BaseTransport]
    credentials: Callable[[Account], Credentials]
    clock: Clock
    born_at: datetime | None = None


@contextlib.contextmanager
def open_cloud(cloud: Cloud, *, root: Path) -> Iterator[Opened]:
    """Open a cloud for the time of a command.

    Raises:
        LockedError: Another process holds the sandbox world.
        UsageProblemError: RECONCILER_SANDBOX_URL is not a loopback address.
    """
    match cloud:
        case Cloud.ZAPTEC:
            yield Opened(
                base_url=ZAPTEC_URL,
                transport=network_transport,
                credentials=required_credentials,
                clock=SystemClock(),
            )
        case Cloud.SANDBOX if url := os.environ.get("RECONCILER_SANDBOX_URL"):
            yield _served(_loopback(url))
        case Cloud.SANDBOX:
            with _in_process(root) as opened:
                yield opened
        case _:
            assert_never(cloud)


class SystemClock:
    """Wall time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class WorldClock:
    """The time of a world in this process: sleeping moves it on at once, sleepers side by side share it."""

    def __init__(self, now: Callable[[], float], sleep_until: Callable[[float], None]) -> None:
        self._now = now
        self._sleep_until = sleep_until

    def now(self) -> datetime:
        """World time, in UTC."""
        return datetime.fromtimestamp(self._now(), UTC)

    def sleep(self, seconds: float) -> None:
        """Move world time on."""
        self._sleep_until(self._now() + seconds)


class ServedClock:
    """The time of a served world, which may run faster than ours. Raises ValueError for a time that cannot be."""

    def __init__(self, *, now: float, scale: float) -> None:
        if not 0 < scale <= FASTEST:
            raise ValueError("no time runs so")
        self._start = datetime.fromtimestamp(now, UTC)
        self._scale = scale
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """World time, in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self._scale)

    def sleep(self, seconds: float) -> None:
        """Wait until that much world time has passed."""
        time.sleep(seconds / self._scale)


@contextlib.contextmanager
def _in_process(root: Path) -> Iterator[Opened]:
    from reconciler.sandbox.app import create_app
    from reconciler.sandbox.errors import SandboxError, WorldHeld
    from reconciler.sandbox.store import SandboxFile

    try:
        with SandboxFile(sandbox_path(root)).hold() as world:
            app = create_app(world)
            yield Opened(
                base_url="http://sandbox.invalid",
                transport=lambda: SandboxTransport(app),
                credentials=lambda _account: Credentials(username=SANDBOX_USERNAME, password=SANDBOX_PASSWORD),
                clock=WorldClock(world.now, world.sleep_until),
                born_at=datetime.fromtimestamp(world.data["born_at"], UTC),
            )
    except WorldHeld as held:
        raise world_held(held) from held
    except SandboxError as error:
        raise sandbox_failed(error) from error


def world_held(held: "WorldHeld") -> LockedError:
    """The error for a world that another process holds."""
    url = held.url
    remedy = f"set RECONCILER_SANDBOX_URL={url}, or stop that process" if url else held.remedy
    return LockedError(str(held), where="the sandbox world", remedy=remedy)


def sandbox_failed(error: "SandboxError") -> ReconcilerError:
    """The error for a world that cannot be used."""
    from reconciler.sandbox.errors import WorldUnreachableError

    where = str(error.path) if isinstance(error, WorldUnreachableError) else "the sandbox"
    return ReconcilerError(str(error), where=where, remedy=error.remedy)


def sandbox_path(root: Path) -> Path:
    """Where the world is kept."""
    from reconciler.store.layout import state_folder

    return state_folder(root) / SANDBOX_FILE


class SandboxTransport(httpx.WSGITransport):
    """The sandbox as a transport; a dropped connection looks like one."""

    def __init__(self, app: object) -> None:
        super().__init__(app=app)  # type: ignore[arg-type]  # a WSGI callable of werkzeug's types

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer in process.

        Raises:
            httpx.ReadError: A scripted fault dropped the connection.
            httpx.ReadTimeout: A scripted fault let the answer take too long.
        """
        from reconciler.sandbox.faults import AnswerTimedOut, ConnectionLost

        try:
            return super().handle_request(request)
        except AnswerTimedOut as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except ConnectionLost as error:
            raise httpx.ReadError(str(error), request=request) from error


def _served(url: str) -> Opened:
    from reconciler.sandbox.errors import SandboxError
    from reconciler.sandbox.remote import operate_remotely

    try:
        status = operate_remotely(url, "status", {})
    except SandboxError as error:
        raise _not_served(str(error)) from error
    try:
        clock = ServedClock(now=float(status["now"]), scale=float(status["time_scale"]))
        born_at = datetime.fromtimestamp(float(status["born_at"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise _not_served(f"what answers at {url} is not a sandbox") from None
    return Opened(
        base_url=url,
        transport=network_transport,
        credentials=lambda account: (
            credentials_of(account) or Credentials(username=SANDBOX_USERNAME, password=SANDBOX_PASSWORD)
        ),
        clock=clock,
        born_at=born_at,
    )


def _not_served(what: str) -> ReconcilerError:
    return ReconcilerError(what, where="RECONCILER_SANDBOX_URL", remedy="start it with `reconciler sandbox serve`")


def _loopback(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and parts.username is None and (host == "localhost" or _is_loopback_ip(host)):
        return url.rstrip("/")
    raise UsageProblemError(
        "the sandbox is reached on loopback only",
        where="RECONCILER_SANDBOX_URL",
        remedy="give the address that `reconciler sandbox serve` prints, for instance http://127.0.0.1:8000",
    )


def _is_loopback_ip(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
