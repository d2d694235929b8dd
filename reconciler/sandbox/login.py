"""The password grant, and what a token is worth.

A token carries its user and end signed by the world's key, so that it stays valid
when the sandbox restarts. It contains a word that tests search for in all output.
"""

import base64
import hashlib
import hmac
import json

from werkzeug.wrappers import Request, Response

from reconciler.sandbox import answers
from reconciler.sandbox.records import User
from reconciler.sandbox.world import World

LIFETIME_S = 86_400
TOKEN_PREFIX = "CANARY-access-token"  # noqa: S105 - a marker, it opens nothing
HAMMERED_AFTER = 30
HAMMER_WINDOW_S = 10.0


def issue(world: World, request: Request) -> Response:
    """`POST /oauth/token`.

    400 with `invalid_grant` for wrong credentials; 503 with nginx's page, and no
    Retry-After, beyond 30 logins in 10 s of world time.
    """
    if hammered(world):
        return answers.html_page(503)
    form = request.form
    if form.get("grant_type") != "password":
        return answers.oauth_error("unsupported_grant_type", "The grant type is not supported.")
    user = world.user_by_email(form.get("username", ""))
    if user is None or not user["password"]:
        return answers.oauth_error("invalid_grant", "The user was not found.")
    if not hmac.compare_digest(user["password"].encode(), form.get("password", "").encode()):
        return answers.oauth_error("invalid_grant", "The username or password is wrong.")
    token = sign(world, user, ends_at=world.now() + LIFETIME_S)
    body = {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME_S - 1}
    return answers.found(body)


def sign(world: World, user: User, *, ends_at: float) -> str:
    """A bearer token for this user."""
    claims = json.dumps({"sub": user["id"], "exp": ends_at}).encode()
    payload = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return f"{TOKEN_PREFIX}.{payload}.{signature(world, payload)}"


def bearer(world: World, request: Request) -> User | None:
    """Who sends the request; none when the token is missing, wrong or over."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    prefix, _, rest = token.partition(".")
    payload, _, signed = rest.partition(".")
    if kind.casefold() != "bearer" or prefix != TOKEN_PREFIX:
        return None
    if not hmac.compare_digest(signed.encode(), signature(world, payload).encode()):
        return None
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if claims["exp"] <= world.now():
        return None
    return world.user_by_id(claims["sub"])


def signature(world: World, payload: str) -> str:
    """What only this world can write under a text."""
    key = world.data["token_key"].encode()
    return hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()[:32]


def hammered(world: World) -> bool:
    """Whether there were too many logins; this one is counted."""
    now = world.now()
    recent = [at for at in world.memory.logins if now - at < HAMMER_WINDOW_S]
    world.memory.logins = [*recent, now]
    return world.data["rate_limited"] and len(recent) >= HAMMERED_AFTER
