"""When an accepted value becomes readable.

Installations and online chargers show a new value 2 to 7 s after the write, an
offline charger only once it is back. The delay is drawn from the world's seed,
the object and the number of its writes, so that it never depends on the order in
which objects are written.
"""

import hashlib

from reconciler.sandbox.records import Charger, Fields, Installation, Permission, Place, Settling
from reconciler.sandbox.world import World

SHORTEST_S = 2.0
LONGEST_S = 6.9


def delay_s(world: World, *, object_id: str, write: int) -> float:
    """Seconds until the given write of this object is readable, 2.0 to 6.9."""
    text = f"{world.data['seed']}:{object_id}:{write}".encode()
    share = int.from_bytes(hashlib.sha256(text).digest()[:4]) / 2**32
    return round(SHORTEST_S + share * (LONGEST_S - SHORTEST_S), 1)


def change_installation(world: World, installation: Installation, values: Fields) -> None:
    """Accept new values of an installation."""
    at = _next(world, installation)
    installation["settling"].append({"at": at, "values": {**values}})


def change_permission(world: World, place: Place, permission: Permission) -> float:
    """Accept a permission; roles 0 take it away. The answer is when it becomes visible.

    The cloud knows permissions itself, so that an offline charger delays nothing.
    """
    at = _next(world, place)
    place["settling_permissions"].append({"at": at, "permission": permission})
    return at


def change_charger(world: World, charger: Charger, values: Fields) -> None:
    """Accept new values of a charger; an offline one gets them when it is back."""
    charger["writes"] += 1
    world.memory.written[charger["id"]] = world.now()
    wait = delay_s(world, object_id=charger["id"], write=charger["writes"])
    earlier = [e["at"] for e in charger["settling"] if e["at"] is not None]
    at = max([world.now() + wait, *earlier]) if charger["online"] else None
    charger["settling"].append({"at": at, "values": {**values}})


def come_online(world: World, charger: Charger) -> None:
    """The charger connects and fetches what waited for it."""
    charger["online"] = True
    wait = delay_s(world, object_id=charger["id"], write=charger["writes"])
    for entry in charger["settling"]:
        if entry["at"] is None:
            entry["at"] = world.now() + wait


def settle_installation(world: World, installation: Installation) -> None:
    """Let everything that is due become readable."""
    if not installation["settling"] and not installation["settling_permissions"]:
        return  # as nearly always, in lists of ten thousands
    now = world.now()
    installation["settling"], due = _split(installation["settling"], now)
    for entry in due:
        installation["former"] = {**installation["fields"]}
        installation["fields"].update(entry["values"])
        installation["updated_at"] = entry["at"] or now
    _settle_permissions(installation, now)


def _settle_permissions(place: Place, now: float) -> None:
    later = []
    for item in place["settling_permissions"]:
        if item["at"] > now:
            later.append(item)
        else:
            put_permission(place, item["permission"])
    place["settling_permissions"] = later


def settle_charger(world: World, charger: Charger) -> None:
    """Let everything that is due become the charger's own value."""
    if not charger["settling"] and not charger["settling_permissions"]:
        return
    charger["settling"], due = _split(charger["settling"], world.now())
    for entry in due:
        charger["former"] = {**charger["values"]}
        set_charger_values(charger, entry["values"], at=entry["at"] or world.now())
    _settle_permissions(charger, world.now())


def set_charger_values(charger: Charger, values: Fields, *, at: float) -> None:
    """Make values effective at once; detail members (`Property…`) go to the detail."""
    for key, value in values.items():
        if key.startswith("Property"):
            charger["detail"][key] = value
        else:
            charger["values"][key] = value
            charger["reported"][key] = at


def accepted_fields(installation: Installation) -> Fields:
    """The values that the cloud has accepted, readable or not."""
    fields = {**installation["fields"]}
    for entry in installation["settling"]:
        fields.update(entry["values"])
    return fields


def accepted_permissions(place: Place) -> list[Permission]:
    """The permissions that the cloud has accepted, visible or not."""
    permissions = place["permissions"]
    for item in place["settling_permissions"]:
        permissions = _with(permissions, item["permission"])
    return permissions


def put_permission(place: Place, permission: Permission) -> None:
    """Set one holder's roles; 0 takes the holder away."""
    place["permissions"] = _with(place["permissions"], permission)


def _with(permissions: list[Permission], permission: Permission) -> list[Permission]:
    held = {p["id"]: p for p in permissions}
    held[permission["id"]] = permission
    return [p for p in held.values() if p["roles"] != 0]


def _next(world: World, place: Place) -> float:
    place["writes"] += 1
    wait = delay_s(world, object_id=place["id"], write=place["writes"])
    # A later write never becomes readable before an earlier one: last writer wins.
    earlier = [e["at"] or 0.0 for e in place["settling"]]
    earlier += [e["at"] for e in place["settling_permissions"]]
    return max([world.now() + wait, *earlier])


def _split(entries: list[Settling], now: float) -> tuple[list[Settling], list[Settling]]:
    later = [e for e in entries if e["at"] is None or e["at"] > now]
    due = [e for e in entries if e["at"] is not None and e["at"] <= now]
    return later, sorted(due, key=lambda e: e["at"] or 0.0)
