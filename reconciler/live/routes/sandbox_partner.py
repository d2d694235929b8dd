"""The sandbox's own partner contract, so that every setting can be rehearsed; no call in it is Zaptec's."""

from collections.abc import Mapping, Sequence

from reconciler.live import wire
from reconciler.live.routes.partner import PartnerCall, PartnerPermission, PartnerPrincipal, PartnerValue
from reconciler.live.wire import WireError
from reconciler.model.settings import ROLE_BITS


class SandboxPartner:
    """Implements `PartnerAdapter` for the simulated cloud."""

    def read_permissions(self, call: PartnerCall, *, installation_id: str) -> Sequence[PartnerPermission]:
        """`GET /partner/v1/installation/{id}/permissions`; needs Owner or Service."""
        return _listed(call, _of_installation(installation_id))

    def write_authentication(
        self, call: PartnerCall, *, installation_id: str, members: Mapping[str, PartnerValue]
    ) -> None:
        """`PUT /partner/v1/installation/{id}/authentication` with any subset of the members."""
        call("PUT", f"/partner/v1/installation/{installation_id}/authentication", json=members)

    def write_stand_alone(self, call: PartnerCall, *, charger_id: str, enabled: bool) -> None:
        """`PUT /partner/v1/chargers/{id}/standAlone`."""
        call("PUT", f"/partner/v1/chargers/{charger_id}/standAlone", json={"StandAlone": enabled})

    def write_permission(
        self, call: PartnerCall, *, installation_id: str, principal: PartnerPrincipal, roles: tuple[str, ...]
    ) -> None:
        """`PUT` or, without roles, `DELETE /partner/v1/installation/{id}/permissions`."""
        _set(call, _of_installation(installation_id), principal=principal, roles=roles)

    def read_charger_permissions(self, call: PartnerCall, *, charger_id: str) -> Sequence[PartnerPermission]:
        """`GET /partner/v1/chargers/{id}/permissions`; needs Owner or Service there."""
        return _listed(call, _of_charger(charger_id))

    def write_charger_permission(
        self, call: PartnerCall, *, charger_id: str, principal: PartnerPrincipal, roles: tuple[str, ...]
    ) -> None:
        """`PUT` or, without roles, `DELETE /partner/v1/chargers/{id}/permissions`."""
        _set(call, _of_charger(charger_id), principal=principal, roles=roles)


def _of_installation(installation_id: str) -> str:
    return f"/partner/v1/installation/{installation_id}/permissions"


def _of_charger(charger_id: str) -> str:
    return f"/partner/v1/chargers/{charger_id}/permissions"


def _listed(call: PartnerCall, path: str) -> Sequence[PartnerPermission]:
    answer = wire.members(call("GET", path))
    return [_permission(item) for item in wire.rows(answer.get("permissions"))]


def _set(call: PartnerCall, path: str, *, principal: PartnerPrincipal, roles: tuple[str, ...]) -> None:
    body = _named(principal)
    if roles:
        call("PUT", path, json={**body, "Roles": sum(bit for word, bit in ROLE_BITS if word in roles)})
    else:
        call("DELETE", path, json=body)


def _permission(item: object) -> PartnerPermission:
    row = wire.members(item)
    object_id, roles, accepted = (
        wire.identifier(row, "ObjectId"),
        wire.whole(row, "Roles"),
        wire.switch(row, "Accepted"),
    )
    if object_id is None or roles is None or accepted is None:
        raise WireError("a permission lacks ObjectId, Roles or Accepted")
    return PartnerPermission(
        object_id=object_id,
        email=wire.text(row, "Email"),
        lookup_key=wire.label(row, "LookupKey") or None,
        roles=tuple(word for word, bit in ROLE_BITS if roles & bit),
        accepted=accepted,
        invited_at=wire.moment(row, "InvitedAt"),
    )


def _named(principal: PartnerPrincipal) -> dict[str, PartnerValue]:
    if principal.email is not None:
        return {"Email": principal.email}
    if principal.lookup_key is not None:
        return {"LookupKey": principal.lookup_key}
    return {"ObjectId": principal.object_id}
