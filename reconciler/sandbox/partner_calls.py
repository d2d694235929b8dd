"""The sandbox's own partner contract, under /partner/v1; it is not Zaptec's.

It lets every setting that only the Portal can write for the real service be
rehearsed end to end.
"""

from werkzeug.wrappers import Response

from reconciler.sandbox import answers, moments
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.charger_calls import managed as managed_charger
from reconciler.sandbox.installation_calls import check_native_url, managed
from reconciler.sandbox.modes import switch_mode
from reconciler.sandbox.permissions import Principal, grant, withdraw
from reconciler.sandbox.reading import Body, Call, invalid
from reconciler.sandbox.records import Fields, Permission
from reconciler.sandbox.rows import Row
from reconciler.sandbox.settling import accepted_fields, change_charger
from reconciler.sandbox.terms import Mode, Role

TEXTS = (
    "OcppCloudUrl",
    "OcppInitialChargePointPassword",
    "OcppCentralSystemUrl",
    "WebhooksAuthUrl",
    "WebhooksAuthPayload",
    "WebhooksSessionStartUrl",
    "WebhooksSessionEndUrl",
)
ALL_ROLES = int(Role.USER | Role.OWNER | Role.SERVICE)


def show_permissions(call: Call, installation_id: str) -> Response:
    """Everybody who holds or was offered a role on the installation."""
    installation, _ = managed(call, installation_id)
    rows = [_permission_row(p) for p in installation["permissions"]]
    return answers.found({"Permissions": rows})


def _permission_row(permission: Permission) -> Row:
    row: Row = {
        "ObjectType": permission["holder"],
        "ObjectId": permission["id"],
        "Name": permission["name"],
        "Roles": permission["roles"],
        "Accepted": permission["accepted"],
    }
    if "email" in permission:
        row["Email"] = permission["email"]
    if "key" in permission:
        row["LookupKey"] = permission["key"]
    if "invited_at" in permission:
        row["InvitedAt"] = moments.with_offset(permission["invited_at"])
    return row


def put_authentication(call: Call, installation_id: str) -> Response:
    """Set any part of the authentication; null clears a text."""
    installation, _ = managed(call, installation_id)
    values = _authentication(Body.of(call.request))
    if values.get("AuthenticationType") == Mode.OCPP_NATIVE:
        check_native_url({**accepted_fields(installation), **values}["OcppCentralSystemUrl"])
    if values:
        switch_mode(call.world, installation, values)
        call.effect = True
    return answers.accepted()


def _authentication(body: Body) -> Fields:
    values: Fields = {}
    for name, highest in (("AuthenticationType", 3), ("OcppCloudUrlVersion", 1)):
        number = body.integer(name)
        if number is None:
            continue
        if not 0 <= number <= highest:
            raise invalid(name, f"The value must be from 0 to {highest}.")
        values[name] = number
    required = body.flag("IsRequiredAuthentication")
    if required is not None:
        values["IsRequiredAuthentication"] = required
    for name in TEXTS:
        text = body.text(name)
        if text is not None or body.says_null(name):
            values[name] = text or None
    return values


def put_stand_alone(call: Call, charger_id: str) -> Response:
    """Set stand-alone; an offline charger takes it when it is back."""
    charger = managed_charger(call, charger_id)
    wanted = Body.of(call.request).flag("StandAlone")
    if wanted is not None:
        change_charger(call.world, charger, {"712": "1" if wanted else "0"})
        call.effect = True
    return answers.accepted()


def put_permission(call: Call, installation_id: str) -> Response:
    """Set exactly these roles for one principal; an unknown address is invited."""
    installation, _ = managed(call, installation_id)
    body = Body.of(call.request)
    roles = body.integer("Roles")
    if roles is None or not 1 <= roles <= ALL_ROLES:
        raise invalid("Roles", f"The value must be from 1 to {ALL_ROLES}.")
    principal = _principal(body)
    if not grant(call.world, installation, principal=principal, roles=roles):
        raise Refused(answers.problem(404, "Not Found"))
    call.effect = True
    return answers.accepted()


def delete_permission(call: Call, installation_id: str) -> Response:
    """Take everything from one principal; also 200 when it held nothing."""
    installation, _ = managed(call, installation_id)
    principal = _principal(Body.of(call.request))
    call.effect = withdraw(call.world, installation, principal=principal)
    return answers.accepted()


def _principal(body: Body) -> Principal:
    named = [n for n in ("Email", "LookupKey", "ObjectId") if body.has(n)]
    if len(named) != 1:
        raise invalid("Email", "Name one of Email, LookupKey and ObjectId.")
    text = body.text(named[0]) or ""
    match named[0]:
        case "Email":
            return Principal(email=text)
        case "LookupKey":
            return Principal(key=text)
        case _:
            return Principal(object_id=text.lower())
