"""From a link through the sandbox's consent page to the local page and a committed file, in a real browser."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from reconciler.cli import onboard_listen
from reconciler.cli.main import run as run_command_line
from reconciler.model.consent import Outcome
from reconciler.report.onboard_words import OPERATOR, PERSON
from reconciler.sandbox.builders import add_charger
from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from tests.acceptance.conftest import Shop, shop
from tests.browser.chromium import Tab

__all__ = ["shop"]
KARI, PASSWORD = "kari.nordmann@people.example", "sandbox"
HOME, FILE = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01", "homes/elveveien-12.yaml"
NEW = "installations/elveveien-12.yaml"
SERIALS = ("ZAP012345", "ZAP070001", "ZAP070002")
CHOSEN = "ZAP070002"
GROUP = "permissions.userGroup:BSJG"
FAST = 200.0
PATIENCE_S = 30
SAID = "document.querySelector('[role=status]').textContent"


@pytest.fixture
def shared_home(shop: Shop) -> Iterator[Shop]:
    """A home with three chargers, of which Kari is the owner; no file, no access, and the sandbox served."""
    shop.run("plan")
    with shop.open_world() as world:
        home = world.data["installations"][HOME]
        for serial in SERIALS[1:]:
            add_charger(world, home, circuit=home["circuits"][0]["id"], serial=serial, max_current_a=10)
    (shop.folder / "fleet" / "installations" / FILE).unlink()
    make_repository(shop)
    file = SandboxFile(shop.folder / ".reconciler" / "sandbox.json")
    with file.locked(url=None):
        world = file.load()
        with running(world, time_scale=FAST) as url:
            file.announce(url)
            shop.monkeypatch.setenv("RECONCILER_SANDBOX_URL", url)
            withdrawn = shop.run("sandbox", "set", "Elveveien 12", f"{GROUP}=none")
            assert withdrawn.code == 0, withdrawn.err
            yield shop


def git(shop: Shop, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=shop.folder, check=True, capture_output=True, text=True).stdout


def make_repository(shop: Shop) -> None:
    """The fleet as a team keeps it."""
    for name in ("AUTHOR", "COMMITTER"):
        shop.monkeypatch.setenv(f"GIT_{name}_NAME", "KL")
        shop.monkeypatch.setenv(f"GIT_{name}_EMAIL", "kl@shop.example")
    git(shop, "init", "--quiet", "--initial-branch=main")
    git(shop, "add", "fleet")
    git(shop, "commit", "--quiet", "-m", "The fleet")


@dataclass
class Listening:
    """The command that receives the redirect, in a thread of its own."""

    url: str
    thread: threading.Thread
    ended: dict[str, Any] = field(default_factory=dict)

    def code(self) -> int:
        """How it ended, once it has."""
        self.thread.join(timeout=PATIENCE_S)
        code: int = self.ended["code"]
        return code


@contextmanager
def listening(shop: Shop, *arguments: str, timeout: str = str(PATIENCE_S)) -> Iterator[Listening]:
    """`onboard listen` on a free port, until somebody has answered."""
    told: list[str] = []
    shop.monkeypatch.setattr(onboard_listen, "say", told.append)
    ended: dict[str, Any] = {}
    command = ["onboard", "listen", "--port", "0", "--timeout", timeout, *arguments]
    thread = threading.Thread(target=lambda: ended.update(code=run_command_line(command)))
    thread.start()
    until = monotonic() + PATIENCE_S
    while not told and monotonic() < until:
        sleep(0.01)
    found = re.search(re.escape("http://127.0.0.1:") + r"\d+", told[0])
    assert found is not None
    yield Listening(url=found[0], thread=thread, ended=ended)
    thread.join(timeout=PATIENCE_S)
    assert not thread.is_alive()


def link(shop: Shop, return_url: str, *arguments: str) -> str:
    """Make a link; its URL."""
    made = shop.run("onboard", "link", "--return-url", return_url, *arguments)
    assert made.code == 0, made.err
    return made.out.strip()


def log_in(tab: Tab, url: str) -> None:
    """Open the link and log in, as Kari does."""
    tab.visit(url)
    tab.run("document.querySelector('[name=email]').focus()")
    tab.type(KARI)
    tab.press("Tab")
    tab.type(PASSWORD)
    tab.send("Enter")


def decide(tab: Tab, decision: str) -> None:
    """Press Approve or Deny; the browser goes where the link says."""
    tab.run(f"document.querySelector('[value={decision}]').focus()")
    tab.send("Enter")


def confirm(tab: Tab, *, serial: str = "") -> None:
    """Press the button of the local page, after typing what stands on the box."""
    tab.run("document.querySelector('#serial, button').focus()")
    tab.type(serial)
    if serial:
        tab.send("Enter")
    else:
        tab.run("document.querySelector('button').focus()")
        tab.send("Enter")


def new_file(shop: Shop) -> Path:
    return shop.folder / "fleet" / NEW


def is_committed_and_plans_to_zero(shop: Shop) -> bool:
    """The file alone is in one commit on a branch of its own, and a plan of it is empty."""
    assert git(shop, "branch", "--show-current").strip() == "onboard/elveveien-12"
    assert git(shop, "show", "--name-only", "--format=", "HEAD").split() == [f"fleet/{NEW}"]
    assert git(shop, "status", "--porcelain", "--", "fleet") == ""
    text = new_file(shop).read_text()
    assert [serial for serial in SERIALS if serial in text] == [CHOSEN]
    plan = shop.plan(f"fleet/{NEW}", "--detailed-exitcode")
    assert (plan.code, plan.document["changes"], plan.document["unreadable"]) == (0, [], [])
    return True


class TestGranted:
    def test_from_the_link_to_a_commit_on_the_local_page(self, tab: Tab, shared_home: Shop) -> None:
        """Log in, approve, mistype the serial once, type it right; no page ever shows a serial."""
        shown = []

        with listening(shared_home, "--pr") as local:
            log_in(tab, link(shared_home, local.url, "--partner-name", "Integration"))
            assert "Kraftlading Drift" in tab.run("document.body.innerText")
            decide(tab, "approve")
            shown.append(tab.run("document.documentElement.outerHTML"))
            assert tab.run("location.origin") == local.url
            assert not new_file(shared_home).exists()
            confirm(tab, serial="ZAP999999")
            shown.append(tab.run("document.documentElement.outerHTML"))
            confirm(tab, serial=CHOSEN.lower())
            said = tab.run(SAID)
            shown.append(tab.run("document.documentElement.outerHTML"))

        assert local.code() == 0
        assert said == PERSON["en"][Outcome.GRANTED].message
        assert not any(serial in page for serial in SERIALS for page in shown)
        assert is_committed_and_plans_to_zero(shared_home)

    def test_the_address_that_the_browser_ended_at_can_be_pasted(
        self, tab: Tab, shared_home: Shop, partner: str
    ) -> None:
        """A page of ours elsewhere; the operator names the serial."""
        log_in(tab, link(shared_home, partner))
        decide(tab, "approve")
        pasted = tab.run("location.href")

        which = shared_home.run("onboard", "accept", pasted, "--pr")
        ended = shared_home.run("onboard", "accept", pasted, "--serial", CHOSEN, "--pr")

        assert which.code == 64
        assert all(serial not in which.out for serial in SERIALS)
        assert ended.code == 0, ended.err
        assert OPERATOR[Outcome.GRANTED].message in ended.err
        assert is_committed_and_plans_to_zero(shared_home)


OTHER_HOME = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c04"
PRO = "c04f3a7e-2d18-4b6b-9e70-5b8a1f6d2e04"
FORGED_NONCE = "A" * 32


@dataclass(frozen=True, kw_only=True)
class Odd:
    """What a browser can come back with that must not make a file; `before` is done once the link is made."""

    outcome: Outcome
    claims: str
    code: int = 5
    asked: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    gives: str | None = None
    nonce: str | None = None
    awaited: bool = False
    withheld: tuple[str, ...] = ()


YES = f"success=true&installationId={HOME}"
ODD = (
    Odd(outcome=Outcome.MISSING, claims="success=true", awaited=True, code=4),
    Odd(outcome=Outcome.NEEDS_REVIEW, claims="success=perhaps"),
    Odd(outcome=Outcome.ALREADY_VISIBLE, claims=f"success=true&installationId={OTHER_HOME}"),
    Odd(outcome=Outcome.FOREIGN, claims=f"success=true&installationId={OTHER_HOME}", asked=("--installation", HOME)),
    Odd(outcome=Outcome.NOT_YET_READABLE, claims=YES, code=4),
    Odd(outcome=Outcome.WRONG_TYPE, claims=f"success=true&installationId={PRO}", gives=PRO, withheld=(PRO,)),
    Odd(outcome=Outcome.FORGED, claims=YES, nonce=FORGED_NONCE, gives=HOME, awaited=True, code=4),
    Odd(
        outcome=Outcome.EXPIRED,
        claims=YES,
        asked=("--valid-days", "1"),
        before=("sandbox", "advance", "25h"),
        gives=HOME,
        awaited=True,
        code=4,
    ),
)


def comes_back(shop: Shop, odd: Odd, url: str) -> str:
    """Make a link, let happen what happens, and where the browser then ends."""
    for place in odd.withheld:
        shop.run("sandbox", "set", place, f"{GROUP}=none")
    back = re.search(r"returnUrl=([^&]+)", link(shop, url, *odd.asked))
    assert back is not None
    if odd.gives:
        given = shop.run("sandbox", "set", odd.gives, f"{GROUP}=owner, service")
        assert given.code == 0, given.err
    if odd.before:
        shop.run(*odd.before)
    address = back[1] if odd.nonce is None else f"{url}/{odd.nonce}"
    return f"{address}?{odd.claims}"


class TestOtherwise:
    def test_a_no_on_the_consent_page_is_told_on_ours(self, tab: Tab, shared_home: Shop) -> None:
        """Deny, come back, confirm: code 4, the message in the person's language, no file."""
        with listening(shared_home, "--pr") as local:
            log_in(tab, link(shared_home, local.url, "--lang", "no"))
            decide(tab, "deny")
            confirm(tab)
            said = tab.run(SAID)

        assert local.code() == 4
        assert said == PERSON["no"][Outcome.DENIED].message
        assert not new_file(shared_home).exists()

    def test_the_same_address_a_second_time_is_told(self, tab: Tab, shared_home: Shop) -> None:
        """Pressed again in another window after it was used."""
        with listening(shared_home, timeout="8") as local:
            back = re.search(r"returnUrl=([^&]+)", link(shared_home, local.url))
            assert back is not None
            shared_home.run("onboard", "accept", f"{back[1]}?success=false")
            tab.visit(f"{back[1]}?{YES}")
            said = tab.run(SAID)

        assert said == PERSON["en"][Outcome.REPLAYED].message
        assert not new_file(shared_home).exists()

    @pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.outcome.value)
    def test_what_makes_no_file_says_why(self, tab: Tab, shared_home: Shop, odd: Odd) -> None:
        """Each kind has its own message on the page and its own code; whoever only guesses does not end the wait."""
        with listening(shared_home, "--pr", timeout="8" if odd.awaited else str(PATIENCE_S)) as local:
            tab.visit(comes_back(shared_home, odd, local.url))
            if tab.run("document.querySelector('button') !== null"):
                confirm(tab)
            said = tab.run(SAID)

        assert said == PERSON["en"][odd.outcome].message
        assert local.code() == odd.code
        assert not new_file(shared_home).exists()
        assert git(shared_home, "branch", "--show-current").strip() == "main"
