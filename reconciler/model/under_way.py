"""What earlier runs set going, and is not at its end when they are."""

from datetime import datetime

from reconciler.model.value import Value
from reconciler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A value that an earlier run sent to a charger that was offline then; the cloud keeps it until it comes back.

    Attributes:
        charger: Serial on the box.
        at: When it was sent.
    """

    account: str
    installation_id: str
    charger: str
    setting: str
    value: Value
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation that an earlier run sent to a person; mails are paced per day and account."""

    account: str
    at: datetime
    installation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchWait:
    """An installation whose authentication mode could not be switched, because chargers were busy or offline.

    Attributes:
        mode: The wanted mode, as in the file.
        since: The first apply of an unbroken row of applies that found it so.
    """

    account: str
    installation_id: str
    mode: str
    since: datetime
