"""Every documented call that the sandbox answers, with answers to look at."""

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.test import TestResponse

from tests.sandbox.cloud import BAKKEGATA, ELVEVEIEN, FURULIA, LUFTHAVN, NATIVE_URL, UNKNOWN, Cloud

NOT_ANSWERED = {
    ("get", "/api/chargehistory"),
    ("get", "/api/chargehistory/installationreport"),
    ("post", "/api/chargehistory/installationreport"),
    ("get", "/api/session/{id}"),
    ("post", "/api/session/{id}/priority"),
}
"""Charging sessions: nothing that a fleet file could hold, so the sandbox has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of one documented call."""

    method: str
    path: str
    why: str
    response: TestResponse


def answers(cloud: Cloud) -> Iterator[Answer]:
    """Good and bad answers of all documented calls."""
    cloud.world.data["rate_limited"] = False
    group = cloud.world.data["groups"]["BSJG"]["id"]
    ids = {serial: cloud.charger(serial)["id"] for serial in ("ZAP012345", "ZPR081020", "ZPR085001", "ZPR085002")}
    for why, query in (("all", {}), ("short", {"ReturnIdNameOnly": "true"}), ("count", {"PageInfoOnly": "true"})):
        yield _get(cloud, "/api/installation", why=why, query=query)
        yield _get(cloud, "/api/chargers", why=why, query={"PageSize": 100, **query})
    for place in (ELVEVEIEN, BAKKEGATA, LUFTHAVN, UNKNOWN):
        yield _get(cloud, "/api/installation/{id}", why=place, id_=place, query={"DetailLevel": 3})
        yield _get(cloud, "/api/installation/{id}/hierarchy", why=place, id_=place)
        yield _get(cloud, "/api/installation/{id}/messagingConnectionDetails", why=place, id_=place)
        yield _get(cloud, "/api/chargerFirmware/installation/{installationId}", why=place, id_=place)
    for why, charger in {**ids, "unknown": UNKNOWN}.items():
        yield _get(cloud, "/api/chargers/{id}", why=why, id_=charger)
        yield _get(cloud, "/api/chargers/{id}/state", why=why, id_=charger)
    yield _get(cloud, "/api/userGroups/{id}/messagingConnectionDetails", why="own", id_=group)
    yield _get(cloud, "/api/constants", why="public")
    yield from _writes(cloud, ids["ZAP012345"])
    cloud.world.advance(15)
    yield _get(cloud, "/api/installation/{id}", why="after native", id_=FURULIA)
    yield _get(cloud, "/api/chargers/{id}/state", why="after update", id_=ids["ZAP012345"])


def _writes(cloud: Cloud, charger: str) -> Iterator[Answer]:
    update = "/api/installation/{id}/update"
    yield _post(cloud, update, why="accepted", id_=ELVEVEIEN, body={"availableCurrent": 20})
    yield _post(cloud, update, why="bad value", id_=ELVEVEIEN, body={"availableCurrent": "20"})
    yield _post(cloud, update, why="unknown", id_=UNKNOWN, body={"availableCurrent": 20})
    yield _post(cloud, "/api/chargers/{id}/update", why="accepted", id_=charger, body={"maxChargeCurrent": 10})
    command = "/api/chargers/{id}/sendCommand/{commandId}"
    yield _post(cloud, command.replace("{commandId}", "102"), why="restart", id_=charger, declared=command)
    cloud.call("PUT", f"/api/installation/{FURULIA}", {"AuthenticationType": 3, "OcppCentralSystemUrl": NATIVE_URL})


def _get(cloud: Cloud, path: str, *, why: str, id_: str = "", query: dict[str, object] | None = None) -> Answer:
    real = path.replace("{id}", id_).replace("{installationId}", id_)
    return Answer(method="get", path=path, why=why, response=cloud.get(real, **(query or {})))


def _post(
    cloud: Cloud, path: str, *, why: str, id_: str, body: object | None = None, declared: str | None = None
) -> Answer:
    response = cloud.call("POST", path.replace("{id}", id_), body)
    return Answer(method="post", path=declared or path, why=why, response=response)
