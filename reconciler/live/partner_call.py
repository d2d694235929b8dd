"""The call that an adapter gets for one piece of work: reading, or exactly one write."""

import re
import threading
from collections.abc import Mapping
from enum import StrEnum
from json import dumps

from reconciler.errors import CloudError, WriteForbiddenError
from reconciler.live.exchange import Call
from reconciler.live.failures import RefusedError
from reconciler.live.routes.partner import PartnerValue
from reconciler.live.session import Session
from reconciler.model.secret import Secret

WRITES = frozenset({"PUT", "POST", "PATCH", "DELETE"})
PLACE = "partner call"
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_QUERY = re.compile(r"[!-\"$-~]*")


class Purpose(StrEnum):
    """What a call may do."""

    READING = "reading"
    WRITING = "writing"


class BoundCall:
    """Implements `PartnerCall`. Knows what its requests met, whatever the adapter makes of it; thread safe.

    Attributes:
        began: Whether a write left.
        accepted: Whether the cloud accepted it.
        failure: What the write met instead.
        forbidden: Set when a write was tried while reading.
    """

    def __init__(self, session: Session, *, purpose: Purpose, remedy: str) -> None:
        self._session = session
        self._purpose = purpose
        self._remedy = remedy
        self._guard = threading.Lock()
        self._over = False
        self._raised: list[CloudError] = []
        self.began = False
        self.accepted = False
        self.failure: CloudError | None = None
        self.forbidden: WriteForbiddenError | None = None

    def __call__(self, method: str, path: str, *, json: Mapping[str, PartnerValue] | None = None) -> object:
        """Send one request; see `PartnerCall`."""
        try:
            return self._send(method, path, {} if json is None else json)
        except CloudError as error:
            self._raised.append(error)
            raise

    def raised(self, error: BaseException) -> bool:
        """Whether an error is one of ours, and not one that an adapter made to look like it."""
        return any(error is one for one in self._raised)

    def end(self) -> None:
        """The work is over: nothing leaves through this call any more."""
        with self._guard:
            self._over = True

    def _send(self, method: str, path: str, members: Mapping[str, PartnerValue]) -> object:
        plain_path, _, query = path.partition("?")
        if not _PATH.fullmatch(plain_path) or not _QUERY.fullmatch(query) or method not in {*WRITES, "GET"}:
            raise self._not_allowed("the adapter asked for a method or a path that is not allowed")
        if method == "GET":
            if self._over:
                raise self._not_allowed("the adapter used a call whose work was over")
            return self._session.read(Call(method=method, path=plain_path, query=query))
        if self._purpose is Purpose.READING:
            self.forbidden = WriteForbiddenError(
                f"a partner adapter tried {method} while reading; it was stopped", where=PLACE, remedy=self._remedy
            )
            raise self.forbidden
        secrets = tuple(value.reveal() for value in members.values() if isinstance(value, Secret))
        body = dumps({name: _revealed(value) for name, value in members.items()})
        self._write(Call(method=method, path=plain_path, query=query, body=Secret(body)), hide=secrets)
        return None

    def _write(self, call: Call, *, hide: tuple[str, ...]) -> None:
        with self._guard:
            if self._over or self.began:
                raise self._not_allowed("the adapter tried a second write, or one whose work was over")
            self.began = True
        try:
            self._session.write(call, hide=hide)
        except CloudError as error:
            self.failure = error
            raise
        self.accepted = True

    def _not_allowed(self, what: str) -> RefusedError:
        return RefusedError(what, call=PLACE, remedy=self._remedy)


def _revealed(value: PartnerValue) -> object:
    return value.reveal() if isinstance(value, Secret) else value
