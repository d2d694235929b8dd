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
        answer = wire.members(call("GET", f"/partner/v1/installation/{installation_id}/permissions"))
        return [_permission(item) for item in wire.rows(answer.get("permissions"))]

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
        path = f"/partner/v1/installation/{installation_id}/permissions"
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
