"""The documented calls, one method each; the transport underneath decides: cloud or sandbox.

Sources: Zaptec's API description of 2026-05-27 and its change log; what answers really look like stands in `rows`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from json import dumps
from typing import TypeVar
from urllib.parse import urlencode

from reconciler.live import rows, wire
from reconciler.live.available import members_to_send
from reconciler.live.exchange import Call
from reconciler.live.failures import CallError, RefusedError
from reconciler.live.paging import PAGE_SIZE, Page, walk
from reconciler.live.rows import ChargerRow, Hierarchy, InstallationRow
from reconciler.live.session import Session, bad_answer
from reconciler.live.together import Together
from reconciler.live.wire import WireError
from reconciler.model.secret import Secret
from reconciler.model.value import Observation, Reason, Unreadable

OCPP_NATIVE = 3

T = TypeVar("T")


class Client:
    """Reads raise CallError with a reason, writes RefusedError or UncertainError; see `session`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def installations(self, together: Together) -> tuple[InstallationRow, ...]:
        """All installations that the account sees, sorted by id. `GET /api/installation`."""
        path = "/api/installation"
        fetch = partial(self._page, path, rows.installation_row, {})
        return walk(fetch, id_of=lambda row: row.id, together=together, label="installations", call=f"GET {path}")

    def sees_any(self) -> bool:
        """Whether the account sees any installation: the first page of that list tells."""
        return bool(self._page("/api/installation", rows.installation_row, {}, 0).items)

    def not_granted(self, together: Together, *, lookup_key: str) -> tuple[InstallationRow, ...]:
        """Those that a user group does not see, by the filter `ExcludeIfVisibleForUserGroupLookupKey` of that list."""
        path = "/api/installation"
        fetch = partial(self._page, path, rows.installation_row, {"ExcludeIfVisibleForUserGroupLookupKey": lookup_key})
        return walk(fetch, id_of=lambda row: row.id, together=together, label="not granted", call=f"GET {path}")

    def chargers(self, together: Together) -> tuple[ChargerRow, ...]:
        """All active chargers that the account sees, sorted by id. `GET /api/chargers`."""
        path = "/api/chargers"
        fetch = partial(self._page, path, rows.charger_row, {})
        return walk(fetch, id_of=lambda row: row.charger.id, together=together, label="chargers", call=f"GET {path}")

    def chargers_page(self, index: int, *, installation_id: str) -> Page[ChargerRow]:
        """One page of the chargers of one installation. `GET /api/chargers?InstallationId=`."""
        return self._page("/api/chargers", rows.charger_row, {"InstallationId": installation_id}, index)

    def installation(self, installation_id: str) -> InstallationRow:
        """One installation. `GET /api/installation/{id}`."""
        call = Call(method="GET", path=f"/api/installation/{_id(installation_id)}")
        row = self._parsed(call, rows.installation_row)
        if row.id != installation_id:
            raise CallError("the answer is about another installation", call=str(call), reason=Reason.BAD_ANSWER)
        return row

    def hierarchy(self, installation_id: str) -> Hierarchy:
        """Circuits with their limits in amperes per phase. `GET /api/installation/{id}/hierarchy`.

        Answers 204 without the Owner or Service role, and for up to 30 s after an installation was made.
        """
        call = Call(method="GET", path=f"/api/installation/{_id(installation_id)}/hierarchy")
        return self._parsed(call, lambda data: rows.hierarchy(wire.about(data, "Id", installation_id)))

    def charger_state(self, charger_id: str) -> tuple[tuple[str, Observation], ...]:
        """State settings of a charger, up to 15 s old. `GET /api/chargers/{id}/state`."""
        call = Call(method="GET", path=f"/api/chargers/{_id(charger_id)}/state")
        return self._parsed(call, lambda data: rows.state_values(data, of=charger_id))

    def set_charger_limit(self, charger_id: str, *, max_current_a: float) -> None:
        """Set a charger's maximum current. `POST /api/chargers/{id}/update`.

        Args:
            charger_id: The cloud's id, not the serial on the box.
            max_current_a: Amperes per phase, 0 or 6 to 32, in steps of 0.1.

        403 also means that the charger belongs to an externally managed load system. An offline charger takes the value
        when it is back; read back after 2, 7 and 15 s.
        """
        path = f"/api/chargers/{_id(charger_id)}/update"
        self._write("POST", path, {"maxChargeCurrent": _number(max_current_a)})

    def set_installation_limit(self, installation_id: str, *, max_current_a: float, instead_of_a: float | None) -> None:
        """Set the breaker value of an installation. `POST /api/installation/{id}/update`; needs the Service role.

        Leaving the available current out of this call resets it, so it is read first and sent along, never above the
        new limit; when it is not known, nothing is sent. 500 with Code 527 means that automatic power management blocks
        the call. Read back after 2 and 7 s.

        Args:
            installation_id: The cloud's id.
            max_current_a: Amperes per phase.
            instead_of_a: The limit that is to be replaced; when that first read shows another, nothing is sent.
                None when nobody knows it.
        """
        path = f"/api/installation/{_id(installation_id)}/update"
        row = self.installation(installation_id)
        found_a = row.get("maxCurrent")
        if isinstance(found_a, float) and instead_of_a is not None and found_a != round(instead_of_a, 1):
            what = f"not sent: the limit is {found_a:g} A by now, and no longer {instead_of_a:g} A"
            raise RefusedError(what, call=f"POST {path}")
        along = members_to_send(row.available, limit_a=max_current_a)
        if isinstance(along, Unreadable):
            what = f"not sent: the available current is not known, and this call would reset it ({along.detail})"
            raise RefusedError(what, call=f"POST {path}")
        body = {"maxCurrent": max_current_a, **along}
        self._write("POST", path, {name: _number(value) for name, value in body.items()})

    def switch_to_ocpp_native(self, installation_id: str, *, url: str) -> None:
        """Hand an installation to an OCPP back end at box level. `PUT /api/installation/{id}`.

        Documented for exactly this body only (API change log, 2025-06-16). Code 542 means that no user group with
        "Allow OCPP 1.6J" sees the installation.
        """
        path = f"/api/installation/{_id(installation_id)}"
        self._write("PUT", path, {"AuthenticationType": OCPP_NATIVE, "OcppCentralSystemUrl": url})

    def _page(self, path: str, parse: Callable[[object], T], filters: Mapping[str, str], index: int) -> Page[T]:
        query = urlencode({**filters, "PageSize": PAGE_SIZE, "PageIndex": index, "SortProperty": "Id"})
        call = Call(method="GET", path=path, query=query)
        return self._parsed(call, lambda data: _page_of(data, parse))

    def _parsed(self, call: Call, parse: Callable[[object], T]) -> T:
        try:
            return parse(self._session.read(call))
        except WireError as error:
            raise bad_answer(call, error) from None

    def _write(self, method: str, path: str, body: Mapping[str, object]) -> None:
        self._session.write(Call(method=method, path=path, body=Secret(dumps(body))))


def _page_of(data: object, parse: Callable[[object], T]) -> Page[T]:
    row = wire.members(data)
    pages = wire.whole(row, "Pages")
    if pages is None or pages < 0:
        raise WireError("Pages is missing")
    return Page(
        pages=pages, items=tuple(parse(item) for item in wire.rows(row.get("data", [] if pages == 0 else None)))
    )


def _id(text: str) -> str:
    """An id on its way into a path; ids are checked where they come in, so another text is our bug."""
    if not wire.is_identifier(text):
        raise ValueError("not an id of the cloud")
    return text


def _number(amperes: float) -> float:
    return int(amperes) if float(amperes).is_integer() else amperes
