"""Authentication of a generated installation: what the cloud has, and what its file says."""

from reconciler.sandbox.generating.draft import Draft
from reconciler.sandbox.generating.drifting import OLD_HOST
from reconciler.sandbox.generating.site import Document
from reconciler.sandbox.records import Fields
from reconciler.sandbox.terms import Mode

HOOKS = "https://hooks.paycharge.example"
ASKS_FOR_A_CARD = 0.4
"""Share of native installations; nobody told us a figure."""


def native(draft: Draft) -> tuple[Fields, Document]:
    """Zaptec decides; the address of a former backend may have been left there."""
    required = draft.happens(ASKS_FOR_A_CARD)
    fields: Fields = {"AuthenticationType": int(Mode.NATIVE), "IsRequiredAuthentication": required}
    if draft.happens(draft.parameters.backends["leftover"]):
        fields["OcppCloudUrl"] = f"{OLD_HOST}/{{deviceId}}"
    return fields, {"mode": "native", "authorizationRequired": required}


def ocpp_cloud(draft: Draft, serial: str) -> tuple[Fields, Document]:
    """Zaptec's cloud talks to the backend."""
    backends = draft.parameters.backends
    is_legacy = draft.happens(backends["legacy"])
    identity = "" if is_legacy else "/{deviceId}"
    if draft.happens(backends["serialTypedIn"]) and draft.size == 1 and not is_legacy:
        identity = f"/{serial}"
    url = f"{_backend(draft)}{identity}"
    fields: Fields = {
        "AuthenticationType": int(Mode.OCPP),
        "OcppCloudUrl": url,
        "OcppCloudUrlVersion": int(not is_legacy),
    }
    version = "legacy" if is_legacy else "ocpp16Compliant"
    return fields, {"mode": "ocppCloud", "ocppCloud": {"url": url, "urlVersion": version}}


def ocpp_native(draft: Draft) -> tuple[Fields, Document]:
    """Each charger talks to the backend; the mode stands in the profile of such files."""
    url = _backend(draft)
    fields: Fields = {
        "AuthenticationType": int(Mode.OCPP_NATIVE),
        "OcppCentralSystemUrl": url,
        "IsRequiredAuthentication": True,
        "UseLoadBalancing": False,
    }
    return fields, {"ocppNative": {"url": url}}


def webhooks(draft: Draft) -> tuple[Fields, Document]:
    """The cloud asks a service."""
    del draft
    start, end = f"{HOOKS}/v1/start", f"{HOOKS}/v1/end"
    fields: Fields = {
        "AuthenticationType": int(Mode.WEBHOOKS),
        "WebhooksAuthUrl": f"{HOOKS}/oauth/token",
        "WebhooksSessionStartUrl": start,
        "WebhooksSessionEndUrl": end,
    }
    said = {"authUrl": f"{HOOKS}/oauth/token", "sessionStartUrl": start, "sessionEndUrl": end}
    return fields, {"mode": "webhooks", "webhooks": said}


def drawn_authentication(draft: Draft, serial: str) -> tuple[Fields, Document]:
    """Fields of the cloud, and the part of the file; `serial` is that of the first charger."""
    match draft.mode:
        case "native":
            return native(draft)
        case "ocppCloud":
            return ocpp_cloud(draft, serial)
        case "ocppNative":
            return ocpp_native(draft)
        case "webhooks":
            return webhooks(draft)
        case other:
            raise ValueError(f"{other!r} is no authentication mode")


def hosts(count: int) -> list[str]:
    """All hosts that addresses of generated installations may name; those of the `count` backends first."""
    ours = [_host(number) for number in range(1, count + 1)]
    return [*ours, "hooks.paycharge.example", OLD_HOST.split("/")[2]]


def _backend(draft: Draft) -> str:
    backends = draft.parameters.backends
    if draft.happens(backends["oldHost"]):
        return OLD_HOST
    numbers = range(1, int(backends["hosts"]) + 1)
    (number,) = draft.dice.choices(numbers, weights=[1 / one for one in numbers])
    return f"wss://{_host(number)}/cp"


def _host(number: int) -> str:
    return f"ocpp-{number}.backend.example"
