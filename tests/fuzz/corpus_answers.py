"""Answers recorded from the sandbox, and rare ones made by hand."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.fuzz.corpus import Seed
from tests.live import answers as answers_by_hand
from tests.sandbox.cloud import HAVNEN, KAIA, TESTVEIEN, UNKNOWN, VERKSTED, Cloud


@cache
def answers() -> tuple[Seed, ...]:
    """Bodies that the sandbox answered, good ones and refusals; the name is the call without its ids."""
    cloud = Cloud()
    found = {seed.data: seed for seed in _recorded(cloud)}
    return tuple(found.values())


def _recorded(cloud: Cloud) -> Iterator[Seed]:
    yield _answer("token", cloud.log_in())
    yield _answer("token", cloud.log_in(password="wrong"))
    for size in (2, 100):
        yield _answer("installations", cloud.get("/api/installation", PageSize=size, PageIndex=0))
        yield _answer("chargers", cloud.get("/api/chargers", PageSize=size, PageIndex=0))
    for site in cloud.world.installations():
        place = f"/api/installation/{site['id']}"
        yield _answer("installation", cloud.get(place))
        yield _answer("hierarchy", cloud.get(f"{place}/hierarchy"))
        yield _answer("permissions", cloud.get(f"/partner/v1/installation/{site['id']}/permissions"))
        yield _answer("firmware", cloud.get(f"/api/chargerFirmware/installation/{site['id']}"))
        for charger in cloud.world.chargers_of(site["id"])[:2]:
            yield _answer("charger", cloud.get(f"/api/chargers/{charger['id']}"))
            yield _answer("state", cloud.get(f"/api/chargers/{charger['id']}/state"))
    yield from _refused(cloud)


def _refused(cloud: Cloud) -> Iterator[Seed]:
    yield _answer("error", cloud.get(f"/api/installation/{UNKNOWN}"))
    yield _answer("error", cloud.update_installation(KAIA, {"maxCurrent": -1}))
    yield _answer("error", cloud.update_installation(KAIA, {"maxCurrent": "x"}))
    yield _answer("error", cloud.call("PUT", f"/api/installation/{VERKSTED}", {"AuthenticationType": 9}))
    yield _answer("error", cloud.call("PUT", f"/partner/v1/installation/{HAVNEN}/permissions", {"Roles": 99}))
    yield _answer("error", cloud.update_installation(TESTVEIEN, {"maxCurrent": 99}))
    yield from _rare_installations()
    yield from _rare_answers()
    bodies: tuple[tuple[int, object], ...] = (
        (500, {"Code": 527, "Details": "see https://h.example/x"}),
        (500, {"Code": 999, "Details": "kari@people.example said no, hunter2"}),
        (404, {"errorCode": 512, "message": "x"}),
        (400, {"type": "x", "title": "x", "status": 400, "errors": {"MaxCurrent": ["x"], "$.a[0]": ["y"]}}),
        (403, {}),
    )
    for status, body in bodies:
        yield Seed(name="error", data=json.dumps(body).encode(), tree=body, status=status)


_PHASE = "AvailableCurrentPhase"
_RARE: tuple[dict[str, object], ...] = (
    {f"{_PHASE}1": 6, f"{_PHASE}2": 7, f"{_PHASE}3": 8},
    {f"{_PHASE}1": 6, f"{_PHASE}2": 6, f"{_PHASE}3": 6},
    {f"{_PHASE}1": 20, f"{_PHASE}2": 20, f"{_PHASE}3": 20, "AvailableCurrent": None},
    {f"{_PHASE}1": 6, "AvailableCurrent": ""},
    {f"{_PHASE}1": "x"},
    {"CurrentUserRoles": 1, "MaxCurrent": None},
    {"CurrentUserRoles": None, "AvailableCurrent": None},
    {"AuthenticationType": 2, "OcppCloudUrl": "https://[x", "AvailableCurrent": None},
    {"AuthenticationType": 3, "OcppCentralSystemUrl": "https://me:you@h.example/kari@people.example?a#b"},
    {"AuthenticationType": 1, "WebhooksAuthUrl": "https://h.example/x"},
    {"AuthenticationType": 9},
    {"InstallationType": 0},
    {"InstallationType": 7},
)


def _rare_installations() -> Iterator[Seed]:
    for members in _RARE:
        tree = {key: value for key, value in {**answers_by_hand.INSTALLATION, **members}.items() if value is not None}
        yield Seed(name="installation", data=json.dumps(tree).encode(), tree=tree)


_STATES = [{"StateId": 911, "ValueAsString": "1.2.3.4"}, {"StateId": 710, "ValueAsString": "1"}, {"StateId": 1}]
_NOBODY: tuple[dict[str, object], ...] = (
    {"Roles": 1},
    {"ObjectId": UNKNOWN, "Roles": 1},
    {"ObjectId": UNKNOWN, "Accepted": True},
    {"Roles": 1, "Accepted": False, "Email": "kari@people.example"},
    {"Roles": 1, "Accepted": True, "LookupKey": "BSJG"},
)


def _rare_answers() -> Iterator[Seed]:
    found: tuple[tuple[str, Any], ...] = (
        ("state", _STATES),
        ("state", [*_STATES, 5]),
        *(("permissions", {"Permissions": [one]}) for one in _NOBODY),
        ("permissions", {"Permissions": []}),
        ("error", {"Code": 527, "Details": "no " * 8000}),
    )
    for name, tree in found:
        yield Seed(name=name, data=json.dumps(tree).encode(), tree=tree, status=500 if name == "error" else 200)


def _answer(name: str, response: Any) -> Seed:
    data = bytes(response.data)
    return Seed(name=name, data=data, tree=json.loads(data) if data else None, status=response.status_code)
