"""Logging in on the consent page, and what remembers it: a signed ticket in the form."""

import base64
import hmac
import json

from reconciler.sandbox.login import signature
from reconciler.sandbox.records import User
from reconciler.sandbox.world import World

LIFETIME_S = 900.0
PEOPLE_PASSWORD = "sandbox"  # noqa: S105 - printed on the page
_PURPOSE = "consent"


def log_in(world: World, *, email: str, password: str) -> User | None:
    """The person with these credentials; people of the directory have no password of their own in the world."""
    user = world.user_by_email(email.strip())
    if user is None:
        return None
    wanted = user["password"] or PEOPLE_PASSWORD
    return user if hmac.compare_digest(wanted.encode(), password.encode()) else None


def issue(world: World, user: User, *, lookup_key: str) -> str:
    """A ticket for this person and this user group; it opens nothing else.

    It lasts 15 minutes, also of a person's time where world time runs faster.
    """
    ends_at = world.now() + LIFETIME_S * max(1.0, world.time_scale)
    claims = json.dumps({"sub": user["id"], "exp": ends_at, "for": lookup_key}).encode()
    payload = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return f"{payload}.{_signature(world, payload)}"


def holder(world: World, ticket: str, *, lookup_key: str) -> User | None:
    """Whose ticket it is; none when it is not ours, over, or for another user group."""
    payload, _, signed = ticket.partition(".")
    if not hmac.compare_digest(signed.encode(), _signature(world, payload).encode()):
        return None
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if claims["exp"] <= world.now() or claims["for"] != lookup_key:
        return None
    return world.user_by_id(claims["sub"])


def _signature(world: World, payload: str) -> str:
    return signature(world, f"{_PURPOSE}.{payload}")
