"""Which installations a person may share with a group, and sharing one."""

from reconciler.sandbox.access import group_permission
from reconciler.sandbox.consent.link import AccessRequest
from reconciler.sandbox.records import Installation, User
from reconciler.sandbox.settling import accepted_permissions, change_permission, delay_s, settle_installation
from reconciler.sandbox.terms import MANAGES, Holder, Role
from reconciler.sandbox.world import World


def offered(world: World, asked: AccessRequest, user: User) -> list[Installation]:
    """What the page lists: what can be shared, without what the group sees already unless the link wants that."""
    found = shareable(world, asked, user)
    return [i for i in found if asked.show_existing or roles_of_group(i, asked.lookup_key) == 0]


def shareable(world: World, asked: AccessRequest, user: User) -> list[Installation]:
    """Installations of the kind asked for of which the person is Owner; only the one that the link names, if any."""
    return [
        installation
        for installation in world.installations()
        if installation["kind"] == asked.kind
        and installation["active"]
        and asked.installation_id in (None, installation["id"])
        and _owns(world, user, installation)
    ]


def share(world: World, installation: Installation, *, lookup_key: str) -> bool:
    """Give the group Owner and Service; whether that changed anything.

    It becomes visible after the settling delay, and the hierarchy answers 204 for some seconds more.
    """
    held = roles_of_group(installation, lookup_key)
    if held & MANAGES == MANAGES:
        return False
    permission = group_permission(world, lookup_key, held | int(MANAGES))
    visible_at = change_permission(world, installation, permission)
    wait = delay_s(world, object_id=f"tree:{installation['id']}", write=installation["writes"])
    permission["tree_at"] = visible_at + wait
    return True


def roles_of_group(installation: Installation, lookup_key: str) -> int:
    """What the group has been given, visible or not yet; 0 is nothing."""
    held = (p["roles"] for p in accepted_permissions(installation) if p.get("key") == lookup_key)
    return next(held, 0)


def _owns(world: World, user: User, installation: Installation) -> bool:
    settle_installation(world, installation)
    return any(
        p["holder"] == Holder.USER and p["id"] == user["id"] and p["accepted"] and p["roles"] & Role.OWNER
        for p in installation["permissions"]
    )
