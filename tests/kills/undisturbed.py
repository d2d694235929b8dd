"""An apply that nobody disturbs: how long it lives, so that kills can be spread over its life."""

import tempfile
import time
from pathlib import Path

from tests.kills.fleet import prepare
from tests.kills.left import left_in
from tests.kills.processes import Victim, environment, serving
from tests.kills.trap import Usual, has_all_outcomes, wait_until


class NotConvergedError(Exception):
    """The apply did not even work without a kill."""


def measured(seed: int, scale: float) -> Usual:
    """The usual life at this speed of world time.

    Raises:
        NotConvergedError: It did not converge.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine = folder / "machine"
        prepare(machine / "fleet", folder / "cloud", seed=seed)
        with serving(folder / "cloud", time_scale=scale) as served:
            env = environment(machine, f"http://127.0.0.1:{served.port}")
            started = time.monotonic()
            victim = Victim("apply", "--yes", folder=machine, env=env, name="apply")
            wait_until(lambda: has_all_outcomes(machine / ".reconciler" / "runs"), victim)
            told_at = time.monotonic()
            code = victim.ended()
            ended_at = time.monotonic()
            left = left_in(machine)
            if code is None:
                victim.kill()
        if left is None or left.result is None or not left.result["receipt"]["converged"] or code != 0:
            raise NotConvergedError(f"an apply without any kill ended with {code}:\n{victim.text()}")
    return Usual(life_s=ended_at - started, end_s=ended_at - told_at)
