"""Times as they are written below `.reconciler/`: UTC, RFC 3339, always with microseconds so that texts sort."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """For instance 2026-11-21T06:30:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
