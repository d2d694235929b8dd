"""A cloud that answers as a case says, and a session with it."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from reconciler.live.account import Access
from reconciler.live.session import Session
from tests.fuzz.corpus import Seed
from tests.live import answers as small
from tests.live.cloud import Opening, VirtualClock, account_of

MOST_CALLS = 60
BROKEN = -1
"""For a status: the call ends in an error that nobody expects."""


class Answering:
    """Answers every call but the login with the same status and body, and not for ever."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        self.calls = self.written = 0
        self.token: tuple[int, bytes] | None = None
        self.logins = 0
        self.meanwhile: Callable[[], object] = nothing

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        if request.url.path == "/oauth/token":
            self.logins += 1
            self.meanwhile()
            status, body = self.token or (200, b'{"access_token": "abc"}')
            return httpx.Response(status, content=body)
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise httpx.ReadError("enough")
        self.written += request.method != "GET"
        if self.status == BROKEN:
            raise ZeroDivisionError("a mistake of ours, or no memory left")
        return httpx.Response(self.status, content=self.body)


def nothing() -> None:
    """Nothing happens while the login is asked."""


def session_over(answering: Any, clock: VirtualClock) -> Session:
    """A session that sends everything there, at once."""
    opening = Opening(account=account_of(rate=9.8), mode=Access.READ_WRITE)
    return opening.over(httpx.MockTransport(answering), clock)._session


def site_of(seed: Seed) -> str:
    """The id that the answer is about, so that it is not refused for that alone."""
    told = seed.tree.get("Id") if isinstance(seed.tree, dict) else None
    return told if isinstance(told, str) else small.SITE


def seed_of(name: str, tree: Any) -> Seed:
    """An answer with its tree."""
    return Seed(name=name, data=json.dumps(tree).encode(), tree=tree)
