"""Ctrl-C and SIGTERM before anything is written: both end any command with one word and 130."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World
from tests.acceptance.conftest import CHECKOUT, Shop

Command = tuple[subprocess.Popen[str], World]

KAIA = "fleet/installations/public/kaia-p-hus.yaml"
LONGEST_S = 60.0
IGNORED = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); from reconciler.cli.main import main; main()"


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that happens in another process."""
    give_up_at = time.monotonic() + LONGEST_S
    while not reached():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


@contextmanager
def a_command(folder: Path, *arguments: str, start: Sequence[str] = ("-m", "reconciler")) -> Iterator[Command]:
    """A command in a process of its own, over a world that is slow: it still reads when the test acts."""
    file = SandboxFile(folder / ".reconciler" / "sandbox.json")
    pipe = subprocess.PIPE
    with file.locked(url=None):
        world = file.load()
        with running(world, time_scale=10.0) as url:
            env = {**os.environ, "RECONCILER_SANDBOX_URL": url, "PYTHONPATH": str(CHECKOUT)}
            line = [sys.executable, *start, *arguments]
            with subprocess.Popen(line, cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True) as process:
                try:
                    until(lambda: len(world.log) > 0)
                    yield process, world
                finally:
                    process.kill()


class TestBeforeTheFirstWrite:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
    def test_it_ends_with_a_word(self, shop: Shop, number: int, command: tuple[str, ...]) -> None:
        """A runner that stops a job hears the same as a person at the keyboard; the cloud was only read."""
        with a_command(shop.folder, *command) as (process, world):
            process.send_signal(number)
            _, said = process.communicate(timeout=LONGEST_S)

        assert (process.returncode, said.split()) == (130, ["interrupted"])
        assert not [one for one in world.log if one["effect"]]

    def test_who_was_told_to_ignore_it_ignores_it(self, shop: Shop) -> None:
        """Whoever started it has decided so."""
        with a_command(shop.folder, "plan", KAIA, start=("-c", IGNORED)) as (process, _):
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=LONGEST_S)

        assert (process.returncode, said) == (0, "")
