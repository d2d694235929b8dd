"""Objects as the cloud shows them: PascalCase, nulls left out, less for fewer roles."""

from reconciler.sandbox import moments
from reconciler.sandbox.access import (
    manages,
    may_switch_to_native,
    roles_on,
    roles_on_charger,
)
from reconciler.sandbox.reading import Call
from reconciler.sandbox.records import Charger, Fields, Installation
from reconciler.sandbox.settling import settle_charger, settle_installation
from reconciler.sandbox.terms import Feature, Mode, Role, device_type

Row = dict[str, object]


def installation_row(call: Call, installation: Installation) -> Row:
    """An installation in a list and in detail.

    With the User role alone only id, name and roles come back; clients crashed on
    that (custom-components/zaptec issue 357).
    """
    settle_installation(call.world, installation)
    roles = roles_on(call.world, call.user, installation)
    row: Row = {
        "Id": installation["id"],
        "Name": installation["name"],
        "CurrentUserRoles": int(roles),
    }
    if not manages(roles):
        return row
    row.update(_present(shown_fields(installation, stale=call.stale)))
    row.update(_derived(call, installation))
    return row


def shown_fields(installation: Installation, *, stale: bool = False) -> Fields:
    """The values that reads answer, as they are or as they were before the last change."""
    fields = {**(installation["former"] if stale else installation["fields"])}
    mode = fields["AuthenticationType"]
    if mode != Mode.NATIVE:
        # The stored switch survives underneath (custom-components/zaptec issue 67).
        fields["IsRequiredAuthentication"] = False
    if mode != Mode.OCPP_NATIVE:
        fields["OcppCentralSystemUrl"] = None
    return fields


def _derived(call: Call, installation: Installation) -> Row:
    return {
        "InstallationType": installation["kind"],
        "Active": installation["active"],
        "CreatedOnDate": moments.without_offset(installation["provisioned_at"]),
        "UpdatedOn": moments.without_offset(installation["updated_at"]),
        "ActiveChargerCount": len(call.world.chargers_of(installation["id"])),
        "HasUserGroupWithAllowOcppNative": may_switch_to_native(call.world, installation),
        "SupportGroup": _present(call.world.data["support_group"]),
    }


def charger_row(call: Call, charger: Charger) -> Row:
    """A charger in the list; the PIN only for its owner."""
    settle_charger(call.world, charger)
    roles = roles_on_charger(call.world, call.user, charger)
    installation = call.world.data["installations"][charger["installation"]]
    settle_installation(call.world, installation)
    row = _identity(charger, installation, roles)
    row["OperatingMode"] = int(str(charger["values"]["710"]))
    row["IsOnline"] = charger["online"]
    if manages(roles):
        row.update(_managed(charger, installation, roles))
    return _present(row)


def charger_detail(call: Call, charger: Charger) -> Row:
    """A charger in detail: the `Property…` members, but not what the list alone has."""
    row = charger_row(call, charger)
    for name in ("OperatingMode", "IsOnline", "Warnings"):
        row.pop(name, None)
    return {**row, **_present(charger["detail"])}


def _identity(charger: Charger, installation: Installation, roles: Role) -> Row:
    return {
        "Id": charger["id"],
        "MID": charger["serial"],
        "DeviceId": charger["serial"],
        "SerialNo": charger["serial"],
        "Name": charger["name"],
        "Active": charger["active"],
        "CurrentUserRoles": int(roles),
        "DeviceType": int(device_type(charger["serial"])),
        "InstallationName": installation["name"],
        "InstallationId": installation["id"],
        "IsAuthorizationRequired": authorization_required(charger, installation),
    }


def _managed(charger: Charger, installation: Installation, roles: Role) -> Row:
    return {
        "CreatedOnDate": moments.without_offset(installation["provisioned_at"]),
        "CircuitId": charger["circuit"],
        "AuthenticationType": installation["fields"]["AuthenticationType"],
        "Pin": charger["pin"] if roles & Role.OWNER else None,
        "Warnings": charger["values"].get("804"),
    }


def authorization_required(charger: Charger, installation: Installation) -> bool:
    """Whether this box asks for a card or the app before it charges."""
    asked = shown_fields(installation)["IsRequiredAuthentication"] is True
    return asked and charger["detail"].get("PropertyAuthenticationDisabled") is not True


def hierarchy(call: Call, installation: Installation) -> Row:
    """The installation's circuits with their chargers."""
    chargers = call.world.chargers_of(installation["id"])
    return {
        "Id": installation["id"],
        "Name": installation["name"],
        "InstallationName": installation["name"],
        "NetworkType": installation["fields"]["NetworkType"],
        "CountryId": installation["fields"]["CountryId"],
        "Circuits": [
            {
                "Id": circuit["id"],
                "Name": circuit["name"],
                "MaxCurrent": circuit["max_current_a"],
                "IsActive": True,
                "Active": True,
                "InstallationId": installation["id"],
                "InstallationName": installation["name"],
                "Chargers": [_leaf(c) for c in chargers if c["circuit"] == circuit["id"]],
            }
            for circuit in installation["circuits"]
        ],
    }


def _leaf(charger: Charger) -> Row:
    return {
        "Id": charger["id"],
        "DeviceId": charger["serial"],
        "MID": charger["serial"],
        "Name": charger["name"],
        "SerialNo": charger["serial"],
        "Active": charger["active"],
        "DeviceType": int(device_type(charger["serial"])),
    }


def has_feature(fields: Fields, feature: Feature, *, member: str) -> bool:
    """Whether a feature mask (`AvailableFeatures`, `EnabledFeatures`) has the bit."""
    mask = fields.get(member)
    return isinstance(mask, int) and bool(mask & feature)


def _present(row: Row | Fields) -> Row:
    return {name: value for name, value in row.items() if value is not None}
