"""The links that went out, each known by a hash of its one-time nonce: `.reconciler/consents.json`.

Lists of visible installations are kept once for all links that were made while they held.
"""

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from reconciler.errors import LockedError, ReconcilerError
from reconciler.model.consent import InstallationKind, IssuedLink, LinkState, Outcome
from reconciler.model.moments import read_moment
from reconciler.store.files import read_ordinary, unreadable, unwritable, write_atomically
from reconciler.store.layout import state_folder
from reconciler.store.lock_files import check_ordinary, lock_folder, unusable
from reconciler.store.moments import to_text
from reconciler.store.shapes import text_of, text_or_none

FILE = "consents.json"
VERSION = 1
PATIENCE_S = 5.0
_NONCE_BYTES = 24


def new_nonce() -> str:
    """A nonce that nobody guesses: 192 bits, in letters that fit into a path."""
    return secrets.token_urlsafe(_NONCE_BYTES)


def digest_of(nonce: str) -> str:
    """The hash by which a nonce is known."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, also where one that others could read was there before.

    Raises:
        ReconcilerError: The disk said no, or the file is a link.
    """
    try:
        found = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(found, 0o600)  # the new file takes its mode from this one
        finally:
            os.close(found)
    except OSError as error:
        raise unwritable(path, error) from error
    write_atomically(path, text)


class Links:
    """All links of a fleet folder. Implements `workflows.onboard.LinkBook`.

    Args:
        root: The folder that holds `fleet/`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def all(self) -> tuple[IssuedLink, ...]:
        """By time of issue.

        Raises:
            ReconcilerError: The file cannot be read or is garbled.
        """
        return tuple(sorted(self._read(), key=lambda link: link.issued_at))

    def find(self, nonce: str) -> IssuedLink | None:
        """The link that a nonce belongs to; None when none was ever made with it. Raises as `all`."""
        digest = digest_of(nonce)
        return next((link for link in self._read() if secrets.compare_digest(link.digest, digest)), None)

    def issue(self, links: Sequence[IssuedLink]) -> None:
        """Write down new links; they are on disk when this returns.

        Raises:
            LockedError: Another command holds the file.
            ReconcilerError: It cannot be read or written.
        """
        with self._held():
            self._write([*self._read(), *links])

    def settle(
        self,
        link: IssuedLink,
        state: LinkState,
        *,
        at: datetime,
        claimed_id: str | None = None,
        outcome: Outcome | None = None,
    ) -> IssuedLink | None:
        """Move a link on, on disk when this returns; None when somebody else has moved it meanwhile.

        Raises:
            LockedError: Another command holds the file.
            ReconcilerError: It cannot be read or written.
        """
        with self._held():
            links = self._read()
            if link not in links:
                return None
            moved = replace(link, state=state, settled_at=at, claimed_id=claimed_id or link.claimed_id, outcome=outcome)
            self._write([moved if one == link else one for one in links])
            return moved

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        path = lock_folder(self._root) / "consents.lock"
        check_ordinary(path)
        lock = FileLock(path, mode=0o600)
        try:
            lock.acquire(timeout=PATIENCE_S, poll_interval=0.02)
        except Timeout:
            raise LockedError(
                "another command is writing down links", where=str(path), remedy="wait for it to end, then try again"
            ) from None
        except OSError as error:
            raise unusable(path, error) from error
        try:
            yield
        finally:
            lock.release()

    @property
    def _path(self) -> Path:
        return state_folder(self._root) / FILE

    def _read(self) -> list[IssuedLink]:
        path = self._path
        try:
            return _links(json.loads(read_ordinary(path)))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(path, error) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ReconcilerError(
                "what it says about links cannot be understood, so no redirect can be believed",
                where=str(path),
                remedy="restore it, or move it away: links that are out then count as forged, so make new ones",
            ) from None

    def _write(self, links: Sequence[IssuedLink]) -> None:
        write_private(self._path, _text(links))


def _text(links: Sequence[IssuedLink]) -> str:
    seen = {_name_of(link.visible): list(link.visible) for link in links}
    data = {"version": VERSION, "seen": seen, "links": [_part(link) for link in links]}
    return json.dumps(data, sort_keys=True, indent=1) + "\n"


def _name_of(visible: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(visible).encode()).hexdigest()[:16]


def _part(link: IssuedLink) -> dict[str, object]:
    return {
        "nonce_sha256": link.digest,
        "account": link.account,
        "lookup_key": link.lookup_key,
        "kind": int(link.kind),
        "issued_at": to_text(link.issued_at),
        "expires_at": to_text(link.expires_at),
        "seen": _name_of(link.visible),
        "has_return": link.has_return,
        "reference": link.reference,
        "lang": link.lang,
        "installation_id": link.installation_id,
        "state": link.state.value,
        "outcome": None if link.outcome is None else link.outcome.value,
        "claimed_id": link.claimed_id,
        "settled_at": None if link.settled_at is None else to_text(link.settled_at),
    }


def _links(data: Mapping[str, Any]) -> list[IssuedLink]:
    """Raises ValueError, KeyError or TypeError when anything is not as we write it."""
    if data["version"] != VERSION:
        raise ValueError("an unknown version")
    seen = {name: tuple(map(text_of, ids)) for name, ids in data["seen"].items()}
    return [_link(one, seen[one["seen"]]) for one in data["links"]]


def _link(one: Mapping[str, Any], visible: tuple[str, ...]) -> IssuedLink:
    settled = one["settled_at"]
    return IssuedLink(
        digest=text_of(one["nonce_sha256"]),
        account=text_of(one["account"]),
        lookup_key=text_of(one["lookup_key"]),
        kind=InstallationKind(one["kind"]),
        issued_at=read_moment(one["issued_at"]),
        expires_at=read_moment(one["expires_at"]),
        visible=visible,
        has_return=one["has_return"] is True,
        reference=text_of(one["reference"]),
        lang=text_or_none(one["lang"]),
        installation_id=text_or_none(one["installation_id"]),
        state=LinkState(one["state"]),
        outcome=None if one["outcome"] is None else Outcome(one["outcome"]),
        claimed_id=text_or_none(one["claimed_id"]),
        settled_at=None if settled is None else read_moment(settled),
    )
