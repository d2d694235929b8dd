"""Digests over plain data: the same input gives the same bytes everywhere."""

import hashlib
import json

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(data: object) -> str:
    """`sha256:` and the hex digest of the data as canonical JSON (sorted keys, no spaces, ASCII)."""
    return "sha256:" + hashlib.sha256(canonical(data)).hexdigest()


def canonical(data: object) -> bytes:
    """The data as JSON that looks the same wherever it is written: sorted keys, no spaces, ASCII."""
    return _ENCODER.encode(data).encode()


def short_id_of(data: object) -> str:
    """Sixteen hex digits, enough to name one change or step in a fleet of millions."""
    return digest_of(data)[7:23]
