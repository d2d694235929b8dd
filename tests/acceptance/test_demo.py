"""The demo tells the truth: it passes because the commands work, and fails when they do not."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
NO_WRITES = """
from reconciler.live.executor import CloudExecutor
from reconciler.model.outcome import WriteAnswer, WriteStatus

CloudExecutor.write = lambda self, step, changes: WriteAnswer(status=WriteStatus.ACCEPTED)
"""


def demo(tmp_path: Path, *, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the real demo in a process of its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": f"{path}{os.pathsep}{CHECKOUT}"}
    return subprocess.run(
        [sys.executable, "-m", "reconciler", "demo"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_ends_as_it_should(tmp_path: Path) -> None:
    """Validate, plan, apply, the empty second plan, the worksheet, and what follows."""
    ended = demo(tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    for sight in ("Portal worksheet", "Receipt   converged", "The demo ended as it should"):
        assert sight in ended.stdout


def test_with_writes_disabled_the_demo_fails(tmp_path: Path) -> None:
    """An executor that claims success and sends nothing is caught by reading back."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(NO_WRITES)

    ended = demo(tmp_path, path=str(broken))

    assert ended.returncode == 1
    assert "the demo went wrong: outcomes" in ended.stderr
    assert "uncertain" in ended.stderr
