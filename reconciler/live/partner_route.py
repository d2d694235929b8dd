"""Runs a partner's adapter: gives it a call that leads nowhere else, and turns whatever it does into our own values."""

import re
from collections.abc import Callable, Mapping
from json import dumps
from typing import TypeVar

from reconciler.errors import CloudError
from reconciler.live.exchange import Call
from reconciler.live.failures import CallError, RefusedError, UncertainError
from reconciler.live.routes.partner import (
    PartnerAdapter,
    PartnerCall,
    PartnerPermission,
    PartnerPrincipal,
    PartnerValue,
)
from reconciler.live.session import Session
from reconciler.model.observed import ObservedPermission
from reconciler.model.people import People
from reconciler.model.secret import Secret
from reconciler.model.settings import ROLE_BITS
from reconciler.model.value import Reason

T = TypeVar("T")

WRITES = frozenset({"PUT", "POST", "PATCH", "DELETE"})
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class PartnerRoute:
    """The partner route of one account; thread safe as far as the adapter is.

    Args:
        people: Translates addresses to person ids; without it persons show as `user-id:<id>`.
    """

    def __init__(self, adapter: PartnerAdapter, *, session: Session, people: People | None) -> None:
        self._adapter = adapter
        self._session = session
        self._people = people

    def permissions(self, installation_id: str) -> tuple[ObservedPermission, ...]:
        """Who may do what on an installation, sorted by principal.

        Raises:
            CallError: The adapter's call failed, or the adapter itself.
        """
        place = f"partner permissions of {installation_id}"
        call = _Bound(self._session)
        found = _guarded(place, lambda: tuple(self._adapter.read_permissions(call, installation_id=installation_id)))
        return _guarded(place, lambda: _observed(found, self._people))

    def write_authentication(self, installation_id: str, members: Mapping[str, PartnerValue]) -> None:
        """Set members of an installation. Raises RefusedError or UncertainError."""
        self._write(
            f"partner authentication of {installation_id}",
            lambda call: self._adapter.write_authentication(call, installation_id=installation_id, members=members),
        )

    def write_stand_alone(self, charger_id: str, *, enabled: bool) -> None:
        """Switch a charger's stand-alone mode. Raises RefusedError or UncertainError."""
        self._write(
            f"partner stand-alone of {charger_id}",
            lambda call: self._adapter.write_stand_alone(call, charger_id=charger_id, enabled=enabled),
        )

    def write_permission(self, installation_id: str, *, principal: PartnerPrincipal, roles: tuple[str, ...]) -> None:
        """Give a principal exactly these roles. Raises RefusedError or UncertainError."""
        self._write(
            f"partner permissions of {installation_id}",
            lambda call: self._adapter.write_permission(
                call, installation_id=installation_id, principal=principal, roles=roles
            ),
        )

    def _write(self, place: str, work: Callable[[PartnerCall], None]) -> None:
        call = _Bound(self._session)
        try:
            work(call)
        except CloudError as error:
            if call.writes > 1 and isinstance(error, RefusedError):
                raise UncertainError(f"{error.what}; an earlier call of the adapter was accepted", call=place) from None
            raise
        except Exception as error:  # noqa: BLE001  somebody else's code; its text may quote an address
            what = f"the partner adapter failed ({type(error).__name__})"
            failed = UncertainError if call.writes else RefusedError
            raise failed(what, call=place) from None


class _Bound:
    """A `PartnerCall` for one piece of work; counts the writes that left."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.writes = 0

    def __call__(self, method: str, path: str, *, json: Mapping[str, PartnerValue] | None = None) -> object:
        plain_path, _, query = path.partition("?")
        if not _PATH.fullmatch(plain_path) or method not in {*WRITES, "GET"}:
            raise RefusedError("the adapter asked for a method or a path that is not allowed", call="partner call")
        if method == "GET":
            return self._session.read(Call(method=method, path=plain_path, query=query))
        members = {} if json is None else json
        secrets = tuple(value.reveal() for value in members.values() if isinstance(value, Secret))
        body = dumps({name: _revealed(value) for name, value in members.items()})
        self.writes += 1
        self._session.write(Call(method=method, path=plain_path, query=query, body=Secret(body)), hide=secrets)
        return None


def _revealed(value: PartnerValue) -> object:
    return value.reveal() if isinstance(value, Secret) else value


def _guarded(place: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except CloudError:
        raise
    except Exception as error:  # noqa: BLE001  somebody else's code; its text may quote an address
        what = f"the partner adapter cannot use the answer ({type(error).__name__})"
        raise CallError(what, call=place, reason=Reason.BAD_ANSWER) from None


def _observed(found: tuple[PartnerPermission, ...], people: People | None) -> tuple[ObservedPermission, ...]:
    known: dict[str, ObservedPermission] = {}
    for permission in found:
        seen = ObservedPermission(
            principal=_principal(permission, people),
            roles=tuple(word for word, _ in ROLE_BITS if word in permission.roles),
            accepted=permission.accepted,
            invited_at=permission.invited_at,
        )
        known[seen.principal] = _merged(known.get(seen.principal), seen)
    return tuple(known[principal] for principal in sorted(known))


def _principal(permission: PartnerPermission, people: People | None) -> str:
    if permission.lookup_key:
        return f"userGroup:{permission.lookup_key}"
    person = people.id_of(permission.email) if people and permission.email else None
    return f"person:{person}" if person else f"user-id:{permission.object_id.lower()}"


def _merged(first: ObservedPermission | None, second: ObservedPermission) -> ObservedPermission:
    """One entry for a principal that comes twice: what was accepted counts, an open invitation beside it does not."""
    if first is None or (second.accepted and not first.accepted):
        return second
    if first.accepted and not second.accepted:
        return first
    roles = tuple(word for word, _ in ROLE_BITS if word in first.roles or word in second.roles)
    return ObservedPermission(
        principal=first.principal,
        roles=roles,
        accepted=first.accepted,
        invited_at=first.invited_at or second.invited_at,
    )
