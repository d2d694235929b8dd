"""Reads a snapshot of one account with as few requests as possible."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from reconciler.live import rows
from reconciler.live.client import Client
from reconciler.live.failures import CallError
from reconciler.live.found import (
    FoundSite,
    access_asked_for,
    everything_of,
    lacks_available,
    lacks_its_mode,
    needs_circuits,
    observed_of,
)
from reconciler.live.paging import Page, walk
from reconciler.live.rows import ChargerRow, Hierarchy
from reconciler.live.together import Together
from reconciler.model.observed import (
    AccountReads,
    Breadth,
    ObservedCharger,
    ObservedFleet,
    ObservedPermission,
    ReadNeed,
)
from reconciler.model.ports import Clock, Progress
from reconciler.model.value import Observation, Reason, Unreadable

T = TypeVar("T")
Needed = Callable[[Mapping[str, FoundSite]], Iterable[ReadNeed]]
"""From the sites that the lists show to what must be known about them."""

_NO_CALL = Unreadable(reason=Reason.NO_DOCUMENTED_CALL, detail="Zaptec documents no call that reads permissions")


class PermissionReader(Protocol):
    """The partner route as far as reading goes."""

    def permissions(self, installation_id: str) -> tuple[ObservedPermission, ...]:
        """Who may do what, sorted by principal. Raises CallError."""
        ...


class ChargerPermissionReader(Protocol):
    """The same for single chargers."""

    def charger_permissions(self, charger_id: str) -> tuple[ObservedPermission, ...]:
        """Who was given what on that charger, sorted by principal. Raises CallError."""
        ...


class CloudObserver:
    """Reads one account. Implements `workflows.ports.Observer`.

    Args:
        requests: Reads so far, without logins and repeats.
        permissions: The partner route when the account may use it for permissions, otherwise None.
        charger_permissions: The same for those of single chargers.
        workers: Requests side by side; the limit on requests in flight holds as well.
    """

    def __init__(
        self,
        client: Client,
        *,
        account: str,
        requests: Callable[[], int],
        permissions: PermissionReader | None,
        charger_permissions: ChargerPermissionReader | None,
        clock: Clock,
        progress: Progress,
        workers: int,
    ) -> None:
        self._client = client
        self._account = account
        self._requests = requests
        self._permissions = permissions
        self._charger_permissions = charger_permissions
        self._clock = clock
        self._progress = progress
        self._workers = workers

    def observe(self, needs: Sequence[ReadNeed], *, breadth: Breadth) -> ObservedFleet:
        """Read what is needed.

        A single object that cannot be read becomes unreadable with a reason.

        Raises:
            CloudError: The login or a list failed, so nothing can be concluded.
        """
        own = sorted((need for need in needs if need.account == self._account), key=lambda need: need.installation_id)

        def needed(sites: Mapping[str, FoundSite]) -> Iterable[ReadNeed]:
            return (need for need in own if need.installation_id in sites)

        return self._read(own, breadth=breadth, needed=needed)

    def survey(self, only: Collection[str] | None) -> ObservedFleet:
        """Read every managed setting of all visible installations, or of those ids; others are left out then.

        Raises:
            CloudError: The login or a list failed, so nothing can be concluded.
        """

        def needed(sites: Mapping[str, FoundSite]) -> Iterable[ReadNeed]:
            return map(
                self._everything_of, (site for _, site in sorted(sites.items()) if only is None or site.id in only)
            )

        found = self._read((), breadth=Breadth.ACCOUNT, needed=needed)
        kept = (site for site in found.installations if only is None or site.id in only)
        return replace(found, installations=tuple(kept))

    def find(self, serials: Collection[str]) -> ObservedFleet:
        """Read every managed setting of the installations where these serials hang; others are left out.

        Raises:
            CloudError: The login or a list failed, so nothing can be concluded.
        """
        wanted = frozenset(serials)

        def needed(sites: Mapping[str, FoundSite]) -> Iterable[ReadNeed]:
            return map(self._everything_of, (site for _, site in sorted(sites.items()) if _has_one_of(site, wanted)))

        found = self._read((), breadth=Breadth.ACCOUNT, needed=needed)
        kept = (site for site in found.installations if any(one.serial in wanted for one in site.chargers))
        return replace(found, installations=tuple(kept))

    def _everything_of(self, site: FoundSite) -> ReadNeed:
        return everything_of(
            site,
            account=self._account,
            permissions=self._permissions is not None,
            charger_permissions=self._charger_permissions is not None,
        )

    def sees_any(self) -> bool:
        """Whether the account sees any installation at all; one request. Raises CloudError as `observe` does."""
        return self._client.sees_any()

    def not_granted(self, lookup_key: str) -> tuple[tuple[str, str], ...]:
        """Id and name of every installation that the account sees and the user group does not, sorted by id.

        Raises:
            CloudError: The login or the list failed.
        """
        with Together(workers=self._workers, progress=self._progress) as together:
            return tuple((row.id, row.name or "") for row in self._client.not_granted(together, lookup_key=lookup_key))

    def _read(self, own: Sequence[ReadNeed], *, breadth: Breadth, needed: Needed) -> ObservedFleet:
        observed_at, before = self._clock.now(), self._requests()
        with Together(workers=self._workers, progress=self._progress) as together:
            sites, chargers = self._found(own, breadth, together)
            for need in needed(sites):
                sites[need.installation_id].need = need
            wanting = [site for _, site in sorted(sites.items()) if site.need is not None]
            together.run("details", work=_call, items=[job for site in wanting for job in self._first_jobs(site)])
            together.run("circuits", work=self._read_circuits, items=[site for site in wanting if needs_circuits(site)])
        reads = AccountReads(
            account=self._account,
            visible_installations=sum(site.row is not None for site in sites.values()),
            visible_chargers=chargers,
            requests=self._requests() - before,
        )
        installations = tuple(observed_of(site, self._account) for _, site in sorted(sites.items()))
        return ObservedFleet(observed_at=observed_at, breadth=breadth, installations=installations, reads=(reads,))

    def _found(
        self, needs: Sequence[ReadNeed], breadth: Breadth, together: Together
    ) -> tuple[dict[str, FoundSite], int]:
        match breadth:
            case Breadth.ACCOUNT:
                listed = [FoundSite(id=row.id, row=row, name=row.name) for row in self._client.installations(together)]
                found = list(self._client.chargers(together))
            case Breadth.SITES:
                listed = together.run("installations", work=self._site, items=[need.installation_id for need in needs])
                found = self._chargers_of(listed, together)
        sites = {site.id: site for site in listed}
        for row in found:
            if row.installation_id is not None:
                site = sites.setdefault(row.installation_id, FoundSite(id=row.installation_id, row=None))
                site.name = site.name or row.installation_name or None
                site.chargers[row.charger.id] = row.charger
        return sites, len(found)

    def _site(self, installation_id: str) -> FoundSite:
        try:
            row = self._client.installation(installation_id)
        except CallError as error:
            return FoundSite(id=installation_id, row=None, why=error.unreadable())
        return FoundSite(id=installation_id, row=row, name=row.name)

    def _chargers_of(self, sites: Sequence[FoundSite], together: Together) -> list[ChargerRow]:
        firsts = together.run("chargers", work=self._first_page, items=sites)
        found: list[ChargerRow] = []
        for site, first in zip(sites, firsts, strict=True):
            found.extend(row for row in self._all_chargers(site, first, together) if row.installation_id == site.id)
        return found

    def _first_page(self, site: FoundSite) -> Page[ChargerRow]:
        try:
            return self._client.chargers_page(0, installation_id=site.id)
        except CallError:
            if site.row is not None:
                # Without its chargers nobody can tell who else a change of the installation would hit.
                raise
            return Page(pages=0, items=())

    def _all_chargers(self, site: FoundSite, first: Page[ChargerRow], together: Together) -> tuple[ChargerRow, ...]:
        kept: list[Page[ChargerRow]] = [first]

        def fetch(index: int) -> Page[ChargerRow]:
            if index == 0 and kept:
                return kept.pop()
            return self._client.chargers_page(index, installation_id=site.id)

        return walk(
            fetch, id_of=lambda row: row.charger.id, together=together, label="chargers", call="GET /api/chargers"
        )

    def _first_jobs(self, site: FoundSite) -> list[Callable[[], None]]:
        need = site.need
        jobs: list[Callable[[], None]] = []
        if need is None:
            return jobs
        wanted, access_to = frozenset(need.state_of), access_asked_for(site)
        for charger in site.chargers.values():
            if charger.serial in wanted:
                jobs.append(partial(self._read_state, site, charger))
            if charger.serial in access_to:
                jobs.append(partial(self._read_charger_permissions, site, charger.id))
        if need.permissions:
            jobs.append(partial(self._read_permissions, site))
        if lacks_its_mode(site, need) or lacks_available(site):
            jobs.append(partial(self._read_detail, site))
        return jobs

    def _read_state(self, site: FoundSite, charger: ObservedCharger) -> None:
        values: tuple[tuple[str, Observation], ...]
        try:
            values = self._client.charger_state(charger.id)
        except CallError as error:
            values = tuple((name, error.unreadable()) for name in rows.STATE_NAMES)
        site.chargers[charger.id] = replace(charger, values=values)

    def _read_permissions(self, site: FoundSite) -> None:
        if self._permissions is None:
            site.permissions = _NO_CALL
        elif site.row is None:
            site.permissions = site.why
        else:
            reader = self._permissions
            site.permissions = _or_unreadable(lambda: reader.permissions(site.id))

    def _read_charger_permissions(self, site: FoundSite, charger_id: str) -> None:
        reader = self._charger_permissions
        site.charger_permissions[charger_id] = (
            _NO_CALL if reader is None else _or_unreadable(lambda: reader.charger_permissions(charger_id))
        )

    def _read_detail(self, site: FoundSite) -> None:
        """The list left out or garbled what is needed, so ask once for the detail; failing that, the list counts."""
        detail = _or_unreadable(lambda: self._client.installation(site.id))
        if not isinstance(detail, Unreadable):
            site.row = detail

    def _read_circuits(self, site: FoundSite) -> None:
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


def _has_one_of(site: FoundSite, serials: frozenset[str]) -> bool:
    return not serials.isdisjoint(charger.serial for charger in site.chargers.values())


def _call(job: Callable[[], None]) -> None:
    job()


def _or_unreadable(read: Callable[[], T]) -> T | Unreadable:
    try:
        return read()
    except CallError as error:
        return error.unreadable()
