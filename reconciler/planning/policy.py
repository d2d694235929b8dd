"""What a plan depends on besides files and cloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Time, version, people and history, handed in so that planning stays pure.

    Attributes:
        now: When the plan is made; its date decides whether acknowledgements and attestations still hold.
        people_known: Ids (without `person:`) in the directory of people, None when there is no directory.
        accepted: Guards lifted on the command line as GUARD:WHERE; WHERE is `fleet`, an installation id or its name.
        sent: Change id and when an earlier run sent it to a device that was offline.
    """

    now: datetime
    tool_version: str
    people_known: frozenset[str] | None = None
    accepted: frozenset[str] = frozenset()
    sent: Mapping[str, datetime] = field(default_factory=dict)
