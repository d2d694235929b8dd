"""What people do while somebody is onboarded: an owner who has let nobody in yet, a grant, a withdrawal."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from reconciler.sandbox.access import group_permission
from reconciler.sandbox.settling import change_permission, settle_installation
from tests.acceptance.conftest import Shop

BAKKEGATA = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c03"
NABOLAGET = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c04"
ELVEVEIEN = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"
VERKSTED = "c04f3a7e-2d18-4b6b-9e70-5b8a1f6d2e04"
GROUP, ROLES = "BSJG", 6
BACK = "https://partner.example/access-result"


def withhold(shop: Shop, installation_id: str) -> None:
    """Nobody of ours has been let in there, and there is no file of it."""
    shop.run("plan")
    withdraw(shop, installation_id)
    for file in (shop.folder / "fleet" / "installations").rglob("*.yaml"):
        if f"id: {installation_id}" in file.read_text():
            file.unlink()


def withdraw(shop: Shop, installation_id: str) -> None:
    """The owner takes the group's access away."""
    with shop.open_world() as world:
        site = world.data["installations"][installation_id]
        settle_installation(world, site)
        site["permissions"] = [one for one in site["permissions"] if one.get("key") != GROUP]


def grant(shop: Shop, installation_id: str, *, tree_after_s: float = 12.0) -> None:
    """The owner approves: visible after the settling delay, the hierarchy answers 204 until then."""
    with shop.open_world() as world:
        permission = group_permission(world, GROUP, ROLES)
        permission["tree_at"] = world.now() + tree_after_s
        change_permission(world, world.data["installations"][installation_id], permission)


def link(shop: Shop, *arguments: str) -> str:
    """Make a link; its URL."""
    ended = shop.run("onboard", "link", "--return-url", BACK, *arguments)
    assert ended.code == 0, ended.err
    return ended.out.strip()


def redirect(url: str, **claims: str) -> str:
    """Where the browser ends after that link."""
    return f"{parse_qs(urlsplit(url).query)['returnUrl'][0]}?{urlencode(claims)}"


def approved(url: str, installation_id: str) -> str:
    """The redirect of an approval."""
    return redirect(url, success="true", installationId=installation_id)


def new_files(shop: Shop) -> list[Path]:
    """Files directly below installations/; the shipped ones lie in folders."""
    return sorted((shop.folder / "fleet" / "installations").glob("*.yaml"))


def nonce_of(url: str) -> str:
    """The one-time part of the way back."""
    found = re.search(r"/access-result/([A-Za-z0-9_-]+)", url)
    assert found is not None
    return found[1]
