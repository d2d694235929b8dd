"""Who has access to a generated installation."""

import random
from collections.abc import Mapping

from reconciler.sandbox.access import group_permission, user_permission
from reconciler.sandbox.builders import OWNER_EMAIL
from reconciler.sandbox.permissions import made_id
from reconciler.sandbox.records import Permission, User
from reconciler.sandbox.terms import Holder, Role
from reconciler.sandbox.world import World

OURS = int(Role.OWNER | Role.SERVICE)
USER_OWNER = int(Role.USER | Role.OWNER)
FORMER = ("FORM", "Forrige Operatør")
PARTNERS = (("installer", "HANS", int(Role.SERVICE)), ("secondPartner", "PAYC", OURS), ("formerOperator", FORMER[0], 1))
DAY_S = 86_400.0
STAFF = 7


def prepared(world: World) -> World:
    """The same world, with the user group of the operator that was there before, and our staff."""
    key, name = FORMER
    world.data["groups"][key] = {"id": made_id(f"group:{key}"), "key": key, "name": name, "allows_ocpp_native": False}
    for number in range(STAFF):
        _know(world, f"staff-{number}", _staff_member(number))
    return world


def _staff_member(number: int) -> User:
    return _user(f"staff-{number % STAFF}")


def _user(person_id: str) -> User:
    email = f"{person_id}@people.example"
    return {"id": made_id(f"user:{email}"), "email": email, "name": f"Person {person_id}", "password": "", "groups": []}


def _know(world: World, person_id: str, user: User) -> None:
    world.data["users"].append(user)
    world.data["people"].append({"id": person_id, "email": user["email"], "name": user["name"], "language": "no"})


class Access:
    """Draws the permissions of one installation; people it needs are put into the world."""

    def __init__(self, world: World, dice: random.Random, shares: Mapping[str, float]) -> None:
        self._world = world
        self._dice = dice
        self._shares = shares

    def ours(self, *, is_visible: bool, only_user: bool) -> list[Permission]:
        """What our login has: by group, or in person."""
        by_group = self._happens("ownGroup")
        if not is_visible:
            return []
        roles = int(Role.USER) if only_user else OURS
        if by_group:
            return [group_permission(self._world, "BSJG", roles)]
        return [user_permission(self._login(), roles)]

    def owners(self, number: int, count: int) -> tuple[list[str], list[Permission]]:
        """So many owners who have accepted, or rarely none: their ids in the directory, and what they hold."""
        if self._happens("noOwner"):
            return [], []
        ids = [f"g-{number}-{one}" for one in range(count)]
        return [f"person:{id_}" for id_ in ids], [user_permission(self._person(id_), USER_OWNER) for id_ in ids]

    def others(self, number: int) -> list[Permission]:
        """Partners, staff, and who was invited and has not answered."""
        held = [group_permission(self._world, key, roles) for share, key, roles in PARTNERS if self._happens(share)]
        if self._happens("staff"):
            held.append(user_permission(_staff_member(number), int(Role.SERVICE)))
        if self._happens("invitation"):
            held.append(self._invitation(number))
        return held

    def _happens(self, share: str) -> bool:
        return self._dice.random() < self._shares[share]

    def _login(self) -> User:
        return next(user for user in self._world.data["users"] if user["email"] == OWNER_EMAIL)

    def _person(self, person_id: str) -> User:
        user = _user(person_id)
        _know(self._world, person_id, user)
        return user

    def _invitation(self, number: int) -> Permission:
        email = f"g-{number}-invited@people.example"
        days = self._dice.expovariate(1 / self._shares["invitationAgeDays"])
        return {
            "holder": Holder.INVITED_USER,
            "id": made_id(f"invited:{email}"),
            "name": "",
            "email": email,
            "roles": USER_OWNER,
            "accepted": False,
            "invited_at": self._world.now() - round(days * DAY_S),
        }
