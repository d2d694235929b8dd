"""What a caller may see and do.

Roles are bits on each object. A person holds them directly or through a user
group; whoever holds any role on an installation or a charger is also its user. A
charger adds the roles that were given on the charger itself (Pro only); they show
nothing of the installation.
"""

from collections.abc import Iterator

from reconciler.sandbox.records import Charger, Installation, Permission, Place, User
from reconciler.sandbox.terms import MANAGES, Holder, Role
from reconciler.sandbox.world import World


def roles_on(world: World, user: User, installation: Installation) -> Role:
    """The caller's roles on an installation; none when it is invisible."""
    return _roles(world, user, installation)


def roles_on_charger(world: World, user: User, charger: Charger) -> Role:
    """The caller's roles on a charger."""
    installation = world.data["installations"][charger["installation"]]
    return _roles(world, user, installation) | _roles(world, user, charger)


def gets_tree(world: World, user: User, installation: Installation) -> bool:
    """Whether a permission that manages the installation is old enough for its hierarchy."""
    held = _held(world, user, installation)
    return any(manages(Role(p["roles"])) and p.get("tree_at", 0.0) <= world.now() for p in held)


def _roles(world: World, user: User, place: Place) -> Role:
    if not place["permissions"]:
        return Role.NONE
    held = Role.NONE
    for permission in _held(world, user, place):
        held |= Role(permission["roles"])
    return held | Role.USER if held else Role.NONE


def _held(world: World, user: User, place: Place) -> Iterator[Permission]:
    keys = {world.data["groups"][key]["id"] for key in user["groups"]}
    for permission in place["permissions"]:
        if not permission["accepted"]:
            continue
        if permission["id"] in keys or (permission["id"] == user["id"] and permission["holder"] == Holder.USER):
            yield permission


def manages(roles: Role) -> bool:
    """Whether the roles contain Owner or Service."""
    return bool(roles & MANAGES)


def may_switch_to_native(world: World, installation: Installation) -> bool:
    """Whether a group with "Allow OCPP 1.6J" sees the installation."""
    allowing = {g["id"] for g in world.data["groups"].values() if g["allows_ocpp_native"]}
    return any(p["id"] in allowing for p in installation["permissions"])


def sees(installation: Installation, lookup_key: str) -> bool:
    """Whether the user group with this key sees the installation."""
    return any(p.get("key") == lookup_key for p in installation["permissions"])


def user_permission(user: User, roles: int) -> Permission:
    """The permission of somebody who has an account."""
    return {
        "holder": Holder.USER,
        "id": user["id"],
        "name": user["name"],
        "email": user["email"],
        "roles": roles,
        "accepted": True,
    }


def group_permission(world: World, key: str, roles: int) -> Permission:
    """The permission of a user group that exists."""
    group = world.data["groups"][key]
    return {
        "holder": Holder.USER_GROUP,
        "id": group["id"],
        "name": group["name"],
        "key": key,
        "roles": roles,
        "accepted": True,
    }
