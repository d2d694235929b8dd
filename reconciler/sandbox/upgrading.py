"""Worlds that an earlier version wrote."""

from typing import Any

from reconciler.sandbox.terms import Holder


def upgrade(data: dict[str, Any]) -> None:
    """Bring a world up to the present shape, in place.

    Chargers had the roles of user groups by lookup key, and no permissions.
    """
    for charger in data["chargers"].values():
        if "permissions" in charger:
            continue
        roles: dict[str, int] = charger.pop("roles", {})
        charger["permissions"] = [_permission(data["groups"][key], bits) for key, bits in roles.items()]
        charger["settling_permissions"] = []


def _permission(group: dict[str, Any], roles: int) -> dict[str, Any]:
    who = {"id": group["id"], "name": group["name"], "key": group["key"]}
    return {**who, "holder": int(Holder.USER_GROUP), "roles": roles, "accepted": True}
