"""Opens one account: from a transport and credentials to an observer and an executor."""

import random
import socket
from collections.abc import Callable
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, assert_never

import httpx

from reconciler import __version__
from reconciler.errors import CloudError, WriteForbiddenError
from reconciler.live.client import Client
from reconciler.live.exchange import Exchange
from reconciler.live.login import Credentials, Login
from reconciler.live.network import NetworkTransport
from reconciler.live.observer import CloudObserver
from reconciler.live.rate import Pace
from reconciler.live.read_only import ReadOnlyTransport
from reconciler.live.repeat import Repeat
from reconciler.live.request_log import RequestLog
from reconciler.live.routes import CHARGER_PERMISSIONS
from reconciler.live.session import ZAPTEC_URL, RequestCounts, Session
from reconciler.model.desired import Account, Cloud, Route
from reconciler.model.people import People
from reconciler.model.ports import Clock, Progress
from reconciler.model.secret import Secret
from reconciler.records import dataclass

if TYPE_CHECKING:
    from reconciler.live.executor import CloudExecutor
    from reconciler.live.partner_route import PartnerRoute

__all__ = ["ZAPTEC_URL", "Access", "Credentials", "LiveAccount", "network_transport", "open_account"]

AGENT = f"zaptec-reconciler/{__version__}"
IN_PROCESS_HOST = "sandbox.invalid"
LARGEST_PORT = 65_535


class Access(StrEnum):
    """What may leave: planning reads, only apply writes."""

    READ_ONLY = "read-only"
    READ_WRITE = "read-write"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAccount:
    """An open account.

    Attributes:
        observer: Implements `workflows.ports.Observer`.
    """

    account: Account
    observer: CloudObserver
    _executor: "CloudExecutor | None"
    _session: Session
    _exchange: Exchange

    @property
    def executor(self) -> "CloudExecutor":
        """Implements `workflows.ports.Executor`.

        Raises:
            WriteForbiddenError: The account was opened for reading only.
        """
        if self._executor is None:
            raise WriteForbiddenError(
                "the account was opened for reading only",
                where=f"account {self.account.name}",
                remedy="this is a defect of the tool; please report it",
            )
        return self._executor

    @property
    def requests(self) -> RequestCounts:
        """Requests so far, without logins and repeats."""
        return self._session.counts

    @property
    def writes(self) -> int:
        """Requests so far that could change something."""
        return self._session.counts.write

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()


def network_transport() -> httpx.BaseTransport:
    """A transport over real sockets, see `network`."""
    return NetworkTransport()


def open_account(  # noqa: PLR0913  the one place where everything from outside comes together
    account: Account,
    *,
    transport: httpx.BaseTransport,
    base_url: str,
    credentials: Credentials,
    clock: Clock,
    people: People | None,
    concurrency: int,
    mode: Access,
    progress: Progress,
    secrets: Callable[[str], Secret],
    log: RequestLog | None = None,
    jitter: random.Random | None = None,
) -> LiveAccount:
    """Put the parts of one account together; sends nothing.

    Args:
        account: Whose routes, rate and cloud count.
        transport: Real, or the sandbox's app in process.
        base_url: `ZAPTEC_URL` for the real cloud, loopback or `http://sandbox.invalid` for the sandbox.
        credentials: Used at the first request.
        clock: Decides about pace, pauses and repeats.
        people: The directory, None when there is none.
        concurrency: Requests side by side, from 1.
        mode: READ_ONLY stops everything that writes.
        progress: Shows reads.
        secrets: Resolves `env:NAME` and `file:NAME`, called only when a secret is written.
        log: Takes redacted request lines.
        jitter: Spreads repeats.

    Raises:
        CloudError: The host does not belong to the account's cloud, or its partner adapter cannot be used.
    """
    _check_host(account, base_url, transport)
    guarded = ReadOnlyTransport(transport) if mode is Access.READ_ONLY else transport
    exchange = Exchange(
        guarded,
        base_url=base_url,
        agent=AGENT,
        clock=clock,
        pace=Pace(clock, rate=account.rate),
        log=log,
    )
    session = _session(account, exchange, credentials=credentials, clock=clock, jitter=jitter)
    client = Client(session)
    partner = _partner(account, session, people)
    observer = CloudObserver(
        client,
        account=account.name,
        requests=lambda: session.counts.read,
        permissions=_if_named(partner, account, route_key="permissions"),
        charger_permissions=_if_named(partner, account, route_key=CHARGER_PERMISSIONS),
        clock=clock,
        progress=progress,
        workers=concurrency,
    )
    executor = None
    if mode is Access.READ_WRITE:
        from reconciler.live.executor import CloudExecutor  # noqa: PLC0415  who only reads does not even load it

        executor = CloudExecutor(
            client,
            partner=partner,
            permissions=_if_named(partner, account, route_key="permissions"),
            charger_permissions=_if_named(partner, account, route_key=CHARGER_PERMISSIONS),
            people=people,
            secrets=secrets,
        )
    return LiveAccount(account=account, observer=observer, _executor=executor, _session=session, _exchange=exchange)


def _session(
    account: Account, exchange: Exchange, *, credentials: Credentials, clock: Clock, jitter: random.Random | None
) -> Session:
    hint = f"{account.credentials}_USERNAME and {account.credentials}_PASSWORD"
    login = Login(exchange, credentials=credentials, clock=clock, hint=hint)
    repeat = Repeat(clock, jitter=jitter or random.Random())  # noqa: S311  spreads repeats, guards nothing
    return Session(exchange, login=login, repeat=repeat)


def _partner(account: Account, session: Session, people: People | None) -> "PartnerRoute | None":
    """The route over the operator's adapter; without an agreement nothing of it is loaded."""
    if not account.agreement:
        return None
    from reconciler.live.partner_route import PartnerRoute  # noqa: PLC0415  as said above
    from reconciler.live.routes.partner import adapter_for  # noqa: PLC0415  as said above

    adapter = adapter_for(account)
    return PartnerRoute(adapter, session=session, people=people) if adapter else None


def _if_named(partner: "PartnerRoute | None", account: Account, *, route_key: str) -> "PartnerRoute | None":
    """The partner route where the account names it for those settings."""
    return partner if account.route_for(route_key) is Route.PARTNER else None


def _check_host(account: Account, base_url: str, transport: httpx.BaseTransport) -> None:
    match account.cloud:
        case Cloud.ZAPTEC:
            allowed = base_url == ZAPTEC_URL
        case Cloud.SANDBOX:
            allowed = _is_here(base_url, transport)
        case _:
            assert_never(account.cloud)
    if not allowed:
        raise CloudError(
            f"the host is not one of the cloud {account.cloud}, or its address cannot be used",
            where=f"account {account.name}",
            remedy=f"the real cloud is {ZAPTEC_URL}; a sandbox must be served on loopback",
        )


def _is_here(base_url: str, transport: httpx.BaseTransport) -> bool:
    """Whether requests stay on this machine; parsed by the same parser that later decides where they go."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        return False
    plain = url.scheme == "http" and not url.userinfo and url.raw_path == b"/" and not {"?", "#"} & set(base_url)
    if not plain or (url.port is not None and not 0 < url.port <= LARGEST_PORT):
        return False
    if url.host == IN_PROCESS_HOST:
        # Over sockets that name would be a question to somebody's name server.
        return not isinstance(transport, NetworkTransport)
    return _is_loopback(url.host) or (url.host == "localhost" and _stays_on_loopback(url.host))


def _stays_on_loopback(name: str) -> bool:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(_is_loopback(str(address[0])) for *_, address in found)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
