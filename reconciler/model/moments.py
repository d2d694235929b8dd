"""Times as documents, state files and answers write them."""

from datetime import UTC, datetime

LAST_YEAR = 2199
"""A sandbox can be moved that far; behind it there must be room for whatever is added to a time."""


def read_moment(text: str) -> datetime:
    """A time in UTC.

    Raises:
        ValueError: No time, one without its offset, or one that no clock will show; the text is not repeated, because
            it may be anything.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.utcoffset() is not None and at.year <= LAST_YEAR:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"a time is none, does not say its offset, or is after the year {LAST_YEAR}")
