"""Runs a partner's adapter: gives it a call that leads nowhere else, and turns whatever it does into our own values."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from reconciler.errors import CloudError
from reconciler.live.failures import CallError, RefusedError, UncertainError
from reconciler.live.partner_call import BoundCall, Purpose
from reconciler.live.routes.partner import (
    PartnerAdapter,
    PartnerCall,
    PartnerPermission,
    PartnerPrincipal,
    PartnerValue,
    type_name,
)
from reconciler.live.session import Session
from reconciler.live.wire import WireError, is_identifier
from reconciler.model.observed import ObservedPermission
from reconciler.model.people import People
from reconciler.model.principal import group_named
from reconciler.model.settings import ROLE_BITS
from reconciler.model.value import Reason

T = TypeVar("T")

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ROLES = frozenset(word for word, _ in ROLE_BITS)


class PartnerRoute:
    """The partner route of one account; thread safe as far as the adapter is.

    Args:
        people: Translates addresses to person ids; without it persons show as `user-id:<id>`.
    """

    def __init__(self, adapter: PartnerAdapter, *, session: Session, people: People | None) -> None:
        self._adapter = adapter
        self._session = session
        self._people = people
        self._name = f"{type(adapter).__module__}.{type(adapter).__qualname__}"
        self._keys: dict[str, str] = {}  # lookup keys as the cloud spells them, by the one that we use
        self._remedy = f"have the partner adapter {self._name} repaired, or set this account's routes to portal"

    def permissions(self, installation_id: str) -> tuple[ObservedPermission, ...]:
        """Who may do what on an installation, sorted by principal.

        Raises:
            CallError: The adapter's call failed, or the adapter itself.
            WriteForbiddenError: The adapter tried to write.
        """
        return self._read(
            f"partner permissions of {installation_id}",
            lambda call: self._adapter.read_permissions(call, installation_id=installation_id),
            check=_somebody_is_there,
        )

    def charger_permissions(self, charger_id: str) -> tuple[ObservedPermission, ...]:
        """Who was given what on a single charger, sorted by principal; usually nobody. Raises as `permissions` does."""
        return self._read(
            f"partner permissions of {charger_id}",
            lambda call: self._adapter.read_charger_permissions(call, charger_id=charger_id),
        )

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
                call, installation_id=installation_id, principal=self._as_spelled(principal), roles=roles
            ),
        )

    def write_charger_permission(self, charger_id: str, *, principal: PartnerPrincipal, roles: tuple[str, ...]) -> None:
        """The same on a single charger."""
        self._write(
            f"partner permissions of {charger_id}",
            lambda call: self._adapter.write_charger_permission(
                call, charger_id=charger_id, principal=self._as_spelled(principal), roles=roles
            ),
        )

    def _read(
        self,
        place: str,
        work: Callable[[PartnerCall], Sequence[PartnerPermission]],
        *,
        check: Callable[[Sequence[PartnerPermission]], None] | None = None,
    ) -> tuple[ObservedPermission, ...]:
        call = BoundCall(self._session, purpose=Purpose.READING, remedy=self._remedy)
        found = self._run(lambda: tuple(work(call)), call=call, place=place)
        if isinstance(found, CloudError):
            raise found from None
        try:
            if check is not None:
                check(found)
            observed = _observed(found, self._people)
        except WireError as error:
            what = f"the partner adapter {self._name} returned something else than permissions: {error}"
            raise self._failed(what, place) from None
        self._keys |= {group_named(key): key for one in found if (key := one.lookup_key)}
        return observed

    def _as_spelled(self, principal: PartnerPrincipal) -> PartnerPrincipal:
        """A group by its key as it was read; capitals may matter to the cloud, whatever they mean to people."""
        key = principal.lookup_key
        return principal if key is None else replace(principal, lookup_key=self._keys.get(group_named(key), key))

    def _write(self, place: str, work: Callable[[PartnerCall], None]) -> None:
        """What the one write met decides, whatever the adapter did with it; an accepted one never becomes a failure."""
        call = BoundCall(self._session, purpose=Purpose.WRITING, remedy=self._remedy)

        def once() -> None:
            work(call)  # whatever it returns says nothing

        failure = self._run(once, call=call, place=place)
        if call.accepted:
            if failure is None:
                return
            what = f"{failure.what}; its write had been accepted before"
            raise UncertainError(what, call=place, remedy=self._remedy)
        if call.failure is not None:
            raise call.failure from None
        if call.began:
            what = f"the write of the partner adapter {self._name} ended without an answer"
            raise UncertainError(what, call=place, remedy=self._remedy)
        if failure is not None:
            raise failure from None
        raise RefusedError(f"the partner adapter {self._name} sent nothing", call=place, remedy=self._remedy)

    def _run(self, work: Callable[[], T], *, call: BoundCall, place: str) -> T | CloudError:
        """Somebody else's code: of its own errors, also of an exit, only the type is kept; the text may be secret."""
        result: T | CloudError
        try:
            result = work()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  see above
            if isinstance(error, CloudError) and call.raised(error):
                result = error
            else:
                what = f"the partner adapter {self._name} failed ({type_name(type(error))})"
                result = self._failed(what, place)
        finally:
            call.end()
        return result if call.forbidden is None else call.forbidden

    def _failed(self, what: str, place: str) -> CallError:
        return CallError(what, call=place, reason=Reason.BAD_ANSWER, remedy=self._remedy)


def _somebody_is_there(found: Sequence[PartnerPermission]) -> None:
    """An empty list is no answer: whoever may read that of an installation stands in it themselves."""
    if not found:
        raise WireError("the list is empty, although whoever may read it has access")


def _observed(found: Sequence[PartnerPermission], people: People | None) -> tuple[ObservedPermission, ...]:
    """Raises WireError for anything that is not what it should be: it could be an address."""
    known: dict[str, ObservedPermission] = {}
    for permission in found:
        _check(permission)
        seen = ObservedPermission(
            principal=_principal(permission, people),
            roles=tuple(word for word, _ in ROLE_BITS if word in permission.roles),
            accepted=permission.accepted,
            invited_at=permission.invited_at,
        )
        known[seen.principal] = _merged(known.get(seen.principal), seen)
    return tuple(known[principal] for principal in sorted(known))


def _check(permission: object) -> None:
    if type(permission) is not PartnerPermission:
        raise WireError("an entry is no PartnerPermission")
    if not isinstance(permission.object_id, str) or not is_identifier(permission.object_id.lower()):
        raise WireError("object_id is not an id")
    key, at = permission.lookup_key, permission.invited_at
    if key is not None and not (isinstance(key, str) and (not key or _KEY.fullmatch(key))):
        raise WireError("lookup_key is not a key")
    if not isinstance(permission.email, str | None):
        raise WireError("email is not a text")
    if not isinstance(at, datetime | None) or (at is not None and at.utcoffset() is None):
        raise WireError("invited_at is not a time with its offset")
    if not isinstance(permission.accepted, bool):
        raise WireError("accepted is not a switch")
    roles = permission.roles
    if not isinstance(roles, tuple | list) or not all(isinstance(word, str) and word in _ROLES for word in roles):
        raise WireError("roles holds something else than user, owner and service")


def _principal(permission: PartnerPermission, people: People | None) -> str:
    if permission.lookup_key:
        return group_named(permission.lookup_key)
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
