"""The sandbox's consent page in a real browser: by keyboard, on a phone, in the dark, without a script."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from reconciler.sandbox.access import user_permission
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.server import running
from reconciler.sandbox.world import World
from tests.browser import axe
from tests.browser.chromium import Tab
from tests.sandbox.cloud import BAKKEGATA, ELVEVEIEN

KARI = "kari.nordmann@people.example"
NAMES = "[...document.querySelectorAll('.choice')].map((one) => one.firstElementChild.nextElementSibling.innerText)"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def world() -> World:
    """Kari owns two homes that nobody else sees."""
    world = fixture_world()
    kari = world.user_by_email(KARI)
    assert kari is not None
    for place in (ELVEVEIEN, BAKKEGATA):
        world.data["installations"][place]["permissions"] = [user_permission(kari, 3)]
    return world


@pytest.fixture
def sandbox(world: World) -> Iterator[str]:
    """The served world."""
    with running(world) as url:
        yield url


def link(sandbox: str, **parameters: str) -> str:
    return f"{sandbox}/access/request/BSJG?{urlencode(parameters)}"


def log_in(tab: Tab, *, password: str = "sandbox") -> None:  # noqa: S107  printed on the page
    tab.run("document.querySelector('[name=email]').focus()")
    tab.type(KARI)
    tab.press("Tab")
    tab.type(password)
    tab.send("Enter")


def at_fault(tab: Tab) -> list[str]:
    return [one for one in tab.complaints() if not one.startswith("request to http://127.0.0.1")]


class TestJourney:
    def test_from_the_link_to_the_partner_by_keyboard(self, tab: Tab, sandbox: str, partner: str) -> None:
        """Log in, choose the second, approve; the policy lets the browser go on, and the partner sees no referrer."""
        tab.script(enabled=False)
        tab.visit(link(sandbox, returnUrl=partner, partnerName="Integration"))
        log_in(tab)
        tab.press("Tab", "ArrowDown", "Tab")
        tab.send("Enter")

        assert tab.run("location.href") == f"{partner}?success=true&installationId={BAKKEGATA}"
        assert tab.run("document.body.textContent") == "from nowhere"

    def test_denying_needs_no_choice(self, tab: Tab, sandbox: str, partner: str) -> None:
        """The form does not insist."""
        tab.visit(link(sandbox, returnUrl=partner))
        log_in(tab)
        tab.run("document.querySelector('[value=deny]').focus()")
        tab.send("Enter")

        assert tab.run("location.href") == f"{partner}?success=false"

    def test_without_a_partner_page_it_ends_at_the_receipt(self, tab: Tab, sandbox: str) -> None:
        """In the person's language."""
        tab.visit(link(sandbox, lang="no", installationId=ELVEVEIEN))
        log_in(tab)
        tab.run("document.querySelector('[value=approve]').focus()")
        tab.send("Enter")

        assert tab.run("location.pathname") == "/access/receipt/true"
        assert tab.run("document.title") == "Tilgang gitt"

    def test_a_wrong_password_keeps_the_address(self, tab: Tab, sandbox: str) -> None:
        """Only the password is typed again."""
        tab.visit(link(sandbox))
        log_in(tab, password="wrong")

        assert tab.run("document.querySelector('[role=alert]').textContent").startswith("The e-mail address")
        assert tab.run("document.querySelector('[name=email]').value") == KARI


class TestLooks:
    @pytest.mark.skipif(
        axe.found() is None, reason="no axe-core: set AXE_CORE to axe.min.js or install axe-core-python"
    )
    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    @pytest.mark.parametrize("lang", ["en", "no"])
    def test_everybody_can_use_it(self, tab: Tab, sandbox: str, lang: str, dark: bool) -> None:
        """Contrast, labels and order, as far as a machine can tell."""
        script = axe.found()
        assert script is not None
        tab.window(width=360, dark=dark)
        tab.visit(link(sandbox, lang=lang))
        first = axe.violations(tab, script)
        log_in(tab)

        assert first == []
        assert axe.violations(tab, script) == []

    def test_nothing_is_wider_than_a_phone(self, tab: Tab, sandbox: str) -> None:
        """At 320 pixels nobody scrolls sideways, however long a name is."""
        tab.window(width=320)
        tab.visit(link(sandbox, partnerName="X" * 200))
        first = tab.run(WIDTH)
        log_in(tab)

        assert (first, tab.run(WIDTH)) == (320, 320)
        assert at_fault(tab) == []

    def test_what_a_name_says_does_not_run(self, tab: Tab, world: World, sandbox: str) -> None:
        """It is text."""
        name = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
        world.data["installations"][ELVEVEIEN]["name"] = name
        tab.visit(link(sandbox, partnerName=name))
        title = tab.run("document.title")
        log_in(tab)

        assert name[:20] in title
        assert tab.run(NAMES)[0].split("\n")[0] == name
        assert at_fault(tab) == []
