"""World time as text."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=1024)  # the sixty observations of a charger mostly have one time
def without_offset(moment: float) -> str:
    """As the old endpoints write it: UTC, but it does not say so."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def with_offset(moment: float) -> str:
    """RFC 3339 with Z, for our own endpoints."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
