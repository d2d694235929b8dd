"""Deciding without a browser: what the person would do on the page, for scripts."""

from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.sandbox.consent.link import PATH, AccessRequest, UnusableLink, read
from reconciler.sandbox.consent.sharing import offered, share, shareable
from reconciler.sandbox.errors import CallerError, UnknownThingError, nearest
from reconciler.sandbox.portal import find_installation
from reconciler.sandbox.principals import address_of
from reconciler.sandbox.records import Installation, User
from reconciler.sandbox.world import World


def approve(world: World, link: str, *, who: str, installation: str | None) -> tuple[str, Installation]:
    """A person shares an installation, the only one on the page unless one is named.

    `link` is an access-request link or a bare lookup key. The answer is where the browser would go in the end.

    Raises:
        CallerError: The link is of no use, or the page would not offer this.
    """
    asked = _asked(world, link)
    user = _user(world, who)
    chosen = _chosen(world, asked, user, installation)
    share(world, chosen, lookup_key=asked.lookup_key)
    return asked.address_after({"success": "true", "installationId": chosen["id"]}), chosen


def deny(world: World, link: str, *, who: str) -> str:
    """A person denies the request.

    Raises:
        CallerError: The link is of no use, or nobody is named so.
    """
    asked = _asked(world, link)
    _user(world, who)
    return asked.address_after({"success": "false"})


def _asked(world: World, link: str) -> AccessRequest:
    parts = urlsplit(link if PATH in link else f"{PATH}{link}")
    lookup_key = unquote(parts.path.removeprefix(PATH))
    if world.group(lookup_key) is None:
        known = ", ".join(world.data["groups"])
        remedy = nearest(lookup_key, world.data["groups"], else_say=f"known are {known}")
        raise UnknownThingError(f"no user group of the sandbox has the lookup key {lookup_key!r}", remedy=remedy)
    try:
        return read(lookup_key, dict(reversed(parse_qsl(parts.query))))
    except UnusableLink as unusable:
        raise CallerError(
            f"the link cannot be used: {unusable}", remedy="make it with `reconciler onboard link`"
        ) from unusable


def _user(world: World, who: str) -> User:
    user = world.user_by_email(address_of(world, who))
    if user is None:
        raise CallerError(f"{who} has no account yet", remedy="an invitation that they accept makes one")
    return user


def _chosen(world: World, asked: AccessRequest, user: User, installation: str | None) -> Installation:
    if installation is not None:
        wanted = find_installation(world, installation)
        possible = [one for one in shareable(world, asked, user) if one["id"] == wanted["id"]]
    else:
        possible = offered(world, asked, user)
    if len(possible) == 1:
        return possible[0]
    if possible:
        names = ", ".join(one["name"] for one in possible)
        raise CallerError("there are several installations to choose from", remedy=f"name one of {names}")
    raise CallerError(
        "the page would not offer that to this person",
        remedy="only its Owner shares an installation, of the type that the link asks for, and not twice",
    )
