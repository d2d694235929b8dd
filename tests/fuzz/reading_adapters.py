"""The target that reads what a partner's adapter returns, and sees what it does with its calls."""

import contextlib
from datetime import UTC, datetime
from typing import Any

from reconciler.errors import CloudError
from reconciler.live import wire
from reconciler.live.failures import UncertainError
from reconciler.live.partner_route import PartnerRoute
from reconciler.live.routes.partner import PartnerPermission
from reconciler.live.wire import WireError
from reconciler.model.observed import ObservedPermission
from tests.fuzz.answering import BROKEN, Answering, seed_of, session_over
from tests.fuzz.cases import Case, Target
from tests.fuzz.findings import check, check_error
from tests.fuzz.reading_answers import PEOPLE, check_parsed
from tests.live import answers as small
from tests.live.cloud import VirtualClock


def targets() -> tuple[Target, ...]:
    """One."""
    return (Target(name="adapter", share=40, seeds=_ADAPTED, check=_Adapters().check),)


class _Adapters:
    """A session that adapters send their calls through."""

    def __init__(self) -> None:
        self._answering = Answering()
        self._session = session_over(self._answering, VirtualClock())

    def check(self, case: Case) -> None:
        """An adapter that somebody else wrote returns anything at all."""
        try:
            data = wire.decode(case[0].data)
        except WireError:
            return
        adapter = _Adapter(data)
        route = PartnerRoute(adapter, session=self._session, people=PEOPLE)  # type: ignore[arg-type]  # three methods do
        self._answering.status, self._answering.body, self._answering.calls = 200, b"{}", 0
        self._answering.written = 0
        try:
            found = route.permissions(small.SITE)
        except CloudError as error:
            check_error(error)
            check("partner" in error.where or "GET /" in error.where, "the error names another call")
        else:
            check_parsed(found, tuple[ObservedPermission, ...])
        with contextlib.suppress(CloudError):
            adapter.kept("GET", "/partner/x")
            check(False, "a call after its work was over")
        self._check_charger(route)
        self._answering.status = (200, 400, 503, BROKEN)[len(case[0].data) % 4]
        before = self._answering.calls
        try:
            route.write_stand_alone(small.CHARGER, enabled=True)
        except CloudError as error:
            check_error(error)
            is_lost = self._answering.status == BROKEN and self._answering.written
            check(not is_lost or isinstance(error, UncertainError), "a write whose answer is lost counts as refused")
            return
        check(self._answering.status == 200, "a write that was not accepted counts as accepted")
        check(self._answering.calls > before, "a write that never left counts as accepted")

    def _check_charger(self, route: PartnerRoute) -> None:
        """Of a single charger there may be nobody, and of an installation never."""
        try:
            found = route.charger_permissions(small.CHARGER)
        except CloudError as error:
            check_error(error)
            return
        check_parsed(found, tuple[ObservedPermission, ...])


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

    def read_charger_permissions(self, call: Any, *, charger_id: str) -> Any:
        """The same as for an installation."""
        return self.read_permissions(call, installation_id=charger_id)

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


_OLA = {"object_id": small.CIRCUIT, "email": "ola@people.example", "roles": []}
_ADAPTED = (
    seed_of(
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
    seed_of("adapter", [{"object_id": small.SITE, "roles": ["user"], "accepted": False, "invited_at": "naive"}]),
    seed_of("adapter", {"calls": [["GET", "/partner/x?a=b"]], "returns": []}),
    seed_of("adapter", {"calls": [["PUT", "/partner/x", {"a": 1}]], "returns": [], "suppresses": True}),
    seed_of("adapter", {"calls": [["PUT", "/partner/x"], ["PUT", "/partner/x"]], "returns": None}),
    seed_of("adapter", {"calls": [["PUT", "/partner/x"], ["PUT", "/partner/x"]], "suppresses": True}),
    seed_of("adapter", {"calls": [["TRACE", "/../x"]], "returns": 5}),
    seed_of("adapter", {"calls": [5]}),
    seed_of("adapter", [{**_OLA, "email": 5, "accepted": True}]),
)
