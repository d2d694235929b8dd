"""What a change wants, a write says, an answer shows and the world holds, all as a value at a place.

Restated from the sandbox's side, so that a mistake of the client cannot hide in it.
"""

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from reconciler.sandbox import words
from reconciler.sandbox.people import people
from reconciler.sandbox.portal import CHARGER_SETTINGS, INSTALLATION_SETTINGS, SECRETS
from reconciler.sandbox.settling import settle_charger, settle_installation
from reconciler.sandbox.world import World
from tests.kills.proxy import Exchange

Place = tuple[str, str]
"""An id of the cloud, and a member, an observation's number or a principal."""

Value = str | int | float | bool | None
EMAILS = {person_id: email for person_id, email, _, _ in people()}
SETTLES_S = 60.0
WRITTEN_AS = {"maxChargeCurrent": "510", "StandAlone": "712", "maxCurrent": "MaxCurrent"}
PRINCIPALS = ("Email", "LookupKey", "ObjectId")


class Special(Enum):
    """Values that are none."""

    SECRET = "a secret, of which only that it is set can be known"
    UNSEEN = "this answer says nothing about the place"


Seen = Value | Special


def wanted(change: Mapping[str, Any], serials: Mapping[str, str]) -> tuple[Place, Seen]:
    """Where a change of a plan document wants what; `serials` maps to the cloud's ids."""
    setting, after = change["setting"], change["after"]
    if change["principal"] is not None:
        return (change["installation"], _principal(change["principal"])), words.roles(after)
    if change["charger"] is not None:
        number, read = CHARGER_SETTINGS[setting]
        return (serials[change["charger"]], number), _plain(number, read(after))
    member, read = INSTALLATION_SETTINGS[setting]
    return (change["installation"], member), Special.SECRET if setting in SECRETS else read(after)


def written(exchange: Exchange) -> dict[Place, Seen]:
    """What a write says; what it merely sends along to keep it is left out."""
    body = json.loads(exchange.body)
    target = exchange.path.split("/installation/" if "/installation/" in exchange.path else "/chargers/")[1]
    id_ = target.split("/")[0]
    if target.endswith("/permissions"):
        name = next(name for name in PRINCIPALS if name in body)
        return {(id_, f"{name}:{body[name]}".casefold()): body.get("Roles", 0)}
    members = {WRITTEN_AS.get(name, name): value for name, value in body.items() if not name.startswith("available")}
    secrets = {INSTALLATION_SETTINGS[setting][0] for setting in SECRETS}
    return {
        (id_, member): Special.SECRET if member in secrets else _plain(member, value)
        for member, value in members.items()
    }


def shown(exchange: Exchange, place: Place) -> Seen:
    """What the answer to a read says about a place."""
    id_, member = place
    if exchange.method != "GET" or exchange.status != 200:
        return Special.UNSEEN
    answer = json.loads(exchange.answer)
    match exchange.path.split("/"):
        case ["", "api", "installation"]:
            rows = [] if ":" in member else answer["Data"]
            return next((row.get(member) for row in rows if row["Id"] == id_), Special.UNSEEN)
        case ["", "api", "installation", one] if one == id_ and ":" not in member:
            return _plain(member, answer.get(member))
        case ["", "api", "chargers", one, "state"] if one == id_:
            found = [row.get("ValueAsString") for row in answer if str(row["StateId"]) == member]
            return _plain(member, found[0]) if found else Special.UNSEEN
        case ["", "partner", _, "installation", one, "permissions"] if one == id_ and ":" in member:
            return _roles(answer["Permissions"], member)
        case _:
            return Special.UNSEEN


def held(world: World) -> dict[Place, Seen]:
    """Everything manageable that the world holds once all that it accepted has settled."""
    world.sleep_until(world.now() + SETTLES_S)
    found: dict[Place, Seen] = {}
    for site in world.installations():
        settle_installation(world, site)
        found |= {(site["id"], name): site["fields"].get(name) for name, _ in INSTALLATION_SETTINGS.values()}
        for permission in site["permissions"]:
            for name in _names(permission):
                found[site["id"], name] = permission["roles"]
        for charger in world.chargers_of(site["id"]):
            settle_charger(world, charger)
            numbers = [name for name, _ in CHARGER_SETTINGS.values() if name.isdigit()]
            found |= {(charger["id"], number): _plain(number, charger["values"].get(number)) for number in numbers}
    return found


def agrees(seen: Seen, wish: Seen) -> bool:
    """Whether a value is the wished one; a secret only has to be set."""
    if wish is Special.SECRET:
        return seen not in (None, "")
    return seen == wish and not isinstance(seen, Special)


def _plain(member: str, value: Any) -> Seen:
    """Observations come as text: amperes as numbers, the switch as true or false."""
    if member == "712":
        return value in (True, "1")
    if member == "510" and value is not None:
        return round(float(value), 1)
    return value  # type: ignore[no-any-return]  # whatever JSON held


def _roles(rows: list[dict[str, Any]], member: str) -> int:
    for row in rows:
        if member in _names({"email": row.get("Email"), "key": row.get("LookupKey"), "id": row["ObjectId"]}):
            return int(row["Roles"])
    return 0


def _names(permission: Mapping[str, Any]) -> list[str]:
    named = (("Email", "email"), ("LookupKey", "key"), ("ObjectId", "id"))
    return [f"{name}:{permission[key]}".casefold() for name, key in named if permission.get(key)]


def _principal(reference: str) -> str:
    kind, _, name = reference.partition(":")
    match kind:
        case "person":
            return f"Email:{EMAILS[name]}".casefold()
        case "userGroup":
            return f"LookupKey:{name}".casefold()
        case _:
            return f"ObjectId:{name}".casefold()
