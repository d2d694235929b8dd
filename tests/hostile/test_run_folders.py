"""Journal, lock and world of another process, or carried over from another machine: read or refused, never obeyed."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.store.lock import account_lock
from tests.acceptance.conftest import Shop
from tests.hostile.checks import flaws_of_stream
from tests.hostile.test_documents import baited, texts_in

BAIT = ("\x1b[31m\u202e::error::x ##[add-mask]y\n../../evil" + "Ø" * 3000, "")
HOME = "fleet/installations/homes/elveveien-12.yaml"


@pytest.fixture
def run(shop: Shop) -> tuple[Shop, Path]:
    """A run that ended with something pending, and its folder."""
    shop.run("sandbox", "set", "ZAP012345", "online=off")
    shop.edit("installations/homes/elveveien-12.yaml", "maxCurrent: 16", "maxCurrent: 10")
    shop.run("apply", "--yes", HOME)
    return shop, next((shop.folder / ".reconciler" / "runs").iterdir())


def tolerated(shop: Shop, *arguments: str) -> int:
    """Run a command; its exit code."""
    ended = shop.run(*arguments)
    assert flaws_of_stream(ended.out + ended.err) == []
    assert "internal error" not in ended.err
    return int(ended.code)


def events_of(folder: Path) -> list[Any]:
    """The events of a journal."""
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]


def test_no_text_of_a_journal_acts(run: tuple[Shop, Path]) -> None:
    """Each text of each kind of event in turn: a plan reads the journals of all runs, and a run can be resumed."""
    shop, folder = run
    events = events_of(folder)
    places = sorted({place for place, _, _ in texts_in(events)})
    codes = set()

    for place in places:
        for bait in BAIT:
            lines = [json.dumps(event) for event in baited(events, place, bait)]
            (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")

            codes |= {tolerated(shop, "plan", HOME), tolerated(shop, "apply", "--yes", "--resume", folder.name)}

    assert len(places) > 5
    assert codes <= {0, 1, 3, 4, 64}
    assert not [path for path in shop.folder.parent.rglob("evil*") if path.name != "evil" or path.exists()]


@pytest.mark.parametrize("name", ["journal.jsonl", "plan.json", "result.json", "rollback.json"])
@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder", "a link out", "nothing", "garbage"])
def test_a_part_that_is_something_else_is_told(run: tuple[Shop, Path], name: str, kind: str) -> None:
    """It hangs nobody and reads nothing elsewhere."""
    shop, folder = run
    path = folder / name
    path.unlink(missing_ok=True)
    outside = shop.folder / "outside.json"
    outside.write_text('{"kind": "CANARY"}')
    match kind:
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a folder":
            path.mkdir()
        case "a link out":
            path.symlink_to(outside)
        case "garbage":
            path.write_bytes(b"\xff\x00{[" * 1000)

    codes = {tolerated(shop, "plan", HOME), tolerated(shop, "apply", "--yes", "--resume", folder.name)}
    codes |= {tolerated(shop, "show", str(path))}

    assert codes <= {0, 1, 3, 4, 64}
    assert outside.read_text() == '{"kind": "CANARY"}'


@pytest.mark.parametrize("bait", BAIT)
def test_a_holder_of_the_lock_can_call_itself_what_it_likes(shop: Shop, bait: str) -> None:
    """Its note is quoted to whoever waits."""
    with account_lock(shop.folder, "main", "run"):
        note = next((shop.folder / ".reconciler" / "locks").glob("*.json"))
        written = json.loads(note.read_text())
        note.write_text(
            json.dumps({**written, "run": bait, "root": bait, "host": bait, "since": "2020-01-01T00:00:00Z"})
        )

        code = tolerated(shop, "apply", "--yes")

    assert code == 7


class TestInGit:
    """A pull request can bring a folder `.reconciler` beside the fleet as well."""

    def test_runs_that_come_from_git_are_not_believed(self, run: tuple[Shop, Path]) -> None:
        """A forged journal could pass a change off as pending; plan and apply stop before they read it."""
        shop, _ = run
        subprocess.run(["git", "init", "--quiet"], cwd=shop.folder, check=True)
        subprocess.run(["git", "add", "--force", ".reconciler/runs"], cwd=shop.folder, check=True)

        ended = [shop.run("plan", HOME), shop.run("apply", "--yes", HOME)]

        assert [one.code for one in ended] == [64, 64]
        assert all("is in git" in one.err and "git rm -r --cached .reconciler" in one.err for one in ended)

    def test_nor_is_a_link_in_its_place(self, shop: Shop) -> None:
        """It could lead anywhere."""
        (shop.folder / ".reconciler").symlink_to("fleet")
        subprocess.run(["git", "init", "--quiet"], cwd=shop.folder, check=True)
        subprocess.run(["git", "add", ".reconciler"], cwd=shop.folder, check=True)

        assert shop.run("plan", HOME).code == 64

    def test_runs_that_git_leaves_alone_are(self, run: tuple[Shop, Path]) -> None:
        """The ordinary case: a repository around the fleet, and runs that nobody added."""
        shop, _ = run
        subprocess.run(["git", "init", "--quiet"], cwd=shop.folder, check=True)
        subprocess.run(["git", "add", "--all"], cwd=shop.folder, check=True)

        assert shop.run("plan", HOME).code in {0, 4}
