"""What is really so in a simulated world, read from its data and not through any client.

A place is (installation id, serial or principal or both or "", setting); values are as on the wire.
"""

import json
from collections.abc import Mapping

from reconciler.model.change import Change
from reconciler.model.settings import ROLE_BITS, Kind
from reconciler.model.value import Absent
from reconciler.sandbox.portal import CHARGER_SETTINGS, INSTALLATION_SETTINGS
from reconciler.sandbox.records import Charger, Fields, Installation, Permission
from reconciler.sandbox.settling import settle_charger, settle_installation
from reconciler.sandbox.state import _kept_until
from reconciler.sandbox.world import World

Place = tuple[str, str, str]
Values = dict[Place, object]

PERMISSIONS = "permissions"
LIMITS = ("maxCurrent", "standAlone")
SET, NOT_SET = "set", "not set"
SECRETS = ("authentication.ocppCloud.initialPassword", "authentication.webhooks.authPayload")
_BY_FIELD = {field: setting for setting, (field, _) in INSTALLATION_SETTINGS.items()}
_ROLE_BIT = dict(ROLE_BITS)


def place_of(change: Change) -> Place:
    """Where a change happens."""
    target = change.target
    return (target.installation_id, _holder(target.charger, target.principal), change.setting)


def wished(change: Change) -> object:
    """The value that a change wants there, as on the wire; None when nothing shall be there."""
    return on_the_wire(change, change.after)


def on_the_wire(change: Change, value: object) -> object:
    """A value of our words in those of the cloud."""
    if isinstance(value, Absent):
        return None
    if change.target.principal is not None:
        return sum(_ROLE_BIT[word] for word in value) if isinstance(value, tuple) else None
    if change.row.kind is Kind.SECRET:
        return SET
    table = CHARGER_SETTINGS if change.target.charger is not None else INSTALLATION_SETTINGS
    return table[change.setting][1](value)


def settled(world: World) -> Values:
    """What holds now: everything that was accepted and has become effective."""
    found: Values = {}
    for installation in world.installations():
        settle_installation(world, installation)
        found.update(_of_fields(installation["id"], installation["fields"]))
        for permission in installation["permissions"]:
            found[_whose(world, installation, permission)] = permission["roles"]
    for charger in world.data["chargers"].values():
        settle_charger(world, charger)
        found.update(_of_values(charger, charger["values"]))
        for permission in charger["permissions"]:
            found[_whose(world, charger, permission)] = permission["roles"]
    return found


def under_way(world: World) -> dict[Place, list[object]]:
    """What was accepted and is not effective yet, oldest first; also what offline chargers will fetch some day."""
    found = soon(world)
    for charger in world.data["chargers"].values():
        for entry in charger["settling"]:
            if entry["at"] is None:
                _add(found, _of_values(charger, entry["values"]))
    return found


def soon(world: World) -> dict[Place, list[object]]:
    """What becomes effective by itself within seconds, oldest first."""
    found: dict[Place, list[object]] = {}
    for installation in world.installations():
        for entry in installation["settling"]:
            _add(found, _of_fields(installation["id"], entry["values"]))
        _add_permissions(found, world, installation)
    for charger in world.data["chargers"].values():
        _add_permissions(found, world, charger)
        for entry in charger["settling"]:
            if entry["at"] is not None:
                _add(found, _of_values(charger, entry["values"]))
    return found


def accepted(world: World) -> Values:
    """What the cloud has accepted, effective or not."""
    found = settled(world)
    for place, values in under_way(world).items():
        found[place] = values[-1]
    return found


def shown(world: World, path: str) -> Values:
    """What a good answer to that read shows; a charger's state may have been kept for some seconds."""
    parts = path.strip("/").split("/")
    if parts[-1] == "state":
        return _state(world, world.data["chargers"][parts[-2]])
    if parts[-1] == PERMISSIONS:
        return _people(world, parts[-3], parts[-2])
    if parts[-1] == "installation" or parts[-2] == "installation":
        site = None if parts[-1] == "installation" else parts[parts.index("installation") + 1]
        return {place: value for place, value in settled(world).items() if site in (None, place[0]) and not place[1]}
    return {}


def _people(world: World, kind: str, id_: str) -> Values:
    """Who holds what on an installation, or on one charger."""
    place = world.data["chargers"][id_] if kind == "chargers" else world.data["installations"][id_]
    holders = {_whose(world, place, permission) for permission in place["permissions"]}
    return {where: value for where, value in settled(world).items() if where in holders}


def _state(world: World, charger: Charger) -> Values:
    kept = world.memory.states.get(charger["id"])
    if kept is None or world.now() >= _kept_until(kept[0], world.memory.written.get(charger["id"])):
        return _of_values(charger, charger["values"])
    return _of_values(charger, {number: text for number, (text, _) in kept[1].items()})


def written(world: World, method: str, path: str, body: bytes) -> Values:
    """What a request asks for; members that nobody planned for come under their own name."""
    parts = path.strip("/").split("/")
    sent = json.loads(body) if body else {}
    members: Mapping[str, object] = sent if isinstance(sent, dict) else {}
    if parts[-1] == PERMISSIONS:
        whom = _principal(world, members)
        place = (parts[3], whom, PERMISSIONS) if parts[2] == "installation" else _on_charger(world, parts[3], whom)
        return {place: None if method == "DELETE" else members.get("Roles")}
    if "chargers" in parts:
        charger = world.data["chargers"][parts[parts.index("chargers") + 1]]
        return {_charger_place(charger, name): _charger_value(name, value) for name, value in members.items()}
    site = parts[parts.index("installation") + 1]
    return {(site, "", _setting(name)): _shown(_setting(name), value) for name, value in members.items()}


def _charger_place(charger: Charger, member: str) -> Place:
    setting = {"maxChargeCurrent": "maxCurrent", "StandAlone": "standAlone"}.get(member, member)
    return (charger["installation"], charger["serial"], setting)


def _charger_value(member: str, value: object) -> object:
    match member, value:
        case "maxChargeCurrent", int() | float():
            return f"{value:.3f}"
        case "StandAlone", bool():
            return "1" if value else "0"
        case _:
            return value


def _setting(member: str) -> str:
    return _BY_FIELD.get(member[0].upper() + member[1:], member)


def _shown(setting: str, value: object) -> object:
    if setting in SECRETS:
        return SET if value else NOT_SET
    return value


def _add(found: dict[Place, list[object]], more: Values) -> None:
    for place, value in more.items():
        found.setdefault(place, []).append(value)


def _add_permissions(found: dict[Place, list[object]], world: World, place: Installation | Charger) -> None:
    for item in place["settling_permissions"]:
        _add(found, {_whose(world, place, item["permission"]): item["permission"]["roles"] or None})


def _of_fields(site: str, fields: Fields) -> Values:
    return {
        (site, "", _BY_FIELD[name]): _shown(_BY_FIELD[name], value)
        for name, value in fields.items()
        if name in _BY_FIELD
    }


def _of_values(charger: Charger, values: Fields) -> Values:
    place = (charger["installation"], charger["serial"])
    return {(*place, name): values[CHARGER_SETTINGS[name][0]] for name in LIMITS if CHARGER_SETTINGS[name][0] in values}


def _whose(world: World, place: Installation | Charger, permission: Permission) -> Place:
    key = permission.get("key")
    whom = _person(world, permission.get("email", "")) if key is None else f"userGroup:{key}"
    return _on_charger(world, place["id"], whom) if "serial" in place else (place["id"], whom, PERMISSIONS)


def _on_charger(world: World, charger_id: str, whom: str) -> Place:
    charger = world.data["chargers"][charger_id]
    return (charger["installation"], _holder(charger["serial"], whom), PERMISSIONS)


def _holder(charger: str | None, principal: str | None) -> str:
    return " ".join(one for one in (charger, principal) if one is not None)


def _principal(world: World, members: Mapping[str, object]) -> str:
    if members.get("LookupKey"):
        return f"userGroup:{members['LookupKey']}"
    if members.get("Email"):
        return _person(world, str(members["Email"]))
    user = world.user_by_id(str(members.get("ObjectId")))
    return _person(world, user["email"]) if user else f"user-id:{members.get('ObjectId')}"


def _person(world: World, email: str) -> str:
    ids = (one["id"] for one in world.data["people"] if one["email"].casefold() == email.casefold())
    return f"person:{next(ids, email)}"
