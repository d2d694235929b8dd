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
ASKED = "document.querySelector('#serial') !== null"


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
def listening(shop: Shop, *arguments: str) -> Iterator[Listening]:
    """`onboard listen` on a free port, until somebody has answered."""
    told: list[str] = []
    shop.monkeypatch.setattr(onboard_listen, "say", told.append)
    ended: dict[str, Any] = {}
    command = ["onboard", "listen", "--port", "0", "--timeout", str(PATIENCE_S), *arguments]
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
