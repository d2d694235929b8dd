"""Giving and taking roles: accounts at once, unknown addresses by invitation."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.sandbox.access import group_permission, user_permission
from reconciler.sandbox.records import Installation, Letter, Permission, Place, User
from reconciler.sandbox.settling import accepted_permissions, change_permission, put_permission
from reconciler.sandbox.terms import Holder
from reconciler.sandbox.world import World, folded

NAMESPACE = uuid.UUID("6f0d2a3e-52b7-4f6c-9c41-0c8e3f1b7a55")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is meant: by address, by a group's lookup key, or by id; one of the three."""

    email: str | None = None
    key: str | None = None
    object_id: str | None = None


def made_id(text: str) -> str:
    """The id of something that the fixture does not name: always the same for a text."""
    return str(uuid.uuid5(NAMESPACE, text))


def grant(world: World, place: Place, *, principal: Principal, roles: int) -> bool:
    """Set a principal's roles after the settling delay; false when nobody is meant."""
    permission = offered(world, place, principal=principal, roles=roles)
    if permission is None:
        return False
    _mail(world, place, permission)
    change_permission(world, place, permission)
    return True


def withdraw(world: World, place: Place, *, principal: Principal) -> bool:
    """Take a principal's roles after the settling delay; false when it held none."""
    held = held_by(place, principal)
    if held is None:
        return False
    change_permission(world, place, {**held, "roles": 0})
    return True


def set_roles_now(world: World, place: Place, *, principal: Principal, roles: int) -> bool:
    """What a person does in the Portal: visible at once; roles 0 take it all."""
    held = held_by(place, principal)
    if roles == 0 and held is None:
        return True
    permission = offered(world, place, principal=principal, roles=roles)
    if permission is None:
        return False
    _mail(world, place, permission)
    put_permission(place, permission)
    _overtake(place, permission)
    return True


def offered(world: World, place: Place, *, principal: Principal, roles: int) -> Permission | None:
    """The permission that a grant makes; none when the group or id is unknown."""
    held = held_by(place, principal)
    if held is not None:
        return {**held, "roles": roles}
    if principal.key is not None:
        known = principal.key in world.data["groups"]
        return group_permission(world, principal.key, roles) if known else None
    if principal.email is not None:
        user = world.user_by_email(principal.email)
        return user_permission(user, roles) if user else _invited(world, principal.email, roles)
    user = world.user_by_id(principal.object_id or "")
    return user_permission(user, roles) if user else None


def accept(world: World, *, email: str, installation: Installation | None) -> int:
    """Somebody opens the letter: an account, and every invitation accepted.

    Returns at how many installations something was accepted, there or on chargers there.
    """
    accepted: set[str] = set()
    for installation_id, place in _places(world, installation):
        for invitation in _open_invitations(place, email):
            user = world.user_by_email(email) or _sign_up(world, invitation.get("email", email))
            _accept_one(place, invitation, user)
            accepted.add(installation_id)
    return len(accepted)


def _places(world: World, installation: Installation | None = None) -> Iterator[tuple[str, Place]]:
    """An installation and its chargers, or all, each with the installation's id."""
    for one in [installation] if installation else world.installations():
        yield one["id"], one
    for charger in world.data["chargers"].values():
        if installation is None or charger["installation"] == installation["id"]:
            yield charger["installation"], charger


def invited_addresses(world: World) -> frozenset[str]:
    """Who has an open invitation somewhere; folded, for comparing."""
    return frozenset(
        folded(permission.get("email", ""))
        for _, place in _places(world)
        for permission in accepted_permissions(place)
        if permission["holder"] == Holder.INVITED_USER
    )


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are one, whatever capitals and composed letters."""
    return folded(one) == folded(other)


def _open_invitations(place: Place, email: str) -> list[Permission]:
    return [
        p
        for p in accepted_permissions(place)
        if p["holder"] == Holder.INVITED_USER and same_address(p.get("email", ""), email)
    ]


def _accept_one(place: Place, invitation: Permission, user: User) -> None:
    put_permission(place, {**invitation, "roles": 0})
    put_permission(place, user_permission(user, invitation["roles"]))
    _overtake(place, invitation)


def _overtake(place: Place, permission: Permission) -> None:
    """What was accepted before for the same holder and is still under way is void."""
    settling = place["settling_permissions"]
    place["settling_permissions"] = [s for s in settling if s["permission"]["id"] != permission["id"]]


def _sign_up(world: World, email: str) -> User:
    name = next((p["name"] for p in world.data["people"] if same_address(p["email"], email)), email)
    user: User = {
        "id": made_id(f"user:{folded(email)}"),
        "email": email,
        "name": name,
        "password": "",
        "groups": [],
    }
    world.data["users"].append(user)
    return user


def _invited(world: World, email: str, roles: int) -> Permission:
    return {
        "holder": Holder.INVITED_USER,
        "id": made_id(f"invited:{folded(email)}"),
        "name": "",
        "email": email,
        "roles": roles,
        "accepted": False,
        "invited_at": world.now(),
    }


def _mail(world: World, place: Place, permission: Permission) -> None:
    held = {p["id"] for p in accepted_permissions(place)}
    if permission["accepted"] or permission["id"] in held:
        return
    letter: Letter = {"at": world.now(), "to": permission.get("email", ""), "installation": place["id"]}
    if "serial" in place:
        letter["installation"], letter["charger"] = place["installation"], place["serial"]
    world.data["outbox"].append(letter)


def held_by(place: Place, principal: Principal) -> Permission | None:
    """What a principal holds there, also an invitation that is open; None when nothing."""
    for permission in accepted_permissions(place):
        by_key = principal.key is not None and permission.get("key") == principal.key
        by_id = principal.object_id is not None and permission["id"] == principal.object_id
        by_email = principal.email is not None and same_address(permission.get("email", ""), principal.email)
        if by_key or by_id or by_email:
            return permission
    return None
