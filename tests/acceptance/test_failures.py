"""What is told of failures that are nobody's mistake in a file or a command."""

import errno
import subprocess
import sys

import pytest

from reconciler.cli.failures import report_failure
from tests.acceptance.conftest import CHECKOUT

STOPPED = """
import sys
from reconciler.cli.failures import report_failure
try:
    exec("raise KeyboardInterrupt")
except KeyboardInterrupt as error:
    sys.exit(report_failure(error))
"""


def interrupted_while_a_class_is_made() -> None:
    """As when somebody presses Ctrl-C while a command loads what it needs."""

    class Named:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    type("Owner", (), {"name": Named()})


def test_ctrl_c_while_a_command_loads_is_no_bug_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """One word and 130, as at any other moment."""
    with pytest.raises((RuntimeError, KeyboardInterrupt)) as caught:
        interrupted_while_a_class_is_made()

    assert report_failure(caught.value) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_process_that_was_interrupted_while_it_loads_ends_with_its_code() -> None:
    """CPython would end it by the signal, because dataclasses are made from texts of code."""
    ended = subprocess.run([sys.executable, "-c", STOPPED], cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")


def test_a_part_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """As after an upgrade that was interrupted."""
    with pytest.raises(ImportError) as caught:
        __import__("reconciler.none_such")

    assert report_failure(caught.value) == 1
    said = capsys.readouterr().err
    assert "cannot be loaded: reconciler.none_such" in said
    assert "remedy: install it again" in said
    assert "File" not in said


def test_where_a_part_is_missing_is_shown_to_whoever_asks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a part of ours that asks for what is not there."""
    monkeypatch.setenv("RECONCILER_VERBOSE", "2")
    with pytest.raises(ImportError) as caught:
        __import__("reconciler.none_such")

    assert report_failure(caught.value) == 1
    assert 'test_failures.py", line' in capsys.readouterr().err


def test_no_place_of_ours_is_shown_where_a_disk_is_full(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told says all that helps, also with -vv."""
    monkeypatch.setenv("RECONCILER_VERBOSE", "2")
    with pytest.raises(OSError, match="No space left") as caught:
        raise OSError(errno.ENOSPC, "No space left on device", "plan.json")

    assert report_failure(caught.value) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "test_failures.py" not in said


def test_a_place_in_the_program_shows_no_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home folder may be called like a person, and a log of CI is read by many."""
    monkeypatch.setenv("RECONCILER_VERBOSE", "2")
    with pytest.raises(RuntimeError) as caught:
        exec(compile("raise RuntimeError", "kari@owners.example/\x1b[31mmodule.py", "exec"))  # noqa: S102  a file so named

    assert report_failure(caught.value) == 1
    said = capsys.readouterr().err
    assert "line 1, in <module>" in said
    assert "kari@" not in said
    assert "\x1b" not in said


def test_want_of_memory_is_no_bug_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """A container may have a limit; what to do about it is said."""
    assert report_failure(MemoryError()) == 1

    said = capsys.readouterr().err
    assert "not enough memory" in said
    assert "bug" not in said
    assert "remedy: allow more" in said


def test_any_other_error_is_a_bug_and_says_where_to_report_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Without what it holds, which may be anything."""
    assert report_failure(RuntimeError("hunter2")) == 1

    said = capsys.readouterr().err
    assert "internal error (RuntimeError)" in said
    assert "hunter2" not in said
