"""The `gh` command as a process: found on the PATH, given lists of arguments, bodies on stdin, and a time limit."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from reconciler.errors import LoginError, ReconcilerError
from reconciler.report.escape import cut, for_terminal

OLDEST = (2, 63, 1)
"""Older ones could be led to write outside the folder that an artefact is unpacked into (CVE-2024-54132)."""

PATIENCE_S = 300
_NOT_LOGGED_IN = 4
_VERSION = re.compile(r"gh version (\d+)\.(\d+)\.(\d+)")
_STATUS = re.compile(r"\(HTTP (\d{3})\)")
_NOT_FOR_GH = ("ZAPTEC", "FLEET_SECRET")
_PAGE = "docs/how-to/set-up-the-workflows.md"


class Gh:
    """Runs `gh`; it has the token, we never see it."""

    def read(self, path: str, **query: str) -> list[Any]:
        """Every page of an answer: the elements of its lists, or its objects.

        Raises:
            ReconcilerError: As `run`.
        """
        text = self.run("api", "--method", "GET", "--paginate", *_fields(query), path)
        found: list[Any] = []
        for page in _documents(text, where=path):
            found += page if isinstance(page, list) else [page]
        return found

    def read_one(self, path: str, **query: str) -> Any:
        """One page of an answer.

        Raises:
            ReconcilerError: As `run`.
        """
        text = self.run("api", "--method", "GET", *_fields(query), path)
        return next(_documents(text, where=path), None)

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Any:
        """Send one JSON body; the answer.

        Raises:
            ReconcilerError: As `run`.
        """
        text = self.run("api", "--method", method, "--input", "-", path, asked=json.dumps(body))
        return next(_documents(text, where=path), None)

    def run(self, *arguments: str, asked: str = "") -> str:
        """What one call prints.

        Raises:
            LoginError: gh has no token, or GitHub does not take it.
            ReconcilerError: gh is missing, too old, too slow, or says no.
        """
        done = self._done(self._program, *arguments, asked=asked)
        if done.returncode:
            raise _refused(done, arguments)
        return done.stdout

    @cached_property
    def _program(self) -> str:
        program = shutil.which("gh")
        if program is None:
            raise ReconcilerError(
                "there is no `gh` command here",
                where="PATH",
                remedy="install the GitHub CLI; runners of GitHub have it",
            )
        told = self._done(program, "--version").stdout
        version = _VERSION.match(told)
        if version is None or tuple(map(int, version.groups())) < OLDEST:
            raise ReconcilerError(
                f"the `gh` command here is too old ({cut(for_terminal(told.partition(chr(10))[0]))})",
                where="gh --version",
                remedy=f"install the GitHub CLI {'.'.join(map(str, OLDEST))} or newer",
            )
        return program

    @staticmethod
    def _done(*command: str, asked: str = "") -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603  a list, no shell; found on the PATH as the user wants it
                command, input=asked, env=_environment(), capture_output=True, encoding="utf-8", errors="replace",
                timeout=PATIENCE_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ReconcilerError(
                f"gh did not answer within {PATIENCE_S} seconds",
                where=" ".join(["gh", *command[1:3]]),
                remedy="run the job again; if it happens again, see whether GitHub has trouble",
            ) from error
        except OSError as error:
            raise ReconcilerError(
                f"gh cannot be run: {error.strerror}", where="gh", remedy="see whether it is a program for this machine"
            ) from error


def _fields(query: Mapping[str, str]) -> list[str]:
    return [part for key, value in sorted(query.items()) for part in ("--raw-field", f"{key}={value}")]


def _environment() -> dict[str, str]:
    """Ours, without what is none of its business, and with no questions asked."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_FOR_GH)}
    return {**kept, "GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1", "GH_PAGER": "cat"}


def _documents(text: str, *, where: str) -> Iterator[Any]:
    """The JSON texts that stand one after another; gh writes one for each page."""
    decoder, place = json.JSONDecoder(), 0
    text = text.strip()
    try:
        while place < len(text):
            found, end = decoder.raw_decode(text, place)
            yield found
            place = len(text) - len(text[end:].lstrip())
    except (ValueError, RecursionError) as error:
        raise ReconcilerError(
            "what gh printed is not JSON", where=where, remedy="see what GH_DEBUG or other settings add to its output"
        ) from error


def _refused(done: subprocess.CompletedProcess[str], arguments: tuple[str, ...]) -> ReconcilerError:
    said = cut(for_terminal(next(iter(done.stderr.strip().splitlines()), "it does not say why")), 300)
    where = f"gh {' '.join(arguments[:1])} {arguments[-1] if arguments[:1] == ('api',) else ' '.join(arguments[1:2])}"
    status = _STATUS.search(done.stderr)
    match int(status[1]) if status else None:
        case None if done.returncode != _NOT_LOGGED_IN:
            return ReconcilerError(f"gh failed: {said}", where=where, remedy="see its message, then run it again")
        case None | 401:
            remedy = "in a workflow set GH_TOKEN: ${{ github.token }}; elsewhere: gh auth login"
            return LoginError(f"gh is not logged in: {said}", where=where, remedy=remedy)
        case 403 | 404:
            remedy = f"give the job the permission that it needs, see {_PAGE}"
        case _:
            remedy = "see its message; if it is about the service, run the job again"
    return ReconcilerError(f"GitHub said no: {said}", where=where, remedy=remedy)
