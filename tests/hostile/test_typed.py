"""What a script passes on (a branch name, a file name, a variable) is quoted in messages and acts nowhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shop
from tests.hostile.checks import flaws_of_stream

BAIT = "\x1b[31m::error::x ##[add-mask]y\u202e|@all <b>" + "Ø" * 100
HALF = "a\udcff"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("{}",),
    ("plan", "{}"),
    ("plan", "--{}"),
    ("plan", "region={}"),
    ("plan", "--account", "{}"),
    ("plan", "--exclude", "{}"),
    ("plan", "--fleet", "{}"),
    ("plan", "--format", "{}"),
    ("plan", "--report", "{}"),
    ("plan", "--report", "markdown={}/x"),
    ("plan", "--out", "{}/x.json"),
    ("plan", "--concurrency", "{}"),
    ("plan", "--color", "{}"),
    ("validate", "{}"),
    ("show", "{}"),
    ("apply", "{}.json"),
    ("apply", "--accept", "{}"),
    ("apply", "--accept", "shared-installation:{}"),
    ("apply", "--waves", "{}"),
    ("apply", "--max-failures", "{}"),
    ("apply", "--resume", "{}"),
    ("explain", "{}"),
    ("explain", "fleet/fleet.yaml", "{}"),
    ("attest", "{}", "--by", "KL"),
    ("attest", "fleet", "--by", "{}"),
    ("sandbox", "{}"),
    ("sandbox", "set", "{}", "x=1"),
    ("sandbox", "set", "ZAP012345", "{}"),
    ("sandbox", "set", "ZAP012345", "{}=1"),
    ("sandbox", "set", "ZAP012345", "maxCurrent={}"),
    ("sandbox", "carry-out", "{}"),
    ("sandbox", "accept-invitation", "{}"),
    ("sandbox", "accept-invitation", "person:c-88122", "--installation", "{}"),
    ("sandbox", "advance", "{}"),
    ("sandbox", "fault", "{}"),
    ("sandbox", "fault", "error-before", "--path", "{}"),
    ("sandbox", "fault", "error-before", "--method", "{}"),
)
VARIABLES = ("RECONCILER_SANDBOX_URL", "RECONCILER_ACCOUNTS", "FLEET_PEOPLE", "RECONCILER_FLEET", "RECONCILER_ACCOUNT")


@pytest.mark.parametrize(
    "command",
    [
        *(one for one in COMMANDS if "fault" not in one),  # of a fault it repeats the path of the URL that is to fail
        ("handover", "start", "ZAP012346", "--owner", "c-88123", "{}"),
        ("handover", "start", "ZAP012346", "--owner", "c-88123", "--order", "{}"),
        ("onboard", "link", "--csv", "{}"),
        ("onboard", "accept", "{}", "--link", "{}"),
    ],
    ids=" ".join,
)
def test_an_address_is_not_repeated(shop: Shop, command: tuple[str, ...]) -> None:
    """Logs of CI are read by many, and a script may pass on what a customer wrote."""
    ended = shop.run(*(part.format("kari.nordmann@house.example") for part in command))

    assert "kari.nordmann" not in ended.out + ended.err


def test_a_folder_of_a_build_server_is_no_address(shop: Shop) -> None:
    """Where something is wrong must stay readable in a checkout such as `job@2`."""
    ended = shop.run("plan", "--snapshot", "/build/job@2/snapshot.json")

    assert "/build/job@2/snapshot.json" in ended.err


@pytest.mark.parametrize("bait", [BAIT, HALF, "x" * 20_000, ""], ids=["bait", "half", "long", "empty"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_argument_is_quoted_and_not_obeyed(shop: Shop, command: tuple[str, ...], bait: str) -> None:
    """A message, an exit code of the list, no traceback and no control character."""
    ended = shop.run(*(part.replace("{}", bait) for part in command))

    assert flaws_of_stream(ended.out + ended.err) == []
    assert "internal error" not in ended.err
    assert ended.code in {0, 1, 2, 3, 4, 64}
    assert len(max(ended.err.split("\n"), key=len)) <= 8_200


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_is_quoted_and_not_obeyed(shop: Shop, name: str) -> None:
    """The same for what stands in the environment."""
    ended = shop.run("plan", env={name: BAIT})

    assert flaws_of_stream(ended.out + ended.err) == []
    assert "internal error" not in ended.err
    assert ended.code in {1, 3, 6, 64}


@pytest.mark.parametrize("run", ["../../etc", "..", ".", "/etc", "a/b", "\x00", "x" * 300])
def test_a_run_is_a_name_and_never_a_path(shop: Shop, run: str) -> None:
    """Nothing outside .reconciler/runs is opened as a run."""
    shop.run("apply", "--yes")
    before = sorted(shop.folder.parent.rglob("*"))

    ended = shop.run("apply", "--resume", run)

    assert ended.code == 64
    assert "no run of that id" in ended.err
    assert sorted(shop.folder.parent.rglob("*")) == before


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_stream_of_another_encoding_ends_in_no_traceback(shop: Shop, encoding: str, form: str) -> None:
    """An old locale spells what it cannot show."""
    file = shop.folder / "fleet" / "installations" / "homes" / "bakkegata-7.yaml"
    file.write_text(file.read_text().replace("name: Bakkegata 7", "name: Bøkkegata 東京 →"))
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}

    ended = subprocess.run(
        [sys.executable, "-m", "reconciler", "plan", "--format", form],
        cwd=shop.folder,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 4
    assert b"internal error" not in ended.stderr
    assert ended.stdout.decode("utf-8" if encoding == "ascii" else encoding)  # nobody has a terminal without letters


class TestCommit:
    def test_a_repository_inside_the_fleet_is_not_asked(self, shop: Shop) -> None:
        """A pull request could bring a folder that looks like one, and the plan would name a forged commit."""
        git = ("git", "-c", "init.defaultBranch=main")
        subprocess.run([*git, "init", "--quiet", "--bare", "fleet"], cwd=shop.folder, check=True)
        forged = "d0e1" * 10
        (shop.folder / "fleet" / "HEAD").write_text(forged + "\n")

        ended = shop.plan()

        assert ended.document["desired"]["commit"] is None
        assert forged not in ended.out

    def test_the_commit_of_the_checkout_is_told(self, shop: Shop) -> None:
        """The other test would pass if commits were never told."""
        as_us = ("git", "-c", "user.name=x", "-c", "user.email=x@people.example")
        for arguments in (("init", "--quiet"), ("commit", "--quiet", "--allow-empty", "--message", "x")):
            subprocess.run([*as_us, *arguments], cwd=shop.folder, check=True)
        made = subprocess.run(["git", "rev-parse", "HEAD"], cwd=shop.folder, capture_output=True, text=True, check=True)

        assert shop.plan().document["desired"]["commit"] == made.stdout.strip()


def test_git_is_run_on_the_fleet_alone(shop: Shop, tmp_path: Path) -> None:
    """No hook, alias or monitor of a repository inside the fleet runs."""
    subprocess.run(["git", "init", "--quiet", "--bare", "fleet"], cwd=shop.folder, check=True)
    evil = tmp_path / "evil"
    config = shop.folder / "fleet" / "config"
    config.write_text(f'[core]\nbare = true\nfsmonitor = "touch {evil}"\n[alias]\nrev-parse = "!touch {evil}"\n')

    shop.run("plan")

    assert not evil.exists()
