"""What earlier runs wrote, and saw to be there."""

from datetime import datetime

from reconciler.model.change import Target
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedWrite:
    """A value that an earlier run wrote and read back; `value` is JSON data as `model.change.plain` gives it."""

    target: Target
    setting: str
    value: object
    at: datetime
