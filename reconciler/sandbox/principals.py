"""Who a fleet file means, and what roles a person in the Portal gives them at once."""

from reconciler.sandbox.errors import CallerError, UnknownThingError, nearest
from reconciler.sandbox.permissions import Principal, held_by, set_roles_now
from reconciler.sandbox.records import Charger, Installation, Place
from reconciler.sandbox.terms import CHARGER_ROLES, Kind
from reconciler.sandbox.world import World


def set_roles(world: World, place: Place, *, principal: str, roles: int) -> None:
    """Give a principal exactly these roles on an installation or a charger; 0 takes all.

    Raises:
        UnknownThingError: Nobody is named so.
    """
    who = principal_of(world, principal)
    if not set_roles_now(world, place, principal=who, roles=roles):
        known = (f"userGroup:{key}" for key in world.data["groups"])
        remedy = nearest(principal, known, else_say="name a person as person:<id>, a group as userGroup:<key>")
        raise UnknownThingError(f"the sandbox has no {principal!r}", remedy=remedy)


def roles_of(world: World, place: Place, *, principal: str) -> int:
    """The roles that a principal has accepted there; 0 for none, and while it is invited only.

    Raises:
        UnknownThingError: Nobody is named so.
    """
    held = held_by(place, principal_of(world, principal))
    return 0 if held is None or not held["accepted"] else held["roles"]


def set_charger_roles(world: World, charger: Charger, *, principal: str, roles: int) -> None:
    """The same on one charger, which only Pro installations have, with the roles that exist there.

    Raises:
        CallerError: It is no Pro installation, or Service is among the roles.
        UnknownThingError: Nobody is named so.
    """
    installation = world.data["installations"][charger["installation"]]
    if not has_charger_permissions(installation):
        raise CallerError(
            f"{charger['serial']} has no permissions of its own: only Zaptec Pro has",
            remedy=f"set them on {installation['name']}",
        )
    if roles & ~CHARGER_ROLES:
        raise CallerError("on a single charger there are User and Owner only", remedy="write user, owner or both")
    set_roles(world, charger, principal=principal, roles=roles)


def has_charger_permissions(installation: Installation) -> bool:
    """Whether roles can be given on its single chargers (help.zaptec.com 360019440878)."""
    return installation["kind"] == Kind.PRO


def principal_of(world: World, reference: str) -> Principal:
    """Who `person:<id>`, `userGroup:<key>` or `user-id:<guid>` is; an address is taken as well.

    Raises:
        UnknownThingError: The directory has no such person.
    """
    kind, _, name = reference.partition(":")
    match kind:
        case "person":
            return Principal(email=address_of(world, name))
        case "userGroup":
            return Principal(key=name)
        case "user-id":
            return Principal(object_id=name.lower())
        case _:
            return Principal(email=address_of(world, reference))


def address_of(world: World, who: str) -> str:
    """The e-mail address of a person of the directory, or the address itself.

    Raises:
        UnknownThingError: The directory has no such person.
    """
    wanted = who.removeprefix("person:")
    if "@" in wanted:
        return wanted
    for person in world.data["people"]:
        if person["id"] == wanted:
            return person["email"]
    ids = [person["id"] for person in world.data["people"]]
    known = ", ".join(f"person:{one}" for one in ids)
    raise UnknownThingError(
        f"the sandbox's directory has no person {wanted!r}",
        remedy=nearest(wanted, ids, else_say=f"known are {known}"),
    )
