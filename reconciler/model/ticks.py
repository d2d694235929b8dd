"""What was seen done of the things that a person does in the Portal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from reconciler.records import dataclass


class Sight(StrEnum):
    """How it was seen."""

    READ = "read"
    INVITED = "invited"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One thing that is done: since when we know it, and how."""

    at: datetime
    sight: Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the tasks of one worksheet are; all by id of the change.

    Attributes:
        change_ids: Everything that the worksheet asks for, in its order.
        ticks: What was seen done.
        asked_at: When a person was first asked for it.
        looked_at: When somebody last looked; None when nobody has since it was written.
    """

    change_ids: tuple[str, ...]
    ticks: Mapping[str, Tick]
    asked_at: Mapping[str, datetime]
    looked_at: datetime | None = None

    @property
    def open_ids(self) -> tuple[str, ...]:
        """What is left to do."""
        return tuple(one for one in self.change_ids if one not in self.ticks)

    @property
    def waits_since(self) -> datetime | None:
        """The oldest question without an answer."""
        return min((self.asked_at[one] for one in self.open_ids if one in self.asked_at), default=None)


def ticked(before: Mapping[str, Tick], looked: Mapping[str, Tick | None]) -> Mapping[str, Tick]:
    """Former ticks and a new look together: what is still so keeps its time, what is not any more loses its tick."""
    kept = {one: tick for one, tick in before.items() if one not in looked}
    for one, tick in looked.items():
        if tick is None:
            continue
        former = before.get(one)
        kept[one] = former if former is not None and former.sight is tick.sight else tick
    return kept


def all_ticked(change_ids: Iterable[str], ticks: Mapping[str, Tick]) -> bool:
    """Whether nothing of these is left."""
    return all(one in ticks for one in change_ids)
