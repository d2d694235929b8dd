"""The digest over the effective values: independent of file names, key order, comments and layers."""

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from reconciler.model.desired import DesiredFleet
from reconciler.model.digest import digest_of

_NOT_WISHES = frozenset({"file", "path", "digest", "commit", "selection", "fleet_size", "attestations"})
"""Where things stand, and what people said about them, is no part of what the files want."""


def desired_digest(fleet: DesiredFleet) -> str:
    """Digest over accounts, limits, hosts, installations and deviations."""
    return digest_of(_plain(fleet))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.name not in _NOT_WISHES}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
