"""What one process of `make fuzz` does; nothing of the package is imported before a process measures it."""

import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

MOST_MEMORY = 4 * 1024**3


def part(seed: int, cases: int, number: int, parts: int) -> list[Any]:
    """Run every `parts`-th case, and tell at once what is found."""
    from tests.fuzz.cases import numbers
    from tests.fuzz.runner import Runner

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), seed=seed)
        counts = numbers(runner.targets, cases)
        found = []
        for target in runner.targets:
            for one in runner.of(target, range(number, counts[target.name], parts)):
                _say(f"FOUND {one.target}:{one.number} {one.what}\n  {one.case}")
                found.append(one)
            _say(f"part {number + 1} of {parts}: {target.name} done")
        return found


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def reach() -> list[tuple[str, int, int, tuple[str, ...]]]:
    """Module, branches reached, branches, and those not reached."""
    from tests.fuzz.covered import measured

    return [(one.module, one.reached, one.all, one.missing) for one in measured()]
