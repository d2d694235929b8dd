"""A logged-in caller of the simulated cloud, for tests."""

from typing import Any

from werkzeug.test import Client, TestResponse

from reconciler.sandbox.app import create_app
from reconciler.sandbox.builders import OWNER_EMAIL, OWNER_PASSWORD
from reconciler.sandbox.records import Charger, Installation
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import World

ELVEVEIEN = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"
FJELLVEIEN = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c02"
BAKKEGATA = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"
NABOLAGET = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c04"
SOLBAKKEN = "5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b02"
FURULIA = "5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06"
KAIA = "91c2b6f4-6a0d-4c1e-b7a3-0d5e8f2a4c03"
VERKSTED = "c04f3a7e-2d18-4b6b-9e70-5b8a1f6d2e04"
HAVNEN = "e7b1d9c0-5f32-4a8d-8c46-2f9b3e7a5d05"
LUFTHAVN = "7d3e0a44-9c15-4f0b-a1d2-6b8e5c7f9a10"
TESTVEIEN = "0b7f4f6a-33d1-4a52-9c8e-5a1e2d3c4b11"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
NATIVE_URL = "wss://ocpp.backend-b.example/cp"


class Cloud:
    """The app over a world, with the owner's token."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world if world is not None else fixture_world()
        self.client = Client(create_app(self.world))
        self.token = self.log_in().json["access_token"]

    def log_in(self, *, username: str = OWNER_EMAIL, password: str = OWNER_PASSWORD) -> TestResponse:
        form = {"grant_type": "password", "username": username, "password": password}
        return self.client.post("/oauth/token", data=form)

    def call(self, method: str, path: str, body: object = None, **query: object) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        json = {} if body is None else {"json": body}
        return self.client.open(path, method=method, headers=headers, query_string=query, **json)

    def get(self, path: str, **query: object) -> TestResponse:
        return self.call("GET", path, **query)

    def row(self, installation_id: str) -> dict[str, Any]:
        return self.get(f"/api/installation/{installation_id}").json

    def state(self, serial: str) -> dict[int, str | None]:
        rows = self.get(f"/api/chargers/{self.charger(serial)['id']}/state").json
        return {row["StateId"]: row.get("ValueAsString") for row in rows}

    def charger(self, serial: str) -> Charger:
        charger = self.world.charger_by_serial(serial)
        assert charger is not None
        return charger

    def installation(self, installation_id: str) -> Installation:
        return self.world.data["installations"][installation_id]

    def update_charger(self, serial: str, body: object) -> TestResponse:
        return self.call("POST", f"/api/chargers/{self.charger(serial)['id']}/update", body)

    def update_installation(self, installation_id: str, body: object) -> TestResponse:
        return self.call("POST", f"/api/installation/{installation_id}/update", body)

    def permissions(self, installation_id: str) -> list[dict[str, Any]]:
        return self.get(f"/partner/v1/installation/{installation_id}/permissions").json["Permissions"]

    def roles_of(self, installation_id: str, who: str) -> int | None:
        rows = self.permissions(installation_id)
        return next((r["Roles"] for r in rows if who in (r.get("Email"), r.get("LookupKey"))), None)

    def charger_permissions(self, serial: str) -> list[dict[str, Any]]:
        return self.get(f"/partner/v1/chargers/{self.charger(serial)['id']}/permissions").json["Permissions"]
