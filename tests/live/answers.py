"""A small cloud of scripted answers: one site with one charger, each answer replaceable."""

import json
from collections.abc import Callable, Mapping

import httpx

SITE = "11111111-2222-3333-4444-555555555555"
CHARGER = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
CIRCUIT = "99999999-8888-7777-6666-555555555555"
SERIAL = "ZAP000001"

Answer = Callable[[], httpx.Response]

INSTALLATION: dict[str, object] = {
    "Id": SITE,
    "Name": "Storgata 1",
    "CurrentUserRoles": 7,
    "AuthenticationType": 0,
    "IsRequiredAuthentication": True,
    "MaxCurrent": 25.0,
    "AvailableCurrent": 20.0,
    "EnabledFeatures": 0,
    "HasUserGroupWithAllowOcppNative": True,
    "ContactEmail": "CANARY-contact@people.example",
    "WebhooksAuthPayload": "CANARY-payload",
}
CHARGER_ROW: dict[str, object] = {
    "Id": CHARGER,
    "DeviceId": SERIAL,
    "Name": "Garage",
    "InstallationId": SITE,
    "InstallationName": "Storgata 1",
    "CircuitId": CIRCUIT,
    "CurrentUserRoles": 7,
    "IsOnline": True,
    "OperatingMode": 1,
    "Pin": "CANARY-pin",
}
STATE: list[dict[str, object]] = [
    {"ChargerId": CHARGER, "StateId": 510, "Timestamp": "2026-01-01T00:00:00", "ValueAsString": "16.000"},
    {"ChargerId": CHARGER, "StateId": 712, "Timestamp": "2026-01-01T00:00:00", "ValueAsString": "0"},
    {"ChargerId": CHARGER, "StateId": 750, "Timestamp": "2026-01-01T00:00:00", "ValueAsString": "CANARY-card"},
    {"ChargerId": CHARGER, "StateId": -1, "Timestamp": "2026-01-01T00:00:00"},
]
HIERARCHY: dict[str, object] = {
    "Id": SITE,
    "Circuits": [{"Id": CIRCUIT, "Name": "Kurs 1", "MaxCurrent": 25.0, "Chargers": [{"Id": CHARGER}]}],
}


def paged(*rows: object) -> dict[str, object]:
    """A list of one page."""
    return {"Pages": 1, "Data": list(rows)}


def as_json(data: object, status: int = 200) -> Answer:
    """An answer with JSON."""
    return lambda: httpx.Response(status, json=data)


def body(content: bytes, status: int = 200, content_type: str = "application/json") -> Answer:
    """An answer with any bytes."""
    return lambda: httpx.Response(status, content=content, headers={"Content-Type": content_type})


def status(code: int, **headers: str) -> Answer:
    """An empty answer."""
    return lambda: httpx.Response(code, headers=headers)


def lost(error: Exception) -> Answer:
    """No answer."""

    def fail() -> httpx.Response:
        raise error

    return fail


class Cloud:
    """Answers by the end of the path; what it received is in `seen`."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self._answers: dict[str, Answer] = {
            "GET /api/installation": as_json(paged(INSTALLATION)),
            "GET /api/chargers": as_json(paged(CHARGER_ROW)),
            f"GET /api/installation/{SITE}": as_json(INSTALLATION),
            f"GET /api/installation/{SITE}/hierarchy": as_json(HIERARCHY),
            f"GET /api/chargers/{CHARGER}/state": as_json(STATE),
            **(answers or {}),
        }
        self.seen: list[str] = []
        self.bodies: list[object] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        name = f"{request.method} {request.url.path}"
        self.seen.append(name)
        self.bodies.append(json.loads(request.content) if request.content else None)
        return self._answers.get(name, status(404))()
