"""Reads a snapshot of one account with as few requests as possible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from reconciler.live import rows
from reconciler.live.available import why_unknown
from reconciler.live.client import Client
from reconciler.live.failures import CallError
from reconciler.live.paging import Page, walk
from reconciler.live.rows import ChargerRow, Hierarchy, InstallationRow
from reconciler.live.together import Together
from reconciler.model.observed import (
    AccountReads,
    Breadth,
    Circuit,
    ObservedCharger,
    ObservedFleet,
    ObservedInstallation,
    ObservedPermission,
    ReadNeed,
)
from reconciler.model.ports import Clock, Progress
from reconciler.model.value import Observation, Reason, Unreadable

T = TypeVar("T")
Permissions = tuple[ObservedPermission, ...] | Unreadable

_DETAIL_MODES = ("webhooks", "ocppNative")
_NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL, detail="Zaptec documents no call that reads permissions")
_NOT_VISIBLE = Unreadable(reason=Reason.NOT_VISIBLE, detail="the account does not see the installation")


class PermissionReader(Protocol):
    """The partner route as far as reading goes."""

    def permissions(self, installation_id: str) -> tuple[ObservedPermission, ...]:
        """Who may do what, sorted by principal. Raises CallError."""
        ...


@dataclass(slots=True, kw_only=True)
class _Site:
    """What is known about one installation so far; lives only while a snapshot is made."""

    id: str
    row: InstallationRow | None
    why: Unreadable = _NOT_VISIBLE
    name: str | None = None
    need: ReadNeed | None = None
    chargers: dict[str, ObservedCharger] = field(default_factory=dict)
    circuits: tuple[Circuit, ...] | Unreadable | None = None
    permissions: Permissions | None = None


class CloudObserver:
    """Reads one account. Implements `workflows.ports.Observer`.

    Args:
        requests: Reads so far, without logins and repeats.
        permissions: The partner route when the account may use it for permissions, otherwise None.
        workers: Requests side by side; the limit on requests in flight holds as well.
    """

    def __init__(
        self,
        client: Client,
        *,
        account: str,
        requests: Callable[[], int],
        permissions: PermissionReader | None,
        clock: Clock,
        progress: Progress,
        workers: int,
    ) -> None:
        self._client = client
        self._account = account
        self._requests = requests
        self._permissions = permissions
        self._clock = clock
        self._progress = progress
        self._workers = workers

    def observe(self, needs: Sequence[ReadNeed], *, breadth: Breadth) -> ObservedFleet:
        """Read what is needed.

        A single object that cannot be read becomes unreadable with a reason.

        Raises:
            CloudError: The login or a list failed, so nothing can be concluded.
        """
        observed_at, before = self._clock.now(), self._requests()
        own = sorted((need for need in needs if need.account == self._account), key=lambda need: need.installation_id)
        with Together(workers=self._workers, progress=self._progress) as together:
            sites, chargers = self._found(own, breadth, together)
            for need in own:
                if need.installation_id in sites:
                    sites[need.installation_id].need = need
            wanting = [site for _, site in sorted(sites.items()) if site.need is not None]
            together.run("details", work=_call, items=[job for site in wanting for job in self._first_jobs(site)])
            together.run(
                "circuits", work=self._read_circuits, items=[site for site in wanting if _needs_circuits(site)]
            )
        reads = AccountReads(
            account=self._account,
            visible_installations=sum(site.row is not None for site in sites.values()),
            visible_chargers=chargers,
            requests=self._requests() - before,
        )
        installations = tuple(_installation(site, self._account) for _, site in sorted(sites.items()))
        return ObservedFleet(observed_at=observed_at, breadth=breadth, installations=installations, reads=(reads,))

    def _found(self, needs: Sequence[ReadNeed], breadth: Breadth, together: Together) -> tuple[dict[str, _Site], int]:
        match breadth:
            case Breadth.ACCOUNT:
                listed = [_Site(id=row.id, row=row, name=row.name) for row in self._client.installations(together)]
                found = list(self._client.chargers(together))
            case Breadth.SITES:
                listed = together.run("installations", work=self._site, items=[need.installation_id for need in needs])
                found = self._chargers_of(listed, together)
        sites = {site.id: site for site in listed}
        for row in found:
            if row.installation_id is not None:
                site = sites.setdefault(row.installation_id, _Site(id=row.installation_id, row=None))
                site.name = site.name or row.installation_name or None
                site.chargers[row.charger.id] = row.charger
        return sites, len(found)

    def _site(self, installation_id: str) -> _Site:
        try:
            row = self._client.installation(installation_id)
        except CallError as error:
            return _Site(id=installation_id, row=None, why=error.unreadable())
        return _Site(id=installation_id, row=row, name=row.name)

    def _chargers_of(self, sites: Sequence[_Site], together: Together) -> list[ChargerRow]:
        firsts = together.run("chargers", work=self._first_page, items=sites)
        found: list[ChargerRow] = []
        for site, first in zip(sites, firsts, strict=True):
            found.extend(row for row in self._all_chargers(site, first, together) if row.installation_id == site.id)
        return found

    def _first_page(self, site: _Site) -> Page[ChargerRow]:
        try:
            return self._client.chargers_page(0, installation_id=site.id)
        except CallError:
            if site.row is not None:
                # Without its chargers nobody can tell who else a change of the installation would hit.
                raise
            return Page(pages=0, items=())

    def _all_chargers(self, site: _Site, first: Page[ChargerRow], together: Together) -> tuple[ChargerRow, ...]:
        kept: list[Page[ChargerRow]] = [first]

        def fetch(index: int) -> Page[ChargerRow]:
            if index == 0 and kept:
                return kept.pop()
            return self._client.chargers_page(index, installation_id=site.id)

        return walk(
            fetch, id_of=lambda row: row.charger.id, together=together, label="chargers", call="GET /api/chargers"
        )

    def _first_jobs(self, site: _Site) -> list[Callable[[], None]]:
        need = site.need
        jobs: list[Callable[[], None]] = []
        if need is None:
            return jobs
        wanted = frozenset(need.state_of)
        for charger in site.chargers.values():
            if charger.serial in wanted:
                jobs.append(partial(self._read_state, site, charger))
        if need.permissions:
            jobs.append(partial(self._read_permissions, site))
        if _lacks_its_mode(site, need) or _lacks_available(site):
            jobs.append(partial(self._read_detail, site))
        return jobs

    def _read_state(self, site: _Site, charger: ObservedCharger) -> None:
        values: tuple[tuple[str, Observation], ...]
        try:
            values = self._client.charger_state(charger.id)
        except CallError as error:
            values = tuple((name, error.unreadable()) for name in rows.STATE_NAMES)
        site.chargers[charger.id] = replace(charger, values=values)

    def _read_permissions(self, site: _Site) -> None:
        if self._permissions is None:
            site.permissions = _NO_CALL
        elif site.row is None:
            site.permissions = site.why
        else:
            reader = self._permissions
            site.permissions = _or_unreadable(lambda: reader.permissions(site.id))

    def _read_detail(self, site: _Site) -> None:
        """The list left out or garbled what is needed, so ask once for the detail; failing that, the list counts."""
        detail = _or_unreadable(lambda: self._client.installation(site.id))
        if not isinstance(detail, Unreadable):
            site.row = detail

    def _read_circuits(self, site: _Site) -> None:
        tree = _or_unreadable(lambda: self._client.hierarchy(site.id))
        match tree:
            case Hierarchy(circuits=()) if site.chargers:
                site.circuits = Unreadable(reason=Reason.EMPTY_ANSWER, detail="chargers, but no circuit to feed them")
            case Hierarchy():
                site.circuits = tree.circuits
                for charger_id, circuit_id in tree.circuit_of.items():
                    charger = site.chargers.get(charger_id)
                    if charger is not None and charger.circuit_id is None:
                        site.chargers[charger_id] = replace(charger, circuit_id=circuit_id)
            case Unreadable():
                site.circuits = tree


def _call(job: Callable[[], None]) -> None:
    job()


def _or_unreadable(read: Callable[[], T]) -> T | Unreadable:
    try:
        return read()
    except CallError as error:
        return error.unreadable()


def _lacks_its_mode(site: _Site, need: ReadNeed) -> bool:
    row = site.row
    return (
        row is not None and not row.complete and need.mode in _DETAIL_MODES and row.get(rows.MODE_SETTING) == need.mode
    )


def _lacks_available(site: _Site) -> bool:
    """Whether the breaker moves and the available current, which that update must keep, is not known."""
    return _moves_breaker(site) and site.row is not None and why_unknown(site.row.available) is not None


def _moves_breaker(site: _Site) -> bool:
    limits = dict(site.need.raises_to) if site.need is not None else {}
    breaker_a = site.row.get("maxCurrent") if site.row is not None else None
    return "" in limits and isinstance(breaker_a, float) and breaker_a != round(limits[""], 1)


def _needs_circuits(site: _Site) -> bool:
    """Whether a charger may be going up (one that answered without a usable limit counts too) or the breaker moves."""
    limits = dict(site.need.raises_to) if site.need is not None else {}
    if _moves_breaker(site):
        return True
    return any(
        _goes_up(charger.get("maxCurrent"), limits[charger.serial])
        for charger in site.chargers.values()
        if charger.serial in limits
    )


def _goes_up(observed: Observation | None, wanted_a: float) -> bool:
    if isinstance(observed, Unreadable):
        return observed.reason in (Reason.MISSING_MEMBER, Reason.BAD_ANSWER)
    return isinstance(observed, float) and observed < wanted_a


def _installation(site: _Site, account: str) -> ObservedInstallation:
    row = site.row
    return ObservedInstallation(
        id=site.id,
        account=account,
        name=site.name,
        roles=row.roles if row else None,
        values=row.values if row else rows.unreadable_values(site.why),
        chargers=tuple(sorted(site.chargers.values(), key=lambda charger: (charger.serial, charger.id))),
        circuits=site.circuits,
        permissions=site.permissions,
        pro=row.pro if row else None,
        power_managed=row.power_managed if row else None,
        native_allowed=row.native_allowed if row else None,
        available_unknown=why_unknown(row.available) if row else site.why,
    )
