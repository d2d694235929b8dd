"""What a plan depends on besides files and cloud."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from reconciler.model.under_way import Queued, SwitchWait
from reconciler.planning.quarantine import Quarantine
from reconciler.records import dataclass

__all__ = ["Policy", "Queued"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Time, version, people and history, handed in so that planning stays pure.

    Attributes:
        now: When the plan is made; its date decides whether acknowledgements and attestations still hold.
        people_known: Ids (without `person:`) in the directory of people, None when there is no directory.
        accepted: Guards lifted on the command line as GUARD:WHERE; WHERE is `fleet` or an installation id. Names are
            for people, and several installations can share one.
        queued: What earlier runs sent to offline chargers, in any order; what is too old or has been overtaken is
            ignored here.
        switch_waits: Installations whose mode waits for idle chargers, from earlier applies.
        asked: Since when a person has been asked in a worksheet for access that no call can read, by id of the change.
        departed: Accounts and ids of installations that runs of ours handed over to the end, our own access last.
        unsteady: What earlier applies wrote in vain; empty where nothing is to be written, as in a drift report.
    """

    now: datetime
    tool_version: str
    people_known: frozenset[str] | None = None
    accepted: frozenset[str] = frozenset()
    queued: tuple[Queued, ...] = ()
    switch_waits: tuple[SwitchWait, ...] = ()
    asked: Mapping[str, datetime] = field(default_factory=dict)
    departed: frozenset[tuple[str, str]] = frozenset()
    unsteady: Quarantine = field(default_factory=dict)
