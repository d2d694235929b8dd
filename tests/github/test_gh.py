"""The `gh` command: what is missing is said, and nothing reaches it that is none of its business."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.gh import Gh
from reconciler.errors import LoginError, ReconcilerError

Program = Callable[[str], None]
GOOD = 'case "$1" in --version) echo "gh version 2.83.0 (2026-01-01)"; exit;; esac\n'


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a `gh` on the PATH, and nothing else of that name."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.defpath}")

    def made(text: str) -> None:
        file = tmp_path / "bin" / "gh"
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    return made


def test_without_gh_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to guess what `gh` is."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ReconcilerError, match="there is no `gh` command here"):
        Gh().read("user")


@pytest.mark.parametrize("version", ["gh version 2.63.0 (2024-11-27)", "gh version 1.9.9", "something else"])
def test_an_old_gh_is_not_used(program: Program, version: str) -> None:
    """One that unpacks artefacts outside their folder would be a hole in our own wall."""
    program(f'echo "{version}"')

    with pytest.raises(ReconcilerError, match="too old"):
        Gh().read("user")


@pytest.mark.parametrize(
    ("said", "code"), [("gh: To use GitHub CLI, set GH_TOKEN", 4), ("gh: Bad credentials (HTTP 401)", 1)]
)
def test_without_a_token_it_says_how_to_log_in(program: Program, said: str, code: int) -> None:
    """As a failed login, with its exit code."""
    program(f'{GOOD}echo "{said}" >&2; exit {code}')

    with pytest.raises(LoginError, match="not logged in") as error:
        Gh().read("user")

    assert "GH_TOKEN" in error.value.remedy


def test_a_missing_permission_leads_to_the_page_about_jobs(program: Program) -> None:
    """The usual cause is a job that was given too little."""
    program(f'{GOOD}echo "gh: Resource not accessible by integration (HTTP 403)" >&2; exit 1')

    with pytest.raises(ReconcilerError, match="not accessible") as error:
        Gh().send("POST", "repos/a/b/issues", {})

    assert "set-up-the-workflows" in error.value.remedy


def test_its_message_does_nothing_in_a_log(program: Program) -> None:
    """GitHub repeats words that others chose."""
    program(f"{GOOD}printf '\\033[2J::set-output name=x::y (HTTP 500)' >&2; exit 1")

    with pytest.raises(ReconcilerError) as error:
        Gh().read("user")

    assert "\x1b" not in str(error.value)
    assert "::set" not in str(error.value)


def test_it_does_not_hear_the_login_of_zaptec(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither it nor its extensions have a use for that."""
    for name in ("ZAPTEC_PASSWORD", "ZAPTEC2_USERNAME", "FLEET_SECRET_X"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("GH_TOKEN", "its-own")
    program(f'{GOOD}if env | grep -q canary; then exit 9; fi; echo "[\\"$GH_TOKEN\\"]"')

    assert Gh().read("user") == ["its-own"]


def test_pages_that_follow_each_other_are_one_list(program: Program) -> None:
    """`gh` prints one text per page."""
    program(f"{GOOD}printf '[1, 2]\\n[3]\\n[]'")

    assert Gh().read("user") == [1, 2, 3]


@pytest.mark.parametrize("printed", ["not json", '{"a":', "[" * 100_000])
def test_what_is_not_json_is_told(program: Program, tmp_path: Path, printed: str) -> None:
    """Settings of gh may add colours or words."""
    (tmp_path / "said").write_text(printed)
    program(f"{GOOD}cat {tmp_path}/said")

    with pytest.raises(ReconcilerError, match="not JSON"):
        Gh().read("user")


def test_a_body_never_stands_among_the_arguments(program: Program) -> None:
    """Every process of the machine can read those."""
    program(f'{GOOD}case "$*" in *canary*) exit 9;; esac; cat')

    assert Gh().send("POST", "repos/a/b/issues", {"body": "canary"}) == {"body": "canary"}
