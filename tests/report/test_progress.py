"""Progress is for eyes at a terminal only."""

import pytest

from reconciler.model.ports import Progress
from reconciler.report.progress import NoProgress, TerminalProgress


@pytest.mark.parametrize("progress", [NoProgress(), TerminalProgress()])
def test_nothing_is_written_where_no_terminal_is(progress: Progress, capsys: pytest.CaptureFixture[str]) -> None:
    """Logs and pipes stay clean, stdout always."""
    with progress.task("reading", total=2) as ticker:
        ticker.advance()
        ticker.advance(1)

    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_how_far_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, so that results can be piped."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")

    with TerminalProgress().task("reading \x1b[2J", total=2) as ticker:
        ticker.advance(2)

    out, err = capsys.readouterr()
    assert out == ""
    assert "2/2" in err
    assert "\\x1b[2J" in err
