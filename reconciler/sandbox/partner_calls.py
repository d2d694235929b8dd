"""The sandbox's own partner contract, under /partner/v1; it is not Zaptec's.

It lets every setting that only the Portal can write for the real service be
rehearsed end to end. Who holds which role is in `permission_calls`.
"""

from werkzeug.wrappers import Response

from reconciler.sandbox import answers
from reconciler.sandbox.charger_calls import managed as managed_charger
from reconciler.sandbox.installation_calls import check_native_url, managed
from reconciler.sandbox.modes import switch_mode
from reconciler.sandbox.reading import Body, Call, invalid
from reconciler.sandbox.records import Fields
from reconciler.sandbox.settling import accepted_fields, change_charger
from reconciler.sandbox.terms import Mode

TEXTS = (
    "OcppCloudUrl",
    "OcppInitialChargePointPassword",
    "OcppCentralSystemUrl",
    "WebhooksAuthUrl",
    "WebhooksAuthPayload",
    "WebhooksSessionStartUrl",
    "WebhooksSessionEndUrl",
)


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
