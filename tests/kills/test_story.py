"""What a story makes of an apply that ends before it is killed; a made-up program takes its place."""

import sys
from pathlib import Path

import pytest

from tests.kills.left import Class
from tests.kills.moments import Blow, Moment, drawn
from tests.kills.story import staged
from tests.kills.told import Told
from tests.kills.trap import Usual

USUAL = Usual(life_s=0.1, end_s=0.1)
FAILS = "import sys; print('the cloud is gone'); sys.exit(4)"
HANGS = "import time; print('waiting', flush=True); time.sleep(60)"
SAYS_NOTHING = "pass"
ENDS_WELL = """
import json, pathlib
run = pathlib.Path(".reconciler/runs/20260115T080000Z-3f2a")
run.mkdir(parents=True)
(run / "plan.json").write_text(json.dumps({"changes": []}))
result = {"receipt": {"converged": True}, "outcomes": [], "counts": {}}
(run / "result.json").write_text(json.dumps(result))
"""
GARBLES = (
    ENDS_WELL
    + """
(run / "journal.jsonl").write_text("nothing\\n" * 3)
"""
)


def moment(blow: Blow) -> Moment:
    """The first moment of that blow."""
    return next(one for one in (drawn(1, number) for number in range(200)) if one.aim.blow is blow)


def played(program: str, folder: Path, *, blow: Blow = Blow.FROZEN, patience_s: float = 20.0) -> Told | None:
    """The story with this Python program in the place of the apply; it never calls, so it is never struck at a call."""
    command = (sys.executable, "-c", program)
    with staged(moment(blow), folder, usual=USUAL, program=command, patience_s=patience_s) as story:
        return story.play()


class TestNotKilled:
    def test_an_apply_that_had_ended_well_may_be_drawn_again(self, tmp_path: Path) -> None:
        """It was only quicker than the blow."""
        assert played(ENDS_WELL, tmp_path) is None

    def test_an_apply_that_fails_is_a_finding(self, tmp_path: Path) -> None:
        """With its exit code and what it said, and it counts as no kill."""
        one = played(FAILS, tmp_path)

        assert one is not None
        assert one.hit is Class.NOT_KILLED
        assert "it ended with 4" in one.findings.not_converged
        assert "it said: the cloud is gone" in one.findings.not_converged
        assert one.folder == tmp_path

    def test_an_apply_that_ends_with_0_and_leaves_nothing_is_a_finding(self, tmp_path: Path) -> None:
        """0 alone does not mean that it ended well."""
        one = played(SAYS_NOTHING, tmp_path)

        assert one is not None
        assert one.findings.not_converged[0] == "it left no run"

    def test_a_journal_that_cannot_be_read_is_a_finding(self, tmp_path: Path) -> None:
        """The other moments are told of all the same."""
        one = played(GARBLES, tmp_path)

        assert one is not None
        assert one.hit is Class.UNREADABLE
        assert one.findings.not_converged[0].startswith("what it left cannot be read")

    @pytest.mark.parametrize("blow", [Blow.FROZEN, Blow.AT_END], ids=["at a call", "by what is on disk"])
    def test_an_apply_that_hangs_is_a_finding(self, blow: Blow, tmp_path: Path) -> None:
        """Whatever is waited for, it is not waited for without end."""
        one = played(HANGS, tmp_path, blow=blow, patience_s=1.0)

        assert one is not None
        assert one.hit is Class.NOT_KILLED
        assert one.findings.not_converged[0] == "it hung"
        assert one.findings.not_converged[-1] == "it said: waiting"
