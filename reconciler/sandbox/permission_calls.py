"""The partner contract's calls on permissions: of an installation, and of one charger of a Pro installation."""

from werkzeug.wrappers import Response

from reconciler.sandbox import answers, moments
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.charger_calls import managed as managed_charger
from reconciler.sandbox.installation_calls import managed
from reconciler.sandbox.permissions import Principal, grant, withdraw
from reconciler.sandbox.principals import has_charger_permissions
from reconciler.sandbox.reading import Body, Call, invalid
from reconciler.sandbox.records import Charger, Permission, Place
from reconciler.sandbox.rows import Row
from reconciler.sandbox.terms import CHARGER_ROLES, Role

ALL_ROLES = Role.USER | Role.OWNER | Role.SERVICE


def show_permissions(call: Call, installation_id: str) -> Response:
    """Everybody who holds or was offered a role on the installation."""
    installation, _ = managed(call, installation_id)
    return _listed(installation)


def put_permission(call: Call, installation_id: str) -> Response:
    """Set exactly these roles for one principal; an unknown address is invited."""
    installation, _ = managed(call, installation_id)
    return _put(call, installation, known=ALL_ROLES)


def delete_permission(call: Call, installation_id: str) -> Response:
    """Take everything from one principal; also 200 when it held nothing."""
    installation, _ = managed(call, installation_id)
    return _delete(call, installation)


def show_charger_permissions(call: Call, charger_id: str) -> Response:
    """Everybody who holds or was offered a role on this charger alone, not through its installation."""
    return _listed(_pro_charger(call, charger_id))


def put_charger_permission(call: Call, charger_id: str) -> Response:
    """As on an installation, but Service is not among the roles."""
    return _put(call, _pro_charger(call, charger_id), known=CHARGER_ROLES)


def delete_charger_permission(call: Call, charger_id: str) -> Response:
    """As on an installation."""
    return _delete(call, _pro_charger(call, charger_id))


def _pro_charger(call: Call, charger_id: str) -> Charger:
    charger = managed_charger(call, charger_id)
    if not has_charger_permissions(call.world.data["installations"][charger["installation"]]):
        raise invalid("ChargerId", "Only Zaptec Pro has permissions on single chargers.")
    return charger


def _listed(place: Place) -> Response:
    return answers.found({"Permissions": [_row(p) for p in place["permissions"]]})


def _put(call: Call, place: Place, *, known: Role) -> Response:
    body = Body.of(call.request)
    roles = body.integer("Roles")
    if roles is None or not 1 <= roles <= known:
        raise invalid("Roles", f"The value must be from 1 to {known:d}.")
    if not grant(call.world, place, principal=_principal(body), roles=roles):
        raise Refused(answers.problem(404, "Not Found"))
    call.effect = True
    return answers.accepted()


def _delete(call: Call, place: Place) -> Response:
    call.effect = withdraw(call.world, place, principal=_principal(Body.of(call.request)))
    return answers.accepted()


def _row(permission: Permission) -> Row:
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
